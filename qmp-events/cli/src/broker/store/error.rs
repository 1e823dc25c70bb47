//! What can be wrong with the backlog on disk.

use std::fmt;
use std::path::PathBuf;

/// The file of a backlog in its directory.
pub(super) const FILE: &str = "backlog.redb";

/// Why the store cannot be used. All of them name the directory.
#[derive(Debug)]
pub(crate) enum StoreError {
    Locked(PathBuf),
    Damaged(PathBuf, String),
    Unusable(PathBuf, String),
}

impl fmt::Display for StoreError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StoreError::Locked(path) => {
                write!(formatter, "the backlog in {} is in use by another agent", path.display())
            }
            StoreError::Damaged(path, error) => write!(
                formatter,
                "the backlog in {} is damaged: {error}; move {FILE} away, and a new one is made",
                path.display()
            ),
            StoreError::Unusable(path, error) => {
                write!(formatter, "cannot write the backlog in {}: {error}", path.display())
            }
        }
    }
}

impl std::error::Error for StoreError {}
