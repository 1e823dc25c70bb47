//! Messages that are whole in the buffer, read at once where they are.
//!
//! A short cut and never more: what is cut, damaged, or too deep for a decoder is left to the scanner, which
//! finds the same end in everything that is read here.

use crate::cursor::Cursor;
use crate::message::{read_name, read_opening};
use std::ops::Range;

/// An event at the front of a buffer, in the layout in which QEMU writes them and in one line.
pub(super) struct WholeEvent {
    pub(super) length: usize,
    /// Where in it the event's name is.
    pub(super) name: Range<usize>,
}

/// Reads an event in QEMU's layout. It has each of its members once, so that its name is known.
#[inline(always)]
pub(super) fn read_event(text: &[u8]) -> Option<WholeEvent> {
    let mut cursor = Cursor::new(text);
    read_opening(&mut cursor)?;
    let start = cursor.offset();
    let (name, has_data) = read_name(&mut cursor)?;
    if has_data {
        cursor.skip_value().ok()?;
    }
    let is_whole = cursor.expect(b"}") && !cursor.saw_line_end();
    is_whole.then(|| WholeEvent { length: cursor.offset(), name: start..start + name.len() })
}

/// There is no message to read.
pub(super) struct Unreadable {
    /// How many bytes could be read.
    pub(super) read: usize,
}

/// Reads a message in whatever layout, and says how long it is.
pub(super) fn read_object(text: &[u8]) -> Result<usize, Unreadable> {
    let mut cursor = Cursor::new(text);
    if cursor.peek() != Some(b'{') {
        return Err(Unreadable { read: 0 });
    }
    match cursor.skip_value() {
        Ok(()) => Ok(cursor.offset()),
        Err(fault) => Err(Unreadable { read: fault.offset() }),
    }
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
            let WholeEvent { length, name } = read_event(format!("{line}\r\n{line}").as_bytes()).expect(line);
            assert_eq!(length, line.len(), "{line}");
            assert!(line[name.start - 1..].starts_with(&format!("\"{}\"", &line[name])), "{line}");
        }
    }
}
