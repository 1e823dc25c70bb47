//! Errors as people see them, from bytes and through serde.

use qmp_events::EventMessage;

#[test]
fn errors_name_event_member_and_place() {
    let mut report = String::new();
    for text in [
        r#"{"timestamp": {"seconds": 1, "microseconds": 2}, "event": "BLOCK_IO_ERROR", "data": {"device": "d", "action": 5}}"#,
        r#"{"event": "BLOCK_IO_ERROR", "data": {"operation": "read", "action": "stop"}}"#,
        r#"{"event": "ACPI_DEVICE_OST", "data": {"info": {"slot": "1", "slot-type": "DIMM", "source": 1, "status": 5.5}}}"#,
        r#"{"event": "ACPI_DEVICE_OST", "data": {"info": {"slot": "1", "slot-type": "DIMM", "source": 1}}}"#,
        r#"{"event": "ACPI_DEVICE_OST", "data": {"slot": 7}}"#,
        r#"{"event": "ACPI_DEVICE_OST"}"#,
        r#"{"event": "GUEST_PANICKED", "data": {"action": "pause", "info": {"type": "s390", "core": 4294967296}}}"#,
        r#"{"event": "GUEST_PANICKED", "data": {"action": "pause", "info": {"core": 1}}}"#,
        r#"{"data": {"actual": "much"}, "event": "BALLOON_CHANGE"}"#,
        r#"{"event": "BALLOON_CHANGE", "data": {"actual": 99999999999999999999}}"#,
        r#"{"event": "BALLOON_CHANGE", "data": {"actual": 1"#,
        r#"{"event": "BALLOON_CHANGE", "data": 5}"#,
        r#"{"event": "STOP", "timestamp": {"seconds": "1"}}"#,
        r#"{"event": "STOP", "data": {}, "event": "RESUME"}"#,
        r#"{"event": ["STOP"]}"#,
        r#"{"return": {}, "id": 1}"#,
        "[1]",
    ] {
        let bytes = text.parse::<EventMessage>().expect_err("an error");
        let serde = serde_json::from_str::<EventMessage>(text).expect_err("an error");
        report += &format!("{text}\n  bytes: {bytes}\n  serde: {serde}\n");
    }
    insta::assert_snapshot!(report);
}
