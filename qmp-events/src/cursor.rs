//! A cursor over JSON text: all of the grammar, in place, without allocation but for escapes.
//!
//! Everything is checked, whether it is decoded or skipped: grammar, UTF-8,
//! escapes, surrogates, the range of numbers, and nesting, which ends at [`MAX_DEPTH`]. It never
//! recurses, never panics, and takes time linear in the length of what it reads.
//!
//! What QEMU writes is looked for first, spaces included; white space anywhere else is met in paths
//! of its own, with the same result.
//!
//! `#[inline(always)]`: with `#[inline]` alone, an event of the even mix takes 0.3 % more instructions with
//! `event` first, and 0.1 % fewer in QEMU's order (`cargo xtask bench instructions`, Rust 1.95). Parts of
//! the cursor that make no difference are left to the compiler.

mod locate;
mod number;
mod plain;
mod spelling;
mod string;
mod walk;

use std::borrow::Cow;

pub(crate) use spelling::{push_escaped, push_float};

use crate::error::{DecodeErrorKind, Fault};

/// How deep objects and lists may nest: as deep as serde_json reads.
pub(crate) const MAX_DEPTH: u32 = 127;

/// The greatest magnitude up to which a float stands for one integer only.
pub(crate) const MAX_FLOAT_INTEGER: i128 = (1 << 53) - 1;

/// A position in JSON text. Methods leave it after what they read.
#[derive(Clone, Debug)]
pub struct Cursor<'a> {
    rest: &'a [u8],
    /// Of the whole text.
    length: usize,
    depth: u32,
    /// Whether a null was read.
    saw_null: bool,
    /// Whether a line ended in what was read.
    saw_line_end: bool,
}

impl<'a> Cursor<'a> {
    pub(crate) fn new(text: &'a [u8]) -> Self {
        Cursor { rest: text, length: text.len(), depth: 0, saw_null: false, saw_line_end: false }
    }

    /// The position, in bytes from the start of the text.
    pub(crate) fn offset(&self) -> usize {
        self.length - self.rest.len()
    }

    /// The text from where the cursor was `before` to where it is.
    #[inline(always)]
    pub(crate) fn text_since(&self, before: &Cursor<'a>) -> &'a [u8] {
        before.rest.get(..before.rest.len() - self.rest.len()).unwrap_or_default()
    }

    /// The next byte.
    #[inline(always)]
    pub(crate) fn peek(&self) -> Option<u8> {
        self.rest.first().copied()
    }

    /// Skips `length` bytes, or to the end.
    #[inline(always)]
    fn advance(&mut self, length: usize) {
        self.rest = self.rest.get(length..).unwrap_or_default();
    }

    /// Skips `literal` if it comes next, byte for byte.
    #[inline(always)]
    pub fn expect<const N: usize>(&mut self, literal: &[u8; N]) -> bool {
        match self.rest.split_first_chunk() {
            Some((chunk, after)) if chunk == literal => {
                self.rest = after;
                true
            }
            _ => false,
        }
    }

    /// The next bytes, if there are so many.
    #[inline(always)]
    pub fn peek_chunk<const N: usize>(&self) -> Option<&'a [u8; N]> {
        self.rest.first_chunk()
    }

    /// Skips `literal`, which opens one object more than it closes, if it comes next.
    #[inline(always)]
    pub(crate) fn expect_opening<const N: usize>(&mut self, literal: &[u8; N]) -> bool {
        let found = self.expect(literal);
        self.depth += u32::from(found);
        found
    }

    #[inline(always)]
    pub(crate) fn skip_whitespace(&mut self) {
        if let [b'\0'..=b' ', ..] = self.rest {
            self.skip_some_whitespace();
        }
    }

    #[cold]
    #[inline(never)]
    fn skip_some_whitespace(&mut self) {
        while let [space @ (b' ' | b'\n' | b'\r' | b'\t'), after @ ..] = self.rest {
            self.saw_line_end |= *space == b'\n';
            self.rest = after;
        }
    }

    /// The next byte that is not white space.
    #[inline(always)]
    pub(crate) fn peek_value(&mut self) -> Option<u8> {
        self.skip_whitespace();
        self.peek()
    }

