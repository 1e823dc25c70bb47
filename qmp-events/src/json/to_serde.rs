//! From JSON text to any serializer, value by value, so that a pretty printer prints it pretty.

use std::any::type_name;

use serde::ser::{Error, Serialize, SerializeMap, SerializeSeq, Serializer};
use serde_json::value::RawValue;

use super::members::{Entries, next_value};
use super::raw::RawJson;
use crate::cursor::Cursor;

impl Serialize for RawJson<'_> {
    /// Recurses as deep as the value nests, which is limited when it is read.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text = self.as_str();
        match text.as_bytes().first() {
            Some(b'{') => {
                let mut map = serializer.serialize_map(None)?;
                for (name, value) in Entries::new(inside(text)) {
                    map.serialize_entry(&*name, &value)?;
                }
                map.end()
            }
            Some(b'[') => {
                let mut list = serializer.serialize_seq(None)?;
                for item in Items::new(inside(text)) {
                    list.serialize_element(&item)?;
                }
                list.end()
            }
            Some(b'"') => match Cursor::new(text.as_bytes()).string() {
                Ok(text) => serializer.serialize_str(&String::from_utf8_lossy(&text)),
                Err(_) => Err(S::Error::custom("not JSON")),
            },
            Some(b't') => serializer.serialize_bool(true),
            Some(b'f') => serializer.serialize_bool(false),
            Some(b'n') | None => serializer.serialize_unit(),
            Some(_) => serialize_number(text, serializer),
        }
    }
}

/// Integers beyond 64 bits keep their digits in JSON; elsewhere they become floats.
fn serialize_number<S: Serializer>(text: &str, serializer: S) -> Result<S::Ok, S::Error> {
    if let Ok(number) = text.parse() {
        return serializer.serialize_u64(number);
    }
    if let Ok(number) = text.parse() {
        return serializer.serialize_i64(number);
    }
    let is_integer = !text.contains(['.', 'e']);
    if is_integer && type_name::<S::Error>() == type_name::<serde_json::Error>() {
        let raw = RawValue::from_string(text.to_owned()).map_err(S::Error::custom)?;
        return raw.serialize(serializer);
    }
    serializer.serialize_f64(text.parse().unwrap_or_default())
}

/// What is between the brackets.
fn inside(text: &str) -> &str {
    text.get(1..text.len() - 1).unwrap_or_default()
}

/// The items of a list, without its brackets.
struct Items<'a>(Cursor<'a>);

impl<'a> Items<'a> {
    fn new(text: &'a str) -> Self {
        Items(Cursor::new(text.as_bytes()))
    }
}

impl<'a> Iterator for Items<'a> {
    type Item = RawJson<'a>;

    fn next(&mut self) -> Option<RawJson<'a>> {
        next_value(&mut self.0)
    }
}
