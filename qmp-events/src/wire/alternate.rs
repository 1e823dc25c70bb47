//! Alternates: the JSON type of a value selects its variant.

use serde::de::{Deserialize, Deserializer};

use super::place::Place;
use super::qapi_type::JsonType;
use crate::cursor::Cursor;
use crate::error::Fault;
use crate::json::RawJson;

/// A value of one of several JSON types.
pub trait Alternate: Sized {
    /// Reads the variant of this JSON type.
    fn read(json: JsonType, cursor: &mut Cursor<'_>) -> Result<Self, Fault>;
}

/// Reads an alternate.
pub fn decode_alternate<T: Alternate>(cursor: &mut Cursor<'_>) -> Result<T, Fault> {
    let json = match cursor.peek_value() {
        Some(b'n') => JsonType::Null,
        Some(b't' | b'f') => JsonType::Boolean,
        Some(b'"') => JsonType::String,
        Some(b'[') => JsonType::List,
        Some(b'{') => JsonType::Object,
        _ => JsonType::Number,
    };
    T::read(json, cursor)
}

/// Reads an alternate through serde: its text is kept, and read when its type is known.
pub fn deserialize_alternate<'de, D: Deserializer<'de>, T: Alternate>(
    deserializer: D,
    place: &Place<'_>,
) -> Result<T, D::Error> {
    let text = RawJson::deserialize(deserializer)?;
    let text = text.as_str().as_bytes();
    decode_alternate(&mut Cursor::new(text)).map_err(|fault| place.error(&fault.in_text(text)))
}

/// Whether each type differs from all others and is one in particular.
pub const fn json_types_differ(types: &[JsonType]) -> bool {
    let mut index = 0;
    while index < types.len() {
        let mut other = 0;
        while other < index {
            if types[index] as u8 == types[other] as u8 {
                return false;
            }
            other += 1;
        }
        if types[index] as u8 == JsonType::Any as u8 {
            return false;
        }
        index += 1;
    }
    true
}
