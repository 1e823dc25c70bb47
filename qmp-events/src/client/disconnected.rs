//! Why there is no connection.

use super::malformed::Malformed;
use crate::protocol::{CommandError, SkipReason};
use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Duration;

/// Why there is no connection, or no longer.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Disconnected {
    /// Connecting failed.
    NotConnected(Arc<io::Error>),
    /// The server did not greet, or did not answer `qmp_capabilities`, in time.
    HandshakeTimedOut {
        /// The time that was set.
        after: Duration,
        /// Whether the greeting came.
        greeted: bool,
    },
    /// The server sent something else and no greeting: it is not a QMP monitor, or the greeting is longer
    /// than the message limit.
    NoGreeting {
        /// What came first. A human monitor is recognised by it.
        received: Box<Malformed>,
    },
    /// The server refused the capabilities negotiation.
    Refused(CommandError),
    /// The server closed the connection.
    Closed {
        /// Whether SHUTDOWN came before: then this is the normal end of QEMU. Otherwise it was killed,
        /// has crashed, or is a server without that event, such as `qemu-storage-daemon`.
        after_shutdown: bool,
    },
    /// Reading from the server failed.
    Failed {
        /// What failed.
        error: Arc<io::Error>,
        /// As in [`Closed`](Self::Closed).
        after_shutdown: bool,
    },
    /// This side closed the connection.
    Released,
    /// A filter or a connector of this program panicked in the task that serves the connection.
    Panicked {
        /// What the panic said; empty if it was not a text.
        message: String,
    },
    /// The runtime in which the connection was served has been shut down.
    RuntimeShutDown,
    /// Another process had the connection, and reported an end that has none of the other forms here: see
    /// [`cloud_event`](crate::cloud_event).
    #[cfg(feature = "cloud-event")]
    Reported {
        /// What happened, for people.
        text: String,
        /// Whether all is well.
        is_normal: bool,
    },
}

impl Disconnected {
    /// Whether this is how a connection ends when all is well: QEMU closed it after SHUTDOWN, or this side
    /// did.
    pub fn is_normal(&self) -> bool {
        match self {
            Disconnected::Closed { after_shutdown } | Disconnected::Failed { after_shutdown, .. } => {
                *after_shutdown
            }
            Disconnected::Released => true,
            #[cfg(feature = "cloud-event")]
            Disconnected::Reported { is_normal, .. } => *is_normal,
            _ => false,
        }
    }
}

impl fmt::Display for Disconnected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shutdown = |after| if after { "after SHUTDOWN" } else { "without SHUTDOWN" };
        match self {
            Disconnected::NotConnected(error) => write!(f, "cannot connect: {error}"),
            Disconnected::HandshakeTimedOut { after, greeted: false } => write!(
                f,
                "no greeting within {after:?}: a QMP monitor serves one client at a time, and this one \
                 probably serves another client now; or the socket is not a QMP monitor (a guest agent \
                 does not greet)"
            ),
            Disconnected::HandshakeTimedOut { after, greeted: true } => {
                write!(f, "no answer to `qmp_capabilities` within {after:?}")
            }
            Disconnected::NoGreeting { received } => explain_received(received, f),
            Disconnected::Refused(error) => write!(f, "the server refused `qmp_capabilities`: {error}"),
            Disconnected::Closed { after_shutdown } => {
                write!(f, "the server closed the connection {}", shutdown(*after_shutdown))
            }
            Disconnected::Failed { error, after_shutdown } => {
                write!(f, "the connection failed {}: {error}", shutdown(*after_shutdown))
            }
            Disconnected::Released => f.write_str("the connection was closed on this side"),
            Disconnected::Panicked { message } => {
                write!(f, "a filter or connector of this program panicked: {message}")
            }
            Disconnected::RuntimeShutDown => {
                f.write_str("the runtime that served the connection was shut down")
            }
            #[cfg(feature = "cloud-event")]
            Disconnected::Reported { text, .. } => f.write_str(text),
        }
    }
}

fn explain_received(received: &Malformed, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    if received.is_human_monitor() {
        return f.write_str(
            "this is a human monitor of QEMU, not a QMP monitor: start QEMU with \
             `-qmp unix:PATH,server=on,wait=off`, or `-mon chardev=ID,mode=control`",
        );
    }
    if let Malformed::Skipped(skipped) = received
        && let SkipReason::TooLong { limit } = skipped.reason
    {
        let length = skipped.length;
        return write!(
            f,
            "no greeting: the server's first message has {length} bytes, and the message limit is {limit} \
             bytes; raise the limit"
        );
    }
    write!(f, "no greeting, so this is probably not a QMP monitor; what came instead: {received}")
}

/// Displays what it holds, so there is no [`source`](std::error::Error::source).
impl std::error::Error for Disconnected {}
