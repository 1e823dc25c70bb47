//! Messages on their way through the store: a queue in memory, one thread that writes, and what the publisher
//! is given. It must never make the one who pushes wait, and nothing leaves it that is not on disk.
//!
//! Batches are committed together, however many came since the last commit (group commit). While the disk takes
//! nothing, messages wait in memory up to a bound; then they are dropped and counted, and the count is a message
//! of its own.

use std::collections::BTreeMap;
use std::mem;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use tokio::sync::{mpsc, watch};

use super::note::{Note, Notes};
use super::store::{Batch, COUNT_KIND, CountMessage, Entry, Machine, MessageIds, Store, StoreError, Waiting};
use crate::agent::backlog::Backlog as Figures;

/// How much waits in memory, in bytes, before it is written.
const MEMORY: usize = 64 << 20;

/// How much the publisher has at a time: entries, and bytes.
const WINDOW: usize = 8 << 10;
const WINDOW_BYTES: usize = 16 << 20;

/// How often at most is committed.
const PACE: Duration = Duration::from_millis(10);

/// How long a number may wait to be removed, so that a commit removes many.
const REMOVAL: Duration = Duration::from_millis(250);

/// How often the store is tried again after a failure.
const RETRY: Duration = Duration::from_secs(1);

/// How often the age of entries is looked at.
const AGING: Duration = Duration::from_secs(60);

/// Where messages are put, and what becomes of them; shared by all that have a part in it.
#[derive(Clone)]
pub(crate) struct Backlog {
    shared: Arc<Shared>,
}

struct Shared {
    ids: MessageIds,
    queue: Mutex<Queue>,
    changed: Condvar,
    count_message: CountMessage,
    figures: Arc<Figures>,
    /// How many entries the broker does not have yet.
    unpublished: watch::Sender<u64>,
}

#[derive(Default)]
struct Queue {
    next: u64,
    entries: Vec<Entry>,
    machines: Vec<(Arc<Machine>, bool)>,
    /// How much the entries take, those that are being written included.
    bytes: usize,
    published: Vec<u64>,
    /// How many messages of a machine found no room.
    missed: BTreeMap<Arc<Machine>, u64>,
    phase: Phase,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Phase {
    #[default]
    Open,
    /// Nothing more is pushed.
    Closed,
    /// Nothing more is published.
    Ended,
}

/// The thread that writes.
pub(crate) struct Writing {
    thread: JoinHandle<()>,
    /// Ready when all that was pushed until the close is on disk, or cannot be.
    committed: watch::Receiver<bool>,
}

impl Backlog {
    /// Begins to write. The entries of the store come out at the receiver, first those that it had.
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
        let writer = Writer {
            shared: shared.clone(),
            store,
            notes,
            sender,
            committed: committed_sender,
            given: Given::default(),
            has_more: true,
            has_failed: false,
            untold: 0,
            told: None,
            phase: Phase::Open,
        };
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

impl Queue {
    fn is_empty(&self) -> bool {
        self.entries.is_empty()
            && self.machines.is_empty()
            && self.published.is_empty()
            && self.missed.is_empty()
    }

    fn put(
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
    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts how many messages of a machine found no room.
    fn count(&self, queue: &mut Queue, machine: &Arc<Machine>, count: u64) {
        let at = now();
        let message = |id: String| (self.count_message)(&id, machine, at, count);
        queue.put(&self.ids, machine, COUNT_KIND, at, message);
    }

    fn enter(&self, phase: Phase) {
        let mut queue = self.lock();
        queue.phase = queue.phase.max(phase);
        self.changed.notify_one();
    }

    fn show(&self, waiting: Waiting) {
        self.figures.bytes.store(waiting.bytes, Ordering::Relaxed);
        self.figures.oldest.store(waiting.oldest.unwrap_or(0), Ordering::Relaxed);
    }
}

/// What the publisher was given and has not published.
#[derive(Default)]
struct Given {
    sizes: BTreeMap<u64, usize>,
    bytes: usize,
}

struct Writer {
    shared: Arc<Shared>,
    store: Store,
    notes: Notes,
    sender: mpsc::UnboundedSender<Vec<Entry>>,
    committed: watch::Sender<bool>,
    given: Given,
    /// There may be entries that the publisher was not given.
    has_more: bool,
    has_failed: bool,
    /// How many messages were dropped since that was last told, and when it was.
    untold: u64,
    told: Option<Instant>,
    /// The last one that was acted on.
    phase: Phase,
}

impl Writer {
    fn run(mut self) {
        let mut batch = Batch::default();
        let mut last = Instant::now();
        self.give(&batch);
        loop {
            self.wait(&mut batch, last);
            let is_new = !batch.entries.is_empty() || !batch.machines.is_empty();
            let is_due =
                (!batch.published.is_empty() && last.elapsed() >= REMOVAL) || last.elapsed() >= AGING;
            if is_new || is_due || self.phase != Phase::Open {
                last = Instant::now();
                if self.commit(&batch) {
                    self.release(&batch);
                    batch = Batch::default();
                }
            }
            if self.phase == Phase::Ended {
                return;
            }
            self.give(&batch);
            if self.phase == Phase::Closed {
                // It is on disk and counted, or cannot be; whoever waits for it may be gone.
                self.committed.send_replace(true);
            }
        }
    }

