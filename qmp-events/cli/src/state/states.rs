//! The states of machines while their events are printed.

use std::collections::BTreeMap;

use qmp_events::Timestamp;
use qmp_events::machine::{Input, Machine, Query};

use super::news::StateNews;
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
    ) -> Vec<StateNews> {
        let changes = self.machines.entry(origin).or_default().apply_at(time, input);
        changes.iter().filter_map(|change| StateNews::of(change, time)).collect()
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
