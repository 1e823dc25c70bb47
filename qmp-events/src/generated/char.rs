// Made by `cargo xtask codegen` from schema/. Edit the schema, not this file.
//! Events and types of `schema/qapi/char.json`.

use qmp_events_derive::QapiEvent;

use crate::json::UnknownMembers;

/// A program in the guest opened or closed a virtio-serial port.
///
/// With the port of a guest agent, this tells a manager whether the agent runs. Only the guest's
/// side is meant, not the host's.
///
/// # Rate limit
///
/// QEMU sends it once a second at most for each `id`: the first at once, then the last of each
/// second.
///
/// # Versions
///
/// Since QEMU 2.1.
///
/// # Example
///
/// ```json
/// { "timestamp": { "seconds": 1722436357, "microseconds": 678225 },
///   "event": "VSERPORT_CHANGE",
///   "data": { "id": "channel-agent0", "open": true } }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, QapiEvent)]
#[qapi(
    name = "VSERPORT_CHANGE",
    since = "2.1",
    new,
    rate_limit(key = "id"),
    example = r#"{"timestamp":{"seconds":1722436357,"microseconds":678225},"event":"VSERPORT_CHANGE","data":{"id":"channel-agent0","open":true}}"#
)]
#[non_exhaustive]
pub struct VserportChange {
    /// The port's device, by id.
    pub id: String,
    /// True if the port is open in the guest now.
    pub open: bool,
    /// Members that this build does not know, kept as they came.
    #[qapi(unknown)]
    pub unknown: UnknownMembers,
}
