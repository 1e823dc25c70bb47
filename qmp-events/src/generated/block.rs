// Made by `cargo xtask codegen` from schema/. Edit the schema, not this file.
//! Events and types of `schema/qapi/block.json`.

use qmp_events_derive::QapiEvent;

use crate::json::UnknownMembers;

/// The tray of a removable drive opened or closed.
///
/// Either side may have moved it: the guest, or a client of the monitor.
///
/// # Versions
///
/// Since QEMU 1.1.
///
/// # Example
///
/// ```json
/// { "timestamp": { "seconds": 1722435271, "microseconds": 880340 },
///   "event": "DEVICE_TRAY_MOVED",
///   "data": { "device": "", "id": "cdrom0", "tray-open": true } }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, QapiEvent)]
#[qapi(
    name = "DEVICE_TRAY_MOVED",
    since = "1.1",
    new,
    example = r#"{"timestamp":{"seconds":1722435271,"microseconds":880340},"event":"DEVICE_TRAY_MOVED","data":{"device":"","id":"cdrom0","tray-open":true}}"#
)]
#[non_exhaustive]
pub struct DeviceTrayMoved {
    /// Block device; empty if it has no name.
    pub device: String,
    /// Device of the guest, by id or by QOM path.
    ///
    /// Since QEMU 2.8.
    #[qapi(since = "2.8", mandatory)]
    pub id: Option<String>,
    /// True if the tray is open now.
    pub tray_open: bool,
    /// Members that this build does not know, kept as they came.
    #[qapi(unknown)]
    pub unknown: UnknownMembers,
}

/// The helper process for persistent reservations came or went.
///
/// While it is away, reservation commands of the guest fail. QEMU keeps trying to reach it.
///
/// # Versions
///
/// Since QEMU 3.0.
///
/// # Example
///
/// ```json
/// { "timestamp": { "seconds": 1722435856, "microseconds": 909145 },
///   "event": "PR_MANAGER_STATUS_CHANGED",
///   "data": { "id": "prm0", "connected": false } }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, QapiEvent)]
#[qapi(
    name = "PR_MANAGER_STATUS_CHANGED",
    since = "3.0",
    new,
    example = r#"{"timestamp":{"seconds":1722435856,"microseconds":909145},"event":"PR_MANAGER_STATUS_CHANGED","data":{"id":"prm0","connected":false}}"#
)]
#[non_exhaustive]
pub struct PrManagerStatusChanged {
    /// The persistent reservation manager, by object id.
    pub id: String,
    /// True if the helper can be reached now.
    pub connected: bool,
    /// Members that this build does not know, kept as they came.
    #[qapi(unknown)]
    pub unknown: UnknownMembers,
}
