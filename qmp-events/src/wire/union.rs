//! Unions: the tag is looked up in the whole object first, then the branch reads its members.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapDeserializer;
use serde::de::{Deserializer, Error, MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde_json::{Map, Value};

use super::buffered::Buffered;
use super::object::{Incomplete, Members, Name};
use super::place::Place;
use super::qapi_type::QapiType;
use crate::cursor::Cursor;
use crate::error::Fault;
use crate::unknown::UnknownBranch;

/// An object whose tag selects the other members.
pub trait Union: Members + Sized {
    /// The name of the member that selects.
    const TAG: &'static str;

    /// Reads the branch that the tag selects.
    fn read<B: BranchReader>(tag: &[u8], branch: B) -> Result<Self, B::Error>;
}

/// The members of a branch, about to be read.
pub trait BranchReader: Sized {
    /// Why they could not be read.
    type Error;

    /// Reads them as those of `T`.
    fn members<T: QapiType>(self) -> Result<T, Self::Error>;

    /// Keeps them all.
    fn unknown(self, tag_name: &str, tag: &[u8]) -> Result<UnknownBranch, Self::Error>;

    /// Skips them.
    fn skip(self) -> Result<(), Self::Error>;
}

/// Reads a union: once for the tag, and again for the members.
pub fn decode_union<T: Union>(cursor: &mut Cursor<'_>) -> Result<T, Fault> {
    cursor.skip_whitespace();
    let start = cursor.clone();
    let mut tag: Option<Cow<'_, [u8]>> = None;
    let mut more = cursor.open_object()?;
    while more {
        if *cursor.key()? == *T::TAG.as_bytes() {
            tag = Some(cursor.string()?);
        } else {
            cursor.skip_value()?;
        }
        more = cursor.next_member()?;
    }
    let tag = tag.ok_or_else(|| Fault::missing(T::TAG, start.offset()))?;
    T::read(&tag, start)
}

/// At the start of an object that was checked already.
impl BranchReader for Cursor<'_> {
    type Error = Fault;

    fn members<T: QapiType>(mut self) -> Result<T, Fault> {
        T::decode(&mut self)
    }

    fn unknown(mut self, tag_name: &str, tag: &[u8]) -> Result<UnknownBranch, Fault> {
        match self.any()? {
            Value::Object(members) => Ok(UnknownBranch::new(tag_name, tag, members)),
            _ => Err(self.mismatch("an object")),
        }
    }

    fn skip(self) -> Result<(), Fault> {
        Ok(())
    }
}

/// Reads a union through serde: all members are kept until the tag is known.
pub fn deserialize_union<'de, D: Deserializer<'de>, T: Union>(
    deserializer: D,
    place: &Place<'_>,
) -> Result<T, D::Error> {
    deserializer.deserialize_map(UnionVisitor(place, PhantomData))
}

struct UnionVisitor<'p, T>(&'p Place<'p>, PhantomData<T>);

impl<'de, T: Union> Visitor<'de> for UnionVisitor<'_, T> {
    type Value = T;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "an object for {}", self.0)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<T, A::Error> {
        let mut tag = None;
        let mut members = Vec::new();
        while let Some(name) = map.next_key_seed(Name)? {
            if name == T::TAG {
                let place = Place::Member(self.0, T::TAG);
                tag = Some(map.next_value_seed(super::qapi_type::Seed::<String>::new(&place))?);
            } else {
                members.push((name.into_owned(), map.next_value()?));
            }
        }
        let Some(tag) = tag else {
            return Err(Incomplete::Missing(T::TAG).in_place(self.0));
        };
        T::read(tag.as_bytes(), BufferedMembers { members, place: self.0 }).map_err(A::Error::custom)
    }
}

struct BufferedMembers<'p> {
    members: Vec<(String, Buffered)>,
    place: &'p Place<'p>,
}

impl BranchReader for BufferedMembers<'_> {
    type Error = serde_json::Error;

    fn members<T: QapiType>(self) -> Result<T, serde_json::Error> {
        T::deserialize_at(MapDeserializer::new(self.members.into_iter()), self.place)
    }

    fn unknown(self, tag_name: &str, tag: &[u8]) -> Result<UnknownBranch, serde_json::Error> {
        let members = self.members.into_iter().map(|(name, value)| (name, value.into_value()));
        let members: Map<String, Value> = members.collect();
        Ok(UnknownBranch::new(tag_name, tag, members))
    }

    fn skip(self) -> Result<(), serde_json::Error> {
        Ok(())
    }
}

impl Members for UnknownBranch {
    fn serialize_members<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        self.members().iter().try_for_each(|(name, value)| map.serialize_entry(name, value))
    }
}
