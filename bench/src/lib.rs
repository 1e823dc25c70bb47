//! How fast events are decoded, beside other crates.
//!
//! `corpora` writes files of event lines; `times`, `allocations` and `instructions` measure decoders
//! on such files, and write their results as JSON lines. `cargo xtask bench` runs them all and makes
//! the table. Nothing here decides what a result means.

pub mod corpus;
pub mod decoders;
pub mod generate;
pub mod recorded;

#[path = "../../qmp-events-derive/src/order.rs"]
mod order;
