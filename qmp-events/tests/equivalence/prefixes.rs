//! A message at the front of a buffer is the same as the message alone, and every cut is seen as one.

use proptest::prelude::*;
use qmp_events::{Event, EventMessage};

use crate::events::any_event;

type Message = EventMessage<Event>;

fn compare(message: &[u8], suffix: &[u8]) {
    let Ok(whole) = EventMessage::decode(message) else { return };
    for cut in 0..message.len() {
        let read = Message::decode_prefix(&message[..cut]);
        assert_eq!(read, Ok(None), "cut after {}", message[..cut].escape_ascii());
    }
    let buffer = [message, suffix].concat();
    assert_eq!(Message::decode_prefix(&buffer), Ok(Some((whole, message.len()))));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn of_events_of_every_kind(
        message in any_event(),
        suffix in prop::sample::select(vec!["", "\n", "\r\n{\"event\": \"STOP\"}", "{\"a\": 1}\n", " x", "\0\n"]),
    ) {
        compare(message.as_bytes(), suffix.as_bytes());
    }
}

#[test]
fn of_messages_with_every_kind_of_token_to_cut() {
    for value in [
        r#""\uD83D\ude00\u00e9\n\"é😀""#,
        "[true, false, null]",
        "-12.5e-3",
        "[0, -0, 0.5]",
        &format!("{}e-300", "9".repeat(310)),
    ] {
        for space in ["", " ", "\r\n    "] {
            let message =
                format!("{{{space}\"event\":{space}\"NEW\",{space}\"data\": {{\"a\":{value}{space}}}}}");
            compare(message.as_bytes(), b"\r\n{\"event\": \"STOP\"}\r\n");
        }
    }
}

#[test]
fn what_cannot_become_a_message_is_malformed_at_once() {
    for text in [
        "x",
        "{x",
        "{\"event\": \"STOP\",}",
        "{\"event\": \"A\\x",
        "{\"event\": tx",
        "{\"event\": \"\\ud800x",
        "[1]\n",
    ] {
        assert!(Message::decode_prefix(text.as_bytes()).is_err(), "{text}");
    }
}
