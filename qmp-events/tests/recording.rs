//! Every event of recorded streams, by both paths.

use qmp_events::info::audit;
use qmp_events::{EventKind, EventMessage};
use serde_json::{Value, json};

fn fixture(name: &str) -> String {
    let path = format!("{}/../tests/fixtures/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(path).expect("a fixture")
}

fn recording() -> String {
    let text = fixture("qemu-7.2.22/events.ndjson");
    assert_eq!(text.lines().count(), 1491);
    text
}

fn decode(line: &str) -> EventMessage {
    EventMessage::decode(line.as_bytes()).unwrap_or_else(|error| panic!("{error}"))
}

fn kind(message: &EventMessage) -> EventKind {
    message.event.kind().unwrap_or_else(|| panic!("not typed: {message}"))
}

#[test]
fn bytes_and_serde_read_the_same_and_write_what_they_read() {
    for line in recording().lines() {
        let message = decode(line);
        let through_serde: EventMessage =
            serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        assert_eq!(message, through_serde);
        let raw: Value = serde_json::from_str(line).expect("JSON");
        assert_eq!(serde_json::to_value(&message).expect("a value"), raw);
    }
}

#[test]
fn no_recorded_event_has_anything_that_this_build_does_not_know() {
    for line in recording().lines() {
        let raw: Value = serde_json::from_str(line).expect("JSON");
        assert_eq!(audit(kind(&decode(line)).info(), &raw["data"].to_string()), [], "{line}");
    }
}

#[test]
fn every_example_that_the_project_began_with_is_typed() {
    let examples = fixture("seed-examples.ndjson");
    let kinds: Vec<_> = examples.lines().map(|example| kind(&decode(example))).collect();
    assert_eq!(kinds.len(), 12);
}

#[test]
fn the_order_of_members_never_matters() {
    for line in recording().lines() {
        let raw: Value = serde_json::from_str(line).expect("JSON");
        assert_eq!(decode(&reversed(&raw)), decode(line));
    }
}

/// The same JSON with the members of every object in the opposite of alphabetical order.
fn reversed(value: &Value) -> String {
    match value {
        Value::Object(members) => {
            let mut names: Vec<&String> = members.keys().collect();
            names.sort();
            let parts =
                names.into_iter().rev().map(|name| format!("{}: {}", json!(name), reversed(&members[name])));
            format!("{{{}}}", parts.collect::<Vec<_>>().join(", "))
        }
        Value::Array(values) => format!("[{}]", values.iter().map(reversed).collect::<Vec<_>>().join(",")),
        other => other.to_string(),
    }
}
