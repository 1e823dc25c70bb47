//! Alternates: the JSON type of a value selects its variant.

use serde::de::{Deserialize, Deserializer, Error};
use serde_json::Value;

use super::buffered::Buffered;
use super::place::Place;
use super::qapi_type::{JsonType, QapiType};
use crate::cursor::Cursor;
use crate::error::Fault;

/// A value of one of several JSON types.
pub trait Alternate: Sized {
    /// Reads the variant of this JSON type.
    fn read<A: AlternativeReader>(json: JsonType, value: A) -> Result<Self, A::Error>;
}

/// A value, about to be read.
pub trait AlternativeReader: Sized {
    /// Why it could not be read.
    type Error;

    /// Reads it as a `T`.
    fn typed<T: QapiType>(self) -> Result<T, Self::Error>;

    /// Reads it as any JSON.
    fn any(self) -> Result<Value, Self::Error>;
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

impl AlternativeReader for &mut Cursor<'_> {
    type Error = Fault;

    fn typed<T: QapiType>(self) -> Result<T, Fault> {
        T::decode(self)
    }

    fn any(self) -> Result<Value, Fault> {
        Cursor::any(self)
    }
}

/// Reads an alternate through serde.
pub fn deserialize_alternate<'de, D: Deserializer<'de>, T: Alternate>(
    deserializer: D,
    place: &Place<'_>,
) -> Result<T, D::Error> {
    let value = Buffered::deserialize(deserializer)?;
    T::read(value.json_type(), BufferedValue { value, place }).map_err(D::Error::custom)
}

struct BufferedValue<'p> {
    value: Buffered,
    place: &'p Place<'p>,
}

impl AlternativeReader for BufferedValue<'_> {
    type Error = serde_json::Error;

    fn typed<T: QapiType>(self) -> Result<T, serde_json::Error> {
        T::deserialize_at(self.value, self.place)
    }

    fn any(self) -> Result<Value, serde_json::Error> {
        Ok(self.value.into_value())
    }
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
