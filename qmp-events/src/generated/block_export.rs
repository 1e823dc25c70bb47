// Made by `cargo xtask codegen` from schema/. Edit the schema, not this file.
//! Events and types of `schema/qapi/block-export.json`.

use qmp_events_derive::QapiEvent;

use crate::json::UnknownMembers;

/// A block export is gone, which makes its id available again.
///
/// `block-export-del` only asks for the removal. The export lives on until its last client has
/// left, and this event says that it is over.
///
/// # Versions
///
/// Since QEMU 5.2.
///
/// # Example
///
/// ```json
/// { "timestamp": { "seconds": 1722434718, "microseconds": 990412 },
///   "event": "BLOCK_EXPORT_DELETED",
///   "data": { "id": "nbd-export0" } }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, QapiEvent)]
#[qapi(
    name = "BLOCK_EXPORT_DELETED",
    since = "5.2",
    new,
    example = r#"{"timestamp":{"seconds":1722434718,"microseconds":990412},"event":"BLOCK_EXPORT_DELETED","data":{"id":"nbd-export0"}}"#
)]
#[non_exhaustive]
pub struct BlockExportDeleted {
    /// The export.
    pub id: String,
    /// Members that this build does not know, kept as they came.
    #[qapi(unknown)]
    pub unknown: UnknownMembers,
}
