//! What the trackers of both clients have in common: what to wait for, and when to ask again.

use super::job::Job;
use super::migration::Migration;
use super::run::Run;
use super::state::Machine;
use crate::client::{Disconnected, Malformed};
use crate::generated::EventKind;
use crate::timestamp::Timestamp;
use std::time::{Duration, Instant, SystemTime};

/// The time of what has none of its own.
pub(super) fn now() -> Option<Timestamp> {
    let since_1970 = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).ok()?;
    let seconds = i64::try_from(since_1970.as_secs()).ok()?;
    Some(Timestamp { seconds, microseconds: since_1970.subsec_micros().into() })
}

pub(super) fn running(machine: &Machine) -> Option<()> {
    machine.is_running().then_some(())
}

pub(super) fn stopped(machine: &Machine) -> Option<Run> {
    (machine.run().is_stopped() && machine.run().status.is_some()).then(|| machine.run().clone())
}

pub(super) fn job(machine: &Machine, id: &str) -> Option<Job> {
    machine.job(id).filter(|job| job.outcome.is_some()).cloned()
}

pub(super) fn migration(machine: &Machine) -> Option<Migration> {
    machine.migration().is_successful().map(|_| machine.migration().clone())
}

/// Why a wait has no result when the machine has ended.
pub(super) fn ended() -> Disconnected {
    Disconnected::Closed { after_shutdown: true }
}

/// Whether a message that cannot be decoded may be an event that changes the state.
pub(super) fn may_matter(malformed: &Malformed) -> bool {
    match malformed {
        Malformed::Event(error) => error.event().is_none_or(|name| name.parse::<EventKind>().is_ok()),
        _ => true,
    }
}

/// When to ask again for what changes without an event: soon after the last event, then ever less often, up
/// to once a second.
#[derive(Debug)]
pub(super) struct Poll {
    rounds: u32,
    last: Instant,
}

impl Poll {
    pub(super) fn new() -> Self {
        Poll { rounds: 0, last: Instant::now() }
    }

    /// Something has happened, and more may soon.
    pub(super) fn begin_anew(&mut self) {
        *self = Poll::new();
    }

    /// The machine is asked now.
    pub(super) fn note_round(&mut self) {
        self.rounds = self.rounds.saturating_add(1);
        self.last = Instant::now();
    }

    /// How long to wait before the machine is to be polled; `None` if there is nothing to poll.
    pub(super) fn delay(&self, machine: &Machine) -> Option<Duration> {
        let delay = Duration::from_millis(10 << self.rounds.min(7)).min(Duration::from_secs(1));
        (!machine.unannounced().is_empty()).then(|| delay.saturating_sub(self.last.elapsed()))
    }
}
