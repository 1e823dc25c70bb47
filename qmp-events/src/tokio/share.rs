//! One monitor for many QMP clients.

mod clerk;
mod dialogue;
mod reader;
mod reply;

use super::client::Client;
use super::hub::{DEFAULT_CAPACITY, Hub, Subscribers};
use super::item::{DeliverAs, Item};
use super::listener::Listener;
use super::queue::Queued;
use super::subscription::Subscription;
use crate::QapiEvents;
use crate::client::Disconnected;
use crate::endpoint::{Endpoint, EndpointError};
use crate::protocol::Greeting;
use clerk::Clerk;
use reader::Reader;
use std::collections::BTreeSet;
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use tokio::task::{JoinError, JoinHandle, JoinSet};

/// How many clients are served at a time, so that those of one machine never take all open files of a process that
/// shares many.
const CLIENTS: usize = 64;

/// How long it waits after a connection could not be accepted, as with too many open files.
const ACCEPT_AGAIN: Duration = Duration::from_millis(100);

/// How many clients wait at once for the events before their replies.
const CATCHUPS: usize = 16;

/// A QMP server that hands the events of one monitor on to many clients: a monitor serves one client at a time, so
/// whoever holds it can share it.
///
/// Its clients need not know: it greets as the monitor's server does, negotiates, sends the events as they came,
/// and answers commands. It executes those that were [allowed](ShareOptions::allow), with the monitor's
/// own replies, and refuses all others. Python's `qemu.qmp` connects to it, socat, and this crate's clients.
///
/// ```no_run
/// use qmp_events::tokio::{ShareOptions, connect};
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let (client, mut items) = connect("unix:/run/vm.sock").await?;
/// let mut share = ShareOptions::new().allow(["query-status"]).bind("unix:/run/vm-shared.sock").await?;
/// let others = client.subscribe();
/// tokio::spawn(async move { share.forward(client, others).await });
/// while let Some(item) = items.next().await {
///     println!("{item:?}");
/// }
/// # Ok(())
/// # }
/// ```
///
/// # Readers
///
/// The events for each client wait in a queue of its own, so a slow one disturbs neither the others nor whoever
/// feeds this. If its queue is full, its oldest events are dropped, and it gets an event
/// `__org.qmp-events_LAGGED` in their place, with their number as `missed`. A client that lags for want of
/// reading is never closed for it.
///
/// When the connection to the machine ends, so do those of the clients, as if QEMU had closed them. A
/// client that comes later waits for its greeting until the machine is there, as with a monitor that
/// serves somebody else.
///
/// # Who may connect
///
/// Whoever may open the socket's file, which the process's umask and the directory decide. 64 clients are served at
/// a time, whether they have negotiated or not; others wait for their greeting until one leaves. The file of a
/// unix socket is replaced and removed as that of a [`Listener`] is. When this is dropped, its
/// clients get what waits for them before their connections end; [`close`](Self::close) waits for that.
///
/// # Feeding it
///
/// [`forward`](Self::forward) takes a client and a subscription. For events from elsewhere there are
/// [`connected`](Self::connected), [`event`](Self::event), [`lagged`](Self::lagged) and
/// [`disconnected`](Self::disconnected), none of which ever waits.
#[derive(Debug)]
pub struct Share {
    hub: Arc<Hub>,
    subscribers: Subscribers,
    clerk: Arc<Clerk>,
    endpoint: Endpoint,
    /// It listens as long as this is there.
    closing: Option<oneshot::Sender<()>>,
    serving: JoinHandle<()>,
}

/// How a monitor is shared.
#[derive(Clone, Debug)]
pub struct ShareOptions {
    allowed: BTreeSet<String>,
    capacity: usize,
}

impl ShareOptions {
    /// No command is allowed, and 1024 events wait for each client.
    pub fn new() -> Self {
        ShareOptions { allowed: BTreeSet::new(), capacity: DEFAULT_CAPACITY }
    }

    /// Allows these commands, besides those that are allowed already. Every client can execute them.
    #[must_use]
    pub fn allow<C: Into<String>>(mut self, commands: impl IntoIterator<Item = C>) -> Self {
        self.allowed.extend(commands.into_iter().map(Into::into));
        self
    }

    /// How many events wait for each client, at least one. They take 16 MiB at most.
    #[must_use]
    pub fn capacity(mut self, events: usize) -> Self {
        self.capacity = events;
        self
    }

