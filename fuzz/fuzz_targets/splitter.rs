//! However a stream is cut, the splitter finds the same messages in it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use qmp_events::protocol::{Frame, Splitter};

const LIMIT: usize = 1 << 12;

/// Everything that comes out of a splitter which gets the stream in pieces of some length.
fn split(stream: &[u8], length: usize) -> Vec<String> {
    let mut splitter = Splitter::with_limit(LIMIT);
    let mut found = Vec::new();
    let mut take = |splitter: &mut Splitter| {
        while let Some(frame) = splitter.next_frame() {
            if let Frame::Message(message) = &frame {
                assert!(message.json.len() <= LIMIT);
            }
            found.push(format!("{frame:?}"));
        }
    };
    for piece in stream.chunks(length) {
        splitter.push(piece);
        take(&mut splitter);
    }
    splitter.finish();
    take(&mut splitter);
    found
}

fuzz_target!(|input: (u8, &[u8])| {
    let (length, stream) = input;
    assert_eq!(split(stream, usize::from(length) + 1), split(stream, stream.len().max(1)));
});
