//! Strings: plain ASCII at once, escapes and other characters in a path of their own.
//!
//! `#[inline(always)]`: with `#[inline]` alone, an event of the even mix takes 1.3 % more instructions with
//! `event` first, and 0.2 % fewer in QEMU's order (`cargo xtask bench instructions`, Rust 1.95).

use std::borrow::Cow;

use super::Cursor;
use super::plain::{BLOCK, Block, long_plain_length, plain_length};
use crate::error::Fault;

impl<'a> Cursor<'a> {
    /// A string as UTF-8, borrowed unless it has escapes or other than ASCII.
    #[inline(always)]
    pub fn string(&mut self) -> Result<Cow<'a, [u8]>, Fault> {
        match self.quoted() {
            Some(text) => Ok(Cow::Borrowed(text)),
            None => self.irregular_string().map(|text| Cow::Owned(text.into_bytes())),
        }
    }

    /// A string of its own.
    #[inline(never)]
    pub(crate) fn owned_string(&mut self) -> Result<String, Fault> {
        if let Some(body) = self.rest.strip_prefix(b"\"")
            && let Some((text, after)) = split_owned(body)
        {
            self.rest = after;
            return Ok(text);
        }
        self.irregular_string()
    }

    /// Skips a string.
    #[inline(always)]
    pub(super) fn skip_string(&mut self) -> Result<(), Fault> {
        match self.quoted() {
            Some(_) => Ok(()),
            None => self.skip_irregular(),
        }
    }

    /// A string of plain ASCII without white space before it, if one comes next; otherwise
    /// nothing happens.
    #[inline(always)]
    fn quoted(&mut self) -> Option<&'a [u8]> {
        let body = self.rest.strip_prefix(b"\"")?;
        let (text, after) = split_plain(body, plain_length(body))?;
        self.rest = after;
        Some(text)
    }

    /// A string after its opening quote, if it is plain ASCII; otherwise nothing happens.
    #[inline(always)]
    pub(crate) fn plain_string(&mut self) -> Option<&'a [u8]> {
        let length = match Block::first(self.rest) {
            Some(block) => block.plain_length().unwrap_or_else(|| long_plain_length(self.rest)),
            None => plain_length(self.rest),
        };
        let (text, after) = split_plain(self.rest, length)?;
        self.rest = after;
        Some(text)
    }

    /// Skips a string, and gives its text to `take` in parts.
    pub(super) fn string_parts(&mut self, mut take: impl FnMut(&str)) -> Result<(), Fault> {
        match self.quoted() {
            Some(text) => {
                take(std::str::from_utf8(text).unwrap_or_default());
                Ok(())
            }
            None if self.find(b'"') => self.read_irregular(take),
            None => Err(self.mismatch("a string")),
        }
    }

    /// Any string, in one allocation.
    #[cold]
    fn irregular_string(&mut self) -> Result<String, Fault> {
        if !self.find(b'"') {
            return Err(self.mismatch("a string"));
        }
        let mut text = String::with_capacity(decoded_length(self.rest));
        self.read_irregular(|part| text.push_str(part))?;
        Ok(text)
    }

    #[cold]
    fn skip_irregular(&mut self) -> Result<(), Fault> {
        self.advance(1);
        self.read_irregular(|_| {})
    }

    /// The rest of a string, in parts.
    fn read_irregular(&mut self, mut take: impl FnMut(&str)) -> Result<(), Fault> {
        loop {
            match self.peek() {
                Some(b'"') => {
                    self.advance(1);
                    return Ok(());
                }
                Some(b'\\') => {
                    let character = self.escape()?;
                    take(character.encode_utf8(&mut [0; 4]));
                }
                Some(0x20..) => take(self.run()?),
                _ => return Err(self.syntax("the end of the string")),
            }
        }
    }

    /// Characters that stand for themselves, either ASCII or others.
    fn run(&mut self) -> Result<&'a str, Fault> {
        let length = match plain_length(self.rest) {
            0 => self.rest.iter().take_while(|byte| !byte.is_ascii()).count(),
            length => length,
        };
        let run = self.rest.get(..length).unwrap_or_default();
        match std::str::from_utf8(run) {
            Ok(text) => {
                self.advance(length);
                Ok(text)
            }
            Err(error) => Err(self.not_utf8(self.offset() + error.valid_up_to())),
        }
    }

    fn escape(&mut self) -> Result<char, Fault> {
        let character = match self.rest.get(1) {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode_escape(),
            _ => return Err(self.syntax("an escape of JSON")),
        };
        self.advance(2);
        Ok(character)
    }

    /// `\uXXXX`, or two of them that are the halves of a surrogate pair.
    fn unicode_escape(&mut self) -> Result<char, Fault> {
        let Some(first) = unicode_unit(self.rest) else {
            return Err(self.syntax("four hexadecimal digits after \\u"));
        };
        let second = self.rest.get(6..).and_then(unicode_unit);
        let units = [first, second.unwrap_or_default()];
        let (character, length) = match char::decode_utf16(units).next() {
            Some(Ok(character)) => (character, 6 * character.len_utf16()),
            _ => return Err(self.syntax("a whole surrogate pair")),
        };
        self.advance(length);
        Ok(character)
    }
}

