//! A stream of messages that was recorded: a file, or standard input. Memory is bounded by the size
//! limit of a message.

use std::io::{self, ErrorKind, Read};
use std::sync::Arc;

use qmp_events::server_message::ServerMessage;
use qmp_events::splitter::{Frame, RawMessage, Splitter};

use super::{News, Origin, Place, Report, Source};

/// How much is read at once, in bytes.
const CHUNK: usize = 64 << 10;

/// A recorded stream.
pub(crate) struct Recording<R> {
    input: R,
    origin: Origin,
    splitter: Splitter,
    buffer: Vec<u8>,
    ended: bool,
}

impl<R: Read> Recording<R> {
    pub(crate) fn new(input: R, origin: Origin) -> Self {
        Recording { input, origin, splitter: Splitter::new(), buffer: vec![0; CHUNK], ended: false }
    }
}

impl<R: Read> Source for Recording<R> {
    fn origins(&self) -> Vec<Origin> {
        vec![self.origin.clone()]
    }

    fn next(&mut self) -> Option<Report<'_>> {
        let news = match self.splitter.next_frame()? {
            Frame::Message(message) => news(message),
            Frame::Skipped(skipped) => {
                News::Malformed { line: Some(skipped.line), malformed: Arc::new(skipped.into()) }
            }
        };
        Some(Report { origin: 0, news })
    }

    async fn wait(&mut self) -> io::Result<bool> {
        if self.ended {
            return Ok(false);
        }
        let count = loop {
            match self.input.read(&mut self.buffer) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                read => break read?,
            }
        };
        self.ended = count == 0;
        match count {
            0 => self.splitter.finish(),
            count => self.splitter.push(&self.buffer[..count]),
        }
        Ok(true)
    }
}

fn news(message: RawMessage<'_>) -> News<'_> {
    let RawMessage { json, line, offset } = message;
    match ServerMessage::classify(json) {
        ServerMessage::Event(_) => News::Event { json, place: Place::Recorded { line, offset } },
        ServerMessage::Greeting(greeting) => News::Greeting(greeting),
        ServerMessage::Unrecognised(message) => {
            News::Malformed { malformed: Arc::new(message.into()), line: Some(line) }
        }
        _ => News::Reply,
    }
}
