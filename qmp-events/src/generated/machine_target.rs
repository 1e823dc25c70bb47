// Made by `cargo xtask codegen` from schema/. Edit the schema, not this file.
//! Events and types of `schema/qapi/machine-target.json`.

use qmp_events_derive::{QapiEnum, QapiEvent};

use crate::json::UnknownMembers;
use crate::unknown::UnknownValue;

/// How an s390x machine spreads its real CPUs over the virtual ones.
///
/// # Versions
///
/// Since QEMU 8.2.
#[derive(Clone, Debug, PartialEq, Eq, Hash, QapiEnum)]
#[qapi(name = "S390CpuPolarization", since = "8.2")]
#[non_exhaustive]
pub enum S390CpuPolarization {
    /// All virtual CPUs get equal shares.
    Horizontal,
    /// A virtual CPU gets as much as its entitlement says.
    Vertical,
    /// A value that this build does not know, kept as it came.
    #[qapi(unknown)]
    Other(UnknownValue),
}

/// The guest of an s390x machine asked for another polarization of its CPUs.
///
/// The guest expects the host to share out its real CPUs in the new way.
/// `query-s390x-cpu-polarization` shows the polarization in force.
///
/// # Versions
///
/// Since QEMU 8.2. Unstable: it may change or go without notice.
///
/// # Example
///
/// ```json
/// { "timestamp": { "seconds": 1722435203, "microseconds": 95881 },
///   "event": "CPU_POLARIZATION_CHANGE",
///   "data": { "polarization": "vertical" } }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, QapiEvent)]
#[qapi(
    name = "CPU_POLARIZATION_CHANGE",
    since = "8.2",
    unstable,
    new,
    example = r#"{"timestamp":{"seconds":1722435203,"microseconds":95881},"event":"CPU_POLARIZATION_CHANGE","data":{"polarization":"vertical"}}"#
)]
#[non_exhaustive]
pub struct CpuPolarizationChange {
    /// The polarization that the guest wants, an S390CpuPolarization.
    pub polarization: S390CpuPolarization,
    /// Members that this build does not know, kept as they came.
    #[qapi(unknown)]
    pub unknown: UnknownMembers,
}
