//! The figures of all machines.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Instant;

use super::bounded::{OTHER, cut};
use super::figures::Figures;
use crate::agent::backlog::Backlog;
use crate::agent::reader::{Happening, Observed};
use crate::sources::origins::OriginId;

/// How many machines have series of their own.
const MACHINES: usize = 4096;

/// What is shown.
#[derive(Clone, Debug)]
pub(super) struct Board {
    machines: BTreeMap<OriginId, Shown>,
    /// The labels of those.
    labels: BTreeSet<String>,
    /// What is counted of the machines that came when there were too many.
    others: Figures,
    pub(super) backlog: Option<Arc<Backlog>>,
}

/// A machine with series of its own.
#[derive(Clone, Debug)]
struct Shown {
    label: String,
    figures: Figures,
}

impl Board {
    pub(super) fn new(backlog: Option<Arc<Backlog>>) -> Self {
        let (machines, labels, others) = (BTreeMap::new(), BTreeSet::new(), Figures::default());
        Board { machines, labels, others, backlog }
    }

    /// Takes in what happened to a machine.
    pub(super) fn take(&mut self, machine: &Observed<'_>, happening: &Happening<'_>, now: Instant) {
        match happening {
            Happening::Arrived => {
                if self.machines.len() < MACHINES {
                    let (label, figures) = (self.claim(&machine.origin.title), Figures::default());
                    self.machines.insert(machine.id, Shown { label, figures });
                }
            }
            Happening::Renamed => {
                if let Some(mut shown) = self.machines.remove(&machine.id) {
                    self.labels.remove(&shown.label);
                    shown.label = self.claim(&machine.origin.title);
                    self.machines.insert(machine.id, shown);
                }
            }
            Happening::Left => {
                if let Some(shown) = self.machines.remove(&machine.id) {
                    self.labels.remove(&shown.label);
                }
            }
            happening => match self.machines.get_mut(&machine.id) {
                Some(Shown { figures, .. }) => {
                    figures.count(happening);
                    figures.show(machine.state, now);
                }
                None => self.others.count(happening),
            },
        }
    }

    /// A label that no other machine has: of two that are called the same, one gets a number.
    fn claim(&mut self, label: &str) -> String {
        let label = cut(label);
        let numbered = (2_u64..).map(|number| format!("{label}#{number}"));
        let mut free = std::iter::once(label.clone()).chain(numbered);
        let label = free.find(|label| label != OTHER && !self.labels.contains(label)).unwrap_or_default();
        self.labels.insert(label.clone());
        label
    }

    fn shown(&self) -> impl Iterator<Item = (&str, &Figures)> {
        self.machines.values().map(|shown| (shown.label.as_str(), &shown.figures))
    }

    /// Each machine or other way on which events come, and whether it is connected.
    pub(super) fn connections(&self) -> impl Iterator<Item = (&str, bool)> {
        self.shown().filter_map(|(label, figures)| Some((label, figures.connection?)))
    }

    /// Each machine that is shown by itself.
    pub(super) fn machines(&self) -> impl Iterator<Item = (&str, &Figures)> {
        self.shown().filter(|(_, figures)| figures.is_machine)
    }

    /// Each machine, and what was counted of all others.
    pub(super) fn counted(&self) -> impl Iterator<Item = (&str, &Figures)> {
        self.shown().chain([(OTHER, &self.others)])
    }
}
