//! Bytes and serde agree: same verdict, same value, over arbitrary and over nearly right input. And
//! nothing is lost: what was decoded is encoded as the same JSON, and decodes to the same value.

mod compare;
mod events;
mod json;
mod layouts;
mod prefixes;

use compare::compare;
use json::any_json;
use proptest::prelude::*;
use qmp_events::{Event, EventMessage};
use serde_json::{Value, json};

fn recording() -> &'static [String] {
    static LINES: std::sync::OnceLock<Vec<String>> = std::sync::OnceLock::new();
    LINES.get_or_init(|| {
        let fixtures = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/fixtures");
        let read = |name: &str| std::fs::read_to_string(format!("{fixtures}/{name}")).expect("a fixture");
        let text = read("qemu-7.2.22/events.ndjson") + &read("seed-examples.ndjson");
        let lines = text.lines().filter(|line| line.len() < 1000);
        lines.flat_map(|line| std::iter::once(line.to_owned()).chain(other_orders(line))).collect()
    })
}

/// A message of QEMU 7.2 as other releases lay it out: event first, and data first.
fn other_orders(line: &str) -> Vec<String> {
    let parts = line.strip_prefix("{\"timestamp\": ").and_then(|rest| rest.strip_suffix('}'));
    let Some((time, rest)) = parts.and_then(|parts| parts.split_once(", \"event\": ")) else {
        return Vec::new();
    };
    match rest.split_once(", \"data\": ") {
        None => vec![format!("{{\"event\": {rest}, \"timestamp\": {time}}}")],
        Some((name, data)) => vec![
            format!("{{\"event\": {name}, \"data\": {data}, \"timestamp\": {time}}}"),
            format!("{{\"data\": {data}, \"event\": {name}, \"timestamp\": {time}}}"),
        ],
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn on_arbitrary_bytes(message in prop::collection::vec(any::<u8>(), 0..64)) {
        compare(&message);
    }

    #[test]
    fn on_arbitrary_json(value in any_json()) {
        compare(value.to_string().as_bytes());
    }

    /// A known event whose data is anything, in a random order.
    #[test]
    fn on_arbitrary_data(index in any::<prop::sample::Index>(), data in any_json(), first in any::<bool>()) {
        let name = index.get(qmp_events::EventKind::ALL).name();
        let message = if first {
            format!(r#"{{"data":{data},"event":"{name}"}}"#)
        } else {
            format!(r#"{{"event":"{name}","data":{data}}}"#)
        };
        compare(message.as_bytes());
    }

    /// Around two to the 53rd, where floats cease to hold every integer, and far from it.
    #[test]
    fn on_integers_spelled_as_floats(
        near in any::<bool>(),
        value in any::<i16>(),
        shift in 0_u32..54,
        zeros in 0_usize..4,
        exponent in 0_usize..4,
    ) {
        let value = i64::from(value) + if near { 1 << 53 } else { 1 << shift };
        let point = format!(".{}", "0".repeat(zeros + 1));
        for number in [
            format!("{value}{point}"),
            format!("{value}e{exponent}"),
            format!("{value}{}E-{exponent}", "0".repeat(exponent)),
            format!("{value}{point}e+{exponent}"),
        ] {
            let message = format!(r#"{{"event":"BALLOON_CHANGE","data":{{"actual":{number}}}}}"#);
            compare(message.as_bytes());
        }
    }

    /// A real message in which one value was replaced by another, in any order of members.
    #[test]
    fn on_recordings_with_another_value(
        line in prop::sample::select(recording()),
        at in any::<prop::sample::Index>(),
        value in any_json(),
        reverse in any::<bool>(),
        pretty in any::<bool>(),
    ) {
        let mut message: Value = serde_json::from_str(&line).expect("JSON");
        let mut places = Vec::new();
        collect(&message, String::new(), &mut places);
        let place = at.get(&places);
        *message.pointer_mut(place).expect("a place") = value;
        let text = write(&message, reverse, if pretty { " \n" } else { "" });
        compare(text.as_bytes());
    }

    /// An event of any kind with values of its schema, in QEMU's layout and in the layouts of others.
    #[test]
    fn on_events_of_every_kind(line in events::any_event()) {
        for message in std::iter::once(line.clone()).chain(other_orders(&line)) {
            compare(message.as_bytes());
        }
    }

    /// An event of any kind with unknown members anywhere.
    #[test]
    fn on_recordings_with_another_member(
        line in prop::sample::select(recording()),
        at in any::<prop::sample::Index>(),
        name in "[a-z-]{1,9}|data|event|timestamp|type|guest|x\\PC{0,3}",
        value in any_json(),
        pretty in any::<bool>(),
    ) {
        let mut message: Value = serde_json::from_str(&line).expect("JSON");
        let mut places = Vec::new();
        collect(&message, String::new(), &mut places);
        places.retain(|place| message.pointer(place).is_some_and(Value::is_object));
        let place: &String = at.get(&places);
        let object = message.pointer_mut(place).and_then(Value::as_object_mut);
        object.expect("a place").insert(name, value);
        let text = write(&message, false, if pretty { " \n" } else { "" });
        compare(text.as_bytes());
    }

    /// A real message in which bytes were replaced, removed or doubled.
    #[test]
    fn on_mutilated_recordings(
        line in prop::sample::select(recording()),
        edits in prop::collection::vec((any::<prop::sample::Index>(), 0_u8..4, any::<u8>()), 1..4),
    ) {
        let mut message = line.into_bytes();
        for (at, edit, byte) in edits {
            let at = at.index(message.len());
            match edit {
                0 => message[at] = byte,
                1 if message.len() > 1 => drop(message.remove(at)),
                2 => message.insert(at, message[at]),
                _ => message.truncate(at + 1),
            }
        }
        compare(&message);
    }
}

/// Each of the two is judged, also by serde where it has to keep them until the event is known.
#[test]
fn on_a_member_that_stands_twice_and_is_incomplete_once() {
    let member = |rest: &str| format!(r#""info": {{"device": "d", "slot": "1", "source": 1{rest}}}"#);
    let right = member(r#", "slot-type": "DIMM", "status": 0"#);
    for wrong in [member(""), member(r#", "slot-type": 5, "status": 0"#)] {
        for members in [format!("{wrong}, {right}"), format!("{right}, {wrong}")] {
            for message in [
                format!(r#"{{"event": "ACPI_DEVICE_OST", "data": {{{members}}}}}"#),
                format!(r#"{{"data": {{{members}}}, "event": "ACPI_DEVICE_OST"}}"#),
            ] {
                EventMessage::<Event>::decode(message.as_bytes()).expect_err(&message);
                serde_json::from_str::<EventMessage>(&message).expect_err(&message);
            }
        }
    }
}

/// The JSON pointers of all values.
fn collect(value: &Value, place: String, places: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                collect(value, format!("{place}/{name}"), places);
            }
        }
        Value::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                collect(value, format!("{place}/{index}"), places);
            }
        }
        _ => {}
    }
    places.push(place);
}

/// JSON with the members in alphabetic order or its reverse, and white space where it is allowed.
fn write(value: &Value, reverse: bool, space: &str) -> String {
    match value {
        Value::Object(members) => {
            let mut members: Vec<String> = members
                .iter()
                .map(|(name, value)| {
                    format!("{space}{}{space}:{space}{}{space}", json!(name), write(value, reverse, space))
                })
                .collect();
            if reverse {
                members.reverse();
            }
            format!("{{{}}}", members.join(","))
        }
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(|item| write(item, reverse, space)).collect();
            format!("[{space}{}{space}]", items.join(","))
        }
        _ => value.to_string(),
    }
}
