// Made by `cargo xtask codegen` from schema/. Edit the schema, not this file.
//! Events and types of `schema/qapi/acpi.json`.

use qmp_events_derive::{QapiEnum, QapiEvent, QapiStruct};

use crate::json::UnknownMembers;
use crate::unknown::UnknownValue;

/// What a hot-plug slot takes.
///
/// # Versions
///
/// Since QEMU 2.1.
#[derive(Clone, Debug, PartialEq, Eq, Hash, QapiEnum)]
#[qapi(name = "ACPISlotType", since = "2.1")]
#[non_exhaustive]
pub enum AcpiSlotType {
    /// A memory module.
    #[qapi(name = "DIMM")]
    Dimm,
    /// A CPU.
    ///
    /// Since QEMU 2.7.
    #[qapi(name = "CPU", since = "2.7")]
    Cpu,
    /// A value that this build does not know, kept as it came.
    #[qapi(unknown)]
    Other(UnknownValue),
}

/// What the guest's firmware interface said about a slot.
///
/// # Versions
///
/// Since QEMU 2.1.
#[derive(Clone, Debug, PartialEq, Eq, QapiStruct)]
#[qapi(name = "ACPIOSTInfo", since = "2.1", new)]
#[non_exhaustive]
pub struct AcpiOstInfo {
    /// Id of the device in the slot, if there is one with an id.
    pub device: Option<String>,
    /// The slot's number, as text.
    pub slot: String,
    /// What the slot takes.
    pub slot_type: AcpiSlotType,
    /// The operation that the guest reports on, as ACPI numbers them.
    pub source: i64,
    /// The outcome, as ACPI numbers them for that operation; 0 is success.
    pub status: i64,
    /// Members that this build does not know, kept as they came.
    #[qapi(unknown)]
    pub unknown: UnknownMembers,
}

/// The guest reported how a hot-plug operation goes.
///
/// ACPI lets the guest evaluate the _OST method of a slot while it handles a request of the host,
/// and once more when it is done. The numbers in "source" and "status" are those of the ACPI
/// specification: source 3 for example is a request to eject, 259 an ejection in progress, and
/// status 0 always means success.
///
/// A device that is unplugged with success gives DEVICE_DELETED as well, and a refusal gives
/// DEVICE_UNPLUG_GUEST_ERROR.
///
/// # Versions
///
/// Since QEMU 2.1.
///
/// # Example
///
/// ```json
/// { "timestamp": { "seconds": 1722434561, "microseconds": 204118 },
///   "event": "ACPI_DEVICE_OST",
///   "data": {
///     "info": { "device": "dimm1", "slot": "0", "slot-type": "DIMM",
///               "source": 1, "status": 0 } } }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, QapiEvent)]
#[qapi(
    name = "ACPI_DEVICE_OST",
    since = "2.1",
    new,
    example = r#"{"timestamp":{"seconds":1722434561,"microseconds":204118},"event":"ACPI_DEVICE_OST","data":{"info":{"device":"dimm1","slot":"0","slot-type":"DIMM","source":1,"status":0}}}"#
)]
#[non_exhaustive]
pub struct AcpiDeviceOst {
    /// The report.
    #[qapi(bare)]
    pub info: AcpiOstInfo,
    /// Members that this build does not know, kept as they came.
    #[qapi(unknown)]
    pub unknown: UnknownMembers,
}
