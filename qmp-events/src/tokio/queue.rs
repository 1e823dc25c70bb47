//! What waits for one subscriber: bounded, never blocking the side that fills it.

use super::item::{Gap, Item, Wire};
use crate::client::{Disconnected, Malformed};
use crate::server_message::Greeting;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

/// The most bytes of events that wait for one subscriber: 16 MiB. The newest event always fits.
const BYTES: usize = 16 << 20;

/// Decides by an event's name whether a subscriber gets it.
pub(super) type Filter = Box<dyn Fn(&str) -> bool + Send>;

/// An item that is not decoded yet. Clones share what they hold.
#[derive(Clone, Debug)]
pub(super) enum Queued {
    Connected(Arc<Greeting>),
    Event(Arc<[u8]>),
    Malformed(Arc<Malformed>),
    /// So many items stood here, and were dropped.
    Lagged(u64),
    Gap(Gap),
    Disconnected(Disconnected),
}

impl Queued {
    /// The bytes that it holds on to.
    fn size(&self) -> usize {
        match self {
            Queued::Event(json) => json.len(),
            Queued::Malformed(malformed) => match &**malformed {
                Malformed::Event(error) => error.raw().len(),
                Malformed::Unrecognised { json, .. } => json.len(),
                // Of what was skipped only the first bytes are kept.
                Malformed::Skipped(_) => 0,
            },
            _ => 0,
        }
    }

    /// Whether it came from the server, which may send without end; the rest is about the connection.
    fn is_traffic(&self) -> bool {
        matches!(self, Queued::Event(_) | Queued::Malformed(_))
    }

    /// Decodes an event, in the subscriber's own time.
    pub(super) fn into_item<M: Wire>(self) -> Item<M> {
        match self {
            Queued::Connected(greeting) => Item::Connected(greeting),
            Queued::Event(json) => match M::from_wire(json) {
                Ok(message) => Item::Event(message),
                Err(error) => Item::Malformed(Arc::new(error.into())),
            },
            Queued::Malformed(malformed) => Item::Malformed(malformed),
            Queued::Lagged(count) => Item::Lagged(count),
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
    /// How many of the items are no [`Queued::Lagged`].
    waiting: usize,
    bytes: usize,
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
        let mut inner = self.lock();
        inner.items.retain(|item| match item {
            Queued::Event(json) => filter(&name_of(json)),
            _ => true,
        });
        inner.bytes = inner.items.iter().map(Queued::size).sum();
        inner.waiting = inner.items.iter().filter(|item| !matches!(item, Queued::Lagged(_))).count();
        inner.filter = Some(filter);
    }

    /// Whether an event of that name is for this subscriber.
    pub(super) fn takes(&self, name: &str) -> bool {
        self.lock().filter.as_ref().is_none_or(|filter| filter(name))
    }

    pub(super) fn push(&self, item: Queued) {
        let mut inner = self.lock();
        match item {
            // Items that were dropped before they came here.
            Queued::Lagged(count) => {
                let end = inner.items.len();
                inner.add_lag(end, count);
            }
            item => {
                inner.bytes += item.size();
                inner.waiting += 1;
                inner.items.push_back(item);
                inner.drop_surplus();
            }
        }
        inner.wake();
    }

    /// Says that no more items will come.
    pub(super) fn close(&self) {
        let mut inner = self.lock();
        inner.is_closed = true;
        inner.wake();
    }

    pub(super) fn poll_take(&self, context: &mut Context<'_>) -> Poll<Option<Queued>> {
        let mut inner = self.lock();
        match inner.take() {
            Some(taken) => Poll::Ready(Some(taken)),
            None if inner.is_closed => Poll::Ready(None),
            None => {
                match &mut inner.waker {
                    Some(waker) => waker.clone_from(context.waker()),
                    none => *none = Some(context.waker().clone()),
                }
                Poll::Pending
            }
        }
    }

    pub(super) fn take(&self) -> Option<Queued> {
        self.lock().take()
    }

    /// A panic elsewhere leaves the queue as usable as it was.
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn drop_surplus(&mut self) {
        while self.waiting > self.capacity || (self.bytes > BYTES && self.waiting > 1) {
            let Some(at) = self.oldest(Queued::is_traffic).or_else(|| self.oldest(|_| true)) else { return };
            let Some(dropped) = self.items.remove(at) else { return };
            self.bytes -= dropped.size();
            self.waiting -= 1;
            self.add_lag(at, 1);
        }
    }

    /// Where the oldest item stands that is of some kind and not the newest of all.
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
        self.items.insert(at, Queued::Lagged(count));
    }

    fn take(&mut self) -> Option<Queued> {
        let item = self.items.pop_front()?;
        if !matches!(item, Queued::Lagged(_)) {
            self.waiting -= 1;
        }
        self.bytes -= item.size();
        if self.items.is_empty() {
            self.items = VecDeque::new();
        }
        Some(item)
    }

    fn wake(&mut self) {
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }
}

impl std::fmt::Debug for Queue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let inner = self.lock();
        f.debug_struct("Queue").field("waiting", &inner.waiting).finish_non_exhaustive()
    }
}
