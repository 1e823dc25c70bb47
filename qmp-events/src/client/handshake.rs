//! What is said of a handshake that fails.

use super::disconnected::Disconnected;
use super::malformed::Malformed;
use crate::protocol::{Incoming, Session};
use std::time::Duration;

/// How long a server may take for its greeting and the capabilities negotiation, if nothing else is set.
pub(crate) const DEFAULT_HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);

/// What a server has sent so far, for the explanation if no connection comes of it.
#[derive(Debug, Default)]
pub(crate) struct Handshake {
    is_greeted: bool,
    /// The first message before the greeting that was not an event or reply.
    received: Option<Malformed>,
}

impl Handshake {
    pub(crate) fn set_greeted(&mut self) {
        self.is_greeted = true;
    }

    /// Notes what came instead of a greeting.
    ///
    /// # Errors
    ///
    /// If it proves that no greeting will follow.
    pub(crate) fn note(&mut self, malformed: &Malformed) -> Result<(), Disconnected> {
        if !self.is_greeted && self.received.is_none() {
            self.received = Some(malformed.clone());
            if malformed.is_human_monitor() {
                return Err(Disconnected::NoGreeting { received: Box::new(malformed.clone()) });
            }
        }
        Ok(())
    }

    /// Notes what a server began and did not end, such as text without a line's end: nothing more is read.
    pub(crate) fn note_unfinished(&mut self, session: &mut Session) {
        session.finish();
        while let Some(incoming) = session.next_incoming() {
            // It has the last word already if it proves anything.
            if let Incoming::Skipped(skipped) = incoming {
                let _ = self.note(&skipped.into());
            }
        }
    }

    /// The time is up.
    pub(crate) fn timed_out(&mut self, after: Duration) -> Disconnected {
        let greeted = self.is_greeted;
        self.explain(Disconnected::HandshakeTimedOut { after, greeted })
    }

    /// Why there is no connection, where `cause` is what ended the attempt.
    pub(crate) fn explain(&mut self, cause: Disconnected) -> Disconnected {
        self.received_instead().unwrap_or(cause)
    }

    /// What came before the greeting, if it explains that there is none.
    pub(crate) fn received_instead(&mut self) -> Option<Disconnected> {
        let received = self.received.take().filter(|_| !self.is_greeted)?;
        Some(Disconnected::NoGreeting { received: Box::new(received) })
    }
}
