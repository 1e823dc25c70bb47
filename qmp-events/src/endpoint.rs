//! Where a QMP server listens.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

/// Where a QMP server listens: `unix:PATH` or `tcp:HOST:PORT`, as in QEMU's option `-qmp`.
///
/// ```
/// use qmp_events::Endpoint;
///
/// let endpoint: Endpoint = "unix:/run/vm.sock".parse()?;
/// assert_eq!(endpoint, Endpoint::Unix("/run/vm.sock".into()));
/// let endpoint: Endpoint = "tcp:[::1]:4444".parse()?;
/// assert_eq!(endpoint.to_string(), "tcp:[::1]:4444");
/// # Ok::<(), qmp_events::EndpointError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Endpoint {
    /// A unix stream socket at a path.
    Unix(PathBuf),
    /// A TCP socket.
    Tcp {
        /// A name or an address; an IPv6 address without its brackets.
        host: String,
        /// The port.
        port: u16,
    },
}

/// A text that names no [`Endpoint`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EndpointError {
    text: String,
    problem: &'static str,
}

impl FromStr for Endpoint {
    type Err = EndpointError;

    fn from_str(text: &str) -> Result<Self, EndpointError> {
        let error = |problem| EndpointError { text: text.to_owned(), problem };
        match text.split_once(':') {
            Some(("unix", "")) => Err(error("the path is missing: write unix:PATH")),
            Some(("unix", path)) if path.contains(",server") => {
                Err(error("`,server` and what follows are options for QEMU, not part of the path"))
            }
            Some(("unix", path)) => Ok(Endpoint::Unix(path.into())),
            Some(("tcp", address)) => {
                let (host, port) = address
                    .rsplit_once(':')
                    .ok_or_else(|| error("the port is missing: write tcp:HOST:PORT"))?;
                let port = port.parse().map_err(|_| error("the port is not a number from 0 to 65535"))?;
                let inner = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
                match inner {
                    None if host.contains(':') => {
                        Err(error("an IPv6 address needs brackets: tcp:[::1]:4444"))
                    }
                    None if host.is_empty() => Err(error("the host is missing: write tcp:HOST:PORT")),
                    _ => Ok(Endpoint::Tcp { host: inner.unwrap_or(host).to_owned(), port }),
                }
            }
            _ => Err(error("write unix:PATH or tcp:HOST:PORT")),
        }
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Endpoint::Unix(path) => write!(f, "unix:{}", path.display()),
            Endpoint::Tcp { host, port } if host.contains(':') => write!(f, "tcp:[{host}]:{port}"),
            Endpoint::Tcp { host, port } => write!(f, "tcp:{host}:{port}"),
        }
    }
}

impl fmt::Display for EndpointError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is no QMP endpoint: {}", self.text.escape_debug(), self.problem)
    }
}

impl std::error::Error for EndpointError {}

/// What the clients take for an endpoint: an [`Endpoint`], or a text that is parsed as one.
pub trait ToEndpoint {
    /// The endpoint, or why the text is none.
    fn to_endpoint(&self) -> Result<Endpoint, EndpointError>;
}

impl ToEndpoint for Endpoint {
    fn to_endpoint(&self) -> Result<Endpoint, EndpointError> {
        Ok(self.clone())
    }
}

impl ToEndpoint for str {
    fn to_endpoint(&self) -> Result<Endpoint, EndpointError> {
        self.parse()
    }
}

impl ToEndpoint for String {
    fn to_endpoint(&self) -> Result<Endpoint, EndpointError> {
        self.parse()
    }
}

impl<T: ToEndpoint + ?Sized> ToEndpoint for &T {
    fn to_endpoint(&self) -> Result<Endpoint, EndpointError> {
        T::to_endpoint(self)
    }
}
