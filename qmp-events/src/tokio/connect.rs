//! Connecting: makes the driver, and the handles on it.

use super::client::Client;
use super::connector::{Connected, Connector, Socket};
use super::driver::Driver;
use super::hub::Hub;
use super::options::Options;
use super::subscription::Subscription;
use super::task::Task;
use crate::client::{Disconnected, Error};
use crate::endpoint::{Endpoint, EndpointError};
use std::sync::Arc;
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

impl Options {
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
        self.negotiate_over(Connected { stream: Some(stream), process_id: None, stop_receiving: |_| false })
            .await
    }

    /// As [`from_stream`](Self::from_stream), over a socket that was accepted. The process at its other end
    /// is part of the [`Identity`](super::Identity) of the server.
    ///
    /// # Errors
    ///
    /// [`Error::Disconnected`] if the handshake fails.
    pub async fn from_socket(&self, socket: impl Into<Socket>) -> Result<(Client, Subscription), Error> {
        let socket = socket.into();
        let process_id = socket.process_id();
        self.negotiate_over(Connected {
            stream: Some(socket),
            process_id,
            stop_receiving: Socket::stop_receiving,
        })
        .await
    }

    async fn negotiate_over<S>(&self, connected: Connected<S>) -> Result<(Client, Subscription), Error>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let options = Options { reconnect: None, ..*self };
        options.connect_with(connected).await
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
        let (alive, handles) = watch::channel(false);
        let client = Client::new(hub.clone(), requests, alive);
        let subscription = client.subscribe();
        let driver =
            Driver { connector, options: *self, hub: hub.clone(), requests: receiver, first, previous: None };
        tokio::spawn(Task::new(hub, driver.run(handles)));
        (client, subscription)
    }
}
