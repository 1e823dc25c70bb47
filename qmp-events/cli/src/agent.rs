//! One process that keeps the monitors of many machines, and hands on what happens to any number of readers.
//!
//! The keeper reads a source and knows the state of each machine. A reader is a file of its own; it never makes the
//! keeper wait, and its failure is its own. All that is printed goes through the journal.

pub(crate) mod backlog;
pub(crate) mod control;
pub(crate) mod journal;
pub(crate) mod keeper;
pub(crate) mod metrics;
pub(crate) mod print;
#[cfg(feature = "nats")]
pub(crate) mod publish;
pub(crate) mod reader;
mod service;
pub(crate) mod share;
