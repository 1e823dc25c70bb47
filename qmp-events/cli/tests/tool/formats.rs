//! What is printed of an event depends on what it says, and never on how its message is written.

use proptest::prelude::*;
use qmp_events::info::audit;
use qmp_events::{Event, EventMessage, QapiEvents};
use qmp_events_cli::decoded::{Decoded, decode};
use serde_json::{Map, Value};

fn run(options: &[&str], input: &str) -> (String, String) {
    let options = [&["--input", "qmp"], options].concat();
    let Decoded { stdout, stderr } = decode(&options, input.as_bytes()).expect("it is decoded");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    (text(stdout), text(stderr))
}

/// A message of any kind with some of its values changed, and members that nobody knows.
fn any_message() -> impl Strategy<Value = Value> {
    let examples: Vec<&str> = Event::INFOS.iter().flat_map(|info| info.examples).copied().collect();
    let text = prop_oneof![any::<String>(), "[a-z]{1,8}", Just("\u{9b}\u{202e}\\\"\n\u{1f600}".to_owned())];
    let change = (0..4_usize, any::<bool>(), text);
    (prop::sample::select(examples), prop::collection::vec(change, 0..3)).prop_map(|(example, changes)| {
        let mut message: Value = serde_json::from_str(example).expect("JSON");
        for (depth, is_new, text) in changes {
            let object = innermost(message.as_object_mut().expect("an object"), depth);
            let mut strings = object.iter_mut().filter(|(name, value)| *name != "event" && value.is_string());
            match strings.next_back() {
                Some((_, value)) if !is_new => *value = text.into(),
                _ => drop(object.insert(format!("x-{text}"), Value::from(vec![text]))),
            }
        }
        message
    })
}

/// An object in the object, at most so deep.
fn innermost(object: &mut Map<String, Value>, depth: usize) -> &mut Map<String, Value> {
    let inner = object.iter().find(|(_, value)| value.is_object()).map(|(name, _)| name.clone());
    match inner.filter(|_| depth > 0) {
        Some(name) => innermost(object[&name].as_object_mut().expect("an object"), depth - 1),
        None => object,
    }
}

/// JSON as QEMU writes it: with a space after each comma and colon. `escape` writes each letter of strings.
fn write(value: &Value, spaces: [&str; 2], escape: fn(char) -> String) -> String {
    let string = |text: &str| format!("\"{}\"", text.chars().map(escape).collect::<String>());
    match value {
        Value::String(text) => string(text),
        Value::Array(items) => {
            let items: Vec<_> = items.iter().map(|item| write(item, spaces, escape)).collect();
            format!("[{}]", items.join(&format!(",{}", spaces[0])))
        }
        Value::Object(members) => {
            let member = |(name, value): (&String, &Value)| {
                format!("{}:{}{}", string(name), spaces[1], write(value, spaces, escape))
            };
            // QEMU writes the time first, then the name.
            let mut members: Vec<_> = members.iter().collect();
            members.sort_by_key(|(name, _)| match name.as_str() {
                "timestamp" => 0,
                "event" => 1,
                "data" => 2,
                _ => 3,
            });
            let members: Vec<_> = members.into_iter().map(member).collect();
            format!("{{{}}}", members.join(&format!(",{}", spaces[0])))
        }
        bare => bare.to_string(),
    }
}

fn briefly(letter: char) -> String {
    match letter {
        '"' | '\\' => format!("\\{letter}"),
        '\0'..'\u{20}' => format!("\\u{:04x}", u32::from(letter)),
        _ => letter.to_string(),
    }
}

fn at_length(letter: char) -> String {
    letter.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04X}")).collect()
}

/// The JSON that is printed, but for characters that control a terminal.
fn encoded(message: &EventMessage) -> Value {
    serde_json::to_value(message).expect("JSON")
}

fn has_unknown(message: &EventMessage) -> bool {
    let Some(info) = message.event.info() else { return true };
    let json = encoded(message);
    let is_known = |name: &String| ["timestamp", "event", "data"].contains(&name.as_str());
    let times = json["timestamp"].as_object().map_or(0, Map::len);
    !audit(info, &json["data"].to_string()).is_empty()
        || times > 2
        || !json.as_object().expect("an object").keys().all(is_known)
}

proptest! {
    #[test]
    fn every_spelling_of_a_message_is_printed_alike(message in any_message()) {
        let plain = write(&message, [" ", " "], briefly);
        let spellings = [
            write(&message, ["", ""], briefly),
            write(&message, [" \n", "\t"], briefly),
            write(&message, [" ", " "], at_length),
        ];
        for options in [&["--format", "json"][..], &["--format", "cloudevents"], &["--time", "utc"]] {
            let expected = run(options, &plain);
            for spelling in &spellings {
                prop_assert_eq!(&run(options, spelling), &expected, "{}", spelling);
            }
        }
        let (json, notes) = run(&["--format", "json"], &plain);
        match plain.parse::<EventMessage>() {
            Ok(message) => {
                let printed: Value = serde_json::from_str(&json).expect("JSON");
                prop_assert_eq!(printed, encoded(&message));
                let has_none = notes.starts_with("1 event, 0 unknown, 0 malformed");
                prop_assert_eq!(has_none, !has_unknown(&message), "{}", notes);
            }
            Err(_) => prop_assert!(json.is_empty() && notes.contains("1 malformed"), "{}", notes),
        }
    }
}

#[test]
fn a_run_of_garbage_is_one_note_however_many_lines_it_has() {
    let event = "{\"event\": \"STOP\"}\n";
    let garbage = "no message\n\n{\"event\": \u{1}\n".repeat(10_000);
    let (json, notes) = run(&["--format", "json"], &format!("{event}{garbage}{event}{garbage}{event}x"));
    assert_eq!(json, "{\"event\":\"STOP\"}\n".repeat(3));
    let malformed: Vec<_> = notes.lines().filter(|line| line.starts_with("malformed: ")).collect();
    assert_eq!(malformed.len(), 3, "{notes}");
    assert!(malformed[0].contains("at line 2 (offset 18)"), "{notes}");
    assert!(notes.contains("3 events, 0 unknown, 3 malformed"), "{notes}");
    assert!(notes.len() < 1500, "{notes}");
}
