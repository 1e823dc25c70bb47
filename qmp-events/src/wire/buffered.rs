//! JSON that serde has to read before it is known what it means: `data` before its event, the
//! members of a union before their tag, an alternate.
//!
//! Unlike `serde_json::Value` it keeps repeated members, so that each of them is
//! judged as it is where nothing has to wait.

use std::fmt;

use serde::de::value::{MapDeserializer, SeqDeserializer};
use serde::de::{Deserialize, Deserializer, Error, IntoDeserializer, MapAccess, SeqAccess, Visitor};
use serde::forward_to_deserialize_any;
use serde_json::{Number, Value};

use super::qapi_type::JsonType;

/// A value that was not looked at.
#[derive(Clone, Debug)]
pub(crate) enum Buffered {
    Null,
    Boolean(bool),
    Number(Number),
    String(String),
    List(Vec<Buffered>),
    Object(Vec<(String, Buffered)>),
}

impl Buffered {
    /// The JSON type of the value.
    pub(crate) fn json_type(&self) -> JsonType {
        match self {
            Buffered::Null => JsonType::Null,
            Buffered::Boolean(_) => JsonType::Boolean,
            Buffered::Number(_) => JsonType::Number,
            Buffered::String(_) => JsonType::String,
            Buffered::List(_) => JsonType::List,
            Buffered::Object(_) => JsonType::Object,
        }
    }

    /// The same as a value of serde_json, in which the last of the same name is left.
    pub(crate) fn into_value(self) -> Value {
        match self {
            Buffered::Null => Value::Null,
            Buffered::Boolean(value) => Value::Bool(value),
            Buffered::Number(number) => Value::Number(number),
            Buffered::String(text) => Value::String(text),
            Buffered::List(items) => items.into_iter().map(Buffered::into_value).collect(),
            Buffered::Object(members) => {
                members.into_iter().map(|(name, value)| (name, value.into_value())).collect()
            }
        }
    }
}

impl<'de> Deserialize<'de> for Buffered {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(BufferedVisitor)
    }
}

struct BufferedVisitor;

impl<'de> Visitor<'de> for BufferedVisitor {
    type Value = Buffered;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("any JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<Buffered, E> {
        Ok(Buffered::Null)
    }

    fn visit_none<E: Error>(self) -> Result<Buffered, E> {
        Ok(Buffered::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Buffered, D::Error> {
        Buffered::deserialize(deserializer)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Buffered, E> {
        Ok(Buffered::Boolean(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Buffered, E> {
        Ok(Buffered::Number(value.into()))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Buffered, E> {
        Ok(Buffered::Number(value.into()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Buffered, E> {
        Ok(Number::from_f64(value).map_or(Buffered::Null, Buffered::Number))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Buffered, E> {
        Ok(Buffered::String(text.to_owned()))
    }

    fn visit_string<E: Error>(self, text: String) -> Result<Buffered, E> {
        Ok(Buffered::String(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Buffered, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element()? {
            items.push(item);
        }
        Ok(Buffered::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Buffered, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = map.next_entry()? {
            members.push(member);
        }
        Ok(Buffered::Object(members))
    }
}

impl<'de> Deserializer<'de> for Buffered {
    type Error = serde_json::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, serde_json::Error> {
        match self {
            Buffered::Null => visitor.visit_unit(),
            Buffered::Boolean(value) => visitor.visit_bool(value),
            Buffered::Number(number) => number.deserialize_any(visitor),
            Buffered::String(text) => visitor.visit_string(text),
            Buffered::List(items) => visitor.visit_seq(SeqDeserializer::new(items.into_iter())),
            Buffered::Object(members) => visitor.visit_map(MapDeserializer::new(members.into_iter())),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, serde_json::Error> {
        match self {
            Buffered::Null => visitor.visit_none(),
            value => visitor.visit_some(value),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

impl IntoDeserializer<'_, serde_json::Error> for Buffered {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}
