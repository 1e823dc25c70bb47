//! How to connect, and connecting.

use super::client::{Client, SetTimeout};
use super::deadline::{deadline_after, is_timeout};
use super::socket::Socket;
use crate::client::{DEFAULT_HANDSHAKE_TIMEOUT, Disconnected, Error, Handshake};
use crate::endpoint::{Endpoint, EndpointError};
use crate::protocol::DEFAULT_MESSAGE_LIMIT;
use std::io::{Read, Write};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Connects to a QMP server and negotiates the capabilities, with the default [`Options`].
///
/// # Errors
///
/// [`Error::Endpoint`] if the text is not one; [`Error::Disconnected`] if connecting or the handshake
/// fails.
pub fn connect<A>(endpoint: A) -> Result<Client, Error>
where
    A: TryInto<Endpoint, Error: Into<EndpointError>>,
{
    Options::new().connect(endpoint)
}

/// How to connect.
///
/// ```no_run
/// use qmp_events::blocking::Options;
/// use std::time::Duration;
///
/// let client = Options::new().handshake_timeout(Duration::from_secs(1)).connect("tcp:localhost:4444")?;
/// println!("{}", client.greeting());
/// # Ok::<(), qmp_events::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Options {
    handshake_timeout: Duration,
    message_limit: usize,
}

impl Options {
    /// Ten seconds for the handshake, 16 MiB for a message.
    pub const fn new() -> Self {
        Options { handshake_timeout: DEFAULT_HANDSHAKE_TIMEOUT, message_limit: DEFAULT_MESSAGE_LIMIT }
    }

    /// How long connecting, the greeting and the capabilities negotiation may take together;
    /// [`Duration::MAX`] for no limit. A monitor that serves another client sends no greeting until that
    /// one leaves. Resolving a host name has the limits of the system's resolver.
    pub const fn handshake_timeout(mut self, timeout: Duration) -> Self {
        self.handshake_timeout = timeout;
        self
    }

    /// The longest message, in bytes; a longer one is skipped and reported. A greeting has about 150.
    pub const fn message_limit(mut self, limit: usize) -> Self {
        self.message_limit = limit;
        self
    }

    /// Connects to a QMP server and negotiates the capabilities.
    ///
    /// # Errors
    ///
    /// As [`connect`](connect()).
    pub fn connect<A>(&self, endpoint: A) -> Result<Client, Error>
    where
        A: TryInto<Endpoint, Error: Into<EndpointError>>,
    {
        let endpoint = endpoint.try_into().map_err(Into::into)?;
        let deadline = deadline_after(self.handshake_timeout);
        let stream = Socket::connect(&endpoint, deadline).map_err(|error| {
            if is_timeout(&error) {
                Handshake::default().timed_out(self.handshake_timeout)
            } else {
                Disconnected::NotConnected(Arc::new(error))
            }
        })?;
        self.negotiate(stream, Socket::set_timeout, deadline)
    }

    /// Negotiates the capabilities over a connected stream: TLS, vsock, a pipe, a recording. It has no
    /// time-outs but those of the stream, which end in [`Error::TimedOut`]; over a plain socket, use
    /// [`from_socket`](Self::from_socket).
    ///
    /// # Errors
    ///
    /// [`Error::Disconnected`] if the handshake fails.
    pub fn from_stream<S: Read + Write>(&self, stream: S) -> Result<Client<S>, Error> {
        self.negotiate(stream, |_, _| Ok(()), None)
    }

    /// Negotiates the capabilities over a socket that was accepted, where QEMU connects to a listener: with
    /// `-chardev socket,id=m,path=PATH,reconnect=1 -mon m,mode=control`, for instance. It has all time-outs.
    ///
    /// ```no_run
    /// use qmp_events::blocking::Options;
    ///
    /// let listener = std::os::unix::net::UnixListener::bind("/run/machines.sock")?;
    /// for stream in listener.incoming() {
    ///     let mut client = Options::new().from_socket(stream?)?;
    ///     println!("{}", client.execute("query-name", None)?);
    /// }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Disconnected`] if the handshake fails.
    pub fn from_socket(&self, socket: impl Into<Socket>) -> Result<Client, Error> {
        self.negotiate(socket.into(), Socket::set_timeout, deadline_after(self.handshake_timeout))
    }

    fn negotiate<S: Read + Write>(
        &self,
        stream: S,
        set_timeout: SetTimeout<S>,
        deadline: Option<Instant>,
    ) -> Result<Client<S>, Error> {
        let mut client = Client::new(stream, set_timeout, self.message_limit);
        let mut handshake = Handshake::default();
        client.negotiate(deadline, &mut handshake).map_err(|error| match error {
            Error::TimedOut { .. } => handshake.timed_out(self.handshake_timeout).into(),
            Error::Disconnected(cause) => handshake.explain(cause).into(),
            error => handshake.received_instead().map_or(error, Error::from),
        })?;
        Ok(client)
    }
}

impl<S: Read + Write> Client<S> {
    /// Negotiates the capabilities over a connected stream, with the default [`Options`].
    ///
    /// # Errors
    ///
    /// As [`Options::from_stream`].
    pub fn from_stream(stream: S) -> Result<Self, Error> {
        Options::new().from_stream(stream)
    }
}

impl Default for Options {
    fn default() -> Self {
        Self::new()
    }
}
