//! How a client gets its streams: to an endpoint, or in the user's own way.

use crate::endpoint::Endpoint;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
#[cfg(unix)]
use tokio::net::UnixStream;

/// Makes the streams of a client, one per connection.
///
/// It is implemented for [`Endpoint`] and for closures:
///
/// ```no_run
/// use qmp_events::tokio::Options;
/// use std::time::Duration;
///
/// # async fn example() -> Result<(), qmp_events::Error> {
/// let connector = || tokio::net::TcpStream::connect("vm.example.com:4444"); // or TLS, or vsock
/// let (client, events) = Options::new().connect_with(connector).await?;
/// # Ok(())
/// # }
/// ```
pub trait Connector: Send + 'static {
    /// What it connects to.
    type Stream: AsyncRead + AsyncWrite + Unpin + Send + 'static;

    /// Makes a stream. The client drops the future if the time for the handshake runs out.
    fn connect(&mut self) -> impl Future<Output = io::Result<Self::Stream>> + Send;

    /// The id of the process at the other end, if it is one on this machine.
    fn process_id(&self, stream: &Self::Stream) -> Option<i32> {
        let _ = stream;
        None
    }

    /// Makes the other end unable to send more, if that is possible without losing what it has sent: on Linux,
    /// shutting down a unix socket for reading does that. [`Client::close`](super::Client::close) then reads to
    /// the end of the stream, and otherwise until no more comes. Says whether it was possible.
    fn stop_receiving(&self, stream: &Self::Stream) -> bool {
        let _ = stream;
        false
    }
}

impl<F, Fut, S> Connector for F
where
    F: FnMut() -> Fut + Send + 'static,
    Fut: Future<Output = io::Result<S>> + Send,
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    type Stream = S;

    fn connect(&mut self) -> impl Future<Output = io::Result<S>> + Send {
        self()
    }
}

impl Connector for Endpoint {
    type Stream = Socket;

    async fn connect(&mut self) -> io::Result<Socket> {
        match self {
            #[cfg(unix)]
            Endpoint::Unix(path) => loop {
                match UnixStream::connect(&path).await {
                    // The queue of a monitor that serves another client is full. There is nothing to wait
                    // on, so this asks again until the handshake's time runs out.
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                        tokio::time::sleep(Duration::from_millis(50)).await;
                    }
                    result => return result.map(Socket::from),
                }
            },
            #[cfg(not(unix))]
            Endpoint::Unix(_) => Err(io::ErrorKind::Unsupported.into()),
            Endpoint::Tcp { host, port } => {
                let stream = TcpStream::connect((host.as_str(), *port)).await?;
                stream.set_nodelay(true)?;
                Ok(stream.into())
            }
        }
    }

    fn process_id(&self, stream: &Socket) -> Option<i32> {
        stream.process_id()
    }

    fn stop_receiving(&self, stream: &Socket) -> bool {
        stream.stop_receiving()
    }
}

/// A stream that was connected elsewhere, for one connection.
pub(super) struct Connected<S> {
    pub(super) stream: Option<S>,
    pub(super) process_id: Option<i32>,
    pub(super) stop_receiving: fn(&S) -> bool,
}

impl<S: AsyncRead + AsyncWrite + Unpin + Send + 'static> Connector for Connected<S> {
    type Stream = S;

    async fn connect(&mut self) -> io::Result<S> {
        self.stream.take().ok_or_else(|| io::ErrorKind::NotConnected.into())
    }

    fn process_id(&self, _: &S) -> Option<i32> {
        self.process_id
    }

    fn stop_receiving(&self, stream: &S) -> bool {
        (self.stop_receiving)(stream)
    }
}

/// A connected unix or TCP socket: connected to an [`Endpoint`], or accepted by a
/// [`Listener`](super::Listener).
#[derive(Debug)]
pub struct Socket(Kind);

#[derive(Debug)]
enum Kind {
    #[cfg(unix)]
    Unix(UnixStream),
    Tcp(TcpStream),
}

impl Socket {
    /// The id of the process at the other end, if it is one on this machine.
    pub fn process_id(&self) -> Option<i32> {
        match &self.0 {
            #[cfg(unix)]
            Kind::Unix(stream) => stream.peer_cred().ok()?.pid(),
            Kind::Tcp(_) => None,
        }
    }

    /// As [`Connector::stop_receiving`].
    pub(super) fn stop_receiving(&self) -> bool {
        #[cfg(target_os = "linux")]
        if let Kind::Unix(stream) = &self.0 {
            // If it fails, the connection has ended.
            let _ = socket2::SockRef::from(stream).shutdown(std::net::Shutdown::Read);
            return true;
        }
        false
    }
}

#[cfg(unix)]
impl From<UnixStream> for Socket {
    fn from(stream: UnixStream) -> Self {
        Socket(Kind::Unix(stream))
    }
}

impl From<TcpStream> for Socket {
    fn from(stream: TcpStream) -> Self {
        Socket(Kind::Tcp(stream))
    }
}

impl AsyncRead for Socket {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match &mut self.0 {
            #[cfg(unix)]
            Kind::Unix(stream) => Pin::new(stream).poll_read(context, buffer),
            Kind::Tcp(stream) => Pin::new(stream).poll_read(context, buffer),
        }
    }
}

impl AsyncWrite for Socket {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match &mut self.0 {
            #[cfg(unix)]
            Kind::Unix(stream) => Pin::new(stream).poll_write(context, bytes),
            Kind::Tcp(stream) => Pin::new(stream).poll_write(context, bytes),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.0 {
            #[cfg(unix)]
            Kind::Unix(stream) => Pin::new(stream).poll_flush(context),
            Kind::Tcp(stream) => Pin::new(stream).poll_flush(context),
        }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.0 {
            #[cfg(unix)]
            Kind::Unix(stream) => Pin::new(stream).poll_shutdown(context),
            Kind::Tcp(stream) => Pin::new(stream).poll_shutdown(context),
        }
    }
}
