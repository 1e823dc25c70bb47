//! The thread that writes the backlog to disk, and gives it to the publisher.

use std::collections::{BTreeMap, HashSet};
use std::mem;
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use tokio::sync::{mpsc, watch};

use super::queue::{MEMORY, Phase, Queue, Shared, now};
use crate::broker::note::{Note, Notes};
use crate::broker::store::{Batch, Entry, Store, StoreError};

/// How much the publisher has at a time: entries, and bytes.
const WINDOW: usize = 8 << 10;
const WINDOW_BYTES: usize = 16 << 20;

/// How often at most is committed.
const PACE: Duration = Duration::from_millis(10);

/// How long a number may wait to be removed, so that a commit removes many.
const REMOVAL: Duration = Duration::from_millis(250);

/// How often the store is tried again after a failure.
const RETRY: Duration = Duration::from_secs(1);

/// How many messages are written together after a failure, at most.
const PART: usize = 512;

/// How often the age of entries is looked at.
const AGING: Duration = Duration::from_secs(60);

/// What the publisher was given and has not published.
#[derive(Default)]
struct Given {
    sizes: BTreeMap<u64, usize>,
    bytes: usize,
}

impl Given {
    fn has_room(&self) -> bool {
        self.sizes.len() < WINDOW && self.bytes < WINDOW_BYTES
    }
}

pub(super) struct Writer {
    shared: Arc<Shared>,
    store: Store,
    notes: Notes,
    sender: mpsc::UnboundedSender<Vec<Entry>>,
    committed: watch::Sender<bool>,
    given: Given,
    /// There may be entries that the publisher was not given.
    has_more: bool,
    has_failed: bool,
    /// The last message that the publisher was given and that is not written.
    given_unwritten: u64,
    /// How many messages were dropped since that was last told, and when it was.
    untold: u64,
    told: Option<Instant>,
    /// The last ones that were acted on.
    phase: Phase,
    recalls: u64,
}

impl Writer {
    pub(super) fn new(
        shared: Arc<Shared>,
        store: Store,
        notes: Notes,
        sender: mpsc::UnboundedSender<Vec<Entry>>,
        committed: watch::Sender<bool>,
    ) -> Self {
        Writer {
            shared,
            store,
            notes,
            sender,
            committed,
            given: Given::default(),
            has_more: true,
            has_failed: false,
            given_unwritten: 0,
            untold: 0,
            told: None,
            phase: Phase::Open,
            recalls: 0,
        }
    }

    pub(super) fn run(mut self) {
        let mut batch = Batch::default();
        let mut last = Instant::now();
        self.count(&batch);
        loop {
            let is_recalled = self.wait(&mut batch, last);
            let is_new = !batch.entries.is_empty() || !batch.machines.is_empty();
            let is_due =
                (!batch.published.is_empty() && last.elapsed() >= REMOVAL) || last.elapsed() >= AGING;
            if is_new || is_due || is_recalled || self.phase != Phase::Open {
                last = Instant::now();
                self.commit(&mut batch);
            }
            if self.phase == Phase::Ended {
                return;
            }
            if is_recalled {
                self.given = Given::default();
                self.given_unwritten = 0;
                self.store.take_again();
                self.has_more = true;
            }
            self.give(&batch);
            self.count(&batch);
            if self.phase == Phase::Closed {
                // It is on disk and counted, or cannot be; whoever waits for it may be gone.
                self.committed.send_replace(true);
            }
        }
    }

    /// Waits for something to do, and adds it to the batch. Says whether the publisher has given back what it had.
    fn wait(&mut self, batch: &mut Batch, last: Instant) -> bool {
        let limit = match (self.has_failed, batch.published.is_empty()) {
            (true, _) => RETRY,
            (false, false) => REMOVAL,
            (false, true) => AGING,
        };
        let can_give =
            self.given.has_room() && if self.has_failed { self.has_unwritten(batch) } else { self.has_more };
        let is_idle = |queue: &mut Queue| {
            queue.phase == self.phase
                && queue.recalls == self.recalls
                && (queue.is_empty() || self.has_failed)
                && !(can_give && queue.is_taken)
        };
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
        let is_recalled = mem::replace(&mut self.recalls, queue.recalls) != queue.recalls;
        drop(queue);
        for seq in &published {
            self.given.bytes -= self.given.sizes.remove(seq).unwrap_or(0);
        }
        let (unwritten, written) = published.into_iter().partition(|seq| batch.position(*seq).is_some());
        batch.published.extend::<Vec<u64>>(written);
        self.forget(batch, unwritten);
        is_recalled
    }

    /// Forgets messages that the broker has, and that were not written.
    fn forget(&self, batch: &mut Batch, published: Vec<u64>) {
        if published.is_empty() {
            return;
        }
        let published: HashSet<u64> = published.into_iter().collect();
        let (gone, rest) =
            mem::take(&mut batch.entries).into_iter().partition(|entry| published.contains(&entry.seq));
        batch.entries = rest;
        self.free(&gone);
    }

