//! How bad an event is: the schema does not say it.

use clap::ValueEnum;
use qmp_events::Event;
use qmp_events::events::{
    BlockErrorAction, ColoExitReason, JobStatus, MemoryFailureAction, MigrationStatus, ShutdownCause,
};

/// What an event is to someone who looks after the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub(crate) enum Severity {
    /// This build does not know the event.
    Unknown,
    /// Something happened.
    Notice,
    /// The machine runs, stops, starts anew or ends.
    Lifecycle,
    /// Something is not as it should be, and the machine copes.
    Warning,
    /// Something failed.
    Error,
}

impl Severity {
    pub(crate) fn of(event: &Event) -> Self {
        use Severity::{Error, Lifecycle, Notice, Unknown, Warning};

        match event {
            Event::BlockIoError(error) if error.action == BlockErrorAction::Ignore => Warning,
            Event::BlockJobCompleted(job) if job.error.is_none() => Notice,
            Event::ColoExit(exit) if exit.reason != ColoExitReason::Error => Notice,
            Event::DumpCompleted(dump) if dump.error.is_none() => Notice,
            Event::JobStatusChange(job) if job.status == JobStatus::Aborting => Warning,
            Event::MemoryFailure(failure) => match failure.action {
                MemoryFailureAction::Fatal | MemoryFailureAction::Reset => Error,
                _ => Warning,
            },
            Event::Migration(migration) => match migration.status {
                MigrationStatus::Failed => Error,
                MigrationStatus::Cancelled => Warning,
                _ => Notice,
            },
            Event::PrManagerStatusChanged(manager) if !manager.connected => Warning,
            Event::Reset(reset) if reset.reason == Some(ShutdownCause::GuestPanic) => Error,
            Event::Shutdown(shutdown) => match shutdown.reason {
                Some(ShutdownCause::GuestPanic | ShutdownCause::HostError) => Error,
                _ => Lifecycle,
            },
            Event::BlockImageCorrupted(_)
            | Event::BlockIoError(_)
            | Event::BlockJobCompleted(_)
            | Event::BlockJobError(_)
            | Event::ColoExit(_)
            | Event::DeviceUnplugGuestError(_)
            | Event::DumpCompleted(_)
            | Event::GuestPanicked(_)
            | Event::MemUnplugError(_)
            | Event::QuorumFailure(_)
            | Event::VfuClientHangup(_) => Error,
            Event::BlockJobCancelled(_)
            | Event::BlockWriteThreshold(_)
            | Event::CommandDropped(_)
            | Event::GuestCrashloaded(_)
            | Event::NetdevStreamDisconnected(_)
            | Event::QuorumReportBad(_)
            | Event::Watchdog(_) => Warning,
            Event::Powerdown(_)
            | Event::Reset(_)
            | Event::Resume(_)
            | Event::Stop(_)
            | Event::Suspend(_)
            | Event::SuspendDisk(_)
            | Event::Wakeup(_) => Lifecycle,
            event if event.info().is_none() => Unknown,
            _ => Notice,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use qmp_events::EventMessage;

    fn severity(json: &str) -> Severity {
        Severity::of(&json.parse::<EventMessage>().expect("an event").event)
    }

    #[test]
    fn severity_depends_on_the_event_and_its_members() {
        let error =
            r#"{"event": "BLOCK_IO_ERROR", "data": {"device": "", "operation": "read", "action": "stop"}}"#;
        assert_eq!(severity(error), Severity::Error);
        assert_eq!(severity(&error.replace("stop", "ignore")), Severity::Warning);
        assert_eq!(severity(r#"{"event": "RESUME"}"#), Severity::Lifecycle);
        assert_eq!(severity(r#"{"event": "ALIEN_LANDED"}"#), Severity::Unknown);
        assert_eq!(severity(r#"{"event": "BALLOON_CHANGE", "data": {"actual": 1}}"#), Severity::Notice);
    }
}
