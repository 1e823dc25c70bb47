//! Where QEMU connects to us.

use super::connector::Socket;
use crate::endpoint::{Endpoint, EndpointError};
use std::io;
use tokio::net::TcpListener;
#[cfg(unix)]
use {super::socket_file::SocketFile, tokio::net::UnixListener};

/// A socket to which QEMU connects, instead of one on which it listens: any number of machines with
/// `-chardev socket,id=m,path=PATH,reconnect=1 -mon m,mode=control`, or `host=HOST,port=PORT` in place of the
/// path; since QEMU 9.2, `reconnect-ms=1000` in place of `reconnect=1`. Such a QEMU connects again after the
/// connection has ended.
///
/// ```no_run
/// use qmp_events::tokio::{Listener, Options};
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let listener = Listener::bind("unix:/run/machines.sock").await?;
/// loop {
///     let socket = listener.accept().await?;
///     tokio::spawn(async move {
///         let (client, mut items) = Options::new().from_socket(socket).await?;
///         let name = client.execute("query-name", None).await?;
///         while let Some(item) = items.next().await {
///             println!("{name}: {item:?}");
///         }
///         Ok::<(), qmp_events::Error>(())
///     });
/// }
/// # }
/// ```
///
/// The handshake is apart from accepting, so that a client that never greets keeps nobody else waiting; it has
/// the time-out of the [`Options`](super::Options). Whether a machine that comes again is the one from before,
/// [`Client::identity`](super::Client::identity) tells.
///
/// The file of a unix socket that it made is removed when the listener is dropped. In tests, feature `testing` has machines
/// that connect: `MockServer::dial`.
#[derive(Debug)]
pub struct Listener {
    kind: Kind,
    endpoint: Endpoint,
}

#[derive(Debug)]
enum Kind {
    #[cfg(unix)]
    Unix {
        listener: UnixListener,
        /// The file to remove; `None` of a socket that somebody else made.
        _file: Option<SocketFile>,
    },
    Tcp(TcpListener),
}

impl Listener {
    /// Listens on a unix or TCP socket; on port 0, at one that is free. A socket's file that exists is
    /// replaced if nobody listens on it, as after a program that was killed.
    ///
    /// # Errors
    ///
    /// Those of listening: [`AddrInUse`](io::ErrorKind::AddrInUse) if somebody listens there,
    /// [`AlreadyExists`](io::ErrorKind::AlreadyExists) if the path is that of something else than a socket,
    /// [`InvalidInput`](io::ErrorKind::InvalidInput) if the text is not an endpoint.
    pub async fn bind<A>(endpoint: A) -> io::Result<Self>
    where
        A: TryInto<Endpoint, Error: Into<EndpointError>>,
    {
        let invalid = |error: EndpointError| io::Error::new(io::ErrorKind::InvalidInput, error);
        match endpoint.try_into().map_err(|error| invalid(error.into()))? {
            #[cfg(unix)]
            Endpoint::Unix(path) => {
                let (listener, file) = SocketFile::bind(&path).await?;
                Ok(Listener {
                    kind: Kind::Unix { listener, _file: Some(file) },
                    endpoint: Endpoint::Unix(path),
                })
            }
            #[cfg(not(unix))]
            Endpoint::Unix(_) => Err(io::ErrorKind::Unsupported.into()),
            Endpoint::Tcp { host, port } => {
                let listener = TcpListener::bind((host.as_str(), port)).await?;
                let port = listener.local_addr()?.port();
                Ok(Listener { kind: Kind::Tcp(listener), endpoint: Endpoint::Tcp { host, port } })
            }
        }
    }

    /// Takes a unix socket on which is listened already, such as one that systemd hands over. Its file stays when
    /// the listener is dropped.
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](io::ErrorKind::InvalidInput) if the socket has no path, and those of the system.
    ///
    /// # Panics
    ///
    /// Outside of a runtime of tokio, as [`tokio::net::UnixListener::from_std`] does.
    ///
    /// [`tokio::net::UnixListener::from_std`]: https://docs.rs/tokio/1/tokio/net/struct.UnixListener.html#method.from_std
    #[cfg(unix)]
    pub fn from_unix(listener: std::os::unix::net::UnixListener) -> io::Result<Self> {
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let path = address
            .as_pathname()
            .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "the socket has no path"))?;
        let endpoint = Endpoint::Unix(path.to_owned());
        let listener = UnixListener::from_std(listener)?;
        Ok(Listener { kind: Kind::Unix { listener, _file: None }, endpoint })
    }

    /// Takes a TCP socket on which is listened already, such as one that systemd hands over.
    ///
    /// # Errors
    ///
    /// Those of the system.
    ///
    /// # Panics
    ///
    /// Outside of a runtime of tokio, as [`tokio::net::TcpListener::from_std`] does.
    ///
    /// [`tokio::net::TcpListener::from_std`]: https://docs.rs/tokio/1/tokio/net/struct.TcpListener.html#method.from_std
    pub fn from_tcp(listener: std::net::TcpListener) -> io::Result<Self> {
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let endpoint = Endpoint::Tcp { host: address.ip().to_string(), port: address.port() };
        Ok(Listener { kind: Kind::Tcp(TcpListener::from_std(listener)?), endpoint })
    }

    /// Where it listens, with the port that was chosen.
    pub fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// Waits for the next connection. Cancel-safe: a connection is given, or remains for the next call.
    ///
    /// # Errors
    ///
    /// Those of accepting. The listener remains usable, but the cause may last, such as too many open files:
    /// wait a while before the next call.
    pub async fn accept(&self) -> io::Result<Socket> {
        loop {
            let accepted = match &self.kind {
                #[cfg(unix)]
                Kind::Unix { listener, .. } => listener.accept().await.map(|(stream, _)| stream.into()),
                Kind::Tcp(listener) => match listener.accept().await {
                    Ok((stream, _)) => stream.set_nodelay(true).map(|()| stream.into()),
                    Err(error) => Err(error),
                },
            };
            match accepted {
                // That client left before it was accepted.
                Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => {}
                accepted => return accepted,
            }
        }
    }
}
