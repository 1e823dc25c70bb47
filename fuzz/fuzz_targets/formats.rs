//! What `decode` prints, whatever it reads: nothing harmful in any format, and as JSON the events that came.

#![no_main]

use libfuzzer_sys::fuzz_target;
use qmp_events::EventMessage;
use qmp_events_cli::decoded::{Decoded, decode};
use qmp_events_frontend::printable::is_harmful;
use serde_json::Value;

fn run(options: &[&str], input: &[u8]) -> String {
    let Decoded { stdout, stderr } = decode(options, input).expect("any input is decoded");
    let [stdout, stderr] = [stdout, stderr].map(|text| String::from_utf8(text).expect("UTF-8"));
    for text in [&stdout, &stderr] {
        assert!(!text.contains(|c| is_harmful(c) && c != '\n'), "hostile text is printed: {text:?}");
    }
    stdout
}

/// The same in every format.
fn check(form: &[&str], input: &[u8]) {
    let run = |options: &[&str]| run(&[form, options].concat(), input);
    let json = run(&["--format", "json"]);
    let human = run(&["--time", "none"]);
    let cloud_events = run(&["--format", "cloudevents", "--replies"]);
    assert_eq!(human.lines().count(), json.lines().count(), "a line is an event");
    assert_eq!(cloud_events.lines().count(), json.lines().count());
    for (line, cloud_event) in json.lines().zip(cloud_events.lines()) {
        let event: Value = serde_json::from_str(line).expect("JSON");
        let cloud_event: Value = serde_json::from_str(cloud_event).expect("JSON");
        let data = |value: &Value| value.get("data").filter(|data| !data.is_null()).cloned();
        assert_eq!(data(&event), data(&cloud_event));
        let again = EventMessage::decode(line.as_bytes()).expect("an event").to_string();
        assert_eq!(serde_json::from_str::<Value>(&again).expect("JSON"), event);
    }
    let again = self::run(&["--input", "qmp", "--format", "json"], json.as_bytes());
    assert_eq!(again, json, "its own output is read in the same way");
}

fuzz_target!(|input: &[u8]| {
    check(&[], input);
    check(&["--input", "qmp"], input);
    run(&["--where", "a.b=c", "--severity", "error", "--event", "!S*", "--since", "2020-01-01"], input);
});
