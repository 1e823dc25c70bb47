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
    Gap(Gap),
    Disconnected(Disconnected),
}

impl Queued {
    fn size(&self) -> usize {
        if let Queued::Event(json) = self { json.len() } else { 0 }
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
            Queued::Gap(gap) => Item::Gap(gap),
            Queued::Disconnected(cause) => Item::Disconnected(cause),
        }
    }
}

/// What one look into the queue gives.
#[derive(Debug)]
pub(super) enum Taken {
    Lagged(u64),
    Next(Queued),
}

/// The queue of one subscriber. If it is full, the oldest item is dropped and counted.
#[derive(Default)]
pub(super) struct Queue {
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    items: VecDeque<Queued>,
    bytes: usize,
    capacity: usize,
    lagged: u64,
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
        inner.filter = Some(filter);
    }

    /// Whether an event of that name is for this subscriber.
    pub(super) fn takes(&self, name: &str) -> bool {
        self.lock().filter.as_ref().is_none_or(|filter| filter(name))
    }

    pub(super) fn push(&self, item: Queued) {
        let mut inner = self.lock();
        inner.bytes += item.size();
        inner.items.push_back(item);
        inner.drop_surplus();
        inner.wake();
    }

    /// Counts items that were dropped before they came here.
    pub(super) fn add_lag(&self, count: u64) {
        let mut inner = self.lock();
        inner.lagged += count;
        inner.wake();
    }

    /// Says that no more items will come.
    pub(super) fn close(&self) {
        let mut inner = self.lock();
        inner.is_closed = true;
        inner.wake();
    }

    pub(super) fn poll_take(&self, context: &mut Context<'_>) -> Poll<Option<Taken>> {
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

    pub(super) fn take(&self) -> Option<Taken> {
        self.lock().take()
    }

    /// A panic elsewhere leaves the queue as usable as it was.
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn drop_surplus(&mut self) {
        while self.items.len() > self.capacity || (self.bytes > BYTES && self.items.len() > 1) {
            if let Some(dropped) = self.items.pop_front() {
                self.bytes -= dropped.size();
                self.lagged += 1;
            }
        }
    }

    fn take(&mut self) -> Option<Taken> {
        if self.lagged > 0 {
            return Some(Taken::Lagged(std::mem::take(&mut self.lagged)));
        }
        let item = self.items.pop_front()?;
        self.bytes -= item.size();
        if self.items.is_empty() {
            self.items = VecDeque::new();
        }
        Some(Taken::Next(item))
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
        let (waiting, lagged) = (inner.items.len(), inner.lagged);
        f.debug_struct("Queue").field("waiting", &waiting).field("lagged", &lagged).finish_non_exhaustive()
    }
}
