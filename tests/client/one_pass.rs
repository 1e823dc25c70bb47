//! Messages that are whole in the buffer are read at once, others byte by byte: nothing may depend on it.
//!
//! In a stream that comes in single bytes no message is ever whole when it begins, so that all of it is
//! read byte by byte.

use super::fixture;
use proptest::prelude::*;
use qmp_events::protocol::{DecodedEvent, Frame, Incoming, Session, Splitter};
use qmp_events::{DecodeError, Event, EventMessage, QapiEvents};

const SHUTDOWN: &str = r#"{"timestamp": {"seconds": 1267020223, "microseconds": 435656}, "event": "SHUTDOWN", "data": {"guest": true, "reason": "guest-shutdown"}}"#;
const RESUME: &str = r#"{"timestamp": {"seconds": 1267020223, "microseconds": 1}, "event": "RESUME"}"#;

/// Splits a stream. `next` says what comes next.
fn split<'a>(
    limit: usize,
    chunks: impl IntoIterator<Item = &'a [u8]>,
    next: impl Fn(&mut Splitter) -> Option<String>,
) -> Vec<String> {
    let mut splitter = Splitter::with_limit(limit);
    let mut found = Vec::new();
    for chunk in chunks {
        splitter.push(chunk);
        found.extend(std::iter::from_fn(|| next(&mut splitter)));
    }
    splitter.finish();
    found.extend(std::iter::from_fn(|| next(&mut splitter)));
    found
}

fn frames<'a>(limit: usize, chunks: impl IntoIterator<Item = &'a [u8]>) -> Vec<String> {
    split(limit, chunks, |splitter| {
        Some(match splitter.next_frame()? {
            Frame::Message(m) => format!("{}:{} {}", m.line, m.offset, m.json.escape_ascii()),
            Frame::Skipped(skipped) => format!("{skipped:?}"),
        })
    })
}

/// The same, with events decoded: in one pass where that can be, or from their text.
fn events<'a>(limit: usize, chunks: impl IntoIterator<Item = &'a [u8]>, at_once: bool) -> Vec<String> {
    split(limit, chunks, |splitter| {
        if let Some(DecodedEvent { message, offset, line }) = at_once.then(|| splitter.next_event()).flatten()
        {
            return Some(format!("{line}:{offset} {:?}", Ok::<EventMessage, DecodeError>(message)));
        }
        Some(match splitter.next_frame()? {
            Frame::Message(m) => format!("{}:{} {:?}", m.line, m.offset, Event::decode(m.json)),
            Frame::Skipped(skipped) => format!("{skipped:?}"),
        })
    })
}

