// Made by `cargo xtask codegen` from schema/. Edit the schema, not this file.
//! Events and types of `schema/qapi/control.json`.

use qmp_events_derive::{QapiEnum, QapiEvent};

use crate::json::{RawJson, UnknownMembers};
use crate::unknown::UnknownValue;

/// Why a command was thrown away.
///
/// # Versions
///
/// Since QEMU 2.12, gone since QEMU 4.0.
#[derive(Clone, Debug, PartialEq, Eq, Hash, QapiEnum)]
#[qapi(name = "CommandDropReason", since = "2.12", removed = "4.0")]
#[non_exhaustive]
pub enum CommandDropReason {
    /// Too many commands were waiting.
    QueueFull,
    /// A value that this build does not know, kept as it came.
    #[qapi(unknown)]
    Other(UnknownValue),
}

/// A command was thrown away before it ran.
///
/// Such a command never gets a reply. Only clients that had negotiated out-of-band commands could
/// see this event. No current QEMU sends it: the monitor stops reading instead while its queue is
/// full.
///
/// # Versions
///
/// Since QEMU 2.12, gone since QEMU 4.0.
///
/// # Example
///
/// ```json
/// { "timestamp": { "seconds": 1527688812, "microseconds": 130648 },
///   "event": "COMMAND_DROPPED",
///   "data": { "id": "migrate-17", "reason": "queue-full" } }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, QapiEvent)]
#[qapi(
    name = "COMMAND_DROPPED",
    since = "2.12",
    removed = "4.0",
    new,
    example = r#"{"timestamp":{"seconds":1527688812,"microseconds":130648},"event":"COMMAND_DROPPED","data":{"id":"migrate-17","reason":"queue-full"}}"#
)]
#[non_exhaustive]
pub struct CommandDropped {
    /// The command, by the id that the client had given it, which can be any JSON value.
    pub id: RawJson<'static>,
    /// Why it was thrown away, a CommandDropReason; always "queue-full".
    pub reason: CommandDropReason,
    /// Members that this build does not know, kept as they came.
    #[qapi(unknown)]
    pub unknown: UnknownMembers,
}
