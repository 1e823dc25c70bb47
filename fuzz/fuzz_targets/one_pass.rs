//! Read at once or byte by byte, a session hands out the same, decoded or not.
//!
//! In a stream that comes in single bytes no message is ever whole when it begins, so that all of it is
//! read byte by byte.
#![no_main]

use libfuzzer_sys::fuzz_target;
use qmp_events::protocol::Session;
use qmp_events::{Event, QapiEvents};

fn hear(stream: &[u8], length: usize, next: fn(&mut Session) -> Option<String>) -> (Vec<String>, bool) {
    let mut session = Session::with_message_limit(1 << 12);
    let mut heard = Vec::new();
    for piece in stream.chunks(length) {
        session.receive(piece);
        heard.extend(std::iter::from_fn(|| next(&mut session)));
    }
    session.finish();
    heard.extend(std::iter::from_fn(|| next(&mut session)));
    (heard, session.saw_shutdown())
}

fn decoded(session: &mut Session) -> Option<String> {
    session.next_decoded::<Event>().map(|incoming| format!("{incoming:?}"))
}

fn raw_then_decoded(session: &mut Session) -> Option<String> {
    let incoming = session.next_incoming()?.map_event(|event| Event::decode(event.json));
    Some(format!("{incoming:?}"))
}

fuzz_target!(|input: (u8, &[u8])| {
    let (length, stream) = input;
    let expected = hear(stream, 1, raw_then_decoded);
    for length in [usize::from(length) + 1, stream.len().max(1)] {
        assert_eq!(hear(stream, length, decoded), expected);
        assert_eq!(hear(stream, length, raw_then_decoded), expected);
    }
});
