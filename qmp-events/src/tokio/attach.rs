//! A monitor of one's own, added to a QEMU that runs, over a monitor that somebody else holds.
//!
//! It must leave nothing in a QEMU that it could not connect to.

mod lender;
mod place;

use super::connector::{Connector, Socket};
use crate::client::{DEFAULT_HANDSHAKE_TIMEOUT, Disconnected, Error};
use crate::endpoint::{Endpoint, EndpointError};
pub use lender::{Lender, Loan};
use place::Place;
use serde_json::{Value, json};
use std::io::{self, ErrorKind};
use std::path::PathBuf;

/// What QEMU lacks that refuses to make a monitor.
const TOO_OLD: &str = "QEMU adds monitors while it runs since release 11.1; an older one needs a second \
     `-qmp unix:PATH,server=on,wait=off` when it is started";

/// Connects to a monitor of its own: it borrows another monitor for as long as two commands take, has QEMU
/// add one (`chardev-add`, `object-add` of a `monitor-qmp`), and hands the first one back.
///
/// A QMP monitor serves one client at a time. So a program that stays connected needs a monitor that nobody
/// else wants, which most machines were not started with; since release 11.1, QEMU can add one. It goes with the
/// connection, however that ends (`close-action` is `delete`), and is added again by a client
/// that [reconnects](super::Options::reconnect).
///
/// ```no_run
/// use qmp_events::tokio::{Attach, Options};
///
/// # async fn example() -> Result<(), qmp_events::Error> {
/// let attach = Attach::to("unix:/run/vm.sock")?;
/// let (client, events) = Options::new().connect_with(attach).await?;
/// // The monitor at /run/vm.sock is free again.
/// # Ok(())
/// # }
/// ```
///
/// The new monitor is a unix socket, so QEMU must run on this machine. Its file is in the first of the
/// [directories](Self::in_directories) in which QEMU can make one, under a name that nobody can guess, and
/// is removed once the connection is there. What a process left that was killed in between is
/// removed by the next one.
///
/// # Errors
///
/// The client fails with [`Disconnected::NotConnected`](crate::Disconnected::NotConnected). The kind of
/// the [`io::Error`] in it is [`Unsupported`](ErrorKind::Unsupported) if QEMU refuses to add a monitor, as
/// releases before 11.1 do, and [`PermissionDenied`](ErrorKind::PermissionDenied) if QEMU runs as another user,
/// and this one may not open its socket.
#[derive(Clone, Debug)]
pub struct Attach<L = Endpoint> {
    lender: L,
    directories: Vec<PathBuf>,
}

impl Attach {
    /// Borrows the monitor at an endpoint. It must be free at that time: while it serves another client, the
    /// time for the handshake runs.
    ///
    /// # Errors
    ///
    /// If the text is not an endpoint.
    pub fn to<A>(endpoint: A) -> Result<Self, EndpointError>
    where
        A: TryInto<Endpoint, Error: Into<EndpointError>>,
    {
        endpoint.try_into().map(Attach::by).map_err(Into::into)
    }
}

impl<L: Lender> Attach<L> {
    /// Borrows a monitor in your own way, for example through a manager that executes commands.
    pub fn by(lender: L) -> Self {
        let runtime = std::env::var_os("XDG_RUNTIME_DIR").filter(|path| !path.is_empty());
        let directories = runtime.map(PathBuf::from).into_iter().chain([std::env::temp_dir()]).collect();
        Attach { lender, directories }
    }

    /// Where QEMU makes the socket: in the first of these directories in which it can. If they are not set, that
    /// is `$XDG_RUNTIME_DIR`, then the directory for temporary files. QEMU's user must be able to write there.
    #[must_use]
    pub fn in_directories(mut self, directories: impl IntoIterator<Item = PathBuf>) -> Self {
        self.directories = directories.into_iter().collect();
        self
    }
}

impl<L: Lender> Connector for Attach<L> {
    type Stream = Socket;

    async fn connect(&mut self) -> io::Result<Socket> {
        let loan = self.lender.lend().await.map_err(into_io)?;
        let adding = add(loan, self.directories.clone());
        // A task of its own goes on to the end if this future is dropped: nothing is left half done.
        tokio::spawn(tokio::time::timeout(DEFAULT_HANDSHAKE_TIMEOUT, adding))
            .await
            .map_err(io::Error::other)?
            .map_err(|_| io::Error::new(ErrorKind::TimedOut, "the borrowed monitor does not answer"))?
    }

    fn process_id(&self, stream: &Socket) -> Option<i32> {
        stream.process_id()
    }

    fn stop_receiving(&self, stream: &Socket) -> bool {
        stream.stop_receiving()
    }
}

/// Adds a monitor, and connects to it.
async fn add(mut loan: impl Loan, directories: Vec<PathBuf>) -> io::Result<Socket> {
    let place = add_socket(&mut loan, directories).await?;
    let name = place.name();
    let monitor = json!({"qom-type": "monitor-qmp", "id": name, "chardev": name, "close-action": "delete"});
    if let Err(error) = loan.execute("object-add", monitor).await {
        remove(&mut loan, "chardev-remove", name).await;
        let text = format!("QEMU refuses to add a monitor ({error}): {TOO_OLD}");
        return Err(match error {
            Error::Command(_) => io::Error::new(ErrorKind::Unsupported, text),
            error => into_io(error),
        });
    }
    match Endpoint::from(place.path()).connect().await {
        Ok(socket) => {
            place.clear();
            Ok(socket)
        }
        Err(error) => {
            remove(&mut loan, "object-del", name).await;
            remove(&mut loan, "chardev-remove", name).await;
            let hint = match error.kind() {
                ErrorKind::PermissionDenied => "QEMU runs as another user: run this as that one, or as root",
                _ => "QEMU must run on this machine, with the same file system",
            };
            let path = place.path().display();
            Err(io::Error::new(error.kind(), format!("QEMU made {path}, but: {error}; {hint}")))
        }
    }
}

/// Has QEMU make a socket in the first directory in which it can.
async fn add_socket(loan: &mut impl Loan, directories: Vec<PathBuf>) -> io::Result<Place> {
    let mut refusals = Vec::new();
    for directory in directories {
        place::clear_what_others_left(&directory);
        let place = Place::new(directory);
        let Some(path) = place.path().to_str() else { continue };
        let address = json!({"type": "unix", "data": {"path": path}});
        let socket = json!({"addr": address, "server": true, "wait": false});
        let chardev = json!({"id": place.name(), "backend": {"type": "socket", "data": socket}});
        match loan.execute("chardev-add", chardev).await {
            Ok(_) => return Ok(place),
            Err(Error::Command(error)) => refusals.push(error.to_string()),
            Err(error) => return Err(into_io(error)),
        }
    }
    let text = format!(
        "QEMU cannot make a socket ({}): $XDG_RUNTIME_DIR or $TMPDIR must be a directory that QEMU's user may \
         write to",
        refusals.join("; ")
    );
    Err(io::Error::other(text))
}

async fn remove(loan: &mut impl Loan, command: &str, name: &str) {
    // What is there to be told of is the error before it.
    let _: Result<Value, Error> = loan.execute(command, json!({"id": name})).await;
}

/// In the words that a connector's errors come after.
fn into_io(error: Error) -> io::Error {
    match error {
        Error::Disconnected(Disconnected::NotConnected(error)) => {
            io::Error::new(error.kind(), error.to_string())
        }
        error => io::Error::other(error.to_string()),
    }
}
