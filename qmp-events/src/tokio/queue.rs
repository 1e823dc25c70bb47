//! What waits for one subscriber: bounded, never blocking the side that fills it.
//!
//! It must never call anything of the user's (filters, wakers) while it is locked.

use super::item::{DeliverAs, Item};
use crate::client::{Disconnected, Gap, Malformed};
use crate::protocol::Greeting;
use std::collections::{HashSet, VecDeque};
use std::mem::size_of;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

/// The most memory that waits for one subscriber: 16 MiB. The newest item always fits.
const BYTES: usize = 16 << 20;

/// An empty queue keeps room for so many items.
const KEPT_ITEMS: usize = 64;

/// Decides by an event's name whether a subscriber gets it.
pub(super) type Filter = Arc<dyn Fn(&str) -> bool + Send + Sync>;

/// An item that is not decoded yet. Clones share what they hold.
#[derive(Clone, Debug)]
pub(super) enum Queued {
    Connected(Arc<Greeting>),
    Event(Arc<[u8]>),
    Malformed(Arc<Malformed>),
    /// So many items were here, and were dropped.
    Lagged(u64),
    Gap(Gap),
    Disconnected(Disconnected),
}

impl Queued {
    /// Bytes of memory. A growing queue has places for twice its items, and each of up to three
    /// allocations has a header.
    fn cost(&self) -> usize {
        let heap = match self {
            Queued::Event(json) => json.len(),
            Queued::Malformed(malformed) => size_of::<Malformed>() + malformed.heap_size(),
            _ => 0,
        };
        2 * size_of::<Self>() + 3 * size_of::<[usize; 2]>() + heap
    }

    /// Whether it came from the server, which may send without end; the rest is about the connection.
    fn is_traffic(&self) -> bool {
        matches!(self, Queued::Event(_) | Queued::Malformed(_))
    }

    /// Decodes an event, in the subscriber's own time.
    pub(super) fn into_item<M: DeliverAs>(self) -> Item<M> {
        match self {
            Queued::Connected(greeting) => Item::Connected(greeting),
            Queued::Event(json) => match M::from_json(json) {
                Ok(message) => Item::Event(message),
                Err(error) => Item::Malformed(Arc::new(error.into())),
            },
            Queued::Malformed(malformed) => Item::Malformed(malformed),
            Queued::Lagged(missed) => Item::Lagged { missed },
            Queued::Gap(gap) => Item::Gap(gap),
            Queued::Disconnected(cause) => Item::Disconnected(cause),
        }
    }
}

/// The queue of one subscriber. If it is full, the oldest item is dropped and counted in its place; what
/// is said of the connection is kept as long as there is anything else to drop.
#[derive(Default)]
pub(super) struct Queue {
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    items: VecDeque<Queued>,
    /// How many of the items are not [`Queued::Lagged`].
    waiting: usize,
    cost: usize,
    capacity: usize,
    filter: Option<Filter>,
    waker: Option<Waker>,
    is_closed: bool,
}

impl Queue {
    pub(super) fn with_capacity(capacity: usize) -> Self {
        let queue = Queue::default();
        queue.lock().capacity = capacity.max(1);
        queue
    }

    pub(super) fn set_capacity(&self, capacity: usize) {
        let mut inner = self.lock();
        inner.capacity = capacity.max(1);
        inner.drop_surplus();
    }

    /// Lets only events pass whose name `filter` takes, the waiting ones too.
    pub(super) fn set_filter(&self, filter: Filter, name_of: impl Fn(&[u8]) -> String) {
        let (replaced, waiting) = {
            let mut inner = self.lock();
            (inner.filter.replace(filter.clone()), inner.events())
        };
        drop(replaced);
        let rejected: Vec<Arc<[u8]>> = waiting.into_iter().filter(|json| !filter(&name_of(json))).collect();
        let places: HashSet<*const u8> = rejected.iter().map(|json| json.as_ptr()).collect();
        self.lock().retain(|item| match item {
            Queued::Event(json) => !places.contains(&json.as_ptr()),
            _ => true,
        });
    }

    /// Adds an event, if it is for this subscriber.
    pub(super) fn push_event(&self, name: &str, json: impl FnOnce() -> Arc<[u8]>) {
        let mut passed: Option<Filter> = None;
        let waker = loop {
            let filter = {
                let mut inner = self.lock();
                match &inner.filter {
                    // Another one may have been set meanwhile.
                    Some(filter) if passed.as_ref().is_none_or(|passed| !Arc::ptr_eq(passed, filter)) => {
                        filter.clone()
                    }
                    _ => break inner.push(Queued::Event(json())),
                }
            };
            if !filter(name) {
                return;
            }
            passed = Some(filter);
        };
        wake(waker);
    }

    pub(super) fn push(&self, item: Queued) {
        let waker = self.lock().push(item);
        wake(waker);
    }

