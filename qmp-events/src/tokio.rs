//! A client for tokio.
//!
//! ```no_run
//! use qmp_events::Event;
//! use qmp_events::tokio::Item;
//!
//! # async fn example() -> Result<(), qmp_events::Error> {
//! let (client, mut events) = qmp_events::tokio::connect("unix:/run/vm.sock").await?;
//! client.execute("cont", None).await?;
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
//! A subscriber's queue is bounded. If it is full, its oldest event is dropped, and [`Item::Lagged`] says
//! in that place how many were; what is said of the connection stays. The task never waits for a
//! subscriber, so a slow one stalls neither the others nor the commands, and never makes QEMU keep its
//! output in memory. The subscription
//! that comes with the connection misses nothing, not even events from before the greeting; one made
//! later begins with the state of the connection.
//!
//! # Cancellation
//!
//! Every future here may be dropped at any time. A dropped [`Subscription::next`] loses no item. A dropped
//! [`Client::execute`] sends its command as a whole or not at all; the reply is ignored. A dropped
//! [`Client::wait_for`] ends its subscription. A dropped [`connect`] closes the connection.
//!
//! # Several machines
//!
//! Connect to each and spawn a task that sends its items to one channel; a connection needs a few KiB.
//!
//! This module must never block a thread, and its task must never panic on what a server sends.

mod backoff;
mod client;
mod connection;
mod connector;
mod driver;
mod hub;
mod identity;
mod item;
mod queue;
mod request;
mod subscription;
mod task;
mod wait;

pub use backoff::Backoff;
pub use client::Client;
pub use connector::{Connector, Socket};
pub use item::{DeliverAs, Gap, Item, Peer};
pub use subscription::Subscription;
pub use wait::Wait;

use crate::client::{DEFAULT_HANDSHAKE_TIMEOUT, Disconnected, Error};
use crate::endpoint::{Endpoint, EndpointError};
use crate::protocol::DEFAULT_MESSAGE_LIMIT;
use driver::Driver;
use hub::Hub;
use std::sync::Arc;
use std::time::Duration;
use task::Task;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::{mpsc, oneshot, watch};

/// How many commands wait for their turn to be sent; more make [`Client::execute`] wait.
const REQUESTS: usize = 16;

/// Connects to a QMP server and negotiates the capabilities, with the default [`Options`].
///
/// # Errors
///
/// [`Error::Endpoint`] if the text is not one; [`Error::Disconnected`] if connecting or the handshake
/// fails.
pub async fn connect<A>(endpoint: A) -> Result<(Client, Subscription), Error>
where
    A: TryInto<Endpoint, Error: Into<EndpointError>>,
{
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

    /// How long connecting, the greeting and the capabilities negotiation may take together;
    /// [`Duration::MAX`] for no limit. A monitor that serves another client sends no greeting until that
    /// one leaves.
    pub const fn handshake_timeout(mut self, timeout: Duration) -> Self {
        self.handshake_timeout = timeout;
        self
    }

    /// The longest message, in bytes; a longer one is skipped and reported. A greeting has about 150.
    pub const fn message_limit(mut self, limit: usize) -> Self {
        self.message_limit = limit;
        self
    }

    /// Connects again, for ever, whenever there is no connection, until the client is closed or dropped. [`Item::Gap`] then says whether it is to
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
    pub async fn connect<A>(&self, endpoint: A) -> Result<(Client, Subscription), Error>
    where
        A: TryInto<Endpoint, Error: Into<EndpointError>>,
    {
        let endpoint = endpoint.try_into().map_err(Into::into)?;
        self.connect_with(endpoint).await
    }

    /// Negotiates the capabilities over a connected stream. There is nothing to reconnect to then.
    ///
    /// # Errors
    ///
    /// [`Error::Disconnected`] if the handshake fails.
    pub async fn from_stream<S>(&self, stream: S) -> Result<(Client, Subscription), Error>
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
            Err(_) => Err(handles.0.cause().await.into()),
        }
    }

    /// Begins to connect and returns at once; the subscription tells how it goes.
    ///
    /// # Errors
    ///
    /// [`Error::Endpoint`] if the text is not one.
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime.
    pub fn start<A>(&self, endpoint: A) -> Result<(Client, Subscription), Error>
    where
        A: TryInto<Endpoint, Error: Into<EndpointError>>,
    {
        let endpoint = endpoint.try_into().map_err(Into::into)?;
        Ok(self.start_with(endpoint))
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
        let hub = Arc::new(Hub::new());
        let (requests, receiver) = mpsc::channel(REQUESTS);
        let (alive, handles) = watch::channel(());
        let client = Client::new(hub.clone(), requests, alive);
        let subscription = client.subscribe();
        let driver =
            Driver { connector, options: *self, hub: hub.clone(), requests: receiver, first, previous: None };
        tokio::spawn(Task::new(hub, driver.run(handles)));
        (client, subscription)
    }
}

impl Default for Options {
    fn default() -> Self {
        Self::new()
    }
}
