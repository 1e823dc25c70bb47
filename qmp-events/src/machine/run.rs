//! Whether the virtual CPUs run, and if not, why.
//!
//! QEMU names the run state in the reply to `query-status` only. Events tell when the CPUs stop and run;
//! why they stop is told by the event before. What follows from events is in here, and what does not is
//! unknown: it is never guessed.

use super::migration::{self, Side};
use super::run_state::RunState;
use super::table::{kept_text, kept_value};
use crate::generated::{
    BlockErrorAction, BlockIoError, Event, GuestPanicAction, GuestPanicInformation, IoOperationType,
    MigrationStatus, Reset, Shutdown, ShutdownCause, WatchdogAction,
};
use crate::timestamp::Timestamp;

/// Whether a machine runs, since when, and why not.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Run {
    /// The run state; `None` while it is unknown.
    pub status: Option<RunState>,
    /// Whether the virtual CPUs run. That is known after STOP, even while the run state is not.
    pub running: Option<bool>,
    /// Why the machine does not run, if that is known.
    pub cause: Option<Cause>,
    /// Since when it is so, or unknown; `None` if that began before anyone looked.
    pub since: Option<Timestamp>,
}

/// Why a machine does not run.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Cause {
    /// Someone's order: `stop`, or a start without letting it run.
    Command,
    /// A debugger.
    Debugger,
    /// A snapshot is being saved or loaded, or failed to load.
    Snapshot,
    /// An error inside of QEMU or KVM.
    InternalError,
    /// A request of a drive failed.
    IoError(IoErrorCause),
    /// The guest's system crashed; what it said of that, if it said anything.
    GuestPanicked(Option<GuestPanicInformation>),
    /// A watchdog ran out.
    Watchdog,
    /// The guest sleeps.
    Suspend,
    /// The machine was reset while it did not run.
    Reset(Option<ShutdownCause>),
    /// The machine was shut down, and QEMU stays.
    Shutdown {
        /// Whether the guest did it itself.
        guest: Option<bool>,
        /// How it came about.
        reason: Option<ShutdownCause>,
    },
    /// A migration, to here or away from here.
    Migration,
}

/// Which request failed. All of it is unknown if only `query-status` told of the failure.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct IoErrorCause {
    /// The drive's name, where drives have names.
    pub device: Option<String>,
    /// The node's name.
    pub node_name: Option<String>,
    /// The device in the guest's machine, by its path.
    pub qom_path: Option<String>,
    /// Whether a read or a write failed.
    pub operation: Option<IoOperationType>,
    /// Whether there was no space left.
    pub nospace: Option<bool>,
    /// The error, for people.
    pub reason: Option<String>,
}

/// How a machine ended, or is about to.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct End {
    /// What ended it.
    pub cause: EndCause,
    /// When it was told.
    pub time: Option<Timestamp>,
}

/// What ended a machine.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum EndCause {
    /// SHUTDOWN said so.
    Shutdown {
        /// Whether the guest did it itself.
        guest: Option<bool>,
        /// How it came about.
        reason: Option<ShutdownCause>,
    },
    /// A watchdog ran out that is set to power the machine off.
    Watchdog,
    /// The other end closed the connection without a word: QEMU was killed or has crashed. It looks the same
    /// when a proxy ends, when a storage daemon does, and when a watchdog powers the machine off within a second
    /// of another event of a watchdog, as QEMU sends only one a second.
    Unexplained,
}

/// The run state with what is needed to follow it.
#[derive(Clone, Debug, Default)]
pub(super) struct Follower {
    pub(super) run: Run,
    /// The end that was announced.
    pub(super) ending: Option<End>,
    /// What a STOP would mean now.
    announced: Option<(RunState, Cause)>,
    /// The guest slept when the CPUs were stopped, and will sleep on.
    slept: bool,
    /// QEMU said that a migration completed, which it does before it leaves `finish-migrate`.
    is_leaving: bool,
    /// When the CPUs last stopped or began to run.
    switched: Option<Timestamp>,
}

impl Run {
    /// Whether the machine is known not to run: its CPUs are stopped, or the guest sleeps.
    pub fn is_stopped(&self) -> bool {
        self.running == Some(false)
    }
}

