//! What the blocking and the tokio client have in common: how things end, and what can go wrong.

use crate::DecodeError;
use crate::endpoint::EndpointError;
use crate::server_message::{CommandError, Unrecognised};
use crate::splitter::Skipped;
use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Duration;

/// How long a server may take for its greeting and the capabilities negotiation, if nothing else is set.
pub(crate) const DEFAULT_HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);

/// What went wrong in a client.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// The text names no endpoint.
    Endpoint(EndpointError),
    /// There is no connection, or no longer.
    Disconnected(Disconnected),
    /// The server refused the command, or failed to execute it.
    Command(CommandError),
    /// The server sent something that is no event. The connection is as good as before.
    Malformed(Malformed),
    /// The time that was set ran out. The connection is as good as before.
    TimedOut {
        /// The time that was set; `None` if the stream has one of its own.
        after: Option<Duration>,
    },
    /// What was waited for may have been among so many items that were dropped.
    Lagged {
        /// The number of items.
        missed: u64,
    },
    /// So many events came before the reply that the command was given up. No event is lost.
    Backlog {
        /// The number of bytes of events that are kept.
        limit: usize,
    },
}

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
}

/// Something that the server sent and that is no event, greeting or reply. It never ends a connection.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Malformed {
    /// A message that cannot be decoded as an event.
    Event(Box<DecodeError>),
    /// A JSON object that is no QMP message.
    Unrecognised {
        /// The message.
        json: String,
        /// What was wrong.
        problem: String,
    },
    /// Bytes that are no message, or a message over the size limit.
    Skipped(Box<Skipped>),
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
            _ => false,
        }
    }
}

impl From<Unrecognised<'_>> for Malformed {
    fn from(message: Unrecognised<'_>) -> Self {
        let json = String::from_utf8_lossy(message.json).into_owned();
        Malformed::Unrecognised { json, problem: message.problem }
    }
}

impl From<Skipped> for Malformed {
    fn from(skipped: Skipped) -> Self {
        Malformed::Skipped(Box::new(skipped))
    }
}

impl From<DecodeError> for Malformed {
    fn from(error: DecodeError) -> Self {
        Malformed::Event(Box::new(error))
    }
}

impl From<Disconnected> for Error {
    fn from(cause: Disconnected) -> Self {
        Error::Disconnected(cause)
    }
}

impl From<EndpointError> for Error {
    fn from(error: EndpointError) -> Self {
        Error::Endpoint(error)
    }
}

impl From<CommandError> for Error {
    fn from(error: CommandError) -> Self {
        Error::Command(error)
    }
}

impl From<Malformed> for Error {
    fn from(malformed: Malformed) -> Self {
        Error::Malformed(malformed)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Endpoint(error) => error.fmt(f),
            Error::Disconnected(cause) => cause.fmt(f),
            Error::Command(error) => error.fmt(f),
            Error::Malformed(malformed) => malformed.fmt(f),
            Error::TimedOut { after: Some(after) } => write!(f, "nothing came within {after:?}"),
            Error::TimedOut { after: None } => f.write_str("nothing came within the stream's own time-out"),
            Error::Lagged { missed } => {
                write!(f, "{missed} items were dropped, and the awaited event may have been among them")
            }
            Error::Backlog { limit } => {
                write!(f, "{limit} bytes of events came before the reply; take them first")
            }
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
                 probably serves another client now"
            ),
            Disconnected::HandshakeTimedOut { after, greeted: true } => {
                write!(f, "no answer to `qmp_capabilities` within {after:?}")
            }
            Disconnected::Refused(error) => write!(f, "the server refused `qmp_capabilities`: {error}"),
            Disconnected::Closed { after_shutdown } => {
                write!(f, "the server closed the connection {}", shutdown(*after_shutdown))
            }
            Disconnected::Failed { error, after_shutdown } => {
                write!(f, "the connection failed {}: {error}", shutdown(*after_shutdown))
            }
            Disconnected::Released => f.write_str("the connection was closed on this side"),
        }
    }
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Malformed::Event(error) => error.fmt(f),
            Malformed::Unrecognised { json, problem } => {
                write!(f, "no QMP message ({problem}): {}", json.escape_debug())
            }
            Malformed::Skipped(skipped) => skipped.fmt(f),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Error::Endpoint(error) => Some(error),
            Error::Disconnected(cause) => Some(cause),
            Error::Command(error) => Some(error),
            Error::Malformed(malformed) => Some(malformed),
            Error::TimedOut { .. } | Error::Lagged { .. } | Error::Backlog { .. } => None,
        }
    }
}

impl std::error::Error for Disconnected {}

impl std::error::Error for Malformed {}
