//! QEMU's own names for the states of a machine.

use crate::unknown::UnknownValue;
use qmp_events_derive::QapiEnum;

/// The run state of a machine, as `query-status` has it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, QapiEnum)]
#[qapi(name = "RunState")]
#[non_exhaustive]
pub enum RunState {
    /// A debugger stopped it.
    Debug,
    /// It waits for a migration to come in, or takes it in.
    Inmigrate,
    /// QEMU or KVM met a state that it cannot go on from.
    InternalError,
    /// A request of a drive failed that is set to stop the machine then.
    IoError,
    /// A command stopped it.
    Paused,
    /// It was migrated away.
    Postmigrate,
    /// It was not started yet, or reset while it was stopped.
    Prelaunch,
    /// It is stopped for the last part of a migration.
    FinishMigrate,
    /// It is stopped to take on the state of a snapshot.
    RestoreVm,
    /// It runs.
    Running,
    /// It is stopped to save a snapshot.
    SaveVm,
    /// The guest shut down, and QEMU stays, as with `-no-shutdown`.
    Shutdown,
    /// The guest sleeps, with its state in memory (ACPI S3).
    Suspended,
    /// A watchdog ran out that is set to stop the machine then.
    Watchdog,
    /// The guest's system crashed, and that is set to stop the machine.
    GuestPanicked,
    /// It is stopped for a checkpoint of COLO.
    Colo,
    /// It can be configured further before its devices are made.
    Preconfig,
    /// A value that this build does not know, kept as it came.
    #[qapi(unknown)]
    Other(UnknownValue),
}
