//! Where the driver meets the subscribers: what is published reaches all of them, in the same order.

use super::queue::{Queue, Queued};
use crate::client::Disconnected;
use crate::server_message::Greeting;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What a subscriber gets if it sets nothing else: this many items may wait for it.
pub(super) const DEFAULT_CAPACITY: usize = 1024;

/// The subscribers of a client, and the last word about its connection.
#[derive(Debug, Default)]
pub(super) struct Hub {
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    queues: Vec<Arc<Queue>>,
    /// `Connected` or `Disconnected`; nothing while the first attempt runs.
    connection: Option<Queued>,
    /// Why there was no connection when there last was none.
    cause: Option<Disconnected>,
    is_closed: bool,
}

impl Hub {
    /// A new subscriber's queue; it begins with the last word about the connection.
    pub(super) fn subscribe(&self) -> Arc<Queue> {
        let queue = Arc::new(Queue::with_capacity(DEFAULT_CAPACITY));
        let mut inner = self.lock();
        if let Some(connection) = &inner.connection {
            queue.push(connection.clone());
        }
        if inner.is_closed {
            queue.close();
        } else {
            inner.queues.push(queue.clone());
        }
        queue
    }

    pub(super) fn unsubscribe(&self, queue: &Arc<Queue>) {
        self.lock().queues.retain(|other| !Arc::ptr_eq(other, queue));
    }

    pub(super) fn publish_event(&self, name: &str, json: &[u8]) {
        let mut shared: Option<Arc<[u8]>> = None;
        for queue in self.lock().queues.iter().filter(|queue| queue.takes(name)) {
            let json = shared.get_or_insert_with(|| json.into());
            queue.push(Queued::Event(json.clone()));
        }
    }

    pub(super) fn publish(&self, item: &Queued) {
        let mut inner = self.lock();
        for queue in &inner.queues {
            queue.push(item.clone());
        }
        if let Queued::Disconnected(cause) = item {
            inner.cause = Some(cause.clone());
        }
        if let Queued::Connected(_) | Queued::Disconnected(_) = item {
            inner.connection = Some(item.clone());
        }
    }

    /// Says that nothing more will be published.
    pub(super) fn close(&self) {
        let mut inner = self.lock();
        inner.is_closed = true;
        for queue in inner.queues.drain(..) {
            queue.close();
        }
    }

    pub(super) fn greeting(&self) -> Option<Arc<Greeting>> {
        match &self.lock().connection {
            Some(Queued::Connected(greeting)) => Some(greeting.clone()),
            _ => None,
        }
    }

    /// Why a command got no reply.
    pub(super) fn cause(&self) -> Disconnected {
        self.lock().cause.clone().unwrap_or(Disconnected::Released)
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
