// Made by `cargo xtask codegen` from schema/. Edit the schema, not this file.
//! Events and types of `schema/qapi/migration.json`.

use qmp_events_derive::{QapiEnum, QapiEvent};

use crate::json::UnknownMembers;
use crate::unknown::UnknownValue;

/// State of a migration, on either side.
///
/// # Versions
///
/// Since QEMU 2.3.
#[derive(Clone, Debug, PartialEq, Eq, Hash, QapiEnum)]
#[qapi(name = "MigrationStatus", since = "2.3")]
#[non_exhaustive]
pub enum MigrationStatus {
    /// None was ever started.
    None,
    /// Being prepared.
    Setup,
    /// A client asked to cancel it, and it is winding down.
    Cancelling,
    /// Cancelled.
    Cancelled,
    /// Memory is being copied while the source runs.
    Active,
    /// The destination loads the state of the devices, and may fetch missing memory for that already.
    ///
    /// Since QEMU 10.2.
    #[qapi(since = "10.2")]
    PostcopyDevice,
    /// The destination runs, and fetches missing memory from the source.
    ///
    /// Since QEMU 2.5.
    #[qapi(since = "2.5")]
    PostcopyActive,
    /// The connection broke during post-copy; both sides wait for recovery.
    ///
    /// Since QEMU 3.0.
    #[qapi(since = "3.0")]
    PostcopyPaused,
    /// A new connection for the recovery of post-copy is being made.
    ///
    /// Since QEMU 9.1.
    #[qapi(since = "9.1")]
    PostcopyRecoverSetup,
    /// The two sides agree how to take post-copy up again.
    ///
    /// Since QEMU 3.0.
    #[qapi(since = "3.0")]
    PostcopyRecover,
    /// Finished; the destination is in charge.
    Completed,
    /// An error occurred, and it is being broken off.
    ///
    /// Since QEMU 11.0.
    #[qapi(since = "11.0")]
    Failing,
    /// Broken off by an error.
    Failed,
    /// The secondary is being kept in step with the primary.
    ///
    /// Since QEMU 2.8.
    #[qapi(since = "2.8")]
    Colo,
    /// The source is stopped, and waits for `migrate-continue`.
    ///
    /// Since QEMU 2.11.
    #[qapi(since = "2.11")]
    PreSwitchover,
    /// The state of the devices is being sent, after a stop for `migrate-continue`.
    ///
    /// Since QEMU 2.11.
    #[qapi(since = "2.11")]
    Device,
    /// Waits until the guest lets go of its primary network device.
    ///
    /// Since QEMU 4.2.
    #[qapi(since = "4.2")]
    WaitUnplug,
    /// A value that this build does not know, kept as it came.
    #[qapi(unknown)]
    Other(UnknownValue),
}

/// A migration entered another state.
///
/// The source and the destination report their own states. The event has to be switched on, by the
/// migration capability "events" on the side that is to send it.
///
/// # Versions
///
/// Since QEMU 2.4.
///
/// # Example
///
/// ```json
/// { "timestamp": { "seconds": 1722435665, "microseconds": 419038 },
///   "event": "MIGRATION",
///   "data": { "status": "postcopy-active" } }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, QapiEvent)]
#[qapi(
    name = "MIGRATION",
    since = "2.4",
    new,
    example = r#"{"timestamp":{"seconds":1722435665,"microseconds":419038},"event":"MIGRATION","data":{"status":"postcopy-active"}}"#
)]
#[non_exhaustive]
pub struct Migration {
    /// The new state, a MigrationStatus.
    pub status: MigrationStatus,
    /// Members that this build does not know, kept as they came.
    #[qapi(unknown)]
    pub unknown: UnknownMembers,
}

