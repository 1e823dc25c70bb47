//! Decoding allocates what the event owns, and nothing else.

use allocation_counter::measure;
use qmp_events::{Envelope, Event, EventMessage};
use tests::fixture_lines;

/// The allocations of decoding a message, and those of a clone of the event: its strings.
fn allocations(text: &str) -> (u64, u64) {
    let mut decoded = None;
    let decoding = measure(|| decoded = Some(EventMessage::<Event>::decode(text.as_bytes())));
    let message = decoded.expect("a result").unwrap_or_else(|error| panic!("{error}\nin {text}"));
    (decoding.count_total, measure(|| drop(message.clone())).count_total)
}

#[test]
fn a_recorded_event_costs_one_allocation_for_each_of_its_strings() {
    let mut strings = 0;
    for line in fixture_lines("qemu-7.2.22/events.ndjson") {
        let (decoding, owned) = allocations(&line);
        assert_eq!(decoding, owned, "{line}");
        strings += owned;
    }
    assert!(strings > 500, "{strings}");
}

#[test]
fn an_envelope_costs_none() {
    for line in fixture_lines("qemu-7.2.22/events.ndjson") {
        assert_eq!(measure(|| drop(Envelope::decode(line.as_bytes()))).count_total, 0, "{line}");
    }
}
