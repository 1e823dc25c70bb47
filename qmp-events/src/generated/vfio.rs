// Made by `cargo xtask codegen` from schema/. Edit the schema, not this file.
//! Events and types of `schema/qapi/vfio.json`.

use qmp_events_derive::{QapiEnum, QapiEvent};

use crate::json::UnknownMembers;
use crate::unknown::UnknownValue;

/// State of a VFIO device during a migration.
///
/// # Versions
///
/// Since QEMU 9.1.
#[derive(Clone, Debug, PartialEq, Eq, Hash, QapiEnum)]
#[qapi(name = "QapiVfioMigrationState", since = "9.1")]
#[non_exhaustive]
pub enum VfioMigrationState {
    /// It does nothing, and its state does not change.
    Stop,
    /// It works normally.
    Running,
    /// It does nothing, and its state is being read.
    StopCopy,
    /// It does nothing, and its state is being loaded.
    Resuming,
    /// It works, but starts no transfers to other devices.
    RunningP2p,
    /// It works normally, while its state is being read.
    PreCopy,
    /// It works, but starts no transfers to other devices, while its state is being read.
    PreCopyP2p,
    /// Like `pre-copy`, about to stop transfers to other devices.
    ///
    /// Since QEMU 11.0.
    #[qapi(since = "11.0")]
    PreCopyP2pPrepare,
    /// A value that this build does not know, kept as it came.
    #[qapi(unknown)]
    Other(UnknownValue),
}

/// A passed-through device (VFIO) entered another state of migration.
///
/// The event has to be switched on for each device, by its property "migration-events".
///
/// # Versions
///
/// Since QEMU 9.1.
///
/// # Example
///
/// ```json
/// { "timestamp": { "seconds": 1722436231, "microseconds": 309850 },
///   "event": "VFIO_MIGRATION",
///   "data": { "device-id": "vfio-gpu0",
///             "qom-path": "/machine/peripheral/vfio-gpu0",
///             "device-state": "pre-copy" } }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, QapiEvent)]
#[qapi(
    name = "VFIO_MIGRATION",
    since = "9.1",
    new,
    example = r#"{"timestamp":{"seconds":1722436231,"microseconds":309850},"event":"VFIO_MIGRATION","data":{"device-id":"vfio-gpu0","qom-path":"/machine/peripheral/vfio-gpu0","device-state":"pre-copy"}}"#
)]
#[non_exhaustive]
pub struct VfioMigration {
    /// The device, by id.
    pub device_id: String,
    /// QOM path of the device.
    pub qom_path: String,
    /// Its new state, a QapiVfioMigrationState.
    pub device_state: VfioMigrationState,
    /// Members that this build does not know, kept as they came.
    #[qapi(unknown)]
    pub unknown: UnknownMembers,
}
