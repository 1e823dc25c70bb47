//! JSON text, read where it lies and one level at a time. Nothing is made of it but what is shown, so that
//! a value costs as much memory as its text, and numbers keep all their digits.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};
use serde_json::value::RawValue;

/// A JSON value.
#[derive(Clone, Debug)]
pub(crate) enum Json<'a> {
    /// Null, a boolean or a number, as JSON writes it.
    Bare(&'a str),
    Text(Cow<'a, str>),
    List(List<'a>),
    Object(Object<'a>),
}

/// The text of a list.
#[derive(Clone, Copy, Debug)]
pub(crate) struct List<'a>(&'a str);

/// The text of an object.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Object<'a>(&'a str);

impl<'a> Json<'a> {
    pub(crate) fn new(value: &'a RawValue) -> Self {
        let text = value.get();
        match text.as_bytes().first() {
            Some(b'{') => Json::Object(Object(text)),
            Some(b'[') => Json::List(List(text)),
            Some(b'"') => {
                Json::Text(serde_json::from_str::<Text<'a>>(text).map(|text| text.0).unwrap_or_default())
            }
            _ => Json::Bare(text),
        }
    }

    /// `None` if it is not JSON.
    pub(crate) fn parse(text: &'a str) -> Option<Self> {
        serde_json::from_str(text).ok().map(Json::new)
    }

    pub(crate) fn as_object(&self) -> Option<Object<'a>> {
        match self {
            Json::Object(object) => Some(*object),
            _ => None,
        }
    }

    /// Whether it, or an item of the list that it is, reads like this.
    pub(crate) fn reads(&self, wanted: &str) -> bool {
        match self {
            Json::Bare(text) => *text == wanted,
            Json::Text(text) => text == wanted,
            Json::List(items) => items.any(|item| item.reads(wanted)),
            Json::Object(_) => false,
        }
    }
}

impl<'a> List<'a> {
    /// Hands each item to `read`.
    pub(crate) fn for_each(self, mut read: impl FnMut(Json<'a>)) {
        let items = Walk(|_, value| read(value), PhantomData);
        // The text was read as JSON before.
        let _ = serde_json::Deserializer::from_str(self.0).deserialize_seq(items);
    }

    pub(crate) fn any(self, mut is_it: impl FnMut(Json<'a>) -> bool) -> bool {
        let mut found = false;
        self.for_each(|item| found = found || is_it(item));
        found
    }
}

impl<'a> Object<'a> {
    /// Hands each member's name and value to `read`.
    pub(crate) fn for_each(self, mut read: impl FnMut(Cow<'a, str>, Json<'a>)) {
        let members = Walk(|name: Option<_>, value| read(name.unwrap_or_default(), value), PhantomData);
        let _ = serde_json::Deserializer::from_str(self.0).deserialize_map(members);
    }

    pub(crate) fn any(self, mut is_it: impl FnMut(&str, Json<'a>) -> bool) -> bool {
        let mut found = false;
        self.for_each(|name, value| found = found || is_it(&name, value));
        found
    }

    /// The value of a member; of the last one of this name.
    pub(crate) fn get(self, name: &str) -> Option<Json<'a>> {
        let mut found = None;
        self.for_each(|other, value| {
            if other == name {
                found = Some(value);
            }
        });
        found
    }
}

/// A string, borrowed unless it has escapes.
#[derive(serde::Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

/// Hands on what a list or an object has, each member with its name.
struct Walk<'a, R>(R, PhantomData<&'a str>);

impl<'de: 'a, 'a, R: FnMut(Option<Cow<'a, str>>, Json<'a>)> Visitor<'de> for Walk<'a, R> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list or an object")
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut items: A) -> Result<(), A::Error> {
        while let Some(item) = items.next_element()? {
            (self.0)(None, Json::new(item));
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut members: A) -> Result<(), A::Error> {
        while let Some((Text(name), value)) = members.next_entry()? {
            (self.0)(Some(name), Json::new(value));
        }
        Ok(())
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Json<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        <&RawValue>::deserialize(deserializer).map(Json::new)
    }
}

/// The same value in the layout of the serializer, which must be serde_json's.
impl Serialize for Json<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut result = Ok(());
        match self {
            Json::Bare(text) => {
                let value: &RawValue = serde_json::from_str(text).map_err(serde::ser::Error::custom)?;
                value.serialize(serializer)
            }
            Json::Text(text) => serializer.serialize_str(text),
            Json::List(items) => {
                let mut list = serializer.serialize_seq(None)?;
                items.for_each(|item| {
                    if result.is_ok() {
                        result = list.serialize_element(&item);
                    }
                });
                result.and_then(|()| list.end())
            }
            Json::Object(members) => {
                let mut map = serializer.serialize_map(None)?;
                members.for_each(|name, value| {
                    if result.is_ok() {
                        result = map.serialize_entry(&name, &value);
                    }
                });
                result.and_then(|()| map.end())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_keep_their_order_and_numbers_their_digits() {
        let text = r#"{"b":[18446744073709551616,-0.5e3,null],"a\n":{"":{}},"c":"\u0041","b":true}"#;
        let json = Json::parse(text).expect("JSON");
        assert_eq!(
            serde_json::to_string(&json).expect("JSON"),
            r#"{"b":[18446744073709551616,-0.5e3,null],"a\n":{"":{}},"c":"A","b":true}"#
        );
        let object = json.as_object().expect("an object");
        assert!(object.get("b").is_some_and(|value| value.reads("true")));
        assert!(object.any(|name, value| name == "b" && value.reads("18446744073709551616")));
        assert!(object.get("d").is_none());
    }

    #[test]
    fn what_is_not_json_is_nothing() {
        for text in ["", "{", "nul", "{\"a\":}", "[1] 2"] {
            assert!(Json::parse(text).is_none(), "{text}");
        }
    }
}
