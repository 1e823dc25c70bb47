//! What this build does not know, at every level of a message: every format, `--where` and the summary
//! have it as it came.

use qmp_events::testing::{MockServer, Script};
use qmp_events::{Event, QapiEvents};
use serde_json::{Value, json};

use crate::run::{Run, fixture, run, run_with};

/// Recordings of plain JSON with what vendors and newer QEMUs add.
const FILES: [&str; 3] =
    ["16-vendor-events.txt", "18-new-member-of-known-event.txt", "19-newer-qemu-values.txt"];

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

/// The same message with a member that nobody knows in each of its objects.
fn with_strangers(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(with_strangers),
        Value::Object(members) => {
            members.values_mut().for_each(with_strangers);
            let kinds = json!({"list": [1.5, -0.0, null, "\u{9b}\n"], "object": {"x.y": [[]]}, "": true});
            members.insert("x-stranger".to_owned(), kinds);
        }
        _ => {}
    }
}

/// An event of every kind, with such members.
fn strange_events() -> Vec<Value> {
    let event = |example: &&str| {
        let mut event: Value = serde_json::from_str(example).expect("JSON");
        with_strangers(&mut event);
        event
    };
    let examples = Event::INFOS.iter().filter_map(|info| info.examples.first());
    // Without its name, the data of this event is the value of its only member.
    examples.filter(|example| !example.contains("ACPI_DEVICE_OST")).map(event).collect()
}

fn stream(events: &[Value]) -> String {
    events.iter().map(|event| format!("{event}\n")).collect()
}

#[test]
fn fields_recordings_come_out_as_json_unchanged() {
    for name in FILES {
        let path = fixture("field").join(name);
        let expected = lines(&std::fs::read_to_string(&path).expect("a fixture"));
        let run = run(&format!("decode --format json {}", path.display()));
        assert_eq!(lines(&run.stdout), expected, "{name}");
    }
}

#[test]
fn unknown_members_at_every_level_come_out_of_decode_unchanged() {
    let events = strange_events();
    assert!(events.len() > 50);
    let run = run_with("decode --format json", stream(&events).as_bytes());
    assert_eq!(lines(&run.stdout), events);
    let cloud_events = run_with("decode --format cloudevents", stream(&events).as_bytes());
    for (cloud_event, event) in lines(&cloud_events.stdout).iter().zip(&events) {
        assert_eq!(cloud_event.get("data"), event.get("data"));
        let rest: Value =
            serde_json::from_str(cloud_event["qmpunknown"].as_str().expect("text")).expect("JSON");
        let stranger = &event["x-stranger"];
        assert_eq!(rest, json!({"timestamp": {"x-stranger": stranger}, "x-stranger": stranger}));
    }
    assert_eq!(cloud_events.stdout.lines().count(), events.len());
}

#[test]
fn unknown_members_at_every_level_come_out_of_watch_unchanged() {
    let events = strange_events();
    let script = Script::new().greet().negotiate().send(stream(&events));
    let server = MockServer::start([script]).expect("a socket");
    let run = run(&format!("watch --format json {}", server.endpoint()));
    assert_eq!(lines(&run.stdout), events);
}

#[test]
fn unknown_members_at_every_level_are_shown_counted_and_found() {
    let event = json!({"event": "GUEST_PANICKED", "x-top": 1, "timestamp": {"seconds": 1, "microseconds": 2,
        "x-time": 3}, "data": {"action": "pause", "x-data": {"deep": [{"id": 4}]}, "info": {"type": "hyper-v",
        "arg1": 0, "arg2": 0, "arg3": 0, "arg4": 0, "arg5": 0, "x-info": 5}}});
    let decode = |arguments: &str| -> Run {
        run_with(&format!("decode {arguments}"), stream(std::slice::from_ref(&event)).as_bytes())
    };
    let shown = decode("--time none");
    for part in ["x-data={deep=[{id=4}]}?", "x-info=5?", "timestamp.x-time=3?", "x-top=1?", "action=pause "] {
        assert!(shown.stdout.contains(part), "{part} is not in {shown}");
    }
    assert!(shown.stderr.contains("4 unknown members or values"), "{shown}");
    for path in ["`x-data`", "`info.x-info`", "`timestamp.x-time` of the message", "`x-top` of the message"] {
        assert!(shown.stderr.contains(&format!("GUEST_PANICKED: unknown member {path}: line 1")), "{shown}");
    }
    assert_eq!(decode("--strict").status, Some(1));
    for (condition, count) in [("x-data.deep.id=4", 1), ("info.x-info=5", 1), ("info.x-info=6", 0)] {
        let found = decode(&format!("--format json --where {condition}"));
        assert_eq!(found.stdout.lines().count(), count, "{condition}: {found}");
    }
}

#[test]
fn integers_of_any_size_keep_their_digits_in_every_format() {
    let event = br#"{"event": "ALIEN", "data": {"big": 123456789012345678901234567890, "list": [-98765432109876543210]}}"#;
    for format in ["human", "json", "cloudevents"] {
        let run =
            run_with(&format!("decode --format {format} --where big=123456789012345678901234567890"), event);
        for digits in ["123456789012345678901234567890", "-98765432109876543210"] {
            assert!(run.stdout.contains(digits), "{run}");
        }
    }
}

#[test]
fn json_for_programs_holds_no_character_that_controls_a_terminal() {
    let event = json!({"event": "ALIEN\u{9b}", "data": {"\u{7f}\u{202e}": "\u{9b}2J\u{2066}\u{e0041}ü"}});
    for format in ["json", "cloudevents"] {
        let run = run_with(
            &format!("decode --input qmp --format {format}"),
            stream(std::slice::from_ref(&event)).as_bytes(),
        );
        let letters = ['\u{7f}', '\u{9b}', '\u{202e}', '\u{2066}', '\u{e0041}'];
        assert!(
            !run.stdout.contains(letters) && run.stdout.contains("\\u009b2J") && run.stdout.contains('ü'),
            "{run}"
        );
        let value = &lines(&run.stdout)[0];
        assert_eq!(value["data"], event["data"]);
    }
}
