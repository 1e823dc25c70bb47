// Made by `cargo xtask codegen` from schema/. Edit the schema, not this file.
//! Events and types of `schema/qapi/machine.json`.

use qmp_events_derive::QapiEvent;

use crate::json::UnknownMembers;

/// The balloon in the guest grew or shrank, and so the memory left to the guest changed.
///
/// `balloon` only sets a goal. The guest moves towards it in its own time, and may stop short of
/// it. `query-balloon` shows the same value.
///
/// # Rate limit
///
/// QEMU sends it once a second at most: the first at once, then the last of each second.
///
/// # Versions
///
/// Since QEMU 1.2.
///
/// # Example
///
/// ```json
/// { "timestamp": { "seconds": 1722434690, "microseconds": 51377 },
///   "event": "BALLOON_CHANGE",
///   "data": { "actual": 805306368 } }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, QapiEvent)]
#[qapi(
    name = "BALLOON_CHANGE",
    since = "1.2",
    new,
    rate_limit,
    example = r#"{"timestamp":{"seconds":1722434690,"microseconds":51377},"event":"BALLOON_CHANGE","data":{"actual":805306368}}"#
)]
#[non_exhaustive]
pub struct BalloonChange {
    /// Memory that is left to the guest, in bytes.
    pub actual: i64,
    /// Members that this build does not know, kept as they came.
    #[qapi(unknown)]
    pub unknown: UnknownMembers,
}

/// The driver of the Hyper-V balloon sent its regular report on memory use.
///
/// The guest sends reports only if the device was created with "status-report" on.
///
/// # Rate limit
///
/// QEMU sends it once a second at most: the first at once, then the last of each second.
///
/// # Versions
///
/// Since QEMU 8.2.
///
/// # Example
///
/// ```json
/// { "timestamp": { "seconds": 1722435544, "microseconds": 913075 },
///   "event": "HV_BALLOON_STATUS_REPORT",
///   "data": { "committed": 1310720000, "available": 2743869440 } }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, QapiEvent)]
#[qapi(
    name = "HV_BALLOON_STATUS_REPORT",
    since = "8.2",
    new,
    rate_limit,
    example = r#"{"timestamp":{"seconds":1722435544,"microseconds":913075},"event":"HV_BALLOON_STATUS_REPORT","data":{"committed":1310720000,"available":2743869440}}"#
)]
#[non_exhaustive]
pub struct HvBalloonStatusReport {
    /// Memory that is in use in the guest or that it cannot touch, because it is in the balloon for
    /// instance, in bytes.
    pub committed: u64,
    /// Memory that is still free in the guest, in bytes.
    pub available: u64,
    /// Members that this build does not know, kept as they came.
    #[qapi(unknown)]
    pub unknown: UnknownMembers,
}

/// A memory device offers more or less memory to the guest than before.
///
/// Of the devices, only those that the guest can resize in small steps, virtio-mem for instance,
/// send it. The guest works towards the size that was requested, in several steps as a rule, and
/// may stop short of it.
///
/// # Rate limit
///
/// QEMU sends it once a second at most for each `qom-path`: the first at once, then the last of
/// each second.
///
/// # Versions
///
/// Since QEMU 5.1.
///
/// # Example
///
/// ```json
/// { "timestamp": { "seconds": 1722435602, "microseconds": 380194 },
///   "event": "MEMORY_DEVICE_SIZE_CHANGE",
///   "data": { "id": "vmem0", "size": 1073741824,
///             "qom-path": "/machine/peripheral/vmem0" } }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, QapiEvent)]
#[qapi(
    name = "MEMORY_DEVICE_SIZE_CHANGE",
    since = "5.1",
    new,
    rate_limit(key = "qom-path"),
    example = r#"{"timestamp":{"seconds":1722435602,"microseconds":380194},"event":"MEMORY_DEVICE_SIZE_CHANGE","data":{"id":"vmem0","size":1073741824,"qom-path":"/machine/peripheral/vmem0"}}"#
)]
#[non_exhaustive]
pub struct MemoryDeviceSizeChange {
    /// Id of the device, if it has one.
    pub id: Option<String>,
    /// Memory that the device offers now, in bytes.
    pub size: u64,
    /// QOM path of the device.
    ///
    /// Since QEMU 6.2.
    #[qapi(since = "6.2", mandatory)]
    pub qom_path: Option<String>,
    /// Members that this build does not know, kept as they came.
    #[qapi(unknown)]
    pub unknown: UnknownMembers,
}

/// A memory device could not be unplugged.
///
/// QEMU deprecated this event in favour of DEVICE_UNPLUG_GUEST_ERROR, then dropped it. Releases in
/// between sent both. Some old documents call it by another name, with HOT in it.
///
/// # Versions
///
/// Since QEMU 2.4, gone since QEMU 9.1. Deprecated since QEMU 6.2.
///
/// # Example
///
/// ```json
/// { "timestamp": { "seconds": 1653465210, "microseconds": 227361 },
///   "event": "MEM_UNPLUG_ERROR",
///   "data": {
///     "device": "dimm1",
///     "msg": "acpi: device unplug for not supported device type: pc-dimm" } }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, QapiEvent)]
#[qapi(
    name = "MEM_UNPLUG_ERROR",
    since = "2.4",
    removed = "9.1",
    deprecated,
    alias = "MEM_HOT_UNPLUG_ERROR",
    new,
    example = r#"{"timestamp":{"seconds":1653465210,"microseconds":227361},"event":"MEM_UNPLUG_ERROR","data":{"device":"dimm1","msg":"acpi: device unplug for not supported device type: pc-dimm"}}"#
)]
#[non_exhaustive]
pub struct MemUnplugError {
    /// Id of the memory device; empty if it has none.
    pub device: String,
    /// What went wrong, for people only.
    pub msg: String,
    /// Members that this build does not know, kept as they came.
    #[qapi(unknown)]
    pub unknown: UnknownMembers,
}
