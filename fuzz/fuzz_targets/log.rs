//! However a log is cut, the reader finds the same in it, and every event that it gives is one.
#![no_main]

use libfuzzer_sys::fuzz_target;
use qmp_events::Envelope;
use qmp_events::log::{Entry, Reader};

const LIMIT: usize = 1 << 12;

/// Everything in a log that comes in pieces of some length.
fn read(log: &[u8], length: usize) -> (Vec<Entry>, u64) {
    let mut reader = Reader::with_limit(LIMIT);
    let mut entries = Vec::new();
    for piece in log.chunks(length) {
        reader.push(piece);
        entries.extend(std::iter::from_fn(|| reader.next_entry()));
    }
    reader.finish();
    entries.extend(std::iter::from_fn(|| reader.next_entry()));
    (entries, reader.summary().other_lines())
}

fuzz_target!(|input: (u8, &[u8])| {
    let (length, log) = input;
    let found = read(log, usize::from(length) + 1);
    for entry in &found.0 {
        if let Entry::Event(event) = entry {
            Envelope::decode(event.json().as_bytes()).expect("an event");
        }
    }
    assert_eq!(found, read(log, log.len().max(1)));
});
