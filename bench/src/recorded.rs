//! The recorded stream, from the fixtures of the tests.

/// Every event of the recordings of QEMU 7.2.22.
pub const EVENTS: &[u8] = include_bytes!("../../tests/fixtures/qemu-7.2.22/events.ndjson");
