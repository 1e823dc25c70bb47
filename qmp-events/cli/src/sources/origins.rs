//! The machines that are known at a time: those that a source reads, and those that a log of several names.

use std::collections::BTreeMap;
use std::collections::HashMap;
use std::collections::hash_map::Entry;

use qmp_events::protocol::Greeting;

use super::Origin;

/// How many machines of logs are told apart.
const NAMED: usize = 4096;

/// A machine or a file, as long as it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct OriginId {
    /// The number that the source gave it.
    pub(crate) number: usize,
    /// Which machine of a log it is, from 1; 0 for the log or machine itself.
    named: usize,
}

/// The machines that are known.
#[derive(Debug)]
pub(crate) struct Origins {
    known: BTreeMap<OriginId, Origin>,
    /// By the log's number and the name in it.
    named: HashMap<(usize, String), OriginId>,
}

impl OriginId {
    fn of(number: usize) -> Self {
        OriginId { number, named: 0 }
    }
}

impl Origins {
    /// Those that a source reads from the start.
    pub(crate) fn new(origins: Vec<Origin>) -> Self {
        let numbered = origins.into_iter().enumerate().map(|(number, origin)| (OriginId::of(number), origin));
        Origins { known: numbered.collect(), named: HashMap::new() }
    }

    /// Adds one that came later, or is called otherwise from now on.
    pub(crate) fn add(&mut self, number: usize, origin: Origin) {
        let id = OriginId::of(number);
        let qemu = origin.qemu.or_else(|| self.known.get(&id)?.qemu);
        self.known.insert(id, Origin { qemu, ..origin });
    }

    pub(crate) fn remove(&mut self, id: OriginId) {
        self.known.remove(&id);
    }

    /// A machine by its number, or the one that a log names; `None` if it is not known any more.
    pub(crate) fn find(&mut self, number: usize, machine: Option<String>) -> Option<OriginId> {
        let log = OriginId::of(number);
        let origin = self.known.get(&log)?;
        let Some(machine) = machine.filter(|_| self.named.len() < NAMED) else { return Some(log) };
        let label =
            if origin.label.is_empty() { machine.clone() } else { format!("{}:{machine}", origin.label) };
        let next = OriginId { number, named: self.named.len() + 1 };
        Some(match self.named.entry((number, machine)) {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(new) => {
                let origin = Origin { label, ..origin.clone() };
                self.known.insert(next, origin);
                *new.insert(next)
            }
        })
    }

    pub(crate) fn get(&self, id: OriginId) -> Option<&Origin> {
        self.known.get(&id)
    }

    /// Which QEMU it is, as that said.
    pub(crate) fn set_version(&mut self, id: OriginId, greeting: &Greeting) {
        if let Some(origin) = self.known.get_mut(&id) {
            origin.qemu = greeting.version.map(Into::into);
        }
    }
}
