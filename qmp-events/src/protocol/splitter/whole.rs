//! Messages that are whole in the buffer, read at once where they are.
//!
//! A short cut and never more: what is cut, damaged, or too deep for a decoder is left to the scanner, which
//! finds the same end in everything that is read here.

use crate::cursor::Cursor;
use crate::message::{read_name, read_opening};
use std::ops::Range;

/// A message at the front of a buffer.
pub(super) struct Whole {
    pub(super) length: usize,
    /// Where in it the event's name is, if it is an event in the layout in which QEMU writes them.
    pub(super) name: Option<Range<usize>>,
    pub(super) is_one_line: bool,
}

impl Whole {
    fn before(cursor: &Cursor<'_>, name: Option<Range<usize>>) -> Self {
        Whole { length: cursor.offset(), name, is_one_line: !cursor.saw_line_end() }
    }
}

/// There is no message to read.
pub(super) struct Unreadable {
    /// How many bytes could be read.
    pub(super) read: usize,
}

/// Reads the message at the front of `text`.
pub(super) fn read_whole(text: &[u8]) -> Result<Whole, Unreadable> {
    read_event(text).map_or_else(|| read_object(text), Ok)
}

/// Reads a message in whatever layout.
fn read_object(text: &[u8]) -> Result<Whole, Unreadable> {
    let mut cursor = Cursor::new(text);
    if cursor.peek() != Some(b'{') {
        return Err(Unreadable { read: 0 });
    }
    match cursor.skip_value() {
        Ok(()) => Ok(Whole::before(&cursor, None)),
        Err(fault) => Err(Unreadable { read: fault.offset() }),
    }
}

/// Reads an event in QEMU's layout. It has each of its members once, so that its name is known.
fn read_event(text: &[u8]) -> Option<Whole> {
    let mut cursor = Cursor::new(text);
    read_opening(&mut cursor)?;
    let start = cursor.offset();
    let (name, has_data) = read_name(&mut cursor)?;
    if has_data {
        cursor.skip_value().ok()?;
    }
    let name = Some(start..start + name.len());
    cursor.expect(b"}").then(|| Whole::before(&cursor, name))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Otherwise the scanner would read them, with the same result and eight times as slowly.
    #[test]
    fn every_recorded_event_is_read_at_once() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/fixtures/qemu-7.2.22/events.ndjson");
        let recording = std::fs::read_to_string(path).expect("the recording");
        for line in recording.lines() {
            let whole = read_whole(format!("{line}\r\n{line}").as_bytes()).ok().expect(line);
            assert_eq!((whole.length, whole.is_one_line), (line.len(), true), "{line}");
            let name = whole.name.expect(line);
            assert!(line[name.start - 1..].starts_with(&format!("\"{}\"", &line[name])), "{line}");
        }
    }
}
