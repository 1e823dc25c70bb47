//! A cursor over JSON text: all of the grammar, in place, without allocation but for escapes.
//!
//! Everything the cursor passes over is checked, whether it is decoded or skipped: grammar, UTF-8,
//! escapes, surrogates, the range of numbers, and nesting, which ends at [`MAX_DEPTH`]. It never recurses, never panics, and takes time linear
//! in the length of what it reads.

mod fault;
mod number;
mod skip;
mod string;

use std::borrow::Cow;

pub use fault::Fault;
pub(crate) use fault::locate;
pub(crate) use number::MAX_FLOAT_INTEGER;

use crate::error::DecodeErrorKind;

/// How deep objects and lists may nest: as deep as serde_json reads.
pub(crate) const MAX_DEPTH: u32 = 127;

/// A position in JSON text. Methods leave it behind what they read.
#[derive(Clone, Debug)]
pub struct Cursor<'a> {
    text: &'a [u8],
    position: usize,
    depth: u32,
}

impl<'a> Cursor<'a> {
    pub(crate) fn new(text: &'a [u8]) -> Self {
        Cursor { text, position: 0, depth: 0 }
    }

    /// The position, in bytes from the start of the text.
    pub(crate) fn offset(&self) -> usize {
        self.position
    }

    /// The text from `start` to the position.
    #[inline(always)]
    pub(crate) fn text_since(&self, start: usize) -> &'a [u8] {
        self.text.get(start..self.position).unwrap_or_default()
    }

    #[inline(always)]
    fn rest(&self) -> &'a [u8] {
        self.text.get(self.position..).unwrap_or_default()
    }

    /// The next byte.
    #[inline(always)]
    pub(crate) fn peek(&self) -> Option<u8> {
        self.text.get(self.position).copied()
    }

    /// Passes over `literal` if it comes next, byte for byte.
    #[inline(always)]
    pub fn expect<const N: usize>(&mut self, literal: &[u8; N]) -> bool {
        let found = self.rest().first_chunk() == Some(literal);
        if found {
            self.position += N;
        }
        found
    }

    /// Passes over `literal`, which opens one object more than it closes, if it comes next.
    #[inline(always)]
    pub(crate) fn expect_opening<const N: usize>(&mut self, literal: &[u8; N]) -> bool {
        let found = self.expect(literal);
        self.depth += u32::from(found);
        found
    }

    #[inline(always)]
    pub(crate) fn skip_whitespace(&mut self) {
        while let Some(byte) = self.peek() {
            if byte > b' ' || !matches!(byte, b' ' | b'\n' | b'\r' | b'\t') {
                return;
            }
            self.position += 1;
        }
    }

    /// The next byte that is no white space.
    #[inline(always)]
    pub(crate) fn peek_value(&mut self) -> Option<u8> {
        self.skip_whitespace();
        self.peek()
    }

    /// Opens an object and says whether it has a member, which then comes next.
    #[inline]
    pub(crate) fn open_object(&mut self) -> Result<bool, Fault> {
        self.open(b'{', b'}', "an object")
    }

    /// Opens a list and says whether it has an item, which then comes next.
    #[inline]
    pub(crate) fn open_list(&mut self) -> Result<bool, Fault> {
        self.open(b'[', b']', "a list")
    }

    #[inline(always)]
    fn open(&mut self, open: u8, close: u8, what: &'static str) -> Result<bool, Fault> {
        if self.peek_value() != Some(open) {
            return Err(self.mismatch(what));
        }
        if self.depth == MAX_DEPTH {
            return Err(self.too_deep());
        }
        self.position += 1;
        if self.peek_value() == Some(close) {
            self.position += 1;
            return Ok(false);
        }
        self.depth += 1;
        Ok(true)
    }

    /// Behind a member: says whether another one comes, else passes over the object's end.
    #[inline]
    pub fn next_member(&mut self) -> Result<bool, Fault> {
        self.next(b'}', "`,` or `}`")
    }

    /// Behind an item: says whether another one comes, else passes over the list's end.
    #[inline]
    pub(crate) fn next_item(&mut self) -> Result<bool, Fault> {
        self.next(b']', "`,` or `]`")
    }

    #[inline(always)]
    fn next(&mut self, close: u8, expected: &'static str) -> Result<bool, Fault> {
        match self.peek_value() {
            Some(b',') => {
                self.position += 1;
                self.position += usize::from(self.peek() == Some(b' '));
                Ok(true)
            }
            Some(byte) if byte == close => {
                self.position += 1;
                self.depth -= 1;
                Ok(false)
            }
            _ => Err(self.syntax(expected)),
        }
    }

    /// The name of the next member, and the colon behind it.
    pub(crate) fn key(&mut self) -> Result<Cow<'a, [u8]>, Fault> {
        if self.peek_value() != Some(b'"') {
            return Err(self.syntax("a member's name in quotes"));
        }
        let name = self.string()?;
        if self.peek_value() != Some(b':') {
            return Err(self.syntax("`:`"));
        }
        self.position += 1;
        Ok(name)
    }

    /// `true` or `false`.
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
        if self.expect(b"null") { Ok(()) } else { Err(self.mismatch("null")) }
    }

    /// Passes over the end of the outermost object if nothing but white space is behind it.
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
        let found = match self.rest().utf8_chunks().next() {
            None => "the end of the text".to_owned(),
            Some(chunk) => match chunk.valid().chars().next() {
                Some(character) => format!("{character:?}"),
                None => return self.not_utf8(self.position),
            },
        };
        let message = format!("expected {expected}, found {found}");
        Fault::new(DecodeErrorKind::Syntax, self.position, message)
    }

    /// A value of another type stands here, or none at all.
    #[cold]
    pub(crate) fn mismatch(&self, expected: &'static str) -> Fault {
        let rest = self.rest();
        let found = match rest.first() {
            Some(b'{') => "an object",
            Some(b'[') => "a list",
            Some(b'"') => "a string",
            Some(b'-' | b'0'..=b'9') => "a number",
            Some(b't') if rest.starts_with(b"true") => "true",
            Some(b'f') if rest.starts_with(b"false") => "false",
            Some(b'n') if rest.starts_with(b"null") => "null",
            _ => return self.syntax(expected),
        };
        let message = format!("expected {expected}, found {found}");
        Fault::new(DecodeErrorKind::Type, self.position, message)
    }

    #[cold]
    fn not_utf8(&self, offset: usize) -> Fault {
        Fault::new(DecodeErrorKind::Utf8, offset, "the text is not UTF-8")
    }

    #[cold]
    fn too_deep(&self) -> Fault {
        let message = format!("objects and lists nest deeper than {MAX_DEPTH} levels");
        Fault::new(DecodeErrorKind::Depth, self.position, message)
    }
}
