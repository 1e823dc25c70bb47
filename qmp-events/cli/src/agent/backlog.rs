//! How the publishing of events goes, for those who watch over it.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

/// Figures that the publisher sets, and that the metrics and the service's status show.
#[derive(Debug, Default)]
pub(crate) struct Backlog {
    /// How many entries wait.
    pub(crate) entries: AtomicU64,
    /// How many bytes they take on disk.
    pub(crate) bytes: AtomicU64,
    /// When the oldest of them was queued, in milliseconds since the epoch; 0 if none waits.
    pub(crate) oldest: AtomicI64,
    /// How many entries the broker has confirmed.
    pub(crate) published: AtomicU64,
    /// How many attempts to publish failed.
    pub(crate) failed: AtomicU64,
    /// How many entries the bounds of size and age have dropped.
    pub(crate) dropped: AtomicU64,
}

impl Backlog {
    /// How long the oldest entry has waited by now, in seconds.
    pub(crate) fn oldest_age(&self) -> f64 {
        match self.oldest.load(Ordering::Relaxed) {
            0 => 0.0,
            oldest => (jiff::Timestamp::now().as_millisecond() - oldest).max(0) as f64 / 1000.0,
        }
    }
}
