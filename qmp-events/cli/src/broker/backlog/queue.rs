//! What waits in memory: pushed and not written, published and not removed.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use crate::agent::backlog::Backlog as Figures;
use crate::broker::store::{COUNT_KIND, CountMessage, Entry, Machine, MessageIds, Waiting};

/// How much waits in memory, in bytes, before it is written.
pub(super) const MEMORY: usize = 64 << 20;

/// What the backlog and its thread have in common.
pub(super) struct Shared {
    pub(super) ids: MessageIds,
    pub(super) queue: Mutex<Queue>,
    pub(super) changed: Condvar,
    pub(super) count_message: CountMessage,
    pub(super) figures: Arc<Figures>,
    /// How many entries the broker does not have yet.
    pub(super) unpublished: watch::Sender<u64>,
}

#[derive(Default)]
pub(super) struct Queue {
    pub(super) next: u64,
    pub(super) entries: Vec<Entry>,
    pub(super) machines: Vec<(Arc<Machine>, bool)>,
    /// How much the entries take, those that are being written included.
    pub(super) bytes: usize,
    pub(super) published: Vec<u64>,
    /// How many messages of a machine found no room.
    pub(super) missed: BTreeMap<Arc<Machine>, u64>,
    pub(super) phase: Phase,
    /// Whether the publisher takes entries.
    pub(super) is_taken: bool,
    /// How often it gave back what it had.
    pub(super) recalls: u64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Phase {
    #[default]
    Open,
    /// Nothing more is pushed.
    Closed,
    /// Nothing more is published.
    Ended,
}

impl Queue {
    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty()
            && self.machines.is_empty()
            && self.published.is_empty()
            && self.missed.is_empty()
    }

    pub(super) fn put(
        &mut self,
        ids: &MessageIds,
        machine: &Arc<Machine>,
        kind: &str,
        at: i64,
        message: impl FnOnce(String) -> Vec<u8>,
    ) {
        let seq = self.next;
        self.next += 1;
        let payload = message(ids.message(seq));
        self.bytes += size_of::<Entry>() + payload.len();
        let entry = Entry { seq, at, machine: machine.subject.as_str().into(), kind: kind.into(), payload };
        self.entries.push(entry);
    }
}

impl Shared {
    pub(super) fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts how many messages of a machine found no room.
    pub(super) fn count(&self, queue: &mut Queue, machine: &Arc<Machine>, count: u64) {
        let at = now();
        let message = |id: String| (self.count_message)(&id, machine, at, count);
        queue.put(&self.ids, machine, COUNT_KIND, at, message);
    }

    pub(super) fn enter(&self, phase: Phase) {
        let mut queue = self.lock();
        queue.phase = queue.phase.max(phase);
        self.changed.notify_one();
    }

    pub(super) fn show(&self, waiting: Waiting) {
        self.figures.bytes.store(waiting.bytes, Ordering::Relaxed);
        self.figures.oldest.store(waiting.oldest.unwrap_or(0), Ordering::Relaxed);
    }
}

/// The time in milliseconds of Unix time.
pub(crate) fn now() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}
