//! A client for tokio.
//!
//! ```no_run
//! use qmp_events::Event;
//! use qmp_events::tokio::Item;
//!
//! # async fn example() -> Result<(), qmp_events::Error> {
//! let (client, mut events) = qmp_events::tokio::connect("unix:/run/vm.sock").await?;
//! client.execute("cont", serde_json::Value::Null).await?;
//! while let Some(item) = events.next().await {
//!     match item {
//!         Item::Event(message) => println!("{:?}", message.event),
//!         Item::Disconnected(cause) => println!("{cause}"),
//!         _ => {}
//!     }
//! }
//! # Ok(())
//! # }
//! ```
//!
//! A task reads the connection all the time. Handles ([`Client`], clone it freely) send commands to it;
//! each [`Subscription`] is a stream of [`Item`]s with a queue of its own. The items make silence
//! unambiguous: connected, event, malformed, lagged, gap, disconnected.
//!
//! # Subscribers
//!
//! A subscriber's queue is bounded. If it is full, its oldest event is dropped, and [`Item::Lagged`] says in
//! that place how many were; what is said of the connection stays. The task never waits for a subscriber, so a slow one stalls
//! neither the others nor the commands, and never makes QEMU keep its output in memory. The subscription
//! that comes with the connection misses nothing, not even events from before the greeting; one made
//! later begins with the state of the connection.
//!
//! # Cancellation
//!
//! Every future here may be dropped at any time. A dropped [`Subscription::next`] loses no item. A dropped
//! [`Client::execute`] sends its command as a whole or not at all; the reply is passed over. A dropped
//! [`Client::wait_for`] ends its subscription. A dropped [`connect`] closes the connection.
//!
//! # Several machines
//!
//! Connect to each and spawn a task that sends its items to one channel; a connection needs a few KiB.
//!
//! This module must never block a thread, and its task must never panic on what a server sends.

mod backoff;
mod connection;
mod connector;
mod driver;
mod hub;
mod identity;
mod item;
mod queue;
mod subscription;
mod wait;

pub use crate::client::{Disconnected, Error, Malformed};
pub use backoff::Backoff;
pub use connector::{Connector, Socket};
pub use item::{Gap, Item, Peer, Wire};
pub use subscription::Subscription;
pub use wait::Wait;

use crate::EventMessage;
use crate::client::DEFAULT_HANDSHAKE_TIMEOUT;
use crate::endpoint::ToEndpoint;
use crate::server_message::Greeting;
use crate::splitter::DEFAULT_MESSAGE_LIMIT;
use driver::{Driver, Request};
use hub::Hub;
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::{mpsc, oneshot, watch};

/// How many commands wait for their turn to be sent; more make [`Client::execute`] wait.
const REQUESTS: usize = 16;

/// Connects to a QMP server and negotiates the capabilities, with the default [`Options`].
///
/// # Errors
///
/// [`Error::Endpoint`] if the text names none; [`Error::Disconnected`] if connecting or the handshake fails.
pub async fn connect(endpoint: impl ToEndpoint) -> Result<(Client, Subscription), Error> {
    Options::new().connect(endpoint).await
}

/// How to connect.
///
/// ```no_run
/// use qmp_events::tokio::{Backoff, Options};
///
/// # async fn example() -> Result<(), qmp_events::Error> {
/// let options = Options::new().reconnect(Backoff::default());
/// let (client, events) = options.start("unix:/run/vm.sock")?; // QEMU may not even run yet
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Options {
    handshake_timeout: Duration,
    message_limit: usize,
    reconnect: Option<Backoff>,
}

impl Options {
    /// Ten seconds for the handshake, 16 MiB for a message, no reconnect.
    pub const fn new() -> Self {
        Options {
            handshake_timeout: DEFAULT_HANDSHAKE_TIMEOUT,
            message_limit: DEFAULT_MESSAGE_LIMIT,
            reconnect: None,
        }
    }

    /// How long connecting, the greeting and the capabilities negotiation may take together. A monitor
    /// that serves another client sends no greeting until that one leaves.
    pub const fn handshake_timeout(mut self, timeout: Duration) -> Self {
        self.handshake_timeout = timeout;
        self
    }

    /// The longest message, in bytes; a longer one is passed over and reported.
    pub const fn message_limit(mut self, limit: usize) -> Self {
        self.message_limit = limit;
        self
    }

    /// Connects again, for ever, whenever there is no connection. [`Item::Gap`] then says whether it is to
    /// the same QEMU; to find out, each connection begins with a `query-cpus-fast`.
    pub const fn reconnect(mut self, backoff: Backoff) -> Self {
        self.reconnect = Some(backoff);
        self
    }

    /// Connects to a QMP server and negotiates the capabilities.
    ///
    /// # Errors
    ///
    /// As [`connect`](connect()). The first attempt must succeed, even if it would be repeated.
    pub async fn connect(&self, endpoint: impl ToEndpoint) -> Result<(Client, Subscription), Error> {
        self.connect_with(endpoint.to_endpoint()?).await
    }