/// What a session hands out, and whether it saw the machine shut down.
fn hear(limit: usize, chunks: &[&[u8]], next: fn(&mut Session) -> Option<String>) -> (Vec<String>, bool) {
    let mut session = Session::with_message_limit(limit);
    let mut heard = Vec::new();
    for chunk in chunks {
        session.receive(chunk);
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

fn names(stream: &[u8]) -> Vec<String> {
    let mut session = Session::new();
    session.receive(stream);
    let name = |incoming: Incoming<'_, Result<EventMessage, DecodeError>>| match incoming {
        Incoming::Event(Ok(message)) => message.event.name().to_owned(),
        other => format!("{other:?}"),
    };
    std::iter::from_fn(|| session.next_decoded::<Event>().map(name)).collect()
}

#[test]
fn a_message_ends_where_it_ends_whatever_follows_it() {
    for between in ["", "\r\n", "\n\n \t", "\n{\"event\": \"STOP\"}\n"] {
        let stream = format!("{SHUTDOWN}{between}{RESUME}");
        let names: Vec<_> = names(stream.as_bytes()).into_iter().filter(|name| name != "STOP").collect();
        assert_eq!(names, ["SHUTDOWN", "RESUME"], "{between:?}");
    }
}

#[test]
fn recorded_connections_are_heard_the_same_at_once_and_byte_by_byte() {
    for name in ["lifecycle.raw", "pretty.raw"] {
        let stream = fixture(name);
        let bytes: Vec<_> = stream.chunks(1).collect();
        assert_eq!(frames(1 << 20, [&stream[..]]), frames(1 << 20, bytes.iter().copied()));
        let expected = hear(1 << 20, &bytes, raw_then_decoded);
        assert_eq!(hear(1 << 20, &[&stream], decoded), expected);
        assert_eq!(hear(1 << 20, &[&stream], raw_then_decoded), expected);
    }
}

/// Parts of events as QEMU writes them, and what comes between: good, damaged, and worse.
fn any_stream() -> impl Strategy<Value = Vec<u8>> {
    let whole = || prop_oneof![Just(SHUTDOWN), Just(RESUME)];
    let part = prop_oneof![
        4 => whole().prop_map(|event| event.as_bytes().to_vec()),
        2 => whole().prop_map(|event| event.replace(' ', "\n").into_bytes()),
        1 => whole().prop_map(|event| event.replace(", ", ",").into_bytes()),
        2 => (whole(), 0..SHUTDOWN.len()).prop_map(|(event, at)| event.as_bytes()[..at.min(event.len())].to_vec()),
        2 => (whole(), 0..SHUTDOWN.len()).prop_map(|(event, at)| event.as_bytes()[at.min(event.len())..].to_vec()),
        2 => (whole(), 0..SHUTDOWN.len(), any::<u8>()).prop_map(|(event, at, byte)| {
            let mut event = event.as_bytes().to_vec();
            let at = at % event.len();
            event[at] = byte;
            event
        }),
        1 => Just(RESUME.replace('}', r#", "event": "SHUTDOWN"}"#).into_bytes()),
        1 => Just(RESUME.replace("RESUME", "NEW").replace('}', "}\u{c}").into_bytes()),
        1 => (100..200_usize).prop_map(|deep| {
            format!(r#"{{"event": "NEW", "data": {{"deep": {}{}}}}}"#, "[".repeat(deep), "]".repeat(deep)).into_bytes()
        }),
        1 => Just(br#"{"QMP": {}}{"return": {}, "id": 1}"#.to_vec()),
        3 => Just(b"\r\n".to_vec()),
        1 => proptest::collection::vec(any::<u8>(), 0..8),
        1 => "[{}\\[\\]\",:\\\\ tn\n1-]{0,12}".prop_map(String::into_bytes),
    ];
    proptest::collection::vec(part, 0..12).prop_map(|parts| parts.concat())
}

proptest! {
    #[test]
    fn at_once_and_byte_by_byte_any_stream_gives_the_same_frames(
        stream in any_stream(),
        length in 1..300_usize,
        limit in prop_oneof![Just(100_usize), Just(SHUTDOWN.len()), Just(1 << 20)],
    ) {
        let expected = frames(limit, stream.chunks(1));
        prop_assert_eq!(&frames(limit, [&stream[..]]), &expected);
        prop_assert_eq!(&frames(limit, stream.chunks(length)), &expected);
    }

    #[test]
    fn a_splitter_decodes_what_its_frames_hold(
        stream in any_stream(),
        length in 1..300_usize,
        limit in prop_oneof![Just(100_usize), Just(SHUTDOWN.len()), Just(1 << 20)],
    ) {
        let expected = events(limit, stream.chunks(1), false);
        prop_assert_eq!(&events(limit, [&stream[..]], true), &expected);
        prop_assert_eq!(&events(limit, stream.chunks(length), true), &expected);
    }

    #[test]
    fn at_once_and_byte_by_byte_any_stream_is_heard_the_same(
        stream in any_stream(),
        length in 1..300_usize,
        limit in prop_oneof![Just(100_usize), Just(SHUTDOWN.len()), Just(1 << 20)],
    ) {
        let bytes: Vec<_> = stream.chunks(1).collect();
        let expected = hear(limit, &bytes, raw_then_decoded);
        for chunks in [vec![&stream[..]], stream.chunks(length).collect(), bytes] {
            prop_assert_eq!(&hear(limit, &chunks, decoded), &expected);
            prop_assert_eq!(&hear(limit, &chunks, raw_then_decoded), &expected);
        }
    }
}
