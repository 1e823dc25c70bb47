//! One socket of a directory: connects to it whenever that may succeed, and tells what it gives.

use std::io;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use qmp_events::tokio::{Client, Identity, Item, Options, Subscription};
use qmp_events::{Disconnected, Endpoint, Error};
use tokio::sync::{Semaphore, watch};

use super::inode::Inode;
use super::naming::Naming;
use crate::sources::arrivals::{Announced, Arrivals, Json, QUEUE};
use crate::sources::uri::uri_reference;

/// How long to wait until the next attempt to connect, the first time and at most. It doubles from one to the
/// next, and begins anew when the file changes.
const DELAYS: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(30));

/// How long the handshake and the answer to who it is may take together.
const IDENTIFYING: Duration = Duration::from_secs(20);

/// Where a socket is, and since when it is as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) path: PathBuf,
    pub(super) inode: Inode,
    changed: (i64, i64),
}

impl Place {
    /// `None` if there is no socket.
    pub(super) fn of(path: PathBuf) -> Option<Self> {
        let metadata = path.metadata().ok().filter(|metadata| metadata.file_type().is_socket())?;
        let changed = (metadata.ctime(), metadata.ctime_nsec());
        Some(Place { path, inode: Inode::of(&metadata), changed })
    }
}

/// A socket that is looked after by a task.
pub(super) struct Socket {
    pub(super) inode: Inode,
    place: watch::Sender<Option<Place>>,
}

impl Socket {
    /// It is there, perhaps under another name, or anew.
    pub(super) fn set_place(&mut self, place: Place) {
        self.inode.clone_from(&place.inode);
        self.place.send_if_modified(|known| {
            let is_changed = known.as_ref() != Some(&place);
            *known = Some(place);
            is_changed
        });
    }

    /// Its file is gone. A connection that there is lasts until its end.
    pub(super) fn give_up(self) {
        self.place.send_replace(None);
    }
}

/// How sockets are connected to.
pub(super) struct Visits {
    pub(super) arrivals: Arrivals,
    pub(super) options: Options,
    pub(super) naming: Naming,
    /// One for each attempt to connect that may run.
    pub(super) attempts: Semaphore,
}

impl Visits {
    /// Starts the task of a socket.
    pub(super) fn begin(self: &Arc<Self>, place: Place) -> Socket {
        let inode = place.inode.clone();
        let (sender, receiver) = watch::channel(Some(place));
        tokio::spawn(Visited { visits: self.clone(), place: receiver, machine: None }.follow());
        Socket { inode, place: sender }
    }

    /// What a machine is called, and a URI reference for it.
    fn names(&self, path: &Path) -> (String, String) {
        (self.naming.label(path), format!("unix:{}", path.display()))
    }

    /// Connects, and asks who it is; [`Released`](Disconnected::Released) if the source is not wanted any more. Nothing
    /// that came is lost: if there was a connection, it is told of, even if it has ended.
    async fn attempt(&self, path: &Path) -> Result<Visit, Disconnected> {
        let _turn = tokio::select! {
            // The semaphore is never closed.
            turn = self.attempts.acquire() => turn,
            () = self.arrivals.closed() => return Err(Disconnected::Released),
        };
        // There is room before anything can come.
        let (client, items) = self.options.start_with(Endpoint::from(path));
        let mut items = items.raw().with_capacity(QUEUE);
        let after = IDENTIFYING;
        let cause = tokio::select! {
            identity = tokio::time::timeout(after, client.identity()) => match identity {
                Ok(Ok(identity)) => return Ok(Visit { client, first: None, items, identity }),
                Ok(Err(Error::Disconnected(cause))) => cause,
                Ok(Err(_)) | Err(_) => {
                    return Err(Disconnected::HandshakeTimedOut { after, greeted: true });
                }
            },
            () = self.arrivals.closed() => Disconnected::Released,
        };
        client.close();
        match items.next().await {
            None | Some(Item::Disconnected(_)) => Err(cause),
            first => Ok(Visit { client, first, items, identity: Identity::default() }),
        }
    }
}

/// A connection, and which QEMU it is to.
struct Visit {
    client: Client,
    /// What was taken from the items already.
    first: Option<Item<Json>>,
    items: Subscription<Json>,
    identity: Identity,
}

/// A socket, and the machine that was announced for it once there was something to tell.
struct Visited {
    visits: Arc<Visits>,
    place: watch::Receiver<Option<Place>>,
    machine: Option<Announced>,
}

impl Visited {
    /// Connects again and again, until the file is gone. `None` if the program ends.
    async fn follow(mut self) -> Option<()> {
        let (mut delay, longest) = DELAYS;
        let mut last_failure = String::new();
        loop {
            let Some(Place { path, .. }) = self.place.borrow_and_update().clone() else { break };
            match self.visits.attempt(&path).await {
                Ok(visit) => {
                    self.serve(&path, visit).await?;
                    (delay, _) = DELAYS;
                    last_failure.clear();
                }
                Err(Disconnected::Released) => return None,
                Err(cause) if is_usual(&cause) || Place::of(path.clone()).is_none() => {}
                Err(cause) => {
                    let failure = cause.to_string();
                    if failure != last_failure {
                        last_failure = failure;
                        let machine = self.machine(&path).await?;
                        machine.tell(Item::Disconnected(cause)).await.then_some(())?;
                    }
                }
            }
            tokio::select! {
                changed = self.place.changed() => match changed {
                    Ok(()) => (delay, _) = DELAYS,
                    // Nobody looks any more.
                    Err(_) => break,
                },
                () = tokio::time::sleep(delay) => delay = delay.saturating_mul(2).min(longest),
                () = self.visits.arrivals.closed() => return None,
            }
        }
        if let Some(machine) = self.machine {
            machine.leave().await;
        }
        Some(())
    }

    /// The machine, announced.
    async fn machine(&mut self, path: &Path) -> Option<&mut Announced> {
        if self.machine.is_none() {
            let (label, name) = self.visits.names(path);
            let source = uri_reference(&name);
            self.machine = Some(self.visits.arrivals.announce(&label, name, source).await?);
        }
        self.machine.as_mut()
    }

    /// Tells what a connection gives, to its end. The machine is called as its file.
    async fn serve(&mut self, path: &Path, visit: Visit) -> Option<()> {
        let Visit { client, first, items, identity } = visit;
        let (visits, mut place) = (self.visits.clone(), self.place.clone());
        let machine = self.machine(path).await?;
        machine.connected(client.clone(), identity).await.then_some(())?;
        if let Some(first) = first {
            machine.tell(first).await.then_some(())?;
        }
        let machine = &*machine;
        let mut path = path.to_owned();
        let mut served = pin!(machine.serve(&client, items));
        loop {
            tokio::select! {
                end = &mut served => return end.map(drop),
                Ok(()) = place.changed() => {
                    let now = place.borrow_and_update().clone();
                    if let Some(now) = now.filter(|now| now.path != path) {
                        path = now.path;
                        let (label, name) = visits.names(&path);
                        let source = uri_reference(&name);
                        machine.rename(&visits.arrivals, &label, name, source).await.then_some(())?;
                    }
                }
            }
        }
    }
}

/// Nobody listens: QEMU does not yet, or not any more.
fn is_usual(cause: &Disconnected) -> bool {
    let Disconnected::NotConnected(error) = cause else { return false };
    matches!(error.kind(), io::ErrorKind::ConnectionRefused | io::ErrorKind::NotFound)
}
