//! What the backlog holds: messages, whose they are, and their ids.

use std::sync::Arc;

/// A machine whose messages are published.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Machine {
    /// What its subjects begin with.
    pub(crate) subject: String,
    /// A URI reference for it.
    pub(crate) source: String,
    pub(crate) label: String,
}

/// A message that waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) seq: u64,
    /// When it came, in milliseconds of Unix time.
    pub(crate) at: i64,
    /// What the subjects of its machine begin with.
    pub(crate) machine: Arc<str>,
    /// The last token of its subject.
    pub(crate) kind: Box<str>,
    pub(crate) payload: Vec<u8>,
}

/// What a commit writes, all of it or nothing.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    pub(crate) entries: Vec<Entry>,
    /// The numbers of messages that the broker has.
    pub(crate) published: Vec<u64>,
    /// Machines that were connected, or no longer are.
    pub(crate) machines: Vec<(Arc<Machine>, bool)>,
}

impl Batch {
    pub(crate) fn is_empty(&self) -> bool {
        self.entries.is_empty() && self.published.is_empty() && self.machines.is_empty()
    }

    /// Where an entry is in it, if it is.
    pub(crate) fn position(&self, seq: u64) -> Option<usize> {
        self.entries.binary_search_by_key(&seq, |entry| entry.seq).ok()
    }

    /// Takes a part out of it: so many removals, which make room, and once there are none, so many messages.
    pub(crate) fn take_part(&mut self, count: usize) -> Batch {
        if !self.published.is_empty() {
            let published = self.published.drain(..count.min(self.published.len())).collect();
            return Batch { published, ..Batch::default() };
        }
        let entries = self.entries.drain(..count.min(self.entries.len())).collect();
        Batch { entries, machines: std::mem::take(&mut self.machines), ..Batch::default() }
    }

    /// Puts a part back.
    pub(crate) fn put_back(&mut self, mut part: Batch) {
        part.entries.append(&mut self.entries);
        part.published.append(&mut self.published);
        part.machines.append(&mut self.machines);
        *self = part;
    }
}

/// Makes the message that says how many of a machine's messages were dropped, under this id.
pub(crate) type CountMessage = fn(id: &str, machine: &Machine, at: i64, count: u64) -> Vec<u8>;

/// The last token of the subject of such a message.
pub(crate) const COUNT_KIND: &str = "dropped";

/// The ids of a store's messages, each unique for ever. An id has the number of the message, and that of the process
/// which numbered it: so a copy of the directory, or one from a backup, never gives a message the id of another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct MessageIds {
    /// From which number on each process has numbered, and its id, in order.
    processes: Arc<[(u64, u64)]>,
}

impl MessageIds {
    pub(super) fn new(processes: Vec<(u64, u64)>) -> Self {
        MessageIds { processes: processes.into() }
    }

    /// How many processes are known.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.processes.len()
    }

    /// The id of a message.
    pub(crate) fn message(&self, seq: u64) -> String {
        format!("{:016x}-{seq}", self.process(seq))
    }

    /// Up to which number the store's messages are, to the one with this id; `None` if the id is not of this store. A
    /// process may have published numbers that it could not write, and that the next one gives again.
    pub(crate) fn up_to(&self, id: &str) -> Option<u64> {
        let (process, seq) = id.split_once('-')?;
        let (process, seq): (_, u64) = (u64::from_str_radix(process, 16).ok()?, seq.parse().ok()?);
        let at = self.processes.iter().position(|(_, id)| *id == process)?;
        Some(self.processes.get(at + 1).map_or(seq, |(next, _)| seq.min(next - 1)))
    }

    /// The process that numbered an entry; the first one for numbers before all.
    fn process(&self, seq: u64) -> u64 {
        let later = self.processes.partition_point(|(first, _)| *first <= seq);
        self.processes.get(later.saturating_sub(1)).map_or(0, |(_, id)| *id)
    }
}
