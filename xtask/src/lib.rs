//! The generator and checker of qmp-events.
//!
//! ```text
//! schema/qapi/*.json ─► qapi ───────────┐
//! schema/qmp-events.txt ─► document ────┼─► join ─► emit ─► write ─► qmp-events/src/generated/*.rs
//! schema/names.toml ─► names ───────────┘
//! ```
//!
//! It never depends on qmp-events: broken generated code must not stop the generator that
//! repairs it. No name of a schema stands in these sources: exceptions are data.

pub mod catalogue;
pub mod commands;
pub mod compare;
pub mod diagnostics;
pub mod diff;
pub mod document;
pub mod dump;
pub mod emit;
pub mod import;
pub mod introspection;
pub mod join;
pub mod json;
#[cfg(unix)]
pub mod monitor;
pub mod names;
pub mod pipeline;
pub mod projection;
pub mod qapi;
pub mod reach;
pub mod schema;
pub mod source;
pub mod surface;
pub mod verify;
pub mod version;
pub mod write;