    /// Whether there are messages that are not written, and were not given.
    fn has_unwritten(&self, batch: &Batch) -> bool {
        !self.has_more && batch.entries.last().is_some_and(|last| last.seq > self.given_unwritten)
    }

    /// Writes a batch, as far as that is possible now: what is written leaves it.
    fn commit(&mut self, batch: &mut Batch) {
        let written = if self.has_failed { self.write_in_parts(batch) } else { self.write(batch) };
        match written {
            Ok(()) => {
                if mem::take(&mut self.has_failed) {
                    (self.notes)(Note::Remark("the backlog is written again".to_owned()));
                }
            }
            Err(error) => {
                // What is on the disk can be read all the same; if not, the next attempt says why.
                let _ = self.store.reopen();
                if !mem::replace(&mut self.has_failed, true) {
                    (self.notes)(Note::Trouble(format!("{error}; events wait in memory")));
                }
                if self.phase == Phase::Ended && !batch.entries.is_empty() {
                    let count = batch.entries.len();
                    (self.notes)(Note::Trouble(format!("{error}; {count} messages are lost")));
                }
            }
        }
    }

    /// Writes a whole batch, and empties it.
    fn write(&mut self, batch: &mut Batch) -> Result<(), StoreError> {
        self.store.reopen()?;
        let dropped = self.store.commit(batch, now())?;
        self.shared.figures.dropped.fetch_add(dropped, Ordering::Relaxed);
        self.tell_dropped(dropped);
        self.release(batch);
        *batch = Batch::default();
        Ok(())
    }

    /// Writes what there is room for, in parts that get smaller as it gets narrow.
    fn write_in_parts(&mut self, batch: &mut Batch) -> Result<(), StoreError> {
        let mut size = PART;
        loop {
            let mut part = batch.take_part(size);
            match self.write(&mut part) {
                Ok(()) if batch.is_empty() => return Ok(()),
                Ok(()) => {}
                Err(error) => {
                    batch.put_back(part);
                    if size == 1 {
                        return Err(error);
                    }
                    size = (size / 8).max(1);
                }
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
        self.free(&batch.entries);
        self.store.skip(self.given_unwritten);
        self.has_more |= !batch.entries.is_empty();
        let waiting = self.store.waiting();
        self.shared.show(waiting);
    }

    /// Counts that these messages are not in memory any more.
    fn free(&self, entries: &[Entry]) {
        let bytes: usize = entries.iter().map(|entry| size_of::<Entry>() + entry.payload.len()).sum();
        self.shared.lock().bytes -= bytes;
    }

    /// Gives the publisher what it has room for.
    fn give(&mut self, batch: &Batch) {
        while self.has_more && self.given.has_room() && self.shared.lock().is_taken {
            let room = WINDOW - self.given.sizes.len();
            let Ok(entries) = self.store.take(room, WINDOW_BYTES - self.given.bytes) else { return };
            self.has_more = !entries.is_empty();
            self.send(entries);
        }
        if self.has_failed
            && self.has_unwritten(batch)
            && self.given.has_room()
            && self.shared.lock().is_taken
        {
            self.give_unwritten(batch);
        }
    }

    /// Gives what cannot be written as well: the broker may take it.
    fn give_unwritten(&mut self, batch: &Batch) {
        let first = batch.entries.partition_point(|entry| entry.seq <= self.given_unwritten);
        let mut room = WINDOW_BYTES - self.given.bytes;
        let fits = |entry: &&Entry| {
            let had_room = room > 0;
            room = room.saturating_sub(entry.payload.len());
            had_room
        };
        let count = WINDOW - self.given.sizes.len();
        let entries: Vec<Entry> =
            batch.entries[first..].iter().take(count).take_while(fits).cloned().collect();
        self.given_unwritten = entries.last().map_or(self.given_unwritten, |last| last.seq);
        self.send(entries);
    }

    fn send(&mut self, entries: Vec<Entry>) {
        if entries.is_empty() {
            return;
        }
        for entry in &entries {
            self.given.sizes.insert(entry.seq, entry.payload.len());
            self.given.bytes += entry.payload.len();
        }
        let queue = self.shared.lock();
        // Under the lock: what is sent after a recall would come twice.
        if queue.recalls == self.recalls {
            // The publisher is gone if the program ends.
            let _ = self.sender.send(entries);
        }
    }

    /// Counts what the broker does not have.
    fn count(&self, batch: &Batch) {
        let queue = self.shared.lock();
        let published = batch.published.len() + queue.published.len();
        let waiting = self.store.waiting().entries + batch.entries.len() as u64;
        let unpublished = waiting.saturating_sub(published as u64);
        self.shared.unpublished.send_replace(unpublished);
        drop(queue);
        self.shared.figures.entries.store(unpublished, Ordering::Relaxed);
    }
}