    /// Negotiates the capabilities over a connected stream. There is nothing to reconnect to then.
    ///
    /// # Errors
    ///
    /// [`Error::Disconnected`] if the handshake fails.
    pub async fn over<S>(&self, stream: S) -> Result<(Client, Subscription), Error>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let options = Options { reconnect: None, ..*self };
        options.connect_with(connector::Connected(Some(stream))).await
    }

    /// Connects in your own way, for example with TLS or over vsock.
    ///
    /// # Errors
    ///
    /// [`Error::Disconnected`] if connecting or the handshake fails.
    pub async fn connect_with(&self, connector: impl Connector) -> Result<(Client, Subscription), Error> {
        let (sender, first) = oneshot::channel();
        let handles = self.spawn(connector, Some(sender));
        match first.await {
            Ok(Ok(())) => Ok(handles),
            Ok(Err(cause)) => Err(cause.into()),
            Err(_) => Err(handles.0.cause().into()),
        }
    }

    /// Begins to connect and returns at once; the subscription tells how it goes.
    ///
    /// # Errors
    ///
    /// [`Error::Endpoint`] if the text names none.
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime.
    pub fn start(&self, endpoint: impl ToEndpoint) -> Result<(Client, Subscription), Error> {
        Ok(self.start_with(endpoint.to_endpoint()?))
    }

    /// As [`start`](Self::start), connecting in your own way.
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime.
    pub fn start_with(&self, connector: impl Connector) -> (Client, Subscription) {
        self.spawn(connector, None)
    }

    fn spawn(
        &self,
        connector: impl Connector,
        first: Option<oneshot::Sender<Result<(), Disconnected>>>,
    ) -> (Client, Subscription) {
        let hub = Arc::new(Hub::default());
        let (requests, receiver) = mpsc::channel(REQUESTS);
        let (alive, handles) = watch::channel(());
        let client = Client { hub: hub.clone(), requests, alive: Arc::new(alive) };
        let subscription = client.subscribe();
        let driver = Driver { connector, options: *self, hub, requests: receiver, first, previous: None };
        tokio::spawn(driver.run(handles));
        (client, subscription)
    }
}

impl Default for Options {
    fn default() -> Self {
        Self::new()
    }
}

/// A handle on a connection, or on a row of them with [reconnect](Options::reconnect). The
/// connection lives as long as a handle or a [`Subscription`] does.
#[derive(Clone, Debug)]
pub struct Client {
    hub: Arc<Hub>,
    requests: mpsc::Sender<Request>,
    alive: Arc<watch::Sender<()>>,
}

impl Client {
    /// What the server said of itself; `None` while there is no connection.
    pub fn greeting(&self) -> Option<Arc<Greeting>> {
        self.hub.greeting()
    }

    /// One more subscriber, from now on. Its first item is the state of the connection, if that is known.
    pub fn subscribe(&self) -> Subscription {
        Subscription::new(self.hub.clone(), self.alive.clone())
    }

    /// Executes a command and waits for its reply. `arguments` is an object, or null for none.
    ///
    /// There is no time-out: wrap it in [`tokio::time::timeout`]. While there is no connection, it fails
    /// at once; while one is being made, it waits for that.
    ///
    /// # Errors
    ///
    /// [`Error::Command`] if the server refuses it, [`Error::Disconnected`] if there is no reply.
    ///
    /// [`tokio::time::timeout`]: https://docs.rs/tokio/1/tokio/time/fn.timeout.html
    pub async fn execute(&self, name: &str, arguments: Value) -> Result<Value, Error> {
        self.request(name.to_owned(), arguments).await?.result().await
    }

    /// Waits for the first event of which `pick` makes something. To wait for one of several events, or
    /// for one with certain members, say so in `pick`.
    ///
    /// ```no_run
    /// use qmp_events::Event;
    /// use serde_json::json;
    /// use std::time::Duration;
    ///
    /// # async fn example(client: qmp_events::tokio::Client) -> Result<(), qmp_events::Error> {
    /// let is_unplugged = client
    ///     .wait_for(|message| match message.event {
    ///         Event::DeviceDeleted(e) if e.device.as_deref() == Some("net0") => Some(true),
    ///         Event::DeviceUnplugGuestError(e) if e.device.as_deref() == Some("net0") => Some(false),
    ///         _ => None,
    ///     })
    ///     .send("device_del", json!({"id": "net0"}))
    ///     .within(Duration::from_secs(30))
    ///     .await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// The result is an error if the command is refused ([`Error::Command`]), the time runs out
    /// ([`Error::TimedOut`]), the connection ends, even if it would be made again
    /// ([`Error::Disconnected`]), or so many events come at once that some are dropped
    /// ([`Error::Lagged`]).
    pub fn wait_for<F, T>(&self, pick: F) -> Wait<F>
    where
        F: FnMut(EventMessage) -> Option<T>,
    {
        Wait::new(self, pick)
    }

    /// Closes the connection, for all handles and subscribers.
    pub fn close(&self) {
        self.alive.send_replace(());
    }

    async fn request(&self, name: String, arguments: Value) -> Result<Pending, Error> {
        let (reply, receiver) = oneshot::channel();
        match self.requests.send(Request { name, arguments, reply }).await {
            Ok(()) => Ok(Pending { receiver, hub: self.hub.clone() }),
            Err(_) => Err(self.cause().into()),
        }
    }

    fn cause(&self) -> Disconnected {
        self.hub.cause()
    }
}

/// The reply to a command that is on its way.
#[derive(Debug)]
struct Pending {
    receiver: oneshot::Receiver<Result<Value, Error>>,
    hub: Arc<Hub>,
}

impl Pending {
    async fn result(&mut self) -> Result<Value, Error> {
        let cause = || Err(self.hub.cause().into());
        (&mut self.receiver).await.unwrap_or_else(|_| cause())
    }

    /// The result, or never.
    async fn of(pending: &mut Option<Pending>) -> Result<Value, Error> {
        match pending {
            Some(pending) => pending.result().await,
            None => std::future::pending().await,
        }
    }
}