    /// Listens for clients on a unix or TCP socket; on port 0, at one that is free.
    ///
    /// # Errors
    ///
    /// As [`Listener::bind`].
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime.
    pub async fn bind<A>(self, endpoint: A) -> io::Result<Share>
    where
        A: TryInto<Endpoint, Error: Into<EndpointError>>,
    {
        let listener = Listener::bind(endpoint).await?;
        let endpoint = listener.endpoint().clone();
        let (hub, clerk) = (Arc::new(Hub::new()), Arc::new(Clerk::new(self.allowed)));
        let (closing, is_closing) = oneshot::channel();
        let server = Server { listener, hub: hub.clone(), clerk: clerk.clone(), capacity: self.capacity };
        let serving = tokio::spawn(server.serve(is_closing));
        let subscribers = Subscribers::default();
        Ok(Share { hub, subscribers, clerk, endpoint, closing: Some(closing), serving })
    }
}

impl Default for ShareOptions {
    fn default() -> Self {
        Self::new()
    }
}

impl Share {
    /// Where it listens, with the port that was chosen.
    pub fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// Executes allowed commands with this client from here on. Without one, every command is refused. It
    /// keeps the client's connection alive.
    pub fn execute_with<E: QapiEvents>(&mut self, client: Client<E>) {
        self.clerk.employ(client.decode_as(), None);
    }

    /// A connection to the machine was made: clients are greeted, and get the events from here on.
    pub fn connected(&mut self, greeting: Arc<Greeting>) {
        self.hub.publish(&Queued::Connected(greeting));
    }

    /// Sends an event to all clients: the JSON text of the message, which must be one.
    pub fn event(&mut self, json: &[u8]) {
        self.hub.publish_event(&mut self.subscribers, "", json);
    }

    /// Tells all clients that so many events were dropped before they came here.
    pub fn lagged(&mut self, missed: u64) {
        self.hub.publish(&Queued::Lagged(missed));
    }

    /// The connection to the machine has ended, and so do those of the clients that were greeted, after they were
    /// sent what waits for them. Others wait for the next one.
    pub fn disconnected(&mut self) {
        self.hub.publish(&Queued::Disconnected(Disconnected::Released));
    }

    /// Closes the socket, and waits until the clients have got what waits for them. One that does not take it is
    /// given five seconds.
    pub async fn close(mut self) {
        self.begin_to_close();
        // The runtime tells of a panic in it.
        let _: Result<(), JoinError> = (&mut self.serving).await;
    }

    fn begin_to_close(&mut self) {
        self.closing = None;
        self.disconnected();
        self.hub.close();
    }

    /// Shares what a subscription tells, and executes commands with the client, until the subscription ends. As
    /// with QEMU, a command's event precedes its reply, if subscription and client are of the same
    /// connection.
    pub async fn forward<E: QapiEvents, M: DeliverAs>(
        &mut self,
        client: Client<E>,
        subscription: Subscription<M>,
    ) {
        let (sender, mut catchups) = mpsc::channel(CATCHUPS);
        self.clerk.employ(client.decode_as(), Some(sender));
        let mut items = subscription.raw();
        loop {
            let item = tokio::select! {
                item = items.next() => item,
                // The clerk has a sender.
                Some(catchup) = catchups.recv() => {
                    self.catch_up(&mut items);
                    // Whoever asked may have left.
                    let _: Result<(), ()> = catchup.send(());
                    continue;
                }
            };
            match item {
                Some(item) => self.take(item),
                None => return,
            }
        }
    }

    /// Shares what has come already; of a flood, no more than could wait.
    fn catch_up(&mut self, items: &mut Subscription<Arc<[u8]>>) {
        let waiting = std::iter::from_fn(|| items.take_waiting());
        waiting.take(DEFAULT_CAPACITY).for_each(|item| self.take(item));
    }

    fn take(&mut self, item: Item<Arc<[u8]>>) {
        match item {
            Item::Connected(greeting) => self.connected(greeting),
            Item::Event(json) => self.event(&json),
            Item::Lagged { missed } => self.lagged(missed),
            Item::Gap(_) | Item::Disconnected(_) => self.disconnected(),
            // What cannot be read is not handed on.
            Item::Malformed(_) => {}
        }
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.begin_to_close();
    }
}

/// Serves each client in a task of its own.
struct Server {
    listener: Listener,
    hub: Arc<Hub>,
    clerk: Arc<Clerk>,
    capacity: usize,
}

impl Server {
    /// Serves clients until it is told to close, and then until they have got what waits for them.
    async fn serve(self, mut is_closing: oneshot::Receiver<()>) {
        let mut readers = JoinSet::new();
        loop {
            tokio::select! {
                // Others wait in the socket's backlog.
                accepted = self.listener.accept(), if readers.len() < CLIENTS => match accepted {
                    Ok(socket) => {
                        let reader =
                            Reader::new(socket, self.hub.clone(), self.clerk.clone(), self.capacity);
                        readers.spawn(reader.serve());
                    }
                    Err(_) => tokio::time::sleep(ACCEPT_AGAIN).await,
                },
                Some(_) = readers.join_next() => {}
                _ = &mut is_closing => break,
            }
        }
        drop(self);
        while readers.join_next().await.is_some() {}
    }
}
