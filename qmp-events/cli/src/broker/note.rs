//! What people are told about the way to the broker.

use std::sync::Arc;

/// Something to tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Note {
    /// All is well, or well again.
    Remark(String),
    /// Something does not work; it is tried again.
    Trouble(String),
}

/// Where notes go. It must return at once.
pub(crate) type Notes = Arc<dyn Fn(Note) + Send + Sync>;
