//! However a stream is cut, the session hears the same in it, and owes the server the same bytes.
#![no_main]

use libfuzzer_sys::fuzz_target;
use qmp_events::protocol::Session;
use serde_json::Value;

fn hear(stream: &[u8], length: usize) -> (Vec<String>, Vec<u8>) {
    let mut session = Session::with_message_limit(1 << 12);
    session.execute("query-status", Value::Null);
    let mut heard = Vec::new();
    for piece in stream.chunks(length) {
        session.receive(piece);
        while let Some(incoming) = session.next_incoming() {
            heard.push(format!("{incoming:?}"));
        }
    }
    session.finish();
    while let Some(incoming) = session.next_incoming() {
        heard.push(format!("{incoming:?}"));
    }
    (heard, session.output().to_vec())
}

fuzz_target!(|input: (u8, &[u8])| {
    let (length, stream) = input;
    assert_eq!(hear(stream, usize::from(length) + 1), hear(stream, stream.len().max(1)));
});
