//! The states of machines while they are read.

use std::collections::BTreeMap;

use qmp_events::Timestamp;
use qmp_events::machine::{Change, Input, Machine, Query};

use crate::sources::origins::OriginId;

/// The states of machines, by whom they are of.
#[derive(Debug, Default)]
pub(crate) struct States {
    machines: BTreeMap<OriginId, Machine>,
}

impl States {
    /// Takes in what came of a machine; tells what it changes.
    pub(crate) fn apply(
        &mut self,
        origin: OriginId,
        time: Option<Timestamp>,
        input: Input<'_>,
    ) -> Vec<Change> {
        self.machines.entry(origin).or_default().apply_at(time, input)
    }

    /// What is known of a machine.
    pub(crate) fn get(&mut self, origin: OriginId) -> &Machine {
        self.machines.entry(origin).or_default()
    }

    /// Forgets a machine.
    pub(crate) fn forget(&mut self, origin: OriginId) {
        self.machines.remove(&origin);
    }

    /// What to ask a machine next, if it can be asked.
    pub(crate) fn next_query(&mut self, origin: OriginId) -> Option<Query> {
        self.machines.get_mut(&origin)?.next_query()
    }
}
