//! Strings: eight bytes at a time up to the closing quote, escapes in a path of their own.

use std::borrow::Cow;

use super::{Cursor, Fault};

impl<'a> Cursor<'a> {
    /// A string as UTF-8, borrowed unless it has escapes or other than ASCII.
    #[inline]
    pub fn string(&mut self) -> Result<Cow<'a, [u8]>, Fault> {
        if self.peek_value() != Some(b'"') {
            return Err(self.mismatch("a string"));
        }
        self.position += 1;
        match self.plain_string() {
            Some(text) => Ok(Cow::Borrowed(text)),
            None => self.irregular_string().map(|text| Cow::Owned(text.into_bytes())),
        }
    }

    /// A string behind its opening quote, if it is plain ASCII; otherwise nothing happens.
    #[inline(always)]
    pub(crate) fn plain_string(&mut self) -> Option<&'a [u8]> {
        let rest = self.rest();
        let length = plain_length(rest);
        if rest.get(length) != Some(&b'"') {
            return None;
        }
        self.position += length + 1;
        rest.get(..length)
    }

    /// A string of its own.
    #[inline]
    pub(crate) fn owned_string(&mut self) -> Result<String, Fault> {
        if self.peek_value() != Some(b'"') {
            return Err(self.mismatch("a string"));
        }
        self.position += 1;
        let start = self.position;
        match self.plain_string().map(|text| String::from_utf8(text.to_vec())) {
            Some(Ok(text)) => Ok(text),
            _ => {
                self.position = start;
                self.irregular_string()
            }
        }
    }

    /// Passes over a string.
    #[inline(always)]
    pub(super) fn skip_string(&mut self) -> Result<(), Fault> {
        self.position += 1;
        match self.plain_string() {
            Some(_) => Ok(()),
            None => self.read_irregular(|_| {}),
        }
    }

    #[cold]
    fn irregular_string(&mut self) -> Result<String, Fault> {
        let mut text = String::new();
        self.read_irregular(|part| text.push_str(part))?;
        Ok(text)
    }

    /// The rest of a string, in parts.
    #[cold]
    fn read_irregular(&mut self, mut take: impl FnMut(&str)) -> Result<(), Fault> {
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
                Some(0x20..) => take(self.run()?),
                _ => return Err(self.syntax("the end of the string")),
            }
        }
    }

    /// Characters that stand for themselves.
    fn run(&mut self) -> Result<&'a str, Fault> {
        let rest = self.rest();
        let end = rest.iter().position(|&byte| matches!(byte, b'"' | b'\\' | 0..0x20));
        let run = rest.get(..end.unwrap_or(rest.len())).unwrap_or_default();
        match std::str::from_utf8(run) {
            Ok(text) => {
                self.position += run.len();
                Ok(text)
            }
            Err(error) => Err(self.not_utf8(self.position + error.valid_up_to())),
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

/// How many bytes come before the first that is no plain ASCII: a quote, a backslash, a control
/// character, or a part of another character.
///
/// Each such byte of a word gets its high bit set; a borrow can set it for bytes behind the first
/// one too, never before it.
#[inline(always)]
fn plain_length(bytes: &[u8]) -> usize {
    let mut rest = bytes;
    while let Some((chunk, behind)) = rest.split_first_chunk::<8>() {
        let word = u64::from_le_bytes(*chunk);
        let quote = word ^ (EVERY_BYTE * b'"' as u64);
        let backslash = word ^ (EVERY_BYTE * b'\\' as u64);
        let special = quote.wrapping_sub(EVERY_BYTE)
            | backslash.wrapping_sub(EVERY_BYTE)
            | word.wrapping_sub(EVERY_BYTE * 0x20)
            | word;
        if special & HIGH_BITS != 0 {
            return bytes.len() - rest.len() + ((special & HIGH_BITS).trailing_zeros() / 8) as usize;
        }
        rest = behind;
    }
    let special = rest.iter().position(|&byte| matches!(byte, b'"' | b'\\' | 0..0x20 | 0x80..));
    bytes.len() - rest.len() + special.unwrap_or(rest.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_text_ends_at_the_first_special_byte_wherever_it_stands() {
        for special in ['"', '\\', '\0', '\n', '\u{1f}', 'é', '\u{10ffff}'] {
            for before in 0..20 {
                let text = format!("{}{special}\"\\rest of it", "~\u{7f} ".repeat(before));
                assert_eq!(plain_length(text.as_bytes()), 3 * before, "{text:?}");
            }
        }
        assert_eq!(plain_length(b"no end at all"), 13);
    }

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
}
