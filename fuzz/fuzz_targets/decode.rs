//! Decoding from bytes and through serde accept the same messages and give the same values, and what
//! was decoded is encoded as the same JSON.
#![no_main]

#[path = "../../qmp-events/tests/equivalence/compare.rs"]
mod compare;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| compare::compare(bytes));
