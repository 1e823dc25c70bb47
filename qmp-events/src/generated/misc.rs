// Made by `cargo xtask codegen` from schema/. Edit the schema, not this file.
//! Events and types of `schema/qapi/misc.json`.

use qmp_events_derive::QapiEvent;

use crate::json::UnknownMembers;

/// The guest set its real-time clock.
///
/// A manager that keeps the offset can start the machine with the same clock next time.
///
/// # Rate limit
///
/// QEMU sends it once a second at most: the first at once, then the last of each second.
///
/// # Versions
///
/// Since QEMU 0.13.
///
/// # Example
///
/// ```json
/// { "timestamp": { "seconds": 1722436010, "microseconds": 88531 },
///   "event": "RTC_CHANGE",
///   "data": { "offset": -3600,
///             "qom-path": "/machine/unattached/device[9]" } }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, QapiEvent)]
#[qapi(
    name = "RTC_CHANGE",
    since = "0.13",
    new,
    rate_limit,
    example = r#"{"timestamp":{"seconds":1722436010,"microseconds":88531},"event":"RTC_CHANGE","data":{"offset":-3600,"qom-path":"/machine/unattached/device[9]"}}"#
)]
#[non_exhaustive]
pub struct RtcChange {
    /// The guest's new time minus the time that `-rtc base` implies, in seconds.
    pub offset: i64,
    /// QOM path of the clock.
    ///
    /// Since QEMU 7.0.
    #[qapi(since = "7.0", mandatory)]
    pub qom_path: Option<String>,
    /// Members that this build does not know, kept as they came.
    #[qapi(unknown)]
    pub unknown: UnknownMembers,
}

/// The client of a vfio-user server closed its connection.
///
/// This is a QEMU that serves a device to another process. The device is not in use any more.
///
/// # Versions
///
/// Since QEMU 7.1.
///
/// # Example
///
/// ```json
/// { "timestamp": { "seconds": 1722436256, "microseconds": 583525 },
///   "event": "VFU_CLIENT_HANGUP",
///   "data": { "vfu-id": "server0", "vfu-qom-path": "/objects/server0",
///             "dev-id": "scsi0",
///             "dev-qom-path": "/machine/peripheral/scsi0" } }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, QapiEvent)]
#[qapi(
    name = "VFU_CLIENT_HANGUP",
    since = "7.1",
    new,
    example = r#"{"timestamp":{"seconds":1722436256,"microseconds":583525},"event":"VFU_CLIENT_HANGUP","data":{"vfu-id":"server0","vfu-qom-path":"/objects/server0","dev-id":"scsi0","dev-qom-path":"/machine/peripheral/scsi0"}}"#
)]
#[non_exhaustive]
pub struct VfuClientHangup {
    /// The server object, by id.
    pub vfu_id: String,
    /// QOM path of the server object.
    pub vfu_qom_path: String,
    /// The device that it serves, by id.
    pub dev_id: String,
    /// QOM path of that device.
    pub dev_qom_path: String,
    /// Members that this build does not know, kept as they came.
    #[qapi(unknown)]
    pub unknown: UnknownMembers,
}
