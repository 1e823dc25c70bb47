//! Skipping values: as strict as decoding, and without recursion.

use serde_json::Value;

use super::{Cursor, MAX_DEPTH};
use crate::error::{DecodeErrorKind, Fault};

impl Cursor<'_> {
    /// One value of any type.
    pub(crate) fn any(&mut self) -> Result<Value, Fault> {
        self.skip_whitespace();
        let before = self.clone();
        self.skip_value()?;
        serde_json::from_slice(self.text_since(&before))
            .map_err(|error| Fault::new(DecodeErrorKind::Syntax, before.offset(), error.to_string()))
    }

    /// Skips one value of any type.
    pub(crate) fn skip_value(&mut self) -> Result<(), Fault> {
        let base = self.depth;
        let mut objects = 0_u128; // one bit per level, the innermost lowest: whether it is an object
        loop {
            match self.peek_value() {
                Some(b'"') => self.skip_string()?,
                Some(b'-' | b'0'..=b'9') => {
                    if self.short_integer::<u64>().is_none() {
                        self.skip_number()?;
                    }
                }
                Some(b'{') => {
                    if self.open_object()? {
                        objects = objects << 1 | 1;
                        self.skip_key()?;
                        continue;
                    }
                }
                Some(b'[') => {
                    if self.open_list()? {
                        objects <<= 1;
                        continue;
                    }
                }
                Some(b't' | b'f') => drop(self.boolean()?),
                Some(b'n') => self.null()?,
                _ => return Err(self.syntax("a value")),
            }
            loop {
                if self.depth == base {
                    return Ok(());
                }
                if objects & 1 == 1 {
                    if self.next_member()? {
                        self.skip_key()?;
                        break;
                    }
                } else if self.next_item()? {
                    break;
                }
                objects >>= 1;
            }
        }
    }

    #[inline]
    fn skip_key(&mut self) -> Result<(), Fault> {
        if self.peek_value() != Some(b'"') {
            return Err(self.syntax("a member's name in quotes"));
        }
        self.skip_string()?;
        self.colon()
    }
}

const _: () = assert!(MAX_DEPTH < u128::BITS, "one bit per level");