    /// Skips `byte`, and white space before it, if it comes next.
    #[inline(always)]
    fn find(&mut self, byte: u8) -> bool {
        let found = self.peek_value() == Some(byte);
        if found {
            self.advance(1);
        }
        found
    }

    /// Opens an object and says whether it has a member, which then comes next.
    #[inline(always)]
    pub(crate) fn open_object(&mut self) -> Result<bool, Fault> {
        self.open(b'{', b'}', "an object")
    }

    /// Opens a list and says whether it has an item, which then comes next.
    #[inline(always)]
    pub(crate) fn open_list(&mut self) -> Result<bool, Fault> {
        self.open(b'[', b']', "a list")
    }

    #[inline(always)]
    fn open(&mut self, open: u8, close: u8, what: &'static str) -> Result<bool, Fault> {
        match self.rest {
            [first, next, ..]
                if *first == open && *next > b' ' && *next != close && self.depth < MAX_DEPTH =>
            {
                self.advance(1);
                self.depth += 1;
                Ok(true)
            }
            _ => self.open_in_any_layout(open, close, what),
        }
    }

    #[cold]
    #[inline(never)]
    fn open_in_any_layout(&mut self, open: u8, close: u8, what: &'static str) -> Result<bool, Fault> {
        if self.peek_value() != Some(open) {
            return Err(self.mismatch(what));
        }
        if self.depth == MAX_DEPTH {
            return Err(self.too_deep());
        }
        self.advance(1);
        if self.find(close) {
            return Ok(false);
        }
        self.depth += 1;
        Ok(true)
    }

    /// After a member: says whether another one comes, else skips the object's end.
    #[inline(always)]
    pub fn next_member(&mut self) -> Result<bool, Fault> {
        self.next(b'}', "`,` or `}`")
    }

    /// After an item: says whether another one comes, else skips the list's end.
    #[inline(always)]
    pub(crate) fn next_item(&mut self) -> Result<bool, Fault> {
        self.next(b']', "`,` or `]`")
    }

    #[inline(always)]
    fn next(&mut self, close: u8, expected: &'static str) -> Result<bool, Fault> {
        match self.rest {
            [b',', b' ', after @ ..] => {
                self.rest = after;
                Ok(true)
            }
            [first, after @ ..] if *first == close => {
                self.rest = after;
                self.depth -= 1;
                Ok(false)
            }
            _ => self.next_in_any_layout(close, expected),
        }
    }

    #[cold]
    #[inline(never)]
    fn next_in_any_layout(&mut self, close: u8, expected: &'static str) -> Result<bool, Fault> {
        if self.find(close) {
            self.depth -= 1;
            return Ok(false);
        }
        if self.find(b',') { Ok(true) } else { Err(self.syntax(expected)) }
    }

