// Made by `cargo xtask codegen` from schema/. Edit the schema, not this file.
//! Events and types of `schema/qapi/qdev.json`.

use qmp_events_derive::QapiEvent;

use crate::json::UnknownMembers;

/// A device is gone from the machine.
///
/// `device_del` only asks the guest to let go. When this event comes, the device's backends and its
/// id are free for another device. A device with children gives an event for each child and one for
/// itself. Children have no id as a rule.
///
/// The event to expect instead, if the guest refuses, is DEVICE_UNPLUG_GUEST_ERROR.
///
/// # Versions
///
/// Since QEMU 1.5.
///
/// # Example
///
/// ```json
/// { "timestamp": { "seconds": 1722435240, "microseconds": 368719 },
///   "event": "DEVICE_DELETED",
///   "data": { "device": "net1", "path": "/machine/peripheral/net1" } }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, QapiEvent)]
#[qapi(
    name = "DEVICE_DELETED",
    since = "1.5",
    new,
    example = r#"{"timestamp":{"seconds":1722435240,"microseconds":368719},"event":"DEVICE_DELETED","data":{"device":"net1","path":"/machine/peripheral/net1"}}"#
)]
#[non_exhaustive]
pub struct DeviceDeleted {
    /// Id of the device, if it has one.
    pub device: Option<String>,
    /// QOM path that the device had.
    pub path: String,
    /// Members that this build does not know, kept as they came.
    #[qapi(unknown)]
    pub unknown: UnknownMembers,
}

/// The guest refused to let go of a device, so the device stays in use.
///
/// A manager that had called `device_del` can give up or try again.
///
/// The event to expect instead, if the guest agrees, is DEVICE_DELETED. A guest that does not react
/// at all causes neither.
///
/// # Versions
///
/// Since QEMU 6.2.
///
/// # Example
///
/// ```json
/// { "timestamp": { "seconds": 1722435304, "microseconds": 152290 },
///   "event": "DEVICE_UNPLUG_GUEST_ERROR",
///   "data": { "device": "dimm1", "path": "/machine/peripheral/dimm1" } }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, QapiEvent)]
#[qapi(
    name = "DEVICE_UNPLUG_GUEST_ERROR",
    since = "6.2",
    new,
    example = r#"{"timestamp":{"seconds":1722435304,"microseconds":152290},"event":"DEVICE_UNPLUG_GUEST_ERROR","data":{"device":"dimm1","path":"/machine/peripheral/dimm1"}}"#
)]
#[non_exhaustive]
pub struct DeviceUnplugGuestError {
    /// Id of the device, if it has one.
    pub device: Option<String>,
    /// QOM path of the device.
    pub path: String,
    /// Members that this build does not know, kept as they came.
    #[qapi(unknown)]
    pub unknown: UnknownMembers,
}
