//! What a subscriber holds.

use super::connection::name_of;
use super::hub::Hub;
use super::item::{Item, Wire};
use super::queue::{Queue, Queued};
use crate::{EventMessage, QapiEvents};
use futures_core::Stream;
use std::future::poll_fn;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use tokio::sync::watch;

/// A [`Stream`] of what happens, in order, for one subscriber. It ends after the last
/// [`Item::Disconnected`].
///
/// It holds at most as many items as its [capacity](Self::with_capacity), and at most 16 MiB of events. If
/// its owner is slower than the server, the oldest items are dropped and counted by [`Item::Lagged`];
/// other subscribers and commands never notice.
///
/// The connection lives as long as a [`Client`](super::Client) or a subscription does.
#[derive(Debug)]
pub struct Subscription<M = EventMessage> {
    seat: Seat,
    delivered_as: PhantomData<fn() -> M>,
}

/// A place among the subscribers, given up when dropped.
#[derive(Debug)]
struct Seat {
    queue: Arc<Queue>,
    hub: Arc<Hub>,
    _alive: Arc<watch::Sender<()>>,
}

impl<M: Wire> Subscription<M> {
    pub(super) fn new(hub: Arc<Hub>, alive: Arc<watch::Sender<()>>) -> Self {
        let seat = Seat { queue: hub.subscribe(), hub, _alive: alive };
        Subscription { seat, delivered_as: PhantomData }
    }

    /// Sets how many items may wait, at least one; 1024 if it is not set.
    pub fn with_capacity(self, items: usize) -> Self {
        self.seat.queue.set_capacity(items);
        self
    }

    /// Lets only events pass whose name `filter` takes; other items always pass. It runs where the
    /// connection is read, so it must be quick. What it leaves out takes no room and counts as no lag.
    ///
    /// ```no_run
    /// # async fn example() -> Result<(), qmp_events::Error> {
    /// let (client, events) = qmp_events::tokio::connect("unix:/run/vm.sock").await?;
    /// let block_events = events.with_filter(|name| name.starts_with("BLOCK_"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn with_filter(self, filter: impl Fn(&str) -> bool + Send + 'static) -> Self {
        self.seat.queue.set_filter(Box::new(filter), name_of);
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

    fn deliver_as<N: Wire>(self) -> Subscription<N> {
        Subscription { seat: self.seat, delivered_as: PhantomData }
    }

    /// The next item; `None` after the last. Cancel-safe: nothing is lost if the future is dropped.
    pub async fn next(&mut self) -> Option<Item<M>> {
        poll_fn(|context| self.poll_item(context)).await
    }

    fn poll_item(&mut self, context: &mut Context<'_>) -> Poll<Option<Item<M>>> {
        self.seat.queue.poll_take(context).map(|item| item.map(Queued::into_item))
    }
}

impl<M: Wire> Stream for Subscription<M> {
    type Item = Item<M>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Item<M>>> {
        self.get_mut().poll_item(context)
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.hub.unsubscribe(&self.queue);
    }
}
