//! What is counted of one machine.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use qmp_events::info::{EnumInfo, TypeInfo};
use qmp_events::machine::{Cause, Change, Machine, Outcome, Run, RunState};
use qmp_events::{Event, EventKind};

use super::bounded::{OTHER, Pairs};
use crate::agent::reader::Happening;
use crate::record::Record;

/// How many pairs of device and reason a machine has.
const IO_ERRORS: usize = 64;

/// The run states that have a series each.
pub(super) const RUN_STATES: [RunState; 17] = [
    RunState::Colo,
    RunState::Debug,
    RunState::FinishMigrate,
    RunState::GuestPanicked,
    RunState::Inmigrate,
    RunState::InternalError,
    RunState::IoError,
    RunState::Paused,
    RunState::Postmigrate,
    RunState::Preconfig,
    RunState::Prelaunch,
    RunState::RestoreVm,
    RunState::Running,
    RunState::SaveVm,
    RunState::Shutdown,
    RunState::Suspended,
    RunState::Watchdog,
];

/// The run state of a machine of which it is not known.
pub(super) const UNKNOWN: &str = "unknown";

/// The figures of a machine.
#[derive(Clone, Debug, Default)]
pub(super) struct Figures {
    /// Whether there is a connection; `None` of what has none of its own, such as a domain of libvirt.
    pub(super) connection: Option<bool>,
    /// Whether it is a machine, and not a place where machines come from.
    pub(super) is_machine: bool,
    pub(super) run_state: Option<&'static str>,
    /// By kind.
    pub(super) events: BTreeMap<&'static str, u64>,
    pub(super) io_errors: Pairs<IO_ERRORS>,
    /// How many there are, by status.
    pub(super) jobs: BTreeMap<&'static str, u64>,
    pub(super) finished_jobs: BTreeMap<&'static str, u64>,
    pub(super) migration: Option<&'static str>,
    pub(super) dropped: u64,
    pub(super) gaps: u64,
    pub(super) malformed: u64,
    paused: BTreeMap<&'static str, Duration>,
    /// Why it does not run, and since when.
    pause: Option<(&'static str, Instant)>,
}

impl Figures {
    /// Counts what happened.
    pub(super) fn count(&mut self, happening: &Happening<'_>) {
        match happening {
            Happening::Reachable(_) => {
                self.is_machine = true;
                self.connection.get_or_insert(false);
            }
            Happening::Connected(_) | Happening::Listening => self.connection = Some(true),
            Happening::Disconnected(_) => self.connection = Some(false),
            Happening::Event(record, _) => {
                self.is_machine = true;
                self.count_event(record);
            }
            Happening::Malformed(_) => self.malformed += 1,
            Happening::Lagged(count) => self.dropped += count,
            Happening::Gap(_) => self.gaps += 1,
            Happening::Changed(changes, _) => {
                for change in *changes {
                    if let Change::JobGone(job) = change {
                        *self.finished_jobs.entry(outcome(job.outcome)).or_default() += 1;
                    }
                }
            }
            _ => {}
        }
    }

    fn count_event(&mut self, record: &Record) {
        let event = &record.message.event;
        *self.events.entry(event.info().map_or(OTHER, |info| info.name)).or_default() += 1;
        if let Event::BlockIoError(error) = event {
            let reason = if error.nospace == Some(true) {
                "nospace"
            } else {
                error.reason.as_deref().unwrap_or(UNKNOWN)
            };
            self.io_errors.add([device(error), reason]);
        }
    }

    /// Shows the state of the machine.
    pub(super) fn show(&mut self, machine: &Machine, now: Instant) {
        self.set_run(machine.run(), now);
        self.jobs.clear();
        let statuses = values(EventKind::JobStatusChange, "status");
        for (_, job) in machine.jobs().iter() {
            let status = job.status.as_ref().map_or(UNKNOWN, |status| known(statuses, status.as_str()));
            *self.jobs.entry(status).or_default() += 1;
        }
        let status = machine.migration().status.as_ref();
        self.migration = status.map(|status| known(migration_phases(), status.as_str()));
    }

    fn set_run(&mut self, run: &Run, now: Instant) {
        self.run_state = run.status.as_ref().map(|status| {
            let known = RUN_STATES.iter().find(|known| *known == status);
            known.map_or(OTHER, RunState::as_str)
        });
        // A machine that was not started yet has no cause, but a state that says so.
        let state = self.run_state.unwrap_or(UNKNOWN);
        let cause = run.is_stopped().then(|| run.cause.as_ref().map_or(state, cause));
        if cause != self.pause.map(|(cause, _)| cause) {
            if let Some((cause, since)) = self.pause.take() {
                *self.paused.entry(cause).or_default() += now.duration_since(since);
            }
            self.pause = cause.map(|cause| (cause, now));
        }
    }

    /// For how long it did not run while this process knew of it, by cause.
    pub(super) fn paused(&self, now: Instant) -> BTreeMap<&'static str, Duration> {
        let mut paused = self.paused.clone();
        if let Some((cause, since)) = self.pause {
            *paused.entry(cause).or_default() += now.duration_since(since);
        }
        paused
    }
}

/// The drive, by the first name of it that says anything.
fn device(error: &qmp_events::events::BlockIoError) -> &str {
    let names = [Some(error.device.as_str()), error.qom_path.as_deref(), error.node_name.as_deref()];
    names.into_iter().flatten().find(|name| !name.is_empty()).unwrap_or(UNKNOWN)
}

fn outcome(outcome: Option<Outcome>) -> &'static str {
    match outcome {
        Some(Outcome::Completed) => "completed",
        Some(Outcome::Cancelled) => "cancelled",
        Some(Outcome::Failed) => "failed",
        Some(_) => OTHER,
        None => UNKNOWN,
    }
}

fn cause(cause: &Cause) -> &'static str {
    match cause {
        Cause::Command => "command",
        Cause::Debugger => "debugger",
        Cause::Snapshot => "snapshot",
        Cause::InternalError => "internal-error",
        Cause::IoError(_) => "io-error",
        Cause::GuestPanicked(_) => "guest-panicked",
        Cause::Watchdog => "watchdog",
        Cause::Suspend => "suspend",
        Cause::Reset(_) => "reset",
        Cause::Shutdown { .. } => "shutdown",
        Cause::Migration => "migration",
        _ => OTHER,
    }
}

/// The phases of a migration that have a series each.
pub(super) fn migration_phases() -> Option<&'static EnumInfo> {
    values(EventKind::Migration, "status")
}

/// The values that a member of an event can have.
fn values(kind: EventKind, member: &str) -> Option<&'static EnumInfo> {
    match kind.info().member(member)?.ty {
        TypeInfo::Enum(values) => Some(values.get()),
        _ => None,
    }
}

/// The value if it is one of these.
fn known(values: Option<&'static EnumInfo>, name: &str) -> &'static str {
    values.and_then(|values| values.value(name)).map_or(OTHER, |value| value.name)
}