    /// The name of the next member, and the colon after it.
    pub(crate) fn key(&mut self) -> Result<Cow<'a, [u8]>, Fault> {
        if self.peek_value() != Some(b'"') {
            return Err(self.syntax("a member's name in quotes"));
        }
        let name = self.string()?;
        self.colon()?;
        Ok(name)
    }

    /// The colon after a member's name.
    #[inline(always)]
    fn colon(&mut self) -> Result<(), Fault> {
        if self.expect(b": ") || self.find(b':') { Ok(()) } else { Err(self.syntax("`:`")) }
    }

    /// `true` or `false`.
    #[inline]
    pub(crate) fn boolean(&mut self) -> Result<bool, Fault> {
        self.skip_whitespace();
        if self.expect(b"true") {
            Ok(true)
        } else if self.expect(b"false") {
            Ok(false)
        } else {
            Err(self.mismatch("true or false"))
        }
    }

    /// `null`.
    pub(crate) fn null(&mut self) -> Result<(), Fault> {
        self.skip_whitespace();
        self.saw_null = true;
        if self.expect(b"null") { Ok(()) } else { Err(self.mismatch("null")) }
    }

    /// Whether one of the values that were read may have been null.
    #[inline(always)]
    pub(crate) fn saw_null(&self) -> bool {
        self.saw_null
    }

    /// Whether a line ended in what was read: there are line ends between values only, not in strings.
    #[inline(always)]
    pub(crate) fn saw_line_end(&self) -> bool {
        self.saw_line_end
    }

    /// Skips the end of the outermost object if nothing but white space follows.
    #[inline(always)]
    pub(crate) fn expect_closing(&mut self) -> bool {
        self.expect(b"}") && self.end().is_ok()
    }

    /// Makes sure that nothing but white space is left.
    #[inline]
    pub(crate) fn end(&mut self) -> Result<(), Fault> {
        match self.peek_value() {
            None => Ok(()),
            Some(_) => Err(self.syntax("the end of the message")),
        }
    }

    #[cold]
    pub(crate) fn syntax(&self, expected: &'static str) -> Fault {
        // No character is longer; the rest may be all that a server has sent.
        let start = self.rest.get(..4).unwrap_or(self.rest);
        let found = match start.utf8_chunks().next() {
            None => "the end of the text".to_owned(),
            Some(chunk) => match chunk.valid().chars().next() {
                Some(character) => format!("{character:?}"),
                None => return self.not_utf8(self.offset()),
            },
        };
        let message = format!("expected {expected}, found {found}");
        Fault::new(DecodeErrorKind::Syntax, self.offset(), message)
    }

    /// Here is a value of another type, or none at all.
    #[cold]
    pub(crate) fn mismatch(&self, expected: &'static str) -> Fault {
        let found = match self.rest.first() {
            Some(b'{') => "an object",
            Some(b'[') => "a list",
            Some(b'"') => "a string",
            Some(b'-' | b'0'..=b'9') => "a number",
            Some(b't') if self.rest.starts_with(b"true") => "true",
            Some(b'f') if self.rest.starts_with(b"false") => "false",
            Some(b'n') if self.rest.starts_with(b"null") => "null",
            _ => return self.syntax(expected),
        };
        let message = format!("expected {expected}, found {found}");
        Fault::new(DecodeErrorKind::Type, self.offset(), message)
    }

    #[cold]
    fn not_utf8(&self, offset: usize) -> Fault {
        Fault::new(DecodeErrorKind::Utf8, offset, "the text is not UTF-8")
    }

    #[cold]
    fn too_deep(&self) -> Fault {
        let message = format!("objects and lists nest deeper than {MAX_DEPTH} levels");
        Fault::new(DecodeErrorKind::Depth, self.offset(), message)
    }
}

/// The first eight bytes, the first one lowest, with zeros for those that are missing.
#[inline(always)]
fn first_word(bytes: &[u8]) -> u64 {
    bytes.first_chunk().map_or_else(|| short_word(bytes), |word| u64::from_le_bytes(*word))
}

/// Fewer than eight bytes.
#[inline]
fn short_word(bytes: &[u8]) -> u64 {
    match (bytes.first_chunk(), bytes.last_chunk()) {
        (Some(first), Some(last)) => {
            let [first, last] = [first, last].map(|half| u64::from(u32::from_le_bytes(*half)));
            first | last << (8 * (bytes.len() - 4))
        }
        _ => bytes.iter().rev().fold(0, |word, &byte| word << 8 | u64::from(byte)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_word_is_what_is_there_of_eight_bytes() {
        let bytes = *b"abcdefgh";
        for length in 0..=8 {
            let mut padded = [0; 8];
            padded[..length].copy_from_slice(&bytes[..length]);
            assert_eq!(first_word(&bytes[..length]), u64::from_le_bytes(padded), "{length} bytes");
        }
    }

    #[test]
    fn a_mismatch_names_the_type_that_was_found() {
        let found = [
            ("{}", "an object"),
            ("[]", "a list"),
            ("\"\"", "a string"),
            ("-1", "a number"),
            ("0", "a number"),
        ];
        let words = [("true", "true"), ("false", "false"), ("null", "null")];
        for (text, what) in found.into_iter().chain(words) {
            let fault = Cursor::new(text.as_bytes()).mismatch("a kettle");
            let message = format!("expected a kettle, found {what}\"");
            assert!(format!("{fault:?}").contains(&message), "{fault:?}");
        }
    }
}
