//! The data of the notices, and what the types of CloudEvents begin with.

use qmp_events_derive::QapiStruct;

/// What the `type` of an event begins with; its name follows.
pub(super) const EVENT_PREFIX: &str = "org.qemu.qmp.";

/// What the `type` of a notice begins with.
pub(super) const NOTICE_PREFIX: &str = "qmp-events.";

/// The extension attribute for what of a message is neither its event, its data nor its time. Attributes cannot
/// be objects, so it is the text of one.
pub(super) const UNKNOWN: &str = "qmpunknown";

#[derive(Debug, QapiStruct)]
#[qapi(name = "Gap")]
pub(super) struct GapData {
    pub(super) peer: String,
}

#[derive(Debug, QapiStruct)]
#[qapi(name = "Lagged")]
pub(super) struct LaggedData {
    pub(super) missed: u64,
}

#[derive(Debug, QapiStruct)]
#[qapi(name = "Malformed")]
pub(super) struct MalformedData {
    pub(super) problem: String,
    pub(super) raw: String,
}

#[derive(Debug, QapiStruct)]
#[qapi(name = "Dropped")]
pub(super) struct DroppedData {
    pub(super) count: u64,
}
