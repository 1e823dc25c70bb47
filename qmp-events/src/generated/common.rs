// Made by `cargo xtask codegen` from schema/. Edit the schema, not this file.
//! Events and types of `schema/qapi/common.json`.

use qmp_events_derive::QapiEnum;

use crate::unknown::UnknownValue;

/// Direction of a block I/O request.
///
/// # Versions
///
/// Since QEMU 2.1.
#[derive(Clone, Debug, PartialEq, Eq, Hash, QapiEnum)]
#[qapi(name = "IoOperationType", since = "2.1")]
#[non_exhaustive]
pub enum IoOperationType {
    /// Data was to come from the image.
    Read,
    /// Data was to go to the image.
    Write,
    /// A value that this build does not know, kept as it came.
    #[qapi(unknown)]
    Other(UnknownValue),
}
