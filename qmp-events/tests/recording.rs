//! Every event of a recorded stream, by both paths.

use qmp_events::EventMessage;

fn recording() -> String {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/fixtures/qemu-7.2.22/events.ndjson");
    std::fs::read_to_string(path).expect("the recording")
}

#[test]
fn bytes_and_serde_read_the_same_and_write_what_they_read() {
    let text = recording();
    assert_eq!(text.lines().count(), 1491);
    for line in text.lines() {
        let message = EventMessage::decode(line.as_bytes()).unwrap_or_else(|error| panic!("{error}"));
        let through_serde: EventMessage =
            serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        assert_eq!(message, through_serde);
        let raw: serde_json::Value = serde_json::from_str(line).expect("JSON");
        assert_eq!(serde_json::to_value(&message).expect("a value"), raw);
    }
}
