//! Messages of QEMU's layout that were read up to the event's name.
//!
//! `#[inline(always)]`: with `#[inline]` alone, an event of the even mix takes 5.2 % more instructions in
//! QEMU's order and 3.6 % more with `event` first (`cargo xtask bench instructions`, Rust 1.95).

use std::cell::Cell;

use crate::cursor::Cursor;
use crate::timestamp::Timestamp;

/// A message of QEMU's layout (timestamp, event, data) that was read up to the event's name.
///
/// Its last two methods read a message to its end, so that they make the event where the caller
/// wants it: it is large, and moving it once more takes longer than reading a member.
#[derive(Debug)]
pub struct OpenedMessage<'a> {
    pub(super) message: &'a [u8],
    pub(super) timestamp: Timestamp,
    pub(super) cursor: Cursor<'a>,
    /// Told how long the message is, if more may follow it.
    pub(super) length: Option<&'a Cell<usize>>,
}

impl<'a> OpenedMessage<'a> {
    #[inline(always)]
    pub(super) fn read(message: &'a [u8]) -> Option<Self> {
        let mut cursor = Cursor::new(message);
        let timestamp = read_opening(&mut cursor)?;
        Some(OpenedMessage { message, timestamp, cursor, length: None })
    }

    /// Reads the message at the front of `text`. Where it ends is told to `length`, and where it is not
    /// whole, or not in one line, there will be an error that says nothing.
    #[inline(always)]
    pub(crate) fn read_prefix(text: &'a [u8], length: &'a Cell<usize>) -> Option<Self> {
        Some(OpenedMessage { length: Some(length), ..OpenedMessage::read(text)? })
    }

    /// Skips the end of the message.
    #[inline(always)]
    pub(super) fn close(&mut self) -> bool {
        let Some(length) = self.length else { return self.cursor.expect_closing() };
        let is_whole = self.cursor.expect(b"}") && !self.cursor.saw_line_end();
        length.set(self.cursor.offset());
        is_whole
    }

    /// The start of the name, and of what follows if the name is short.
    #[inline(always)]
    pub fn peek_chunk<const N: usize>(&self) -> Option<&'a [u8; N]> {
        self.cursor.peek_chunk()
    }

    /// Skips `literal` if it comes next.
    #[inline(always)]
    pub fn expect<const N: usize>(&mut self, literal: &[u8; N]) -> bool {
        self.cursor.expect(literal)
    }
}

/// The timestamp, if the message begins as QEMU writes it; the event's name comes next then.
#[inline(always)]
pub(crate) fn read_opening(cursor: &mut Cursor<'_>) -> Option<Timestamp> {
    if !cursor.expect_opening(b"{\"timestamp\": {\"seconds\": ") {
        return None;
    }
    let timestamp = read_seconds(cursor)?;
    cursor.expect(b"}, \"event\": \"").then_some(timestamp)
}

/// The timestamp from the value of its seconds, which have ten digits until 2286, to that of its
/// microseconds, which mostly have six: where a value ends is known then before it is read.
#[inline(always)]
pub(super) fn read_seconds(cursor: &mut Cursor<'_>) -> Option<Timestamp> {
    let seconds = cursor.digits::<8>()? * 100 + cursor.digits::<2>()?;
    if seconds < 1_000_000_000 || !cursor.expect(b", \"microseconds\": ") {
        return None;
    }
    let before = cursor.clone();
    let microseconds = match cursor.digits::<6>() {
        Some(value) if value >= 100_000 && cursor.peek() == Some(b'}') => value,
        _ => {
            *cursor = before;
            cursor.short_integer()?
        }
    };
    Some(Timestamp { seconds: seconds.cast_signed(), microseconds: microseconds.cast_signed() })
}
