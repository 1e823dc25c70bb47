//! Which file or directory something is.

use std::fs::Metadata;
use std::os::unix::fs::MetadataExt;
use std::time::SystemTime;

/// Which one it is, whatever it is called.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Inode {
    device: u64,
    number: u64,
    /// Numbers are used again.
    created: Option<SystemTime>,
}

impl Inode {
    pub(super) fn of(metadata: &Metadata) -> Self {
        Inode { device: metadata.dev(), number: metadata.ino(), created: metadata.created().ok() }
    }
}
