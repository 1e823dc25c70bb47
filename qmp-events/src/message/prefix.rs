//! Messages at the front of a buffer that may hold more, or less.

use std::cell::Cell;

use super::event_message::EventMessage;
use super::opened::OpenedMessage;
use super::set::QapiEvents;
use crate::cursor::Cursor;
use crate::error::{DecodeError, DecodeErrorKind};

/// Reads the message at the front of `text`, and says where it ends; nothing if it is not whole yet.
///
/// In QEMU's layout that takes one pass. Otherwise the message's end is looked for first.
pub(super) fn decode_prefix<E: QapiEvents>(
    text: &[u8],
) -> Result<Option<(EventMessage<E>, usize)>, DecodeError> {
    if let Some(read) = decode_regular(text) {
        return Ok(Some(read));
    }
    let mut cursor = Cursor::new(text);
    match cursor.skip_value() {
        Ok(()) => {
            let end = cursor.offset();
            let message = E::decode(text.get(..end).unwrap_or_default())?;
            Ok(Some((message, end)))
        }
        Err(fault) if is_cut(fault.kind(), text.get(fault.offset()..).unwrap_or_default()) => Ok(None),
        Err(fault) => Err(fault.in_text(text)),
    }
}

/// Reads the message at the front of `text`, and says where it ends, if it is whole, in QEMU's layout, and
/// in one line.
fn decode_regular<E: QapiEvents>(text: &[u8]) -> Option<(EventMessage<E>, usize)> {
    let length = Cell::new(0);
    let message = E::read_opened(OpenedMessage::read_prefix(text, &length)?).ok()?;
    Some((message, length.get()))
}

/// Whether `rest`, at which reading failed, may become right when the text goes on.
fn is_cut(kind: DecodeErrorKind, rest: &[u8]) -> bool {
    let is_number = |byte: &u8| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E');
    let literals: [&[u8]; 3] = [b"true", b"false", b"null"];
    match rest {
        [] => true,
        [b'\\', ..] => is_cut_escape(rest),
        [b't' | b'f' | b'n', ..] => literals.iter().any(|literal| literal.starts_with(rest)),
        _ if kind == DecodeErrorKind::Range => rest.iter().all(is_number),
        _ => std::str::from_utf8(rest)
            .is_err_and(|error| error.valid_up_to() == 0 && error.error_len().is_none()),
    }
}

/// Whether an escape, or the pair of escapes for one character, lacks nothing but its end.
fn is_cut_escape(rest: &[u8]) -> bool {
    let pattern = b"\\uXXXX\\uXXXX";
    let fits = |(byte, pattern): (&u8, &u8)| match pattern {
        b'X' => byte.is_ascii_hexdigit(),
        _ => byte == pattern,
    };
    let is_high = match rest.get(2..4) {
        Some([b'd' | b'D', second]) => matches!(second, b'8' | b'9' | b'a' | b'b' | b'A' | b'B'),
        _ => false,
    };
    let whole = if is_high { 12 } else { 6 };
    rest.len() < whole && rest.iter().zip(pattern).all(fits)
}
