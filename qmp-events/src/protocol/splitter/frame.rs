//! What comes out of a splitter.

use super::super::server_message::{RawEvent, ServerMessage};
use std::fmt;

/// What the stream holds next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Frame<'a> {
    /// A complete JSON object.
    Message(RawMessage<'a>),
    /// Bytes that are not a message, or a message over the limit.
    Skipped(Skipped),
}

/// A complete JSON object, as it came.
#[derive(Clone, Copy)]
pub struct RawMessage<'a> {
    /// From `{` to `}`.
    pub json: &'a [u8],
    /// Bytes of the stream before it.
    pub offset: u64,
    /// The line of the stream in which it begins, counted from 1.
    pub line: u64,
    /// The name of the event, if the splitter saw that the message is one in QEMU's layout.
    pub(super) name: Option<&'a [u8]>,
}

impl<'a> RawMessage<'a> {
    /// Says what the message is. The same as [`ServerMessage::classify`], but for events as QEMU writes them
    /// it takes no second look at the text.
    ///
    /// ```
    /// use qmp_events::protocol::{Frame, ServerMessage, Splitter};
    ///
    /// let mut splitter = Splitter::new();
    /// splitter.push(b"{\"event\": \"STOP\"}\r\n");
    /// let Some(Frame::Message(message)) = splitter.next_frame() else { panic!() };
    /// assert!(matches!(message.classify(), ServerMessage::Event(event) if event.name == "STOP"));
    /// ```
    #[inline]
    pub fn classify(&self) -> ServerMessage<'a> {
        let named = self.name.and_then(|name| RawEvent::named(self.json, name));
        named.map_or_else(|| ServerMessage::classify(self.json), ServerMessage::Event)
    }
}

/// What was seen of the text while it was read is not a part of the message.
impl PartialEq for RawMessage<'_> {
    fn eq(&self, other: &Self) -> bool {
        (self.json, self.offset, self.line) == (other.json, other.offset, other.line)
    }
}

impl Eq for RawMessage<'_> {}

impl fmt::Debug for RawMessage<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let RawMessage { json, offset, line, .. } = self;
        let json = String::from_utf8_lossy(json);
        f.debug_struct("RawMessage").field("json", &json).field("offset", offset).field("line", line).finish()
    }
}

/// Bytes that the splitter skipped, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Skipped {
    /// Bytes of the stream before them.
    pub offset: u64,
    /// The line of the stream in which they begin, counted from 1.
    pub line: u64,
    /// How many bytes they are.
    pub length: u64,
    /// The first of them, at most 80.
    pub excerpt: Vec<u8>,
    /// Why they were skipped.
    pub reason: SkipReason,
}

/// Why bytes were skipped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SkipReason {
    /// They are not a JSON object, or a damaged one.
    NotAMessage,
    /// The stream ended inside a message.
    Incomplete,
    /// The message is longer than the limit, in bytes.
    TooLong {
        /// The limit that was set, in bytes.
        limit: usize,
    },
}

impl Skipped {
    /// Whether its first key is one that an event has and a reply has not.
    pub(in crate::protocol) fn begins_as_event(&self) -> bool {
        first_key(&self.excerpt).is_some_and(|key| [&b"timestamp"[..], b"event", b"data"].contains(&key))
    }
}

/// The first key of a JSON object, which may be cut after that, as it is spelled.
pub(super) fn first_key(json: &[u8]) -> Option<&[u8]> {
    let inside = json.strip_prefix(b"{")?.trim_ascii_start();
    inside.strip_prefix(b"\"")?.split(|&byte| byte == b'"').next()
}

impl fmt::Display for Skipped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Skipped { offset, line, length, excerpt, reason } = self;
        let s = if *length == 1 { "" } else { "s" };
        match reason {
            SkipReason::NotAMessage => write!(f, "skipped {length} byte{s} that are not a JSON message")?,
            SkipReason::Incomplete => write!(f, "the stream ended inside a message, after {length} byte{s}")?,
            SkipReason::TooLong { limit } => {
                write!(f, "skipped a message of {length} bytes, which is over the limit of {limit} bytes")?;
            }
        }
        write!(f, ", at line {line} (offset {offset}): {}", excerpt.escape_ascii())?;
        if *length > excerpt.len() as u64 { f.write_str("…") } else { Ok(()) }
    }
}

impl std::error::Error for Skipped {}