    /// Waits for something to do, and adds it to the batch.
    fn wait(&mut self, batch: &mut Batch, last: Instant) {
        let limit = match (self.has_failed, batch.published.is_empty()) {
            (true, _) => RETRY,
            (false, false) => REMOVAL,
            (false, true) => AGING,
        };
        let is_idle = |queue: &mut Queue| queue.phase == self.phase && (queue.is_empty() || self.has_failed);
        let queue = self.shared.lock();
        let waited =
            self.shared.changed.wait_timeout_while(queue, limit.saturating_sub(last.elapsed()), is_idle);
        let mut queue = waited.unwrap_or_else(PoisonError::into_inner).0;
        if !queue.entries.is_empty() && queue.phase == Phase::Open {
            // What comes in the meantime is committed together with it.
            drop(queue);
            thread::sleep(PACE.saturating_sub(last.elapsed()));
            queue = self.shared.lock();
        }
        for (machine, count) in mem::take(&mut queue.missed) {
            if queue.bytes > MEMORY {
                queue.missed.insert(machine, count);
                continue;
            }
            self.shared.count(&mut queue, &machine, count);
        }
        batch.entries.append(&mut queue.entries);
        batch.machines.append(&mut queue.machines);
        let published = mem::take(&mut queue.published);
        self.phase = queue.phase;
        drop(queue);
        for seq in &published {
            self.given.bytes -= self.given.sizes.remove(seq).unwrap_or(0);
        }
        batch.published.extend(published);
    }

    /// Writes a batch; false if it cannot be written now.
    fn commit(&mut self, batch: &Batch) -> bool {
        let written = self.store.reopen().and_then(|()| self.store.commit(batch, now()));
        match written {
            Ok(dropped) => {
                self.shared.figures.dropped.fetch_add(dropped, Ordering::Relaxed);
                self.tell_dropped(dropped);
                if mem::take(&mut self.has_failed) {
                    (self.notes)(Note::Remark("the backlog is written again".to_owned()));
                }
                true
            }
            Err(error) => {
                if !mem::replace(&mut self.has_failed, true) {
                    (self.notes)(Note::Trouble(format!("{error}; events wait in memory")));
                }
                if self.phase == Phase::Ended && !batch.entries.is_empty() {
                    let count = batch.entries.len();
                    (self.notes)(Note::Trouble(format!("{error}; {count} messages are lost")));
                }
                false
            }
        }
    }

    /// Tells that messages were dropped; while that goes on, now and then.
    fn tell_dropped(&mut self, dropped: u64) {
        self.untold += dropped;
        if self.untold > 0 && self.told.is_none_or(|told| told.elapsed() >= AGING) {
            self.told = Some(Instant::now());
            let count = mem::take(&mut self.untold);
            let text = format!("the backlog is full or too old: {count} of the oldest messages dropped");
            (self.notes)(Note::Trouble(text));
        }
    }

    /// Tells what a commit changed.
    fn release(&mut self, batch: &Batch) {
        let bytes: usize = batch.entries.iter().map(|entry| size_of::<Entry>() + entry.payload.len()).sum();
        self.shared.lock().bytes -= bytes;
        self.has_more |= !batch.entries.is_empty();
        let waiting = self.store.waiting();
        self.shared.show(waiting);
    }

    /// Gives the publisher what it has room for.
    fn give(&mut self, batch: &Batch) {
        while self.has_more && self.given.sizes.len() < WINDOW && self.given.bytes < WINDOW_BYTES {
            let room = WINDOW - self.given.sizes.len();
            let Ok(entries) = self.store.take(room, WINDOW_BYTES - self.given.bytes) else { return };
            self.has_more = !entries.is_empty();
            if entries.is_empty() {
                break;
            }
            for entry in &entries {
                self.given.sizes.insert(entry.seq, entry.payload.len());
                self.given.bytes += entry.payload.len();
            }
            // The publisher is gone if the program ends.
            let _ = self.sender.send(entries);
        }
        let queue = self.shared.lock();
        let published = batch.published.len() + queue.published.len();
        let unpublished = self.store.waiting().entries.saturating_sub(published as u64);
        self.shared.unpublished.send_replace(unpublished);
        drop(queue);
        self.shared.figures.entries.store(unpublished, Ordering::Relaxed);
    }
}

/// The time in milliseconds of Unix time.
pub(crate) fn now() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}

#[cfg(test)]
mod tests;