impl Follower {
    /// Takes in an event; says whether it tells anything of the run state.
    pub(super) fn apply(&mut self, event: &Event, time: Option<Timestamp>) -> bool {
        match event {
            Event::Resume(_) => self.resume(time),
            Event::Stop(_) => self.stop(time),
            Event::Suspend(_) => self.enter(RunState::Suspended, Some(Cause::Suspend), time),
            Event::Wakeup(_) => self.wake_up(time),
            Event::Reset(reset) => self.reset(reset, time),
            Event::Shutdown(shutdown) => self.shut_down(shutdown, time),
            Event::BlockIoError(error) => self.note_io_error(error, time),
            Event::GuestPanicked(panic) => match panic.action {
                GuestPanicAction::Pause | GuestPanicAction::Poweroff => {
                    self.announce(RunState::GuestPanicked, Cause::GuestPanicked(panic.info.clone()), time);
                }
                _ => {}
            },
            Event::Watchdog(watchdog) => match watchdog.action {
                WatchdogAction::Pause => self.announce(RunState::Watchdog, Cause::Watchdog, time),
                WatchdogAction::Poweroff => self.ending = Some(End { cause: EndCause::Watchdog, time }),
                _ => {}
            },
            _ => return false,
        }
        true
    }

    /// What stops the machine next, unless it does not run anyway. An event that was held back by a rate limit
    /// may come after the STOP that it explains: by its time it is known.
    fn announce(&mut self, status: RunState, cause: Cause, time: Option<Timestamp>) {
        let is_late = time.zip(self.switched).is_some_and(|(time, switched)| time < switched);
        if !is_late {
            self.announced = Some((status, cause));
        }
    }

    fn note_io_error(&mut self, error: &BlockIoError, time: Option<Timestamp>) {
        if error.action == BlockErrorAction::Stop {
            self.announce(RunState::IoError, Cause::IoError(IoErrorCause::of(error)), time);
        }
    }

    fn resume(&mut self, time: Option<Timestamp>) {
        if std::mem::take(&mut self.slept) {
            self.enter(RunState::Suspended, Some(Cause::Suspend), time);
        } else {
            self.enter(RunState::Running, None, time);
        }
        self.announced = None;
        self.ending = None;
        self.switched = time;
    }

    fn stop(&mut self, time: Option<Timestamp>) {
        self.slept = self.run.status == Some(RunState::Suspended);
        match self.announced.take() {
            // A migration stopped it just before, and what was to stop it came too late. QEMU 11.1 can send this
            // even after the migration has completed.
            _ if matches!(self.run.status, Some(RunState::FinishMigrate | RunState::Postmigrate)) => {}
            Some((status, cause)) => self.enter(status, Some(cause), time),
            None => self.run = Run { status: None, running: Some(false), cause: None, since: time },
        }
        // QEMU does not stop the CPUs on its way out.
        self.ending = None;
        self.switched = time;
    }

    /// The CPUs may be stopped when the guest wakes: QEMU wakes it to migrate it.
    fn wake_up(&mut self, time: Option<Timestamp>) {
        self.slept = false;
        self.announced = None;
        if self.run.status == Some(RunState::Suspended)
            || (self.run.status.is_none() && self.run.running.is_none())
        {
            self.enter(RunState::Running, None, time);
        }
    }

    /// A reset leaves a machine running that ran, and readies one for launch that was stopped.
    fn reset(&mut self, reset: &Reset, time: Option<Timestamp>) {
        // Part of loading a snapshot, and of no consequence by itself.
        if reset.reason == Some(ShutdownCause::SnapshotLoad) {
            return;
        }
        self.slept = false;
        match self.run.status {
            // Unknown, and for a machine in a migration a reset makes no difference.
            None | Some(RunState::Running | RunState::Inmigrate | RunState::FinishMigrate) => {}
            // It came before QEMU was there, or after: that makes a difference, and cannot be told.
            Some(RunState::Postmigrate) if self.is_leaving => {
                self.run = Run { status: None, running: Some(false), cause: None, since: time };
            }
            Some(_) => {
                self.ending = None;
                self.enter(
                    RunState::Prelaunch,
                    Some(Cause::Reset(reset.reason.as_ref().map(kept_value))),
                    time,
                );
            }
        }
    }

