//! From serde to JSON text, in the same spelling as from bytes.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use crate::cursor::{push_escaped, push_float};

/// Appends the value that comes next.
pub(crate) fn copy_value<'de, D: Deserializer<'de>>(
    deserializer: D,
    text: &mut String,
) -> Result<(), D::Error> {
    Copy(text).deserialize(deserializer)
}

/// Appends the value that comes next to a text.
pub(crate) struct Copy<'t>(pub(crate) &'t mut String);

impl<'de> DeserializeSeed<'de> for Copy<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Copy<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("any JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        self.0.push_str("null");
        Ok(())
    }

    fn visit_none<E: Error>(self) -> Result<(), E> {
        self.visit_unit()
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        self.deserialize(deserializer)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        self.deserialize(deserializer)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<(), E> {
        self.0.push_str(if value { "true" } else { "false" });
        Ok(())
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<(), E> {
        self.visit_i128(value.into())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<(), E> {
        self.visit_u128(value.into())
    }

    fn visit_i128<E: Error>(self, value: i128) -> Result<(), E> {
        self.0.push_str(&value.to_string());
        Ok(())
    }

    fn visit_u128<E: Error>(self, value: u128) -> Result<(), E> {
        self.0.push_str(&value.to_string());
        Ok(())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<(), E> {
        push_float(self.0, value);
        Ok(())
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        self.0.push('"');
        push_escaped(self.0, text);
        self.0.push('"');
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        self.0.push('[');
        let start = self.0.len();
        loop {
            let before = self.0.len();
            if before > start {
                self.0.push(',');
            }
            if list.next_element_seed(Copy(self.0))?.is_none() {
                self.0.truncate(before);
                self.0.push(']');
                return Ok(());
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        self.0.push('{');
        copy_members(map, self.0)?;
        self.0.push('}');
        Ok(())
    }
}

fn copy_members<'de, A: MapAccess<'de>>(mut map: A, text: &mut String) -> Result<(), A::Error> {
    let start = text.len();
    loop {
        let before = text.len();
        if before > start {
            text.push(',');
        }
        if map.next_key_seed(Copy(text))?.is_none() {
            text.truncate(before);
            return Ok(());
        }
        text.push(':');
        map.next_value_seed(Copy(text))?;
    }
}

/// Reads an object as text; `0` says of what.
pub(crate) struct ObjectText<D>(pub(crate) D);

impl<'de, T: fmt::Display> DeserializeSeed<'de> for ObjectText<T> {
    type Value = String;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<String, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de, T: fmt::Display> Visitor<'de> for ObjectText<T> {
    type Value = String;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "an object for {}", self.0)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<String, A::Error> {
        let mut text = String::new();
        Copy(&mut text).visit_map(map)?;
        Ok(text)
    }
}