    /// Says that no more items will come.
    pub(super) fn close(&self) {
        let waker = {
            let mut inner = self.lock();
            inner.is_closed = true;
            inner.waker.take()
        };
        wake(waker);
    }

    /// Drops what waits, the filter and the waker: nobody will take an item any more.
    pub(super) fn clear(&self) {
        let (items, filter, waker) = {
            let mut inner = self.lock();
            (inner.cost, inner.waiting) = (0, 0);
            (std::mem::take(&mut inner.items), inner.filter.take(), inner.waker.take())
        };
        // Dropped after the lock: filter and waker are the user's.
        drop((items, filter, waker));
    }

    pub(super) fn poll_take(&self, context: &mut Context<'_>) -> Poll<Option<Queued>> {
        {
            let mut inner = self.lock();
            match inner.poll_next() {
                Poll::Pending if !inner.wakes(context.waker()) => {}
                polled => return polled,
            }
        }
        let mut waker = Some(context.waker().clone());
        let polled = {
            let mut inner = self.lock();
            let polled = inner.poll_next();
            if polled.is_pending() {
                std::mem::swap(&mut inner.waker, &mut waker);
            }
            polled
        };
        // What is not needed any more is dropped here, after the lock.
        drop(waker);
        polled
    }

    pub(super) fn take(&self) -> Option<Queued> {
        self.lock().take()
    }

    /// A panic elsewhere leaves the queue as usable as it was.
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn wake(waker: Option<Waker>) {
    if let Some(waker) = waker {
        waker.wake();
    }
}

impl Inner {
    /// Adds an item at the end, and says whom to wake.
    fn push(&mut self, item: Queued) -> Option<Waker> {
        match item {
            // Items that were dropped before they came here.
            Queued::Lagged(count) => self.add_lag(self.items.len(), count),
            item => {
                self.cost += item.cost();
                self.waiting += 1;
                self.items.push_back(item);
                self.drop_surplus();
            }
        }
        self.waker.take()
    }

    fn drop_surplus(&mut self) {
        while self.waiting > self.capacity || (self.cost > BYTES && self.waiting > 1) {
            let Some(at) = self.oldest(Queued::is_traffic).or_else(|| self.oldest(|_| true)) else { return };
            let Some(dropped) = self.items.remove(at) else { return };
            self.cost -= dropped.cost();
            self.waiting -= 1;
            self.add_lag(at, 1);
        }
    }

    /// Where the oldest item of some kind is that is not the newest of all.
    fn oldest(&self, is_wanted: impl Fn(&Queued) -> bool) -> Option<usize> {
        let older = self.items.iter().take(self.items.len().saturating_sub(1));
        older
            .enumerate()
            .find(|(_, item)| !matches!(item, Queued::Lagged(_)) && is_wanted(item))
            .map(|(at, _)| at)
    }

    /// Says that items are missing in front of the one at `at`.
    fn add_lag(&mut self, at: usize, count: u64) {
        let beside = [at.checked_sub(1), Some(at)];
        for neighbour in beside.into_iter().flatten() {
            if let Some(Queued::Lagged(lagged)) = self.items.get_mut(neighbour) {
                *lagged += count;
                return;
            }
        }
        let lagged = Queued::Lagged(count);
        self.cost += lagged.cost();
        self.items.insert(at, lagged);
    }

    fn events(&self) -> Vec<Arc<[u8]>> {
        let event = |item: &Queued| match item {
            Queued::Event(json) => Some(json.clone()),
            _ => None,
        };
        self.items.iter().filter_map(event).collect()
    }

    fn retain(&mut self, is_kept: impl Fn(&Queued) -> bool) {
        self.items.retain(is_kept);
        self.cost = self.items.iter().map(Queued::cost).sum();
        self.waiting = self.items.iter().filter(|item| !matches!(item, Queued::Lagged(_))).count();
    }

    fn wakes(&self, waker: &Waker) -> bool {
        self.waker.as_ref().is_some_and(|registered| registered.will_wake(waker))
    }

    fn poll_next(&mut self) -> Poll<Option<Queued>> {
        match self.take() {
            Some(taken) => Poll::Ready(Some(taken)),
            None if self.is_closed => Poll::Ready(None),
            None => Poll::Pending,
        }
    }

    fn take(&mut self) -> Option<Queued> {
        let item = self.items.pop_front()?;
        if !matches!(item, Queued::Lagged(_)) {
            self.waiting -= 1;
        }
        self.cost -= item.cost();
        if self.items.is_empty() {
            self.items.shrink_to(KEPT_ITEMS);
        }
        Some(item)
    }
}

impl std::fmt::Debug for Queue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let inner = self.lock();
        f.debug_struct("Queue").field("waiting", &inner.waiting).finish_non_exhaustive()
    }
}