    fn shut_down(&mut self, shutdown: &Shutdown, time: Option<Timestamp>) {
        let (guest, reason) = (shutdown.guest, shutdown.reason.as_ref().map(kept_value));
        self.ending = Some(End { cause: EndCause::Shutdown { guest, reason: reason.clone() }, time });
        self.announce(RunState::Shutdown, Cause::Shutdown { guest, reason }, time);
    }

    /// Takes in that a migration entered another state.
    pub(super) fn migrate(
        &mut self,
        side: Option<Side>,
        from: Option<&MigrationStatus>,
        to: &MigrationStatus,
        time: Option<Timestamp>,
    ) {
        let was_sending = from.is_some_and(migration::is_sending);
        let is_finishing = self.run.status == Some(RunState::FinishMigrate);
        match to {
            MigrationStatus::PreSwitchover | MigrationStatus::Device if side != Some(Side::Destination) => {
                self.enter(RunState::FinishMigrate, Some(Cause::Migration), time);
            }
            MigrationStatus::Completed if is_finishing || (was_sending && side == Some(Side::Source)) => {
                self.enter(RunState::Postmigrate, Some(Cause::Migration), time);
                self.is_leaving = true;
            }
            // RESUME came before if the machine ran; otherwise releases differ in what it is now.
            MigrationStatus::Cancelled | MigrationStatus::Failed
                if is_finishing || (was_sending && self.run.is_stopped()) =>
            {
                self.run = Run { status: None, running: Some(false), cause: None, since: time };
            }
            _ => {}
        }
    }

    /// Takes in the reply to `query-status`.
    pub(super) fn set(&mut self, status: RunState, time: Option<Timestamp>) {
        self.is_leaving = false;
        if self.run.status.as_ref() == Some(&status) {
            return;
        }
        // What was there at the first look has no known beginning.
        let time = time.filter(|_| self.run.running.is_some());
        let cause = Cause::of(&status);
        self.enter(status, cause, time);
    }

    /// Takes nothing for granted any more, from `time` on.
    pub(super) fn doubt(&mut self, time: Option<Timestamp>) {
        let ending = self.ending.take();
        *self = Follower { ending, ..Follower::default() };
        self.run.since = time;
    }

    fn enter(&mut self, status: RunState, cause: Option<Cause>, time: Option<Timestamp>) {
        let running = Some(status == RunState::Running);
        // A state that only gets its name now is as old as it was.
        let is_named = self.run.status.is_none() && self.run.running == running;
        if self.run.status.as_ref() != Some(&status) && !is_named {
            self.run.since = time;
        }
        self.run.running = running;
        self.run.status = Some(status);
        self.run.cause = cause;
    }
}

impl Cause {
    /// What the run state alone tells.
    fn of(status: &RunState) -> Option<Cause> {
        Some(match status {
            RunState::Debug => Cause::Debugger,
            RunState::InternalError => Cause::InternalError,
            RunState::IoError => Cause::IoError(IoErrorCause::default()),
            RunState::Paused => Cause::Command,
            RunState::Inmigrate | RunState::FinishMigrate | RunState::Postmigrate => Cause::Migration,
            RunState::RestoreVm | RunState::SaveVm => Cause::Snapshot,
            RunState::Shutdown => Cause::Shutdown { guest: None, reason: None },
            RunState::Suspended => Cause::Suspend,
            RunState::Watchdog => Cause::Watchdog,
            RunState::GuestPanicked => Cause::GuestPanicked(None),
            _ => return None,
        })
    }
}

impl IoErrorCause {
    fn of(error: &BlockIoError) -> Self {
        let some = |text: &str| (!text.is_empty()).then(|| kept_text(text));
        IoErrorCause {
            device: some(&error.device),
            node_name: error.node_name.as_deref().and_then(some),
            qom_path: error.qom_path.as_deref().and_then(some),
            operation: Some(kept_value(&error.operation)),
            nospace: error.nospace,
            reason: error.reason.as_deref().and_then(some),
        }
    }
}
