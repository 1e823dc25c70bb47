//! Decoding allocates what the event owns, and nothing else.

use allocation_counter::measure;
use qmp_events::{Envelope, Event, EventKind, EventMessage, info};
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

/// The shapes of JSON that cost most for their length.
fn large_values(length: usize) -> Vec<(&'static str, String)> {
    let repeated = |open: &str, item: &str, close: &str| {
        let items = vec![item; length / (item.len() + 1)];
        format!("{open}{}{close}", items.join(","))
    };
    let members = (0..length / 12).map(|index| format!("\"k{index:06}\":0")).collect::<Vec<_>>().join(",");
    let deep = format!("{}{}", "[".repeat(100), "]".repeat(100));
    vec![
        ("small numbers", repeated("[", "0", "]")),
        ("short floats", repeated("[", "1e5", "]")),
        ("long floats", repeated("[", "1e15", "]")),
        ("empty objects", repeated("[", "{}", "]")),
        ("empty strings", repeated("[", "\"\"", "]")),
        ("control characters", repeated("[", r#""\u0001""#, "]")),
        ("nested lists", repeated("[", &deep, "]")),
        ("members", format!("{{{members}}}")),
        ("a long string", format!("\"{}\"", "x".repeat(length))),
        ("a long number", format!("{}.5", "9".repeat(length.min(200)))),
    ]
}

#[test]
fn whatever_a_message_holds_it_costs_at_most_eight_times_its_size() {
    const LENGTH: usize = 1 << 20;
    for (shape, value) in large_values(LENGTH) {
        for text in [
            format!(r#"{{"event": "NEW", "data": {{"a": {value}}}}}"#),
            format!(r#"{{"event": "STOP", "data": {{"a": {value}}}}}"#),
            format!(r#"{{"data": {{"a": {value}}}, "event": "STOP"}}"#),
            format!(r#"{{"event": "STOP", "x": {value}}}"#),
            format!(
                r#"{{"event": "GUEST_PANICKED", "data": {{"action": "run", "info": {{"type": "x", "a": {value}}}}}}}"#
            ),
            format!(r#"{{"event": "SHUTDOWN", "data": {{"guest": {value}}}}}"#),
        ] {
            let bytes = measure(|| drop(EventMessage::decode(text.as_bytes())));
            let serde = measure(|| drop(serde_json::from_str::<EventMessage>(&text)));
            let limit = 8 * text.len() as u64 + (16 << 10);
            let start: String = text.chars().take(60).collect();
            assert!(bytes.bytes_max <= limit, "{shape} in {start}: {bytes:?}");
            assert!(serde.bytes_max <= limit, "{shape} in {start} through serde: {serde:?}");
        }
    }
}

#[test]
fn an_audit_of_tiny_members_costs_no_more_than_the_text() {
    let data = format!("{{{}\"m\":1}}", "\"m\":1,".repeat(1 << 20));
    let mut found = Vec::new();
    let cost = measure(|| found = info::audit(EventKind::Stop.info(), &data));
    assert!(cost.bytes_max <= data.len() as u64, "{cost:?}");
    assert_eq!(found.len(), 10_000);
}
