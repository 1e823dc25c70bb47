//! Messages as QEMU sends them, through the types of this build and back.

use qmp_events::info::audit;
use qmp_events::{Event, EventKind, EventMessage};
use serde_json::{Value, json};
use tests::fixture_lines;

fn decode(text: &str) -> EventMessage {
    text.parse().unwrap_or_else(|error| panic!("{error}\nin {text}"))
}

/// Decodes and encodes again; the payload must be typed and nothing may change on the way.
fn assert_round_trip(text: &str) -> EventMessage {
    let message = decode(text);
    assert!(message.event.kind().is_some(), "not typed: {text}");
    let encoded = serde_json::to_value(&message).expect("events are JSON");
    assert_eq!(encoded, serde_json::from_str::<Value>(text).expect("the text is JSON"));
    message
}

#[test]
fn every_recorded_event_is_typed_and_comes_back_the_same() {
    let lines = fixture_lines("qemu-7.2.22/events.ndjson");
    assert_eq!(lines.len(), 1491);
    for line in &lines {
        assert_round_trip(line);
    }
}

#[test]
fn no_recorded_event_has_anything_that_this_build_does_not_know() {
    for line in fixture_lines("qemu-7.2.22/events.ndjson") {
        let value: Value = serde_json::from_str(&line).expect("the line is JSON");
        let kind: EventKind =
            value["event"].as_str().expect("events have names").parse().expect("a known event");
        assert_eq!(audit(kind.info(), &value["data"]), vec![], "{line}");
    }
}

#[test]
fn every_example_that_the_project_began_with_is_typed() {
    let examples = fixture_lines("seed-examples.ndjson");
    assert_eq!(examples.len(), 12);
    for example in &examples {
        assert!(decode(example).event.kind().is_some(), "not typed: {example}");
    }
}

#[test]
fn every_example_of_the_document_is_typed_and_comes_back_the_same() {
    for kind in EventKind::ALL {
        assert!(!kind.info().examples.is_empty(), "{kind} has no example");
        for example in kind.info().examples {
            assert_eq!(assert_round_trip(example).event.kind(), Some(*kind));
        }
    }
}

#[test]
fn an_unknown_event_is_kept_whole() {
    let text = r#"{"event": "NOT_YET_INVENTED", "data": {"temperature": 100, "x": [null]}}"#;
    let message = decode(text);
    let Event::Unknown(unknown) = &message.event else { panic!("{message:?}") };
    assert_eq!(unknown.name, "NOT_YET_INVENTED");
    assert_eq!(
        serde_json::to_value(&message).expect("events are JSON"),
        serde_json::from_str::<Value>(text).expect("JSON")
    );
}

#[test]
fn an_unknown_enum_value_is_kept() {
    let message = decode(r#"{"event": "SHUTDOWN", "data": {"guest": true, "reason": "meteorite"}}"#);
    let Event::Shutdown(shutdown) = &message.event else { panic!("{message:?}") };
    assert_eq!(shutdown.reason.as_ref().map(|reason| reason.as_str()), Some("meteorite"));
    assert_eq!(serde_json::to_value(&message).expect("events are JSON")["data"]["reason"], "meteorite");
}

#[test]
fn members_that_this_build_does_not_know_come_back_the_same() {
    assert_round_trip(
        r#"{"event": "BALLOON_CHANGE", "data": {"x": {"y": [1, "}"]}, "actual": 1, "__z": null}, "w": 2}"#,
    );
}

#[test]
fn the_order_of_keys_never_matters() {
    for line in fixture_lines("qemu-7.2.22/events.ndjson") {
        let value: Value = serde_json::from_str(&line).expect("the line is JSON");
        assert_eq!(decode(&reversed(&value)), decode(&line));
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

#[test]
fn acpi_device_ost_is_read_in_both_forms_and_written_in_one() {
    let sent = r#"{"event": "ACPI_DEVICE_OST", "data": {"info": {"slot": "0", "slot-type": "DIMM", "source": 1, "status": 0}}}"#;
    let shown = r#"{"event": "ACPI_DEVICE_OST", "data": {"slot": "0", "slot-type": "DIMM", "source": 1, "status": 0}}"#;
    assert_eq!(decode(sent), decode(shown));
    assert_eq!(
        serde_json::to_value(decode(shown)).expect("events are JSON"),
        serde_json::from_str::<Value>(sent).expect("JSON")
    );
}

#[test]
fn old_spellings_are_read_and_new_ones_written() {
    let message = decode(r#"{"event": "MEM_HOT_UNPLUG_ERROR", "data": {"device": "dimm1", "msg": "no"}}"#);
    assert_eq!(message.event.kind(), Some(EventKind::MemUnplugError));
    assert_eq!(message.event.name(), "MEM_UNPLUG_ERROR");
    let message = decode(
        r#"{"event": "QUORUM_FAILURE", "data": {"reference": "q", "sector-num": 1, "sector-count": 5}}"#,
    );
    let Event::QuorumFailure(failure) = &message.event else { panic!("{message:?}") };
    assert_eq!(failure.sectors_count, 5);
}

#[test]
fn what_came_later_may_be_missing() {
    let old = [
        r#"{"event": "SHUTDOWN"}"#,
        r#"{"event": "RESET", "data": {}}"#,
        r#"{"event": "RTC_CHANGE", "data": {"offset": -1}}"#,
        r#"{"event": "GUEST_PANICKED", "data": {"action": "pause"}}"#,
        r#"{"event": "DEVICE_TRAY_MOVED", "data": {"device": "cd0", "tray-open": true}}"#,
        r#"{"event": "BLOCK_IO_ERROR", "data": {"device": "d", "operation": "read", "action": "stop"}}"#,
        r#"{"event": "QUORUM_REPORT_BAD", "data": {"node-name": "n", "sector-num": 0, "sectors-count": 1}}"#,
    ];
    for text in old {
        assert!(decode(text).event.kind().is_some(), "{text}");
    }
}

#[test]
fn data_that_is_absent_null_or_empty_is_the_same_event_and_comes_back_as_it_was() {
    let texts = [r#"{"event":"STOP"}"#, r#"{"event":"STOP","data":null}"#, r#"{"event":"STOP","data":{}}"#];
    for text in texts {
        let message = decode(text);
        assert_eq!(message.event, decode(texts[0]).event);
        assert_eq!(message.to_string(), text);
    }
}
