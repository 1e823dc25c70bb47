//! How fast events are decoded, beside other crates.
//!
//! `corpora` writes files of event lines; `times`, `allocations` and `instructions` measure decoders
//! on such files, `stream` and `sockets` what comes before a decoder,
//! `schemas` measures the generator. They write results as JSON lines, of which
//! `cargo xtask bench` makes tables. Nothing here decides what a result means.

pub mod corpus;
pub mod decoders;
pub mod generate;
pub mod recorded;

#[path = "../../qmp-events-derive/src/order.rs"]
mod order;

/// The ratio in the middle, of two rows that took turns.
pub fn median_ratio(times: &[f64], others: &[f64]) -> f64 {
    median(times.iter().zip(others).map(|(time, other)| time / other).collect())
}

/// The value in the middle.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
