//! The members of a JSON object that are asked for by name, their values unread; and strings.
//!
//! Values are never made into trees here, so a hostile message costs no more than its own text.

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::fmt;

/// The texts of the members with these names, each `None` if it is missing. Other members are skipped, and
/// the last of a repeated member counts.
///
/// # Errors
///
/// If the text is not a JSON object.
pub(super) fn read_members<'a, const N: usize>(
    json: &'a [u8],
    names: [&str; N],
) -> Result<[Option<&'a str>; N], serde_json::Error> {
    let mut deserializer = serde_json::Deserializer::from_slice(json);
    let members = deserializer.deserialize_map(MembersVisitor(names))?;
    deserializer.end()?;
    Ok(members)
}

/// A JSON string, borrowed if it has no escapes.
pub(super) fn parse_string(json: &str) -> Option<Cow<'_, str>> {
    let borrowed = serde_json::from_str(json).map(Cow::Borrowed);
    borrowed.or_else(|_| serde_json::from_str(json).map(Cow::Owned)).ok()
}

struct MembersVisitor<'n, const N: usize>([&'n str; N]);

impl<'de, const N: usize> Visitor<'de> for MembersVisitor<'_, N> {
    type Value = [Option<&'de str>; N];

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = [None; N];
        while let Some(key) = map.next_key_seed(KeyVisitor(&self.0))? {
            match key.and_then(|index| members.get_mut(index)) {
                Some(member) => *member = Some(map.next_value::<&RawValue>()?.get()),
                None => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(members)
    }
}

/// Reads a key as its index among the names.
struct KeyVisitor<'n, const N: usize>(&'n [&'n str; N]);

impl<'de, const N: usize> DeserializeSeed<'de> for KeyVisitor<'_, N> {
    type Value = Option<usize>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<const N: usize> Visitor<'_> for KeyVisitor<'_, N> {
    type Value = Option<usize>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E: serde::de::Error>(self, key: &str) -> Result<Self::Value, E> {
        Ok(self.0.iter().position(|name| *name == key))
    }
}
