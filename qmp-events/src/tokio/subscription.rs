//! What a subscriber holds.

use super::connection::name_of;
use super::hub::Hub;
use super::item::{DeliverAs, Item};
use super::queue::{Queue, Queued};
use crate::{EventMessage, QapiEvents};
use futures_core::Stream;
use std::fmt;
use std::future::poll_fn;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use tokio::sync::watch;
use tokio::task::coop;

/// A [`Stream`] of what happens, in order, for one subscriber. It ends after the last
/// [`Item::Disconnected`].
///
/// It holds at most as many items as its [capacity](Self::with_capacity), and at most 16 MiB of memory. If
/// its owner is slower than the server, the oldest items are dropped and counted by [`Item::Lagged`];
/// other subscribers and commands never notice.
///
/// The connection lives as long as a [`Client`](super::Client) or a subscription does.
pub struct Subscription<M = EventMessage> {
    registration: Registration,
    delivered_as: PhantomData<fn() -> M>,
}

/// A place among the subscribers, given up when dropped.
#[derive(Debug)]
struct Registration {
    queue: Arc<Queue>,
    hub: Arc<Hub>,
    _alive: Arc<watch::Sender<bool>>,
}

impl<M: DeliverAs> Subscription<M> {
    pub(super) fn new(hub: Arc<Hub>, alive: Arc<watch::Sender<bool>>) -> Self {
        let registration = Registration { queue: hub.subscribe(), hub, _alive: alive };
        Subscription { registration, delivered_as: PhantomData }
    }

    /// Sets how many items may wait, at least one; 1024 if it is not set.
    pub fn with_capacity(self, items: usize) -> Self {
        self.registration.queue.set_capacity(items);
        self
    }

    /// Lets only events pass whose name `filter` takes; other items always pass. It runs where the
    /// connection is read, so it must be quick; if it panics, the connection ends. What it leaves out takes
    /// no room and is not counted as lag.
    ///
    /// ```no_run
    /// # async fn example() -> Result<(), qmp_events::Error> {
    /// let (client, events) = qmp_events::tokio::connect("unix:/run/vm.sock").await?;
    /// let block_events = events.with_filter(|name| name.starts_with("BLOCK_"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn with_filter(self, filter: impl Fn(&str) -> bool + Send + Sync + 'static) -> Self {
        self.registration.queue.set_filter(Arc::new(filter), name_of);
        self
    }

    /// Delivers events as a set of your own, see [`QapiEvents`](macro@QapiEvents).
    pub fn decode_as<E: QapiEvents>(self) -> Subscription<EventMessage<E>> {
        self.deliver_as()
    }

    /// Delivers events as the JSON text that came, not decoded.
    pub fn raw(self) -> Subscription<Arc<[u8]>> {
        self.deliver_as()
    }

    fn deliver_as<N: DeliverAs>(self) -> Subscription<N> {
        Subscription { registration: self.registration, delivered_as: PhantomData }
    }

    /// The next item; `None` after the last. Cancel-safe: nothing is lost if the future is dropped.
    pub async fn next(&mut self) -> Option<Item<M>> {
        poll_fn(|context| self.poll_item(context)).await
    }

    /// An item that is here already.
    pub(super) fn take_waiting(&mut self) -> Option<Item<M>> {
        self.registration.queue.take().map(Queued::into_item)
    }

    /// A flood must not keep its reader from ever yielding, so each item takes from the task's budget.
    fn poll_item(&mut self, context: &mut Context<'_>) -> Poll<Option<Item<M>>> {
        let budget = ready!(coop::poll_proceed(context));
        let item = ready!(self.registration.queue.poll_take(context));
        budget.made_progress();
        Poll::Ready(item.map(Queued::into_item))
    }
}

impl<M: DeliverAs> Stream for Subscription<M> {
    type Item = Item<M>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Item<M>>> {
        self.get_mut().poll_item(context)
    }
}

impl<M> fmt::Debug for Subscription<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subscription").field("queue", &self.registration.queue).finish_non_exhaustive()
    }
}

impl Drop for Registration {
    fn drop(&mut self) {
        self.hub.unsubscribe(&self.queue);
    }
}
