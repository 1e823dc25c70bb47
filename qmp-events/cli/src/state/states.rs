//! The states of machines while their events are printed.

use std::collections::BTreeMap;

use qmp_events::Timestamp;
use qmp_events::machine::{Input, Machine, Query};

use super::news::StateNews;

/// The states of machines, by the index of their origin.
#[derive(Debug, Default)]
pub(crate) struct States {
    machines: BTreeMap<usize, Machine>,
}

impl States {
    /// Takes in what came of a machine; tells what it changes.
    pub(crate) fn apply(
        &mut self,
        origin: usize,
        time: Option<Timestamp>,
        input: Input<'_>,
    ) -> Vec<StateNews> {
        let changes = self.machines.entry(origin).or_default().apply_at(time, input);
        changes.iter().filter_map(|change| StateNews::of(change, time)).collect()
    }

    /// What to ask a machine next, if it can be asked.
    pub(crate) fn next_query(&mut self, origin: usize) -> Option<Query> {
        self.machines.get_mut(&origin)?.next_query()
    }
}
