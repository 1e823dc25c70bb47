//! Names and places of what is added to a QEMU.

use std::fs;
use std::hash::{BuildHasher, RandomState};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// What names begin with; the process and a random number follow.
const PREFIX: &str = "qmp-events-";

/// What a socket's file ends with.
const SUFFIX: &str = ".monitor";

/// A file that is older, of a process that has ended, was left behind. A process that is alive may seem to have
/// ended if it is in another container.
const AGE: Duration = Duration::from_secs(60);

/// Where a new monitor listens, under the name that it and its character device have in QEMU.
#[derive(Debug)]
pub(super) struct Place {
    name: String,
    path: PathBuf,
}

impl Place {
    /// A name that was never used.
    pub(super) fn new(directory: PathBuf) -> Self {
        // The standard library's only source of randomness.
        let random = RandomState::new().hash_one(directory.as_path());
        let name = format!("{PREFIX}{}-{random:016x}", std::process::id());
        let path = directory.join(format!("{name}{SUFFIX}"));
        Place { name, path }
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Removes the file: the monitor has its only client. Where QEMU's user owns the file, QEMU removes it in
    /// the end.
    pub(super) fn clear(&self) {
        let _ = fs::remove_file(&self.path);
    }
}

/// Removes sockets of processes that were killed before they connected.
pub(super) fn clear_what_others_left(directory: &Path) {
    let Ok(entries) = fs::read_dir(directory) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let Some(process) = name.to_str().and_then(process_of) else { continue };
        let age = entry.metadata().ok().and_then(|metadata| metadata.modified().ok()?.elapsed().ok());
        if age.is_some_and(|age| age > AGE) && has_ended(process) {
            // A monitor that still listens is deleted by QEMU when its client leaves, and the file with it.
            #[cfg(unix)]
            drop(std::os::unix::net::UnixStream::connect(entry.path()));
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// The process that named a file.
fn process_of(name: &str) -> Option<u32> {
    let (process, _) = name.strip_prefix(PREFIX)?.strip_suffix(SUFFIX)?.split_once('-')?;
    process.parse().ok()
}

/// Whether no process has this number, as far as that can be seen.
fn has_ended(process: u32) -> bool {
    let processes = Path::new("/proc");
    processes.join("self").exists() && !processes.join(process.to_string()).exists()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_says_which_process_it_is_of_and_comes_once() {
        let places = [Place::new("/run".into()), Place::new("/run".into())];
        assert_ne!(places[0].name(), places[1].name());
        let file = places[0].path().file_name().and_then(|name| name.to_str()).expect("a name");
        assert_eq!(process_of(file), Some(std::process::id()));
        assert!(!has_ended(std::process::id()));
        for other in ["qmp-events-1.sock", "qmp-events-x-0.monitor", "vm.monitor"] {
            assert_eq!(process_of(other), None, "{other}");
        }
    }
}
