// Made by `cargo xtask codegen` from schema/. Edit the schema, not this file.
//! Events and types of `schema/qapi/dump.json`.

use qmp_events_derive::{QapiEnum, QapiEvent, QapiStruct};

use crate::json::UnknownMembers;
use crate::unknown::UnknownValue;

/// State of the last memory dump.
///
/// # Versions
///
/// Since QEMU 2.6.
#[derive(Clone, Debug, PartialEq, Eq, Hash, QapiEnum)]
#[qapi(name = "DumpStatus", since = "2.6")]
#[non_exhaustive]
pub enum DumpStatus {
    /// No dump was ever started.
    None,
    /// A dump is being written.
    Active,
    /// It was written to its end.
    Completed,
    /// It broke off.
    Failed,
    /// A value that this build does not know, kept as it came.
    #[qapi(unknown)]
    Other(UnknownValue),
}

/// Progress of a memory dump.
///
/// # Versions
///
/// Since QEMU 2.6.
#[derive(Clone, Debug, PartialEq, Eq, QapiStruct)]
#[qapi(name = "DumpQueryResult", since = "2.6", new)]
#[non_exhaustive]
pub struct DumpQueryResult {
    /// Its state.
    pub status: DumpStatus,
    /// Bytes written so far.
    pub completed: i64,
    /// Bytes to write altogether.
    pub total: i64,
    /// Members that this build does not know, kept as they came.
    #[qapi(unknown)]
    pub unknown: UnknownMembers,
}

/// A dump of the guest's memory ended, with success or with an error.
///
/// # Versions
///
/// Since QEMU 2.6.
///
/// # Example
///
/// ```json
/// { "timestamp": { "seconds": 1722435339, "microseconds": 417703 },
///   "event": "DUMP_COMPLETED",
///   "data": {
///     "result": { "status": "completed", "completed": 4303355904,
///                 "total": 4303355904 } } }
/// { "timestamp": { "seconds": 1722435352, "microseconds": 608924 },
///   "event": "DUMP_COMPLETED",
///   "data": {
///     "result": { "status": "failed", "completed": 0, "total": 8650752 },
///     "error": "dump: failed to write elf header: No space left on device" } }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, QapiEvent)]
#[qapi(
    name = "DUMP_COMPLETED",
    since = "2.6",
    new,
    example = r#"{"timestamp":{"seconds":1722435339,"microseconds":417703},"event":"DUMP_COMPLETED","data":{"result":{"status":"completed","completed":4303355904,"total":4303355904}}}"#,
    example = r#"{"timestamp":{"seconds":1722435352,"microseconds":608924},"event":"DUMP_COMPLETED","data":{"result":{"status":"failed","completed":0,"total":8650752},"error":"dump: failed to write elf header: No space left on device"}}"#
)]
#[non_exhaustive]
pub struct DumpCompleted {
    /// How far the dump came.
    pub result: DumpQueryResult,
    /// What went wrong, for people only; left out on success.
    pub error: Option<String>,
    /// Members that this build does not know, kept as they came.
    #[qapi(unknown)]
    pub unknown: UnknownMembers,
}
