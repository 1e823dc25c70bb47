//! Strings: eight bytes at a time up to the closing quote, escapes in a path of their own.

use std::borrow::Cow;

use super::{Cursor, Fault};

impl<'a> Cursor<'a> {
    /// A string, borrowed unless it has escapes.
    #[inline]
    pub fn string(&mut self) -> Result<Cow<'a, str>, Fault> {
        if self.peek_value() != Some(b'"') {
            return Err(self.mismatch("a string"));
        }
        self.position += 1;
        let start = self.position;
        self.position += plain_length(self.rest());
        if self.peek() == Some(b'"') {
            let text = self.text_since(start);
            self.position += 1;
            return Ok(Cow::Borrowed(text));
        }
        self.escaped_string(start).map(Cow::Owned)
    }

    /// Passes over a string.
    #[inline]
    pub(super) fn skip_string(&mut self) -> Result<(), Fault> {
        self.position += 1;
        self.position += plain_length(self.rest());
        if self.peek() == Some(b'"') {
            self.position += 1;
            return Ok(());
        }
        self.read_escaped(|_| {})
    }

    #[cold]
    fn escaped_string(&mut self, start: usize) -> Result<String, Fault> {
        let mut text = String::from(self.text_since(start));
        self.read_escaped(|part| text.push_str(part))?;
        Ok(text)
    }

    /// The rest of a string from an escape on, in parts.
    fn read_escaped(&mut self, mut take: impl FnMut(&str)) -> Result<(), Fault> {
        loop {
            match self.peek() {
                Some(b'"') => {
                    self.position += 1;
                    return Ok(());
                }
                Some(b'\\') => {
                    let character = self.escape()?;
                    take(character.encode_utf8(&mut [0; 4]));
                }
                _ => return Err(self.syntax("the end of the string")),
            }
            let start = self.position;
            self.position += plain_length(self.rest());
            take(self.text_since(start));
        }
    }

    fn escape(&mut self) -> Result<char, Fault> {
        let character = match self.rest().get(1) {
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
        self.position += 2;
        Ok(character)
    }

    /// `\uXXXX`, or two of them that are the halves of a surrogate pair.
    fn unicode_escape(&mut self) -> Result<char, Fault> {
        let Some(first) = unicode_unit(self.rest()) else {
            return Err(self.syntax("four hexadecimal digits after \\u"));
        };
        let second = self.rest().get(6..).and_then(unicode_unit);
        let units = [first, second.unwrap_or_default()];
        let (character, length) = match char::decode_utf16(units).next() {
            Some(Ok(character)) => (character, 6 * character.len_utf16()),
            _ => return Err(self.syntax("a whole surrogate pair")),
        };
        self.position += length;
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

const EVERY_BYTE: u64 = 0x0101_0101_0101_0101;
const HIGH_BITS: u64 = 0x80 * EVERY_BYTE;

/// How many bytes come before the first quote, backslash or control character.
///
/// Each byte of a word that is one of these gets its high bit set; a borrow can set it for bytes
/// behind the first such byte too, never before it.
#[inline(always)]
fn plain_length(bytes: &[u8]) -> usize {
    let mut length = 0;
    while let Some(chunk) = bytes.get(length..).and_then(<[u8]>::first_chunk::<8>) {
        let word = u64::from_le_bytes(*chunk);
        let quote = word ^ (EVERY_BYTE * b'"' as u64);
        let backslash = word ^ (EVERY_BYTE * b'\\' as u64);
        let special = (quote.wrapping_sub(EVERY_BYTE) & !quote)
            | (backslash.wrapping_sub(EVERY_BYTE) & !backslash)
            | (word.wrapping_sub(EVERY_BYTE * 0x20) & !word);
        if special & HIGH_BITS != 0 {
            return length + ((special & HIGH_BITS).trailing_zeros() / 8) as usize;
        }
        length += 8;
    }
    let tail = bytes.get(length..).unwrap_or_default();
    let special = tail.iter().position(|&byte| matches!(byte, b'"' | b'\\' | 0..0x20));
    length + special.unwrap_or(tail.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_text_ends_at_the_first_special_byte_wherever_it_stands() {
        for special in ['"', '\\', '\0', '\n', '\u{1f}'] {
            for before in 0..20 {
                let text = format!("{}{special}\"\\rest of it", "é~\u{7f} "[..].repeat(before));
                assert_eq!(plain_length(text.as_bytes()), 5 * before, "{text:?}");
            }
        }
        assert_eq!(plain_length(b"no end at all"), 13);
    }

    #[test]
    fn escapes_are_decoded() {
        let decoded = |text: &str| Cursor::new(text).string().map(Cow::into_owned).ok();
        assert_eq!(decoded(r#""\"\\\/\b\f\n\r\t""#).as_deref(), Some("\"\\/\u{8}\u{c}\n\r\t"));
        assert_eq!(decoded(r#""a\u00E9\uD83D\uDE00\u0000z""#).as_deref(), Some("aé😀\0z"));
        for bad in [r#""\uD83D""#, r#""\uDE00\uD83D""#, r#""\uD83Dx""#, r#""\x""#, r#""\u00""#, "\"\n\"", "\"", "\"\\"] {
            assert_eq!(decoded(bad), None, "{bad}");
        }
    }
}
