//! The chores of qmp-events: generating its types, checking its schema, importing new releases.
//!
//! ```text
//! schema/qapi/*.json ─► frontend ───────┐
//! schema/qmp-events.txt ─► frontend ────┼─► join ─► emit ─► write ─► qmp-events/src/generated/*.rs
//! schema/names.toml ─► names ───────────┘         └─► reference ─► qmp-events-reference ─► what is published
//! ```
//!
//! It never depends on qmp-events: broken generated code must not stop the generator that
//! repairs it. No name of a schema appears in these sources: exceptions are data.

pub mod catalogue;
pub mod commands;
mod described;
pub mod dump;
pub mod emit;
pub mod import;
pub mod join;
pub mod marker;
#[cfg(unix)]
pub mod monitor;
pub mod names;
pub mod pipeline;
pub mod reach;
pub mod reference;
pub mod replace;
pub mod write;
