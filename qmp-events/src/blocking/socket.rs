//! A stream to an endpoint, with the time-outs that `Read` and `Write` lack.

use crate::endpoint::Endpoint;
use std::io::{self, Read, Write};
use std::net::TcpStream;
#[cfg(unix)]
use std::os::unix::net::UnixStream;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

/// A unix or TCP socket that is connected to an [`Endpoint`].
#[derive(Debug)]
pub struct Socket(Kind);

#[derive(Debug)]
enum Kind {
    #[cfg(unix)]
    Unix(UnixStream),
    Tcp(TcpStream),
}

impl Socket {
    /// Connects, or gives up after `timeout` with [`io::ErrorKind::TimedOut`].
    ///
    /// Connecting to a unix socket whose queue is full blocks, and cannot be interrupted: then the thread
    /// that does it here outlives the call until the server takes or drops the connection.
    pub(super) fn connect_within(endpoint: &Endpoint, timeout: Duration) -> io::Result<Self> {
        let (sender, receiver) = mpsc::sync_channel(1);
        let endpoint = endpoint.clone();
        thread::Builder::new().name("qmp-connect".to_owned()).spawn(move || {
            // The receiver is gone if the time ran out.
            let _ = sender.send(Self::connect(&endpoint));
        })?;
        receiver.recv_timeout(timeout).unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
    }

    fn connect(endpoint: &Endpoint) -> io::Result<Self> {
        match endpoint {
            #[cfg(unix)]
            Endpoint::Unix(path) => UnixStream::connect(path).map(Kind::Unix).map(Socket),
            #[cfg(not(unix))]
            Endpoint::Unix(_) => Err(io::ErrorKind::Unsupported.into()),
            Endpoint::Tcp { host, port } => {
                let stream = TcpStream::connect((host.as_str(), *port))?;
                stream.set_nodelay(true)?;
                Ok(Socket(Kind::Tcp(stream)))
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
