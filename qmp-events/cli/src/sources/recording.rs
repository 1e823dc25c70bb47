//! A stream of messages that was recorded, or that another program writes: a file, a pipe. Memory is
//! bounded by the size limit of a message.

use std::io::{self, ErrorKind, Read};
use std::sync::Arc;

use anyhow::Context;
use qmp_events::protocol::{Frame, RawMessage, Reply, ServerMessage, Splitter};
use tokio::sync::mpsc;

use super::{News, Origin, Place, Report, Source};

/// How much is read at once, in bytes.
const CHUNK: usize = 64 << 10;

/// How many chunks are read ahead.
const CHUNKS: usize = 2;

/// How many bytes of the beginning are kept.
const BEGINNING: usize = 4 << 10;

type Chunk = io::Result<Vec<u8>>;

/// A recorded stream.
pub(crate) struct Recording {
    origin: Origin,
    splitter: Splitter,
    beginning: Vec<u8>,
    /// What is still to come; `None` after the end.
    chunks: Option<mpsc::Receiver<Chunk>>,
}

impl Recording {
    /// Reads in a thread of its own, so that a signal is heard while the input is silent.
    pub(crate) fn new(input: impl Read + Send + 'static, origin: Origin) -> Self {
        let (sender, chunks) = mpsc::channel(CHUNKS);
        std::thread::spawn(move || read(input, &sender));
        Recording { origin, splitter: Splitter::new(), beginning: Vec::new(), chunks: Some(chunks) }
    }

    /// All of it is at hand.
    pub(crate) fn complete(bytes: &[u8], origin: Origin) -> Self {
        let mut splitter = Splitter::new();
        splitter.push(bytes);
        splitter.finish();
        Recording { origin, splitter, beginning: Vec::new(), chunks: None }
    }

    /// The first bytes that were read.
    pub(crate) fn beginning(&self) -> &[u8] {
        &self.beginning
    }
}

/// Sends what there is to read, up to its end or an error.
fn read(mut input: impl Read, chunks: &mpsc::Sender<Chunk>) {
    loop {
        let mut chunk = vec![0; CHUNK];
        let read = match input.read(&mut chunk) {
            Ok(0) => return,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Ok(count) => {
                chunk.truncate(count);
                Ok(chunk)
            }
            Err(error) => Err(error),
        };
        let failed = read.is_err();
        if chunks.blocking_send(read).is_err() || failed {
            return;
        }
    }
}

impl Source for Recording {
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

    async fn wait(&mut self) -> anyhow::Result<bool> {
        let Some(chunks) = &mut self.chunks else { return Ok(false) };
        match chunks.recv().await {
            Some(chunk) => {
                let chunk = chunk.with_context(|| format!("cannot read {}", self.origin.name))?;
                let room = BEGINNING - self.beginning.len();
                self.beginning.extend_from_slice(&chunk[..room.min(chunk.len())]);
                self.splitter.push(&chunk);
            }
            None => {
                self.chunks = None;
                self.splitter.finish();
            }
        }
        Ok(true)
    }
}

fn news(message: RawMessage<'_>) -> News<'_> {
    let RawMessage { json, line, offset } = message;
    match ServerMessage::classify(json) {
        ServerMessage::Event(_) => News::Event { json, place: Place::Recorded { line, offset } },
        ServerMessage::Greeting(greeting) => News::Greeting(greeting),
        ServerMessage::Unrecognized(message) => {
            News::Malformed { malformed: Arc::new(message.into()), line: Some(line) }
        }
        ServerMessage::Reply(Reply { id, result: Err(error) }) => News::ErrorReply { id, error, line },
        _ => News::Reply,
    }
}
