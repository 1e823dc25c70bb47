//! Input that means harm, or makes no sense: an error, in linear time and bounded memory.

use qmp_events::{DecodeErrorKind, Envelope, EventMessage};

fn refused(message: &[u8]) -> DecodeErrorKind {
    let error = EventMessage::<qmp_events::Event>::decode(message).expect_err("an error");
    let envelope = Envelope::decode(message).map(|_| ()).expect_err("an error");
    assert_eq!(envelope.kind(), error.kind());
    error.kind()
}

/// `value` where it is decoded as any JSON, where it is skipped, and before its event is known.
fn in_data(value: &[u8]) -> [Vec<u8>; 3] {
    [
        [br#"{"event": "NEW", "data": {"x": "#, value, b"}}"].concat(),
        [br#"{"event": "STOP", "data": {"x": "#, value, b"}}"].concat(),
        [br#"{"data": {"x": "#, value, br#"}, "event": "STOP"}"#].concat(),
    ]
}

#[test]
fn nesting_ends_at_a_limit_with_a_clear_error() {
    let mut lists = vec![b'['; 1 << 20];
    assert_eq!(refused(&lists), DecodeErrorKind::Type);
    for message in in_data(&lists) {
        assert_eq!(refused(&message), DecodeErrorKind::Depth);
    }
    lists.truncate(200);
    let objects = br#"{"a":"#.repeat(1 << 16);
    for message in in_data(&objects) {
        assert_eq!(refused(&message), DecodeErrorKind::Depth);
    }
    let [message, ..] = in_data(&lists);
    let error = EventMessage::<qmp_events::Event>::decode(&message).expect_err("an error");
    let path = format!("x{}", "[0]".repeat(125));
    assert_eq!(error.member(), Some(path.as_str()));
    assert!(error.to_string().ends_with("objects and lists nest deeper than 127 levels (at byte 156)"));
}

#[test]
fn values_may_nest_as_deep_as_the_limit() {
    let value = [b"[".repeat(125), b"]".repeat(125)].concat();
    for message in in_data(&value) {
        EventMessage::<qmp_events::Event>::decode(&message).expect("a message");
    }
    let value = [b"[".repeat(126), b"]".repeat(126)].concat();
    for message in in_data(&value) {
        assert_eq!(refused(&message), DecodeErrorKind::Depth);
    }
}

#[test]
fn what_is_no_text_is_refused_wherever_it_stands() {
    for value in [&b"\"\xff\""[..], b"\"\xc3\"", b"\"\xed\xa0\x80\"", b"\"abcdefgh\xf5ijklmnop\"", b"\xff"] {
        for message in in_data(value) {
            assert_eq!(refused(&message), DecodeErrorKind::Utf8, "{}", value.escape_ascii());
        }
    }
    for value in [
        r#""\ud800""#,
        r#""\udc00x""#,
        r#""\ud800\u0041""#,
        r#""\u12""#,
        r#""\q""#,
        "\"\0\"",
        "\"\u{1f}\"",
        "\"",
        "\0",
    ] {
        for message in in_data(value.as_bytes()) {
            assert_eq!(refused(&message), DecodeErrorKind::Syntax, "{value:?}");
        }
    }
}

#[test]
fn numbers_may_have_any_length_but_must_fit_a_float() {
    let long = b"9".repeat(1 << 20);
    for message in in_data(&long) {
        assert_eq!(refused(&message), DecodeErrorKind::Range);
    }
    for message in in_data(&[b"0.", &long[..]].concat()) {
        EventMessage::<qmp_events::Event>::decode(&message).expect("a message");
    }
    for message in in_data(b"1e999999999999") {
        assert_eq!(refused(&message), DecodeErrorKind::Range);
    }
}

#[test]
fn an_error_shows_bytes_that_are_no_text() {
    let error =
        EventMessage::<qmp_events::Event>::decode(b"{\"event\": \"STOP\", \"data\": {\"x\": \"\xff\"}}")
            .expect_err("an error");
    assert_eq!(error.to_string(), "STOP: member `x`: the text is not UTF-8 (at byte 33)");
    assert_eq!(error.raw(), "{\"event\": \"STOP\", \"data\": {\"x\": \"\u{fffd}\"}}");
}
