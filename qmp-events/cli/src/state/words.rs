//! States, causes and ends in words.

use qmp_events::events::{JobStatus, MigrationStatus, ShutdownCause};
use qmp_events::machine::{Cause, End, EndCause, IoErrorCause, Job, Migration, Outcome, Run, RunState};

use crate::terminal::palette::Style;

/// What a state is to someone who looks after the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tone {
    /// All is well.
    Good,
    /// It does not run, or is not done, and may be meant to be so.
    Calm,
    /// Something failed.
    Bad,
    /// Nobody knows.
    Unknown,
}

impl Tone {
    pub(crate) fn style(self) -> Style {
        match self {
            Tone::Good => Style::Lifecycle,
            Tone::Calm => Style::Plain,
            Tone::Bad => Style::Error,
            Tone::Unknown => Style::Unknown,
        }
    }
}

/// The run state by QEMU's name for it; for one that is unknown, what is known.
pub(crate) fn run_state(run: &Run) -> String {
    match (&run.status, run.running) {
        (Some(status), _) => status.to_string(),
        (None, Some(true)) => "running".to_owned(),
        (None, Some(false)) => "stopped".to_owned(),
        (None, None) => "unknown".to_owned(),
    }
}

pub(crate) fn run_tone(run: &Run) -> Tone {
    match &run.status {
        Some(RunState::Running) => Tone::Good,
        Some(RunState::IoError | RunState::InternalError | RunState::GuestPanicked | RunState::Watchdog) => {
            Tone::Bad
        }
        Some(_) => Tone::Calm,
        None if run.running == Some(true) => Tone::Good,
        None => Tone::Unknown,
    }
}

/// The run state and why it is so: `io-error because vda had no space left`.
pub(crate) fn run(run: &Run) -> String {
    match &run.cause {
        Some(cause) => format!("{} {}", run_state(run), because(cause)),
        None if run.status.is_none() && run.running == Some(false) => {
            "stopped, for a reason unknown".to_owned()
        }
        None if run.status.is_none() && run.running.is_none() => "unknown whether it runs".to_owned(),
        None => run_state(run),
    }
}

/// Why a machine does not run, as the end of a sentence.
pub(crate) fn because(cause: &Cause) -> String {
    match cause {
        Cause::Command => "by command".to_owned(),
        Cause::Debugger => "by a debugger".to_owned(),
        Cause::Snapshot => "for a snapshot".to_owned(),
        Cause::InternalError => "because of an error inside of QEMU or KVM".to_owned(),
        Cause::IoError(error) => format!("because {}", io_error(error)),
        Cause::GuestPanicked(_) => "because the guest panicked".to_owned(),
        Cause::Watchdog => "because a watchdog ran out".to_owned(),
        Cause::Suspend => "because the guest sleeps".to_owned(),
        Cause::Reset(reason) => format!("after a reset{}", in_brackets(reason.as_ref())),
        Cause::Shutdown { guest, reason } => {
            format!("because {}{}", shutdown(*guest, reason.as_ref()), in_brackets(reason.as_ref()))
        }
        Cause::Migration => "for a migration".to_owned(),
        _ => "for another reason".to_owned(),
    }
}

fn io_error(error: &IoErrorCause) -> String {
    let IoErrorCause { device, node_name, qom_path, operation, nospace, reason, .. } = error;
    let name = device.as_ref().or(qom_path.as_ref()).or(node_name.as_ref()).map_or("a drive", String::as_str);
    if *nospace == Some(true) {
        return format!("{name} had no space left");
    }
    let request = operation.as_ref().map_or("request".to_owned(), ToString::to_string);
    let reason = reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
    format!("a {request} of {name} failed{reason}")
}

fn in_brackets(reason: Option<&ShutdownCause>) -> String {
    reason.map(|reason| format!(" ({reason})")).unwrap_or_default()
}