/// The source begins another pass over the guest's memory.
///
/// A pass sends the pages that the guest changed during the last one. A number that keeps growing
/// means that the guest writes faster than the network carries. Like MIGRATION, this event needs
/// the migration capability "events".
///
/// # Versions
///
/// Since QEMU 2.6.
///
/// # Example
///
/// ```json
/// { "timestamp": { "seconds": 1722435689, "microseconds": 735570 },
///   "event": "MIGRATION_PASS",
///   "data": { "pass": 3 } }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, QapiEvent)]
#[qapi(
    name = "MIGRATION_PASS",
    since = "2.6",
    new,
    example = r#"{"timestamp":{"seconds":1722435689,"microseconds":735570},"event":"MIGRATION_PASS","data":{"pass":3}}"#
)]
#[non_exhaustive]
pub struct MigrationPass {
    /// Number of the pass, 1 for the first.
    pub pass: i64,
    /// Members that this build does not know, kept as they came.
    #[qapi(unknown)]
    pub unknown: UnknownMembers,
}

/// Role of a side in fault tolerance by COLO.
///
/// # Versions
///
/// Since QEMU 2.8.
#[derive(Clone, Debug, PartialEq, Eq, Hash, QapiEnum)]
#[qapi(name = "COLOMode", since = "2.8")]
#[non_exhaustive]
pub enum ColoMode {
    /// COLO is not in use.
    None,
    /// This side serves the guest's clients.
    Primary,
    /// This side follows, ready to take over.
    Secondary,
    /// A value that this build does not know, kept as it came.
    #[qapi(unknown)]
    Other(UnknownValue),
}

/// Why COLO ended.
///
/// # Versions
///
/// Since QEMU 3.1.
#[derive(Clone, Debug, PartialEq, Eq, Hash, QapiEnum)]
#[qapi(name = "COLOExitReason", since = "3.1")]
#[non_exhaustive]
pub enum ColoExitReason {
    /// It did not end; seen in `query-colo-status` only.
    None,
    /// A client asked for it.
    Request,
    /// Something failed, the connection for instance.
    Error,
    /// A take-over is under way; seen in `query-colo-status` only.
    ///
    /// Since QEMU 4.0.
    #[qapi(since = "4.0")]
    Processing,
    /// A value that this build does not know, kept as it came.
    #[qapi(unknown)]
    Other(UnknownValue),
}

/// Fault tolerance by COLO ended on this side.
///
/// Each side reports for itself. After a failure of the primary, the secondary sends this event and
/// serves the guest's clients from then on.
///
/// # Versions
///
/// Since QEMU 3.1.
///
/// # Example
///
/// ```json
/// { "timestamp": { "seconds": 1722435177, "microseconds": 701265 },
///   "event": "COLO_EXIT",
///   "data": { "mode": "secondary", "reason": "error" } }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, QapiEvent)]
#[qapi(
    name = "COLO_EXIT",
    since = "3.1",
    new,
    example = r#"{"timestamp":{"seconds":1722435177,"microseconds":701265},"event":"COLO_EXIT","data":{"mode":"secondary","reason":"error"}}"#
)]
#[non_exhaustive]
pub struct ColoExit {
    /// The role that this side had, a COLOMode.
    pub mode: ColoMode,
    /// Why it ended, a COLOExitReason.
    pub reason: ColoExitReason,
    /// Members that this build does not know, kept as they came.
    #[qapi(unknown)]
    pub unknown: UnknownMembers,
}

/// A migration begins, and the guest was asked to let go of its primary network device.
///
/// Nothing is to be done: the virtio device of the failover pair takes over, and the migration
/// waits until the guest has released the primary.
///
/// # Versions
///
/// Since QEMU 4.2.
///
/// # Example
///
/// ```json
/// { "timestamp": { "seconds": 1722436205, "microseconds": 36174 },
///   "event": "UNPLUG_PRIMARY",
///   "data": { "device-id": "primary0" } }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, QapiEvent)]
#[qapi(
    name = "UNPLUG_PRIMARY",
    since = "4.2",
    new,
    example = r#"{"timestamp":{"seconds":1722436205,"microseconds":36174},"event":"UNPLUG_PRIMARY","data":{"device-id":"primary0"}}"#
)]
#[non_exhaustive]
pub struct UnplugPrimary {
    /// The primary network device, by id.
    pub device_id: String,
    /// Members that this build does not know, kept as they came.
    #[qapi(unknown)]
    pub unknown: UnknownMembers,
}
