//! Waits until a directory may have changed, be it there or not yet. It must never decide what has changed:
//! events of file systems are merged, late and lost, so whoever waits has to look.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::Notify;

use super::inode::Inode;

/// How often to look where the system tells nothing: too many watches, or a file system of another host.
const POLLING: Duration = Duration::from_secs(1);

/// How often to look where the system tells of changes, if it tells of none.
const DOUBTING: Duration = Duration::from_secs(30);

/// How long to wait for further changes after one.
const SETTLING: Duration = Duration::from_millis(20);

/// Waits for changes of a directory.
pub(super) struct Lookout {
    directory: PathBuf,
    changes: Arc<Notify>,
    watcher: Option<RecommendedWatcher>,
    watched: Option<Directory>,
}

/// A directory, as long as it is the same.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Directory {
    path: PathBuf,
    inode: Inode,
}

impl Lookout {
    pub(super) fn new(directory: PathBuf) -> Self {
        let changes = Arc::new(Notify::new());
        let sender = changes.clone();
        let watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
            // Looking is an access, too. An error may stand for changes that were lost.
            if !event.is_ok_and(|event| matches!(event.kind, EventKind::Access(_))) {
                sender.notify_one();
            }
        });
        Lookout { directory, changes, watcher: watcher.ok(), watched: None }
    }

    /// Watches the directory, or where it will be made.
    pub(super) fn watch(&mut self) {
        let Some(watcher) = &mut self.watcher else { return };
        loop {
            let nearest = nearest(&self.directory);
            if nearest == self.watched {
                return;
            }
            if let Some(watched) = self.watched.take() {
                // It may be gone, and its watch with it.
                let _ = watcher.unwatch(&watched.path);
            }
            let Some(nearest) = nearest else { return };
            if watcher.watch(&nearest.path, RecursiveMode::NonRecursive).is_err() {
                return;
            }
            // What was made before the watch is seen now.
            self.watched = Some(nearest);
        }
    }

    /// Waits until there may have been a change. Nothing is lost if the future is dropped.
    pub(super) async fn changed(&self) {
        let interval = if self.watched.is_some() { DOUBTING } else { POLLING };
        tokio::select! {
            () = self.changes.notified() => tokio::time::sleep(SETTLING).await,
            () = tokio::time::sleep(interval) => {}
        }
    }
}

/// The directory, or the nearest one above it that exists.
fn nearest(directory: &Path) -> Option<Directory> {
    let absolute = std::path::absolute(directory).ok()?;
    absolute.ancestors().find_map(|path| {
        let metadata = path.metadata().ok().filter(std::fs::Metadata::is_dir)?;
        Some(Directory { path: path.to_owned(), inode: Inode::of(&metadata) })
    })
}
