//! Messages on their way through the store: a queue in memory, one thread that writes, and what the publisher
//! is given. It must never make the one who pushes wait, and nothing leaves it that is not on disk, as long as the disk
//! takes it.
//!
//! Batches are committed together, however many came since the last commit (group commit). While the disk takes
//! nothing, messages wait in memory, from where the publisher gets them, up to a bound; then they are dropped and
//! counted, and the count is a message of its own.

mod queue;
mod writer;

use std::sync::atomic::Ordering;
use std::sync::{Arc, Condvar, Mutex};
use std::thread::{self, JoinHandle};

use tokio::sync::{mpsc, watch};

use super::note::Notes;
use super::store::{CountMessage, Entry, Machine, MessageIds, Store, StoreError};
use crate::agent::backlog::Backlog as Figures;
pub(crate) use queue::now;
use queue::{MEMORY, Phase, Queue, Shared};
use writer::Writer;

/// Where messages are put, and what becomes of them; shared by all that have a part in it.
#[derive(Clone)]
pub(crate) struct Backlog {
    shared: Arc<Shared>,
}

/// The thread that writes.
pub(crate) struct Writing {
    thread: JoinHandle<()>,
    /// Ready when all that was pushed until the close is on disk, or cannot be.
    committed: watch::Receiver<bool>,
}

impl Backlog {
    /// Begins to write. The entries of the store come out at the receiver, first those that it had, as long
    /// as they are [taken](Self::take).
    pub(crate) fn start(
        store: Store,
        count_message: CountMessage,
        figures: Arc<Figures>,
        notes: Notes,
    ) -> Result<(Self, Writing, mpsc::UnboundedReceiver<Vec<Entry>>), StoreError> {
        let queue = Queue { next: store.next()?, ..Queue::default() };
        let shared = Arc::new(Shared {
            ids: store.ids().clone(),
            queue: Mutex::new(queue),
            changed: Condvar::new(),
            count_message,
            figures,
            unpublished: watch::Sender::new(store.waiting().entries),
        });
        shared.show(store.waiting());
        let (sender, entries) = mpsc::unbounded_channel();
        let (committed_sender, committed) = watch::channel(false);
        let writer = Writer::new(shared.clone(), store, notes, sender, committed_sender);
        let thread = thread::Builder::new().name("backlog".to_owned()).spawn(move || writer.run());
        let thread = thread.map_err(|error| StoreError::Unusable("a thread".into(), error.to_string()))?;
        Ok((Backlog { shared }, Writing { thread, committed }, entries))
    }

    /// Puts a message of this kind, which is made when its id is known; it may tell that the machine is connected
    /// from now on, or no longer.
    pub(crate) fn push(
        &self,
        machine: &Arc<Machine>,
        kind: &str,
        at: i64,
        is_connected: Option<bool>,
        message: impl FnOnce(String) -> Vec<u8>,
    ) {
        let mut queue = self.shared.lock();
        if let Some(is_connected) = is_connected {
            queue.machines.push((machine.clone(), is_connected));
        }
        if queue.bytes > MEMORY {
            *queue.missed.entry(machine.clone()).or_default() += 1;
            self.shared.figures.dropped.fetch_add(1, Ordering::Relaxed);
            return;
        }
        if let Some(count) = queue.missed.remove(machine) {
            self.shared.count(&mut queue, machine, count);
        }
        queue.put(&self.shared.ids, machine, kind, at, message);
        drop(queue);
        self.shared.changed.notify_one();
    }

    /// The publisher takes entries from now on.
    pub(crate) fn take(&self) {
        self.shared.lock().is_taken = true;
        self.shared.changed.notify_one();
    }

    /// The publisher takes no entries any more, and forgets those that it has: they come again when it does. Meanwhile
    /// the bounds hold for them too.
    pub(crate) fn give_back(&self) {
        let mut queue = self.shared.lock();
        queue.is_taken = false;
        queue.recalls += 1;
        drop(queue);
        self.shared.changed.notify_one();
    }

    /// The broker has this entry.
    pub(crate) fn published(&self, seq: u64) {
        self.shared.figures.published.fetch_add(1, Ordering::Relaxed);
        let mut queue = self.shared.lock();
        queue.published.push(seq);
        // Under the lock, or the writer could count it as well.
        self.shared.unpublished.send_if_modified(|count| {
            *count = count.saturating_sub(1);
            *count == 0
        });
        drop(queue);
        self.shared.changed.notify_one();
    }

    pub(crate) fn ids(&self) -> &MessageIds {
        &self.shared.ids
    }

    /// How many messages the broker does not have yet.
    pub(crate) fn unpublished(&self) -> u64 {
        *self.shared.unpublished.borrow()
    }

    /// A message did not get to the broker, or perhaps did.
    pub(crate) fn failed(&self) {
        self.shared.figures.failed.fetch_add(1, Ordering::Relaxed);
    }

    /// Nothing more is pushed: waits until everything is on disk, if that is possible.
    pub(crate) async fn close(&self, writing: &mut Writing) {
        self.shared.enter(Phase::Closed);
        // The thread drops its end if it comes to grief.
        let _ = writing.committed.wait_for(|committed| *committed).await;
    }

    /// Waits until the broker has everything.
    pub(crate) async fn drained(&self) {
        // The sender lives as long as `self`.
        let _ = self.shared.unpublished.subscribe().wait_for(|count| *count == 0).await;
    }

    /// Nothing more is published: ends the thread.
    pub(crate) fn end(&self, writing: Writing) {
        self.shared.enter(Phase::Ended);
        // Its panic was told by the panic hook.
        let _ = writing.thread.join();
    }
}

#[cfg(test)]
mod tests;
