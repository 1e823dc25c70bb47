//! The sockets that systemd hands over to a service: those of its socket units.

use std::io::{Error, ErrorKind, Result};
use std::net::TcpListener;
#[cfg(unix)]
use std::os::unix::net::UnixListener;

/// A socket on which is listened already.
#[derive(Debug)]
pub(crate) enum Socket {
    Tcp(TcpListener),
    #[cfg(unix)]
    Unix(UnixListener),
}

/// The socket of this name: `FileDescriptorName=` of the socket unit. It can be had again after it was closed.
///
/// # Errors
///
/// If there is none.
pub(crate) fn socket(name: &str) -> Result<Socket> {
    #[cfg(unix)]
    if let Some((_, socket)) = unix::SOCKETS.iter().find(|(found, _)| found == name) {
        return match socket {
            Socket::Tcp(listener) => listener.try_clone().map(Socket::Tcp),
            Socket::Unix(listener) => listener.try_clone().map(Socket::Unix),
        };
    }
    let text = format!("systemd hands over no socket with FileDescriptorName={name}");
    Err(Error::new(ErrorKind::NotFound, text))
}

#[cfg(unix)]
mod unix {
    use std::sync::LazyLock;

    use listenfd::ListenFd;

    use super::Socket;

    /// Those of TCP and of unix streams, with their names.
    pub(super) static SOCKETS: LazyLock<Vec<(String, Socket)>> = LazyLock::new(|| {
        let names = std::env::var("LISTEN_FDNAMES").unwrap_or_default();
        let mut sockets = ListenFd::from_env();
        let mut take = |index| {
            if let Ok(Some(listener)) = sockets.take_tcp_listener(index) {
                return Some(Socket::Tcp(listener));
            }
            sockets.take_unix_listener(index).ok().flatten().map(Socket::Unix)
        };
        let named = names.split(':').enumerate();
        named.filter_map(|(index, name)| Some((name.to_owned(), take(index)?))).collect()
    });
}