/// The number after `\u`.
fn unicode_unit(escape: &[u8]) -> Option<u16> {
    let digits = escape.strip_prefix(b"\\u")?.first_chunk::<4>()?;
    digits.iter().try_fold(0, |unit, &digit| {
        let digit = char::from(digit).to_digit(16)?;
        Some(unit << 4 | digit as u16)
    })
}

/// The first `length` bytes, and what follows the quote that comes next.
#[inline(always)]
fn split_plain(body: &[u8], length: usize) -> Option<(&[u8], &[u8])> {
    let (text, quoted) = body.split_at_checked(length)?;
    Some((text, quoted.strip_prefix(b"\"")?))
}

/// The same, with the text as a string, whatever its length.
///
/// Whole blocks are copied, and cut then: the standard library copies and checks them faster than
/// the bytes of a part of one. So a string has up to a block more capacity than it needs.
#[inline(always)]
fn split_owned(body: &[u8]) -> Option<(String, &[u8])> {
    let block = Block::before(body);
    let length = block.plain_length().unwrap_or_else(|| long_plain_length(body));
    let (text, after) = split_plain(body, length)?;
    let copy = match length {
        0 => Vec::new(),
        1..BLOCK => block.to_vec(),
        _ => body.get(..length.next_multiple_of(BLOCK)).unwrap_or(text).to_vec(),
    };
    let mut text = String::from_utf8(copy).ok()?;
    text.truncate(length);
    Some((text, after))
}

/// An upper bound of the length of the string whose text comes first.
fn decoded_length(body: &[u8]) -> usize {
    let (mut rest, mut length) = (body, 0);
    loop {
        let plain = plain_length(rest);
        let (text, decoded) = match rest.get(plain..).unwrap_or_default() {
            [] | [b'"', ..] => return length + plain,
            [b'\\', b'u', ..] => (6, 3),
            [b'\\', ..] => (2, 1),
            _ => (1, 1),
        };
        length += plain + decoded;
        rest = rest.get(plain + text..).unwrap_or_default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_decoded() {
        let decoded = |text: &str| Cursor::new(text.as_bytes()).owned_string().ok();
        assert_eq!(decoded(r#""\"\\\/\b\f\n\r\t""#).as_deref(), Some("\"\\/\u{8}\u{c}\n\r\t"));
        assert_eq!(decoded(r#""aé\u00E9\uD83D\uDE00\u0000z""#).as_deref(), Some("aéé😀\0z"));
        for bad in [
            r#""\uD83D""#,
            r#""\uDE00\uD83D""#,
            r#""\uD83Dx""#,
            r#""\x""#,
            r#""\u00""#,
            "\"\n\"",
            "\"",
            "\"\\",
        ] {
            assert_eq!(decoded(bad), None, "{bad}");
        }
    }

    /// Block by block, at the end of the text and before other characters.
    #[test]
    fn strings_of_every_length_are_whole_whatever_is_behind_them() {
        for length in 0..100 {
            let text = "0123456789 ~".repeat(9)[..length].to_owned();
            for after in ["", "}", "\"", "\\", "é", ", \"next\": \"something long enough for a block\"", "\0"]
            {
                let json = format!("\"{text}\"{after}");
                let mut cursor = Cursor::new(json.as_bytes());
                assert_eq!(cursor.owned_string().ok().as_ref(), Some(&text), "{json}");
                assert_eq!(cursor.rest, after.as_bytes());
            }
        }
    }

    #[test]
    fn the_bound_of_a_length_is_never_too_small() {
        for text in ["plain", "aé😀z", r#"\"\\\/\b\f\n\r\t"#, r"\u0001", r"\u00E9\uFFFD", r"\uD83D\uDE00"]
        {
            let json = format!("\"{}\" and more", text.repeat(20));
            let decoded = Cursor::new(json.as_bytes()).owned_string().expect("a string");
            assert!(decoded_length(&json.as_bytes()[1..]) >= decoded.len(), "{json}");
        }
    }
}
