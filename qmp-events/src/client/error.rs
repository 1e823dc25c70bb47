//! What can go wrong in a client.

use super::disconnected::Disconnected;
use super::malformed::Malformed;
use crate::endpoint::EndpointError;
use crate::protocol::CommandError;
use std::fmt;
use std::time::Duration;

/// What went wrong in a client.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Error {
    /// The text is not an endpoint.
    Endpoint(EndpointError),
    /// There is no connection, or no longer.
    Disconnected(Disconnected),
    /// The server refused the command, failed to execute it, or sent no reply that can be read.
    Command(CommandError),
    /// The server sent something that is not an event. The connection remains usable.
    Malformed(Malformed),
    /// The time that was set ran out. The connection remains usable.
    TimedOut {
        /// The time that was set; `None` if the stream has one of its own.
        after: Option<Duration>,
    },
    /// What was waited for may have been among the items that were dropped.
    Lagged {
        /// The number of items.
        missed: u64,
    },
    /// So much came before the reply that the client stopped waiting for it. Nothing is lost: take the
    /// events first.
    Backlog {
        /// The most memory that is kept, in bytes.
        limit: usize,
    },
    /// The arguments of a typed command cannot be written as JSON.
    Arguments {
        /// The command.
        command: String,
        /// What was wrong.
        problem: String,
    },
    /// Out-of-band execution was asked for, and this crate does not negotiate it.
    OutOfBand {
        /// The command.
        command: String,
    },
}

/// Decodes what a command returned.
#[cfg(any(feature = "blocking", feature = "tokio"))]
pub(crate) fn decode_reply<T: serde::de::DeserializeOwned>(
    result: Result<String, CommandError>,
) -> Result<T, Error> {
    let undecodable = |error: serde_json::Error| CommandError::Undecodable { problem: error.to_string() };
    Ok(result.and_then(|json| serde_json::from_str(&json).map_err(undecodable))?)
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
                write!(f, "what came before the reply takes more than {limit} bytes; take the events first")
            }
            Error::Arguments { command, problem } => {
                write!(f, "the arguments of `{command}` cannot be written as JSON: {problem}")
            }
            Error::OutOfBand { command } => write!(
                f,
                "`{command}` cannot be executed out of band: the capability `oob` is not negotiated; \
                 execute it in band"
            ),
        }
    }
}

/// Displays the inner error, so [`source`](std::error::Error::source) continues after it.
impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Error::Endpoint(error) => error.source(),
            Error::Disconnected(cause) => cause.source(),
            Error::Command(error) => error.source(),
            Error::Malformed(malformed) => malformed.source(),
            Error::TimedOut { .. }
            | Error::Lagged { .. }
            | Error::Backlog { .. }
            | Error::Arguments { .. }
            | Error::OutOfBand { .. } => None,
        }
    }
}
