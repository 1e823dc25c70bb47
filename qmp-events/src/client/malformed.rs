//! What a server sends besides greetings, events and replies.

use crate::error::DecodeError;
use crate::protocol::{Skipped, Unrecognized};
use std::fmt;
#[cfg(any(feature = "blocking", feature = "tokio"))]
use std::mem::size_of;

/// Something that the server sent and that is not an event, greeting or reply. It never ends a connection.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Malformed {
    /// A message that cannot be decoded as an event.
    Event(Box<DecodeError>),
    /// A JSON object that is not a QMP message.
    Unrecognized {
        /// The message.
        json: String,
        /// What was wrong.
        problem: String,
    },
    /// Bytes that are not a message, or a message over the size limit.
    Skipped(Box<Skipped>),
}

impl Malformed {
    /// Whether these are the words with which a human monitor greets: `QEMU 8.2.1 monitor - type 'help' for
    /// more information`. Over telnet some bytes come before them.
    pub(super) fn is_human_monitor(&self) -> bool {
        let Malformed::Skipped(skipped) = self else { return false };
        let text = String::from_utf8_lossy(&skipped.excerpt);
        text.split_once("QEMU ").is_some_and(|(_, rest)| rest.contains(" monitor - type 'help'"))
    }

    /// The bytes of memory that it holds on to, besides itself.
    #[cfg(any(feature = "blocking", feature = "tokio"))]
    pub(crate) fn heap_size(&self) -> usize {
        match self {
            Malformed::Event(error) => size_of::<DecodeError>() + error.raw().len(),
            Malformed::Unrecognized { json, problem } => json.len() + problem.len(),
            Malformed::Skipped(skipped) => size_of::<Skipped>() + skipped.excerpt.len(),
        }
    }
}

impl From<Unrecognized<'_>> for Malformed {
    fn from(message: Unrecognized<'_>) -> Self {
        let json = String::from_utf8_lossy(message.json).into_owned();
        Malformed::Unrecognized { json, problem: message.problem }
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

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Malformed::Event(error) => error.fmt(f),
            Malformed::Unrecognized { json, problem } => {
                write!(f, "not a QMP message ({problem}): {}", json.escape_debug())
            }
            Malformed::Skipped(skipped) => skipped.fmt(f),
        }
    }
}

/// Displays the inner error, so [`source`](std::error::Error::source) continues after it.
impl std::error::Error for Malformed {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Malformed::Event(error) => error.source(),
            Malformed::Unrecognized { .. } => None,
            Malformed::Skipped(skipped) => skipped.source(),
        }
    }
}
