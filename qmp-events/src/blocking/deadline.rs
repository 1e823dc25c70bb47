//! How long something may take, as the point in time at which it is over.

use std::io;
use std::time::{Duration, Instant};

/// When that time will have passed; `None` for no limit.
pub(super) fn deadline_after(timeout: Duration) -> Option<Instant> {
    Instant::now().checked_add(timeout)
}

/// What is left until the deadline, `None` for no limit.
///
/// # Errors
///
/// [`io::ErrorKind::TimedOut`] if nothing is.
pub(super) fn time_left(deadline: Option<Instant>) -> io::Result<Option<Duration>> {
    let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
    if left == Some(Duration::ZERO) { Err(io::ErrorKind::TimedOut.into()) } else { Ok(left) }
}

pub(super) fn is_timeout(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut)
}
