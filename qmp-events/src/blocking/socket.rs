//! A stream to an endpoint, with the time-outs that `Read` and `Write` lack.

use super::deadline::time_left;
use crate::endpoint::Endpoint;
use std::io::{self, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
#[cfg(unix)]
use std::os::unix::net::UnixStream;
#[cfg(unix)]
use std::path::Path;
use std::time::{Duration, Instant};

/// A time-out of zero would mean none.
#[cfg(unix)]
const SHORTEST: Duration = Duration::from_millis(1);

/// A connected unix or TCP socket: connected to an [`Endpoint`], or accepted, see
/// [`Options::from_socket`](super::Options::from_socket).
#[derive(Debug)]
pub struct Socket(Kind);

#[derive(Debug)]
enum Kind {
    #[cfg(unix)]
    Unix(UnixStream),
    Tcp(TcpStream),
}

impl Socket {
    /// Connects, or gives up at the deadline with [`io::ErrorKind::TimedOut`] or
    /// [`io::ErrorKind::WouldBlock`].
    pub(super) fn connect(endpoint: &Endpoint, deadline: Option<Instant>) -> io::Result<Self> {
        match endpoint {
            #[cfg(unix)]
            Endpoint::Unix(path) => connect_unix(path, deadline).map(Socket::from),
            #[cfg(not(unix))]
            Endpoint::Unix(_) => Err(io::ErrorKind::Unsupported.into()),
            Endpoint::Tcp { host, port } => {
                let stream = connect_tcp(host, *port, deadline)?;
                stream.set_nodelay(true)?;
                Ok(stream.into())
            }
        }
    }

    pub(super) fn set_timeout(&self, timeout: Option<Duration>) -> io::Result<()> {
        match &self.0 {
            #[cfg(unix)]
            Kind::Unix(stream) => {
                stream.set_read_timeout(timeout)?;
                stream.set_write_timeout(timeout)
            }
            Kind::Tcp(stream) => {
                stream.set_read_timeout(timeout)?;
                stream.set_write_timeout(timeout)
            }
        }
    }
}

/// The queue of a monitor that serves another client may be full: then the kernel waits for room, no
/// longer than the socket's time-out for writing. The standard library has no way to set that first.
#[cfg(unix)]
fn connect_unix(path: &Path, deadline: Option<Instant>) -> io::Result<UnixStream> {
    use socket2::{Domain, SockAddr, Type};
    use std::os::fd::OwnedFd;
    let address = SockAddr::unix(path)?;
    loop {
        let socket = socket2::Socket::new(Domain::UNIX, Type::STREAM, None)?;
        let left = time_left(deadline)?.map(|left| left.max(SHORTEST));
        socket.set_write_timeout(left)?;
        match socket.connect(&address) {
            Ok(()) => return Ok(OwnedFd::from(socket).into()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// Tries one address after the other, as the standard library does.
fn connect_tcp(host: &str, port: u16, deadline: Option<Instant>) -> io::Result<TcpStream> {
    let mut failure = io::Error::new(io::ErrorKind::NotFound, "the host name has no address");
    for address in (host, port).to_socket_addrs()? {
        let connected = match time_left(deadline)? {
            Some(left) => TcpStream::connect_timeout(&address, left),
            None => TcpStream::connect(address),
        };
        match connected {
            Ok(stream) => return Ok(stream),
            Err(error) => failure = error,
        }
    }
    Err(failure)
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

impl Read for Socket {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match &mut self.0 {
            #[cfg(unix)]
            Kind::Unix(stream) => stream.read(buffer),
            Kind::Tcp(stream) => stream.read(buffer),
        }
    }
}

impl Write for Socket {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.0 {
            #[cfg(unix)]
            Kind::Unix(stream) => stream.write(bytes),
            Kind::Tcp(stream) => stream.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.0 {
            #[cfg(unix)]
            Kind::Unix(stream) => stream.flush(),
            Kind::Tcp(stream) => stream.flush(),
        }
    }
}
