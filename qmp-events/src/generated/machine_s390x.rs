// Made by `cargo xtask codegen` from schema/. Edit the schema, not this file.
//! Events and types of `schema/qapi/machine-s390x.json`.

use qmp_events_derive::QapiEvent;

use crate::json::UnknownMembers;

/// The guest of an s390x machine told which system it runs (control-program identification).
///
/// A client reads what the guest said from the properties of the object "sclpcpi" of the machine,
/// with `qom-get`.
///
/// # Versions
///
/// Since QEMU 10.2. Unstable: it may change or go without notice.
///
/// # Example
///
/// ```json
/// { "timestamp": { "seconds": 1722434561, "microseconds": 204118 },
///   "event": "SCLP_CPI_INFO_AVAILABLE" }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, QapiEvent)]
#[qapi(
    name = "SCLP_CPI_INFO_AVAILABLE",
    since = "10.2",
    unstable,
    new,
    example = r#"{"timestamp":{"seconds":1722434561,"microseconds":204118},"event":"SCLP_CPI_INFO_AVAILABLE"}"#
)]
#[non_exhaustive]
pub struct SclpCpiInfoAvailable {
    /// Members that this build does not know, kept as they came.
    #[qapi(unknown)]
    pub unknown: UnknownMembers,
}
