//! What old, new and odd senders may do without breaking a reader. Every message is read from
//! bytes and through serde, which must agree.

use qmp_events::{DecodeErrorKind, Envelope, Event, EventMessage, Timestamp, events};
use serde_json::json;

fn event(text: &str) -> Event {
    message(text).event
}

fn message(text: &str) -> EventMessage {
    let from_bytes: EventMessage = text.parse().unwrap_or_else(|error| panic!("{error}"));
    let through_serde = serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"));
    assert_eq!(from_bytes, through_serde);
    let envelope = Envelope::decode(text.as_bytes()).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(envelope.read().as_ref(), Ok(&from_bytes));
    from_bytes
}

/// Both paths refuse the message; the kind of the defect is that of the bytes.
fn refused(text: &str) -> DecodeErrorKind {
    let through_serde = serde_json::from_str::<EventMessage>(text);
    assert!(through_serde.is_err(), "{through_serde:?}");
    let error = text.parse::<EventMessage>().expect_err("an error");
    assert_eq!(error.raw(), text);
    error.kind()
}

#[test]
fn data_may_be_absent_null_or_empty_and_is_written_as_it_was() {
    let stop = event(r#"{"event": "STOP"}"#);
    assert_eq!(event(r#"{"event": "STOP", "data": null}"#), stop);
    assert_eq!(event(r#"{"event": "STOP", "data": {}}"#), stop);
    assert_eq!(event(r#"{"data": {}, "event": "STOP"}"#), stop);
    assert_eq!(event(r#"{"data": null, "event": "STOP"}"#), stop);
    assert_eq!(event(r#"{"event": "SHUTDOWN"}"#), event(r#"{"event": "SHUTDOWN", "data": {}}"#));
    for text in [r#"{"event":"STOP"}"#, r#"{"event":"STOP","data":null}"#, r#"{"event":"STOP","data":{}}"#] {
        assert_eq!(message(text).to_string(), text);
    }
}

#[test]
fn the_timestamp_may_be_missing_or_unknown() {
    assert_eq!(message(r#"{"event": "STOP"}"#).timestamp, None);
    assert_eq!(message(r#"{"event": "STOP", "timestamp": null}"#).timestamp, None);
    let unknown = message(r#"{"timestamp": {"seconds": -1, "microseconds": -1}, "event": "STOP"}"#);
    assert_eq!(unknown.timestamp, Some(Timestamp::UNKNOWN));
    assert_eq!(refused(r#"{"event": "STOP", "timestamp": {"seconds": 1}}"#), DecodeErrorKind::Missing);
}

#[test]
fn members_that_came_later_may_be_missing() {
    let old = event(
        r#"{"event": "BLOCK_IO_ERROR", "data": {"device": "d", "operation": "read", "action": "stop"}}"#,
    );
    let Event::BlockIoError(old) = old else { panic!("{old:?}") };
    assert_eq!((old.qom_path, old.reason, old.nospace), (None, None, None));
    event(r#"{"event": "RTC_CHANGE", "data": {"offset": 78}}"#);
    event(
        r#"{"event": "QUORUM_REPORT_BAD", "data": {"node-name": "n", "sector-num": 1, "sectors-count": 2}}"#,
    );
    event(r#"{"event": "GUEST_PANICKED", "data": {"action": "pause"}}"#);
    event(r#"{"event": "DEVICE_TRAY_MOVED", "data": {"device": "cd0", "tray-open": true}}"#);
    event(r#"{"event": "RESET", "data": {}}"#);
    let Event::Shutdown(old) = event(r#"{"event": "SHUTDOWN"}"#) else { panic!("another event") };
    assert_eq!((old.guest, old.reason), (None, None));
}

#[test]
fn null_for_an_optional_member_is_absence_and_written_again() {
    let text = r#"{"event":"SHUTDOWN","data":{"guest":null,"reason":null}}"#;
    let Event::Shutdown(mut absent) = event(text) else { panic!("another event") };
    assert_eq!((absent.guest, absent.reason.as_ref()), (None, None));
    assert_eq!(serde_json::to_string(&Event::from(absent.clone())).expect("JSON"), text);
    absent.guest = Some(true);
    let text = r#"{"event":"SHUTDOWN","data":{"guest":true,"reason":null}}"#;
    assert_eq!(serde_json::to_string(&Event::from(absent)).expect("JSON"), text);
    assert_eq!(refused(r#"{"event": "BALLOON_CHANGE", "data": {"actual": null}}"#), DecodeErrorKind::Type);
}

#[test]
fn old_spellings_are_read_and_the_new_ones_written() {
    let new =
        r#"{"event": "QUORUM_FAILURE", "data": {"reference": "r", "sector-num": 1, "sectors-count": 2}}"#;
    let old = event(&new.replace("sectors-count", "sector-count"));
    assert_eq!(old, event(new));
    assert!(serde_json::to_string(&old).expect("JSON").contains("sectors-count"));
    let renamed = event(r#"{"event": "MEM_HOT_UNPLUG_ERROR", "data": {"device": "d", "msg": "m"}}"#);
    assert_eq!(renamed.name(), "MEM_UNPLUG_ERROR");
}

#[test]
fn a_bare_value_stands_for_the_object_that_holds_it() {
    let info = r#"{"device": "d1", "slot": "0", "slot-type": "DIMM", "source": 1, "status": 0}"#;
    let wrapped = event(&format!(r#"{{"event": "ACPI_DEVICE_OST", "data": {{"info": {info}}}}}"#));
    let bare = event(&format!(r#"{{"event": "ACPI_DEVICE_OST", "data": {info}}}"#));
    assert_eq!(bare, wrapped);
    assert_eq!(event(&format!(r#"{{"data": {info}, "event": "ACPI_DEVICE_OST"}}"#)), wrapped);
    let mixed =
        format!(r#"{{"event": "ACPI_DEVICE_OST", "data": {{"slot": [], "info": {info}, "new": 1}}}}"#);
    let Event::AcpiDeviceOst(mixed) = event(&mixed) else { panic!("another event") };
    let Event::AcpiDeviceOst(plain) = &wrapped else { panic!("another event") };
    assert_eq!(mixed.info, plain.info);
    assert_eq!(serde_json::to_value(&mixed.unknown).expect("JSON"), json!({"slot": [], "new": 1}));
    let written = serde_json::to_value(bare).expect("a value");
    assert_eq!(written["data"]["info"]["slot"], json!("0"));
}

#[test]
fn members_come_in_any_order_and_the_last_of_a_name_wins() {
    let expected = event(r#"{"event": "JOB_STATUS_CHANGE", "data": {"id": "j", "status": "ready"}}"#);
    for text in [
        r#"{"data": {"status": "ready", "id": "j"}, "event": "JOB_STATUS_CHANGE"}"#,
        r#"{"event":"JOB_STATUS_CHANGE","data":{"id":"j","status":"ready"}}"#,
        "\r\n {\t\"event\" :\"JOB_STATUS_CHANGE\" , \"data\":{ \"id\" : \"j\",\n\"status\" :\"ready\" } } \r\n",
        r#"{"event": "JOB_STATUS_CHANGE", "data": {"id": "x", "id": "j", "status": "null", "status": "ready"}}"#,
        r#"{"event": "STOP", "event": "JOB_STATUS_CHANGE", "data": {"id": "j", "status": "ready"}}"#,
        r#"{"event": "JOB_STATUS_CHANGE", "data": {"id": "x", "status": "null"}, "data": {"id": "j", "status": "ready"}}"#,
        r#"{"data": [1], "data": {"id": "j", "status": "ready"}, "event": "JOB_STATUS_CHANGE"}"#
            .replace("[1]", "{}").as_str(),
        r#"{"\u0065vent": "JOB_STATUS\u005fCHANGE", "data": {"\u0069d": "\u006A", "status": "\u0072eady"}}"#,
    ] {
        assert_eq!(event(text), expected, "{text}");
    }
}

#[test]
fn members_that_this_build_does_not_know_are_kept_at_every_level() {
    let text = concat!(
        r#"{"x": [{"y": null}], "timestamp": {"seconds": 1, "microseconds": 2, "tz": "Z"}, "#,
        r#""event": "JOB_STATUS_CHANGE", "#,
        r#""data": {"z": -1.5e3, "id": "j", "status": "ready", "w": "\u00E9\u0001"}, "v": true}"#,
    );
    let message = message(text);
    assert_eq!(message.unknown.get("v").map(|value| value.to_string()).as_deref(), Some("true"));
    let Event::JobStatusChange(event) = &message.event else { panic!("another event") };
    let names: Vec<_> = event.unknown.iter().map(|(name, _)| name.into_owned()).collect();
    assert_eq!(names, ["z", "w"]);
    assert_eq!(event.unknown.get("w").expect("a member").read::<String>().expect("text"), "é\u{1}");
    assert_eq!(
        message.to_string(),
        concat!(
            r#"{"timestamp":{"seconds":1,"microseconds":2,"tz":"Z"},"event":"JOB_STATUS_CHANGE","#,
            r#""data":{"id":"j","status":"ready","z":-1500.0,"w":"é\u0001"},"x":[{"y":null}],"v":true}"#,
        )
    );
}

#[test]
fn members_of_a_branch_are_kept_in_the_branch_without_the_tag() {
    let text = r#"{"event":"GUEST_PANICKED","data":{"action":"pause","info":{"type":"s390","core":0,"psw-mask":1,"psw-addr":2,"reason":"crash","x-new":[{}]}}}"#;
    let Event::GuestPanicked(panicked) = event(text) else { panic!("another event") };
    let Some(events::GuestPanicInformation::S390(info)) = &panicked.info else { panic!("{panicked:?}") };
    assert_eq!(format!("{:?}", info.unknown), r#"{"x-new": [{}]}"#);
    assert_eq!(serde_json::to_string(&Event::from(panicked)).expect("JSON"), text);
}

#[test]
fn integers_beyond_64_bits_keep_their_digits() {
    let text = r#"{"event":"NEW","data":{"a":123456789012345678901234567890,"b":[-99999999999999999999]},"c":18446744073709551616}"#;
    let message: EventMessage = text.parse().expect("a message");
    assert_eq!(message.to_string(), text);
    assert_eq!(serde_json::to_value(&message).expect("JSON")["c"], json!(18446744073709551616.0));
}

#[test]
fn the_last_data_counts_and_each_is_judged() {
    let text = r#"{"event": "MIGRATION", "data": {"a": 1}, "data": {"status": "active"}}"#;
    assert_eq!(refused(text), DecodeErrorKind::Missing);
    let envelope = Envelope::decode(text.as_bytes()).expect("an envelope");
    assert_eq!(envelope.read::<Event>().map_err(|error| error.kind()), Err(DecodeErrorKind::Missing));
}

#[test]
fn an_event_behind_data_cannot_rename_it() {
    let text = r#"{"event": "STOP", "data": {}, "event": "RESUME"}"#;
    assert_eq!(refused(text), DecodeErrorKind::Conflict);
    event(r#"{"event": "STOP", "data": {}, "event": "STOP"}"#);
}

#[test]
fn integral_floats_are_integers() {
    let expected = event(r#"{"event": "BALLOON_CHANGE", "data": {"actual": 1200}}"#);
    for spelling in ["1200.0", "1.2e3", "12E+2", "120000e-2"] {
        assert_eq!(
            event(&format!(r#"{{"event": "BALLOON_CHANGE", "data": {{"actual": {spelling}}}}}"#)),
            expected
        );
    }
    for spelling in ["5.5", "9223372036854775808", "1e16", "1e400", "-9223372036854775809"] {
        let text = format!(r#"{{"event": "BALLOON_CHANGE", "data": {{"actual": {spelling}}}}}"#);
        assert_eq!(refused(&text), DecodeErrorKind::Range, "{spelling}");
    }
}

#[test]
fn unsigned_integers_have_their_whole_range() {
    let text = r#"{"event": "BLOCK_WRITE_THRESHOLD", "data": {"node-name": "n", "amount-exceeded": 18446744073709551615, "write-threshold": 0}}"#;
    let Event::BlockWriteThreshold(event) = event(text) else { panic!("another event") };
    assert_eq!((event.amount_exceeded, event.write_threshold), (u64::MAX, 0));
    assert_eq!(refused(&text.replace(": 0}", ": -1}")), DecodeErrorKind::Range);
}

#[test]
fn unknown_values_branches_and_events_are_kept() {
    let Event::Shutdown(shutdown) =
        event(r#"{"event": "SHUTDOWN", "data": {"guest": true, "reason": "alien"}}"#)
    else {
        panic!("another event")
    };
    assert_eq!(shutdown.reason.as_ref().map(events::ShutdownCause::as_str), Some("alien"));

    let text = r#"{"event":"GUEST_PANICKED","data":{"action":"pause","info":{"type":"alien","limbs":[1,2,18446744073709551615]}}}"#;
    let panicked = event(text);
    assert_eq!(serde_json::to_string(&panicked).expect("JSON"), text);

    let text = r#"{"event":"__com.example_NEW","data":{"a":{"b":[null]}}}"#;
    let Event::Unknown(unknown) = event(text) else { panic!("another event") };
    assert_eq!(unknown.name, "__com.example_NEW");
    assert_eq!(unknown.data, Some(json!({"a": {"b": [null]}}).into()));
    assert_eq!(serde_json::to_string(&Event::Unknown(unknown)).expect("JSON"), text);
}

#[test]
fn the_tag_of_a_union_may_stand_anywhere() {
    let members = r#""core": 0, "psw-addr": 18446744073709551614, "psw-mask": 1, "reason": "disabled-wait""#;
    let first = event(&format!(
        r#"{{"event": "GUEST_PANICKED", "data": {{"action": "pause", "info": {{"type": "s390", {members}}}}}}}"#
    ));
    let last = event(&format!(
        r#"{{"event": "GUEST_PANICKED", "data": {{"info": {{{members}, "type": "hyper-v", "type": "s390"}}, "action": "pause"}}}}"#
    ));
    assert_eq!(first, last);
}

#[test]
fn what_is_no_event_message_is_refused() {
    use DecodeErrorKind::{Missing, Syntax, Type};
    for (text, kind) in [
        ("", Syntax),
        ("[]", Type),
        ("null", Type),
        ("{}", Missing),
        (r#"{"return": {}}"#, Missing),
        (r#"{"event": null}"#, Type),
        (r#"{"event": 5}"#, Type),
        (r#"{"event": "STOP", "data": []}"#, Type),
        (r#"{"event": "NEW", "data": "x"}"#, Type),
        (r#"{"data": 5, "event": "STOP"}"#, Type),
        (r#"{"event": "STOP", "timestamp": 5}"#, Type),
        (r#"{"event": "STOP",}"#, Syntax),
        (r#"{"event": "STOP"} x"#, Syntax),
        (r#"{"event": "STOP"}{}"#, Syntax),
        (r#"{"event": "STOP", "data": {"a": 01}}"#, Syntax),
        (r#"{"event": "STOP", "data": {"a": [1,]}}"#, Syntax),
        (r#"{"event": "STOP", "data": {"a": tru}}"#, Syntax),
        (r#"{"event" "STOP"}"#, Syntax),
        (r#"{"event": "STOP""#, Syntax),
        ("{\"event\": \"STOP\"}\0", Syntax),
        ("\u{feff}{\"event\": \"STOP\"}", Syntax),
    ] {
        assert_eq!(refused(text), kind, "{text}");
    }
}