fn shutdown(guest: Option<bool>, reason: Option<&ShutdownCause>) -> &'static str {
    match (reason, guest) {
        (Some(ShutdownCause::GuestShutdown), _) => "the guest shut down",
        (Some(ShutdownCause::GuestReset), _) => "the guest reset itself",
        (Some(ShutdownCause::GuestPanic), _) => "the guest panicked",
        (Some(ShutdownCause::HostQmpQuit), _) => "QEMU was told to quit",
        (Some(ShutdownCause::HostQmpSystemReset), _) => "the machine was told to reset",
        (Some(ShutdownCause::HostSignal), _) => "QEMU got a signal",
        (Some(ShutdownCause::HostUi), _) => "its window was closed",
        (Some(ShutdownCause::HostError), _) => "QEMU met an error of the host",
        (_, Some(true)) => "the guest shut down",
        (_, Some(false)) => "the host ended it",
        (_, None) => "it was shut down",
    }
}

/// How a machine ended, as a sentence.
pub(crate) fn end(end: &End) -> String {
    match &end.cause {
        EndCause::Shutdown { guest, reason } => {
            format!("{}{}", shutdown(*guest, reason.as_ref()), in_brackets(reason.as_ref()))
        }
        EndCause::Watchdog => "a watchdog ran out and powered it off".to_owned(),
        EndCause::Unexplained => {
            "the connection was closed without SHUTDOWN: QEMU was killed or crashed".to_owned()
        }
        _ => "for another reason".to_owned(),
    }
}

pub(crate) fn end_tone(end: &End) -> Tone {
    match &end.cause {
        EndCause::Shutdown { reason: Some(ShutdownCause::GuestPanic | ShutdownCause::HostError), .. }
        | EndCause::Watchdog
        | EndCause::Unexplained => Tone::Bad,
        _ => Tone::Calm,
    }
}

/// A job by what it does and its id, without saying a word twice: `backup backup0`, `job 17`.
pub(crate) fn job_name(job: &Job) -> String {
    match &job.r#type {
        Some(kind) if kind.to_string() != job.id => format!("{kind} {}", job.id),
        Some(_) => job.id.clone(),
        None => format!("job {}", job.id),
    }
}

/// How far a job is, or how it ended: `running`, `completed`, `failed: No space left on device`.
pub(crate) fn job_state(job: &Job) -> String {
    let state = match job.outcome {
        Some(Outcome::Completed) => "completed".to_owned(),
        Some(Outcome::Cancelled) => "cancelled".to_owned(),
        Some(Outcome::Failed) => "failed".to_owned(),
        _ => job.status.as_ref().map_or("unknown".to_owned(), JobStatus::to_string),
    };
    match &job.error {
        Some(error) => format!("{state}: {error}"),
        None => state,
    }
}

pub(crate) fn job_tone(job: &Job) -> Tone {
    match job.outcome {
        Some(Outcome::Completed) => Tone::Good,
        Some(Outcome::Failed) => Tone::Bad,
        _ if job.error.is_some() || job.errors > 0 => Tone::Bad,
        _ => Tone::Calm,
    }
}

/// The state of a migration: `active, pass 2`, `failed: …`. `None` if there is nothing to tell.
pub(crate) fn migration(migration: &Migration) -> Option<String> {
    let status = migration.status.as_ref().filter(|status| **status != MigrationStatus::None)?;
    let pass = match migration.pass {
        Some(pass) if migration.is_under_way() => format!(", pass {pass}"),
        _ => String::new(),
    };
    let error = migration.error.as_ref().map(|error| format!(": {error}")).unwrap_or_default();
    Some(format!("{status}{pass}{error}"))
}

pub(crate) fn migration_tone(migration: &Migration) -> Tone {
    match &migration.status {
        Some(MigrationStatus::Completed) => Tone::Good,
        Some(MigrationStatus::Failed | MigrationStatus::Failing) => Tone::Bad,
        _ => Tone::Calm,
    }
}
