//! Where the driver meets the subscribers: what is published reaches all of them, in the same order.
//!
//! Only the driver publishes, so the order needs no lock. The lock is never held while a queue is filled:
//! filters and wakers are the user's, and may call the client.

use super::identity::Identity;
use super::queue::{Queue, Queued};
use crate::client::Disconnected;
use crate::protocol::Greeting;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::watch;

/// What a subscriber gets if it sets nothing else: this many items may wait for it.
pub(super) const DEFAULT_CAPACITY: usize = 1024;

/// The subscribers of a client, and the last that is known about its connection.
#[derive(Debug)]
pub(super) struct Hub {
    inner: Mutex<Inner>,
    /// How often a subscriber came or went.
    changes: AtomicU64,
    /// Why there is no connection; nothing while there is one, or while the first attempt runs.
    cause: watch::Sender<Option<Disconnected>>,
}

#[derive(Debug, Default)]
struct Inner {
    /// Replaced as a whole when a subscriber comes or goes, so that it can be read without the lock.
    queues: Arc<[Arc<Queue>]>,
    /// `Connected` or `Disconnected`; nothing while the first attempt runs.
    connection: Option<Queued>,
    is_closed: bool,
    /// What is known of the server's process.
    process: Identity,
}

/// The subscribers as the driver saw them last, so that an event takes no lock of the hub.
#[derive(Debug, Default)]
pub(super) struct Subscribers {
    queues: Arc<[Arc<Queue>]>,
    changes: u64,
}

impl Hub {
    pub(super) fn new() -> Self {
        Hub { inner: Mutex::default(), changes: AtomicU64::new(0), cause: watch::Sender::new(None) }
    }

    /// A new subscriber's queue; it begins with the last that is known about the connection.
    pub(super) fn subscribe(&self) -> Arc<Queue> {
        let queue = Arc::new(Queue::with_capacity(DEFAULT_CAPACITY));
        let mut inner = self.lock();
        if let Some(connection) = &inner.connection {
            queue.push(connection.clone());
        }
        if inner.is_closed {
            queue.close();
        } else {
            inner.queues = inner.queues.iter().chain([&queue]).cloned().collect();
            self.changes.fetch_add(1, Ordering::Release);
        }
        queue
    }

    pub(super) fn unsubscribe(&self, queue: &Arc<Queue>) {
        {
            let mut inner = self.lock();
            inner.queues = inner.queues.iter().filter(|other| !Arc::ptr_eq(other, queue)).cloned().collect();
            self.changes.fetch_add(1, Ordering::Release);
        }
        // The driver holds it until the next event.
        queue.clear();
    }

    /// Publishes an event to all subscribers; `subscribers` are those of the last time.
    pub(super) fn publish_event(&self, subscribers: &mut Subscribers, name: &str, json: &[u8]) {
        let changes = self.changes.load(Ordering::Acquire);
        if subscribers.changes != changes {
            *subscribers = Subscribers { queues: self.lock().queues.clone(), changes };
        }
        let mut shared: Option<Arc<[u8]>> = None;
        for queue in subscribers.queues.iter() {
            queue.push_event(name, || shared.get_or_insert_with(|| json.into()).clone());
        }
    }

    pub(super) fn publish(&self, item: &Queued) {
        let queues = {
            let mut inner = self.lock();
            if let Queued::Connected(_) | Queued::Disconnected(_) = item {
                inner.connection = Some(item.clone());
            }
            inner.queues.clone()
        };
        match item {
            Queued::Connected(_) => drop(self.cause.send_replace(None)),
            Queued::Disconnected(cause) => drop(self.cause.send_replace(Some(cause.clone()))),
            _ => {}
        }
        for queue in queues.iter() {
            queue.push(item.clone());
        }
    }

    /// Says that nothing more will be published.
    pub(super) fn close(&self) {
        let queues = {
            let mut inner = self.lock();
            inner.is_closed = true;
            self.changes.fetch_add(1, Ordering::Release);
            std::mem::take(&mut inner.queues)
        };
        for queue in queues.iter() {
            queue.close();
        }
    }

    pub(super) fn set_process(&self, process: Identity) {
        self.lock().process = process;
    }

    pub(super) fn process(&self) -> Identity {
        self.lock().process
    }

    pub(super) fn is_closed(&self) -> bool {
        self.lock().is_closed
    }

    pub(super) fn greeting(&self) -> Option<Arc<Greeting>> {
        match &self.lock().connection {
            Some(Queued::Connected(greeting)) => Some(greeting.clone()),
            _ => None,
        }
    }

    /// Why a command got no reply. A connection that just broke has no cause yet: this waits for it.
    pub(super) async fn cause(&self) -> Disconnected {
        let mut causes = self.cause.subscribe();
        // The sender is in this hub, so the channel stays open.
        let cause = causes.wait_for(Option::is_some).await.ok().and_then(|cause| cause.clone());
        cause.unwrap_or(Disconnected::Released)
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
