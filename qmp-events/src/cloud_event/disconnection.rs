//! How a connection ended, as data: what programs ask about a [`Disconnected`] is the same after it was read.

use std::io::{self, ErrorKind};

use qmp_events_derive::QapiStruct;

use crate::client::Disconnected;

const CLOSED: &str = "closed";
const FAILED: &str = "failed";
const NOT_CONNECTED: &str = "not-connected";
const RELEASED: &str = "released";

/// The kinds of errors that tell who ended a connection, or why there was none.
const ERROR_KINDS: [(ErrorKind, &str); 6] = [
    (ErrorKind::BrokenPipe, "broken-pipe"),
    (ErrorKind::ConnectionRefused, "connection-refused"),
    (ErrorKind::ConnectionReset, "connection-reset"),
    (ErrorKind::NotFound, "not-found"),
    (ErrorKind::PermissionDenied, "permission-denied"),
    (ErrorKind::UnexpectedEof, "unexpected-eof"),
];

#[derive(Debug, QapiStruct)]
#[qapi(name = "Disconnected")]
pub(super) struct Disconnection {
    cause: String,
    text: String,
    normal: bool,
    after_shutdown: Option<bool>,
    error: Option<String>,
    error_kind: Option<String>,
}

impl From<&Disconnected> for Disconnection {
    fn from(disconnected: &Disconnected) -> Self {
        let (cause, after_shutdown, error) = match disconnected {
            Disconnected::Closed { after_shutdown } => (CLOSED, Some(*after_shutdown), None),
            Disconnected::Failed { error, after_shutdown } => (FAILED, Some(*after_shutdown), Some(error)),
            Disconnected::NotConnected(error) => (NOT_CONNECTED, None, Some(error)),
            Disconnected::Released => (RELEASED, None, None),
            Disconnected::HandshakeTimedOut { .. } => ("handshake-timed-out", None, None),
            Disconnected::NoGreeting { .. } => ("no-greeting", None, None),
            Disconnected::Refused(_) => ("refused", None, None),
            Disconnected::Panicked { .. } => ("panicked", None, None),
            Disconnected::RuntimeShutDown => ("runtime-shut-down", None, None),
            Disconnected::Reported { .. } => ("reported", None, None),
        };
        let name_of = |kind| ERROR_KINDS.iter().find(|(known, _)| *known == kind).map(|(_, name)| *name);
        Disconnection {
            cause: cause.to_owned(),
            text: disconnected.to_string(),
            normal: disconnected.is_normal(),
            after_shutdown,
            error: error.map(|error| error.to_string()),
            error_kind: error.and_then(|error| name_of(error.kind())).map(str::to_owned),
        }
    }
}

impl From<Disconnection> for Disconnected {
    fn from(disconnection: Disconnection) -> Self {
        let Disconnection { cause, text, normal, after_shutdown, error, error_kind } = disconnection;
        let kind = ERROR_KINDS.iter().find(|(_, name)| Some(*name) == error_kind.as_deref());
        let kind = kind.map_or(ErrorKind::Other, |(kind, _)| *kind);
        let error = error.map(|error| io::Error::new(kind, error).into());
        match (cause.as_str(), after_shutdown, error) {
            (CLOSED, Some(after_shutdown), _) => Disconnected::Closed { after_shutdown },
            (FAILED, Some(after_shutdown), Some(error)) => Disconnected::Failed { error, after_shutdown },
            (NOT_CONNECTED, _, Some(error)) => Disconnected::NotConnected(error),
            (RELEASED, ..) => Disconnected::Released,
            _ => Disconnected::Reported { text, is_normal: normal },
        }
    }
}
