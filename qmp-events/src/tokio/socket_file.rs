//! The file of a unix socket on which we listen. It must never remove a file that is not its own, or the socket
//! of somebody who listens.

use std::fs::{self, Metadata};
use std::io;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::{Path, PathBuf};
use tokio::net::{UnixListener, UnixStream};

/// The file, removed when this is dropped.
#[derive(Debug)]
pub(super) struct SocketFile {
    path: PathBuf,
    inode: Option<Inode>,
}

/// Which file it is, whatever it is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Inode {
    device: u64,
    number: u64,
}

impl Inode {
    fn of(metadata: &Metadata) -> Self {
        Inode { device: metadata.dev(), number: metadata.ino() }
    }
}

impl SocketFile {
    /// Listens at a path. A socket that is there is replaced if nobody listens on it.
    pub(super) async fn bind(path: &Path) -> io::Result<(UnixListener, Self)> {
        let listener = match UnixListener::bind(path) {
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
                remove_stale(path).await?;
                UnixListener::bind(path)?
            }
            bound => bound?,
        };
        let inode = fs::symlink_metadata(path).ok().as_ref().map(Inode::of);
        Ok((listener, SocketFile { path: path.to_owned(), inode }))
    }
}

/// Removes a socket on which nobody listens.
async fn remove_stale(path: &Path) -> io::Result<()> {
    let found = match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        found => found?,
    };
    if !found.file_type().is_socket() {
        return Err(io::Error::new(io::ErrorKind::AlreadyExists, "the file exists and is not a socket"));
    }
    match UnixStream::connect(path).await {
        Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        // A full queue is that of somebody who listens.
        Err(error) if error.kind() != io::ErrorKind::WouldBlock => return Err(error),
        _ => return Err(io::Error::new(io::ErrorKind::AddrInUse, "another program listens on this socket")),
    }
    // Another program may have replaced it meanwhile.
    match fs::symlink_metadata(path) {
        Ok(now) if Inode::of(&now) == Inode::of(&found) => fs::remove_file(path),
        _ => Ok(()),
    }
}

impl Drop for SocketFile {
    fn drop(&mut self) {
        let now = fs::symlink_metadata(&self.path).ok().as_ref().map(Inode::of);
        if now.is_some() && now == self.inode {
            // A file that stays is replaced by the next listener.
            let _ = fs::remove_file(&self.path);
        }
    }
}
