//! Where a QMP server listens.

use std::convert::Infallible;
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// Where a QMP server listens: `unix:PATH` or `tcp:HOST:PORT`, as in QEMU's option `-qmp`.
///
/// The clients take anything that converts into one: a text, the path of a unix socket, or an `Endpoint`.
///
/// ```
/// use qmp_events::Endpoint;
/// use std::path::Path;
///
/// let endpoint: Endpoint = "unix:/run/vm.sock".parse()?;
/// assert_eq!(endpoint, Endpoint::from(Path::new("/run/vm.sock")));
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

/// A text that is not an [`Endpoint`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EndpointError {
    text: String,
    problem: &'static str,
}

impl EndpointError {
    fn new(text: &str, problem: &'static str) -> Self {
        EndpointError { text: text.to_owned(), problem }
    }
}

impl FromStr for Endpoint {
    type Err = EndpointError;

    fn from_str(text: &str) -> Result<Self, EndpointError> {
        let error = |problem| EndpointError::new(text, problem);
        match text.split_once(':') {
            Some(("unix", "")) => Err(error("the path is missing: write unix:PATH")),
            Some(("unix", path)) if path.contains(",server") => {
                Err(error("`,server` and what follows are options for QEMU, not part of the path"))
            }
            Some(("unix", path)) => Ok(Endpoint::Unix(path.into())),
            Some(("tcp", address)) => parse_tcp(address).map_err(error),
            _ => Err(error("write unix:PATH or tcp:HOST:PORT")),
        }
    }
}

fn parse_tcp(address: &str) -> Result<Endpoint, &'static str> {
    let (host, port) = address.rsplit_once(':').ok_or("the port is missing: write tcp:HOST:PORT")?;
    let port = port.parse().map_err(|_| "the port is not a number from 0 to 65535")?;
    match host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
        Some(host) => Ok(Endpoint::Tcp { host: host.to_owned(), port }),
        None if host.contains(':') => Err("an IPv6 address needs brackets: tcp:[::1]:4444"),
        None if host.is_empty() => Err("the host is missing: write tcp:HOST:PORT"),
        None => Ok(Endpoint::Tcp { host: host.to_owned(), port }),
    }
}

/// A path that is not UTF-8 is shown with replacement characters.
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
        write!(f, "`{}` is not a QMP endpoint: {}", self.text.escape_debug(), self.problem)
    }
}

impl std::error::Error for EndpointError {}

impl TryFrom<&str> for Endpoint {
    type Error = EndpointError;

    fn try_from(text: &str) -> Result<Self, EndpointError> {
        text.parse()
    }
}

impl TryFrom<&String> for Endpoint {
    type Error = EndpointError;

    fn try_from(text: &String) -> Result<Self, EndpointError> {
        text.parse()
    }
}

impl TryFrom<String> for Endpoint {
    type Error = EndpointError;

    fn try_from(text: String) -> Result<Self, EndpointError> {
        text.parse()
    }
}

/// A text as the command line has it: a path after `unix:` need not be UTF-8.
impl TryFrom<&OsStr> for Endpoint {
    type Error = EndpointError;

    fn try_from(text: &OsStr) -> Result<Self, EndpointError> {
        match (text.to_str(), strip_unix(text)) {
            (None, Some(path)) => Ok(Endpoint::Unix(path)),
            (Some(text), _) => text.parse(),
            (None, None) => text.to_string_lossy().parse(),
        }
    }
}

impl TryFrom<OsString> for Endpoint {
    type Error = EndpointError;

    fn try_from(text: OsString) -> Result<Self, EndpointError> {
        text.as_os_str().try_into()
    }
}

#[cfg(unix)]
fn strip_unix(text: &OsStr) -> Option<PathBuf> {
    use std::os::unix::ffi::OsStrExt;
    text.as_bytes().strip_prefix(b"unix:").map(|path| OsStr::from_bytes(path).into())
}

#[cfg(not(unix))]
fn strip_unix(_: &OsStr) -> Option<PathBuf> {
    None
}

/// The unix socket at this path.
impl From<&Path> for Endpoint {
    fn from(path: &Path) -> Self {
        Endpoint::Unix(path.to_owned())
    }
}

/// The unix socket at this path.
impl From<&PathBuf> for Endpoint {
    fn from(path: &PathBuf) -> Self {
        Endpoint::Unix(path.clone())
    }
}

/// The unix socket at this path.
impl From<PathBuf> for Endpoint {
    fn from(path: PathBuf) -> Self {
        Endpoint::Unix(path)
    }
}

impl From<&Endpoint> for Endpoint {
    fn from(endpoint: &Endpoint) -> Self {
        endpoint.clone()
    }
}

/// What converts without failing is an endpoint too.
impl From<Infallible> for EndpointError {
    fn from(never: Infallible) -> Self {
        match never {}
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::ffi::OsStrExt;

    #[test]
    fn a_path_that_is_not_utf_8_is_an_endpoint() {
        let path = OsStr::from_bytes(b"/run/\xff.sock");
        let expected = Endpoint::Unix(path.into());
        assert_eq!(Endpoint::from(Path::new(path)), expected);
        let argument = OsStr::from_bytes(b"unix:/run/\xff.sock");
        assert_eq!(Endpoint::try_from(argument), Ok(expected));
        let error = Endpoint::try_from(OsStr::from_bytes(b"tcp:\xff")).expect_err("no port");
        assert!(error.to_string().contains("the port is missing"), "{error}");
    }
}
