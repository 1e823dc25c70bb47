//! Values that are not decoded: skipped, or copied in one spelling. As strict as decoding, and without
//! recursion.

use super::spelling::{push_escaped, push_float};
use super::{Cursor, MAX_DEPTH};
use crate::error::Fault;

impl Cursor<'_> {
    /// Skips one value of any type.
    pub(crate) fn skip_value(&mut self) -> Result<(), Fault> {
        if self.peek() == Some(b'{') { self.skip_object() } else { self.walk(&mut Nothing) }
    }

    /// Skips an object. Most have no other values than strings, numbers, booleans and such objects.
    #[inline]
    fn skip_object(&mut self) -> Result<(), Fault> {
        let base = self.depth;
        let mut has_member = self.open_object()?;
        loop {
            while has_member {
                Nothing.key(self)?;
                match self.peek() {
                    Some(b'"') if self.skip_text() => {}
                    Some(b'0'..=b'9') if self.short_integer::<u64>().is_some() => {}
                    Some(b't') if self.expect(b"true") => {}
                    Some(b'f') if self.expect(b"false") => {}
                    Some(b'{') => {
                        if self.open_object()? {
                            continue;
                        }
                    }
                    _ => self.walk(&mut Nothing)?,
                }
                has_member = self.next_member()?;
            }
            if self.depth == base {
                return Ok(());
            }
            has_member = self.next_member()?;
        }
    }

    /// Skips a name of plain ASCII and the colon, if they are written as QEMU does.
    #[inline(always)]
    fn skip_key(&mut self) -> bool {
        let before = self.rest;
        if self.skip_text() && self.expect(b": ") {
            return true;
        }
        self.rest = before;
        false
    }

    /// Skips a string of plain ASCII, if one comes next.
    #[inline(always)]
    fn skip_text(&mut self) -> bool {
        let before = self.rest;
        if self.expect(b"\"") && self.plain_string().is_some() {
            return true;
        }
        self.rest = before;
        false
    }

    /// Appends one value of any type to `text`: without white space, each string and number in one
    /// spelling. Integers keep all their digits.
    pub(crate) fn copy_value(&mut self, text: &mut String) -> Result<(), Fault> {
        self.walk(text)
    }

    #[inline]
    fn walk<C: Copy>(&mut self, copy: &mut C) -> Result<(), Fault> {
        let base = self.depth;
        let mut objects = 0_u128; // one bit per level, the innermost lowest: whether it is an object
        loop {
            match self.peek_value() {
                Some(b'"') => copy.string(self)?,
                Some(b'-' | b'0'..=b'9') => copy.number(self)?,
                Some(b'{') => {
                    copy.text("{");
                    if self.open_object()? {
                        objects = objects << 1 | 1;
                        copy.key(self)?;
                        continue;
                    }
                    copy.text("}");
                }
                Some(b'[') => {
                    copy.text("[");
                    if self.open_list()? {
                        objects <<= 1;
                        continue;
                    }
                    copy.text("]");
                }
                Some(b't' | b'f') => copy.text(if self.boolean()? { "true" } else { "false" }),
                Some(b'n') => {
                    self.null()?;
                    copy.text("null");
                }
                _ => return Err(self.syntax("a value")),
            }
            loop {
                if self.depth == base {
                    return Ok(());
                }
                if objects & 1 == 1 {
                    if self.next_member()? {
                        copy.text(",");
                        copy.key(self)?;
                        break;
                    }
                    copy.text("}");
                } else {
                    if self.next_item()? {
                        copy.text(",");
                        break;
                    }
                    copy.text("]");
                }
                objects >>= 1;
            }
        }
    }

    /// The name of the next member, and the colon after it, in whatever layout.
    fn walk_key<C: Copy + ?Sized>(&mut self, copy: &mut C) -> Result<(), Fault> {
        if self.peek_value() != Some(b'"') {
            return Err(self.syntax("a member's name in quotes"));
        }
        copy.string(self)?;
        copy.text(":");
        self.colon()
    }
}

const _: () = assert!(MAX_DEPTH < u128::BITS, "one bit per level");

/// What becomes of the parts of a value.
trait Copy {
    /// A part that has one spelling only.
    fn text(&mut self, text: &'static str);

    /// The string that comes next.
    fn string(&mut self, cursor: &mut Cursor<'_>) -> Result<(), Fault>;

    /// The number that comes next.
    fn number(&mut self, cursor: &mut Cursor<'_>) -> Result<(), Fault>;

    /// The name of the next member, and the colon after it.
    #[inline]
    fn key(&mut self, cursor: &mut Cursor<'_>) -> Result<(), Fault> {
        cursor.walk_key(self)
    }
}

/// Keeps nothing.
struct Nothing;

impl Copy for Nothing {
    #[inline]
    fn text(&mut self, _: &'static str) {}

    #[inline]
    fn string(&mut self, cursor: &mut Cursor<'_>) -> Result<(), Fault> {
        cursor.skip_string()
    }

    #[inline]
    fn number(&mut self, cursor: &mut Cursor<'_>) -> Result<(), Fault> {
        match cursor.short_integer::<u64>() {
            Some(_) => Ok(()),
            None => cursor.skip_number(),
        }
    }

    #[inline(always)]
    fn key(&mut self, cursor: &mut Cursor<'_>) -> Result<(), Fault> {
        if cursor.skip_key() { Ok(()) } else { cursor.walk_key(self) }
    }
}

impl Copy for String {
    fn text(&mut self, text: &'static str) {
        self.push_str(text);
    }

    fn string(&mut self, cursor: &mut Cursor<'_>) -> Result<(), Fault> {
        self.push('"');
        cursor.string_parts(|part| push_escaped(self, part))?;
        self.push('"');
        Ok(())
    }

    fn number(&mut self, cursor: &mut Cursor<'_>) -> Result<(), Fault> {
        let token = cursor.number("a number")?;
        match std::str::from_utf8(token).unwrap_or_default() {
            "-0" => self.push_str("-0.0"),
            integer if !integer.contains(['.', 'e', 'E']) => self.push_str(integer),
            float => push_float(self, float.parse().unwrap_or_default()),
        }
        Ok(())
    }
}
