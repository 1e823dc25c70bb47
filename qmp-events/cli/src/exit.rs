//! How a run can end, as the exit status tells it.

use std::process::ExitCode;

use qmp_events::protocol::CommandError;
use qmp_events::{Disconnected, Error};

/// The exit statuses, for `--help` and the manual.
pub(crate) const EXIT_CODES: &str = "\
Exit status:
  0  all is well: the events were printed, the event came, QEMU ended normally
  1  the answer is no: decode found no message of QMP in its input, or
     decode --strict something malformed or unknown, list found no event,
     wait ran out of time, QEMU refused the command of execute or of wait --execute,
     check found something that this build does not know,
     status found a machine that does not run
  2  wrong usage, or a file that cannot be read or written
  3  there was no connection, or it ended without SHUTDOWN
     (for wait: before the event came)
  4  the server does not keep to the protocol: no greeting, no reply, or it refused
     the negotiation
  5  wait --fail-on: such an event came first";

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Exit {
    Done = 0,
    No = 1,
    Failed = 2,
    Disconnected = 3,
    Protocol = 4,
    FailedOn = 5,
}

impl From<&Disconnected> for Exit {
    fn from(cause: &Disconnected) -> Self {
        match cause {
            Disconnected::HandshakeTimedOut { .. }
            | Disconnected::NoGreeting { .. }
            | Disconnected::Refused(_) => Exit::Protocol,
            cause if cause.is_normal() => Exit::Done,
            _ => Exit::Disconnected,
        }
    }
}

/// How a run ends on an error of a command, whose normal end of a connection is a failure too.
impl From<&Error> for Exit {
    fn from(error: &Error) -> Self {
        match error {
            Error::Disconnected(cause) => Exit::from(cause).max(Exit::Disconnected),
            Error::Command(CommandError::Refused { .. }) => Exit::No,
            _ => Exit::Protocol,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        ExitCode::from(exit as u8)
    }
}
