//! Unions: the tag is looked up in the whole object first, then the branch reads its members.

use std::borrow::Cow;

use serde::de::{DeserializeSeed, Deserializer};
use serde::ser::SerializeMap;

use super::object::Members;
use super::place::Place;
use super::qapi_type::{JsonType, QapiType, Tags};
use crate::cursor::Cursor;
use crate::error::Fault;
use crate::info::{Availability, Definition, StructInfo, TypeInfo};
use crate::json::{ObjectText, UnknownMembers};
use crate::unknown::UnknownBranch;

/// An object whose tag selects the other members.
pub trait Union: Members + Sized {
    /// The name of the member that selects.
    const TAG: &'static str;

    /// Reads the branch that the tag selects.
    fn read(tag: &[u8], branch: BranchReader<'_, '_>) -> Result<Self, Fault>;
}

/// The members of a branch, not yet read.
#[derive(Debug)]
pub struct BranchReader<'a, 't> {
    /// At the start of the object, which was checked already.
    cursor: Cursor<'a>,
    tags: Tags<'t>,
}

impl BranchReader<'_, '_> {
    /// Reads them as those of `T`.
    pub fn members<T: QapiType>(mut self) -> Result<T, Fault> {
        T::decode_branch(&mut self.cursor, &self.tags)
    }

    /// Keeps them all.
    #[cold]
    pub fn unknown(self, tag: &[u8]) -> Result<UnknownBranch, Fault> {
        let members = self.members()?;
        Ok(UnknownBranch::new(String::from_utf8_lossy(tag), members))
    }
}

/// Reads a union: once for the tag, and again for the members.
pub fn decode_union<T: Union>(cursor: &mut Cursor<'_>) -> Result<T, Fault> {
    decode_inner_union(cursor, None)
}

/// Reads a union that is a branch of another one, in the same object.
pub fn decode_inner_union<T: Union>(cursor: &mut Cursor<'_>, outer: Option<&Tags<'_>>) -> Result<T, Fault> {
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
    T::read(&tag, BranchReader { cursor: start, tags: Tags { tag: T::TAG, outer } })
}

/// Reads a union through serde: its text is kept, and read when the tag is known.
pub fn deserialize_union<'de, D: Deserializer<'de>, T: Union>(
    deserializer: D,
    place: &Place<'_>,
) -> Result<T, D::Error> {
    let text = ObjectText(place).deserialize(deserializer)?;
    let text = text.as_bytes();
    decode_union(&mut Cursor::new(text)).map_err(|fault| place.error(&fault.in_text(text)))
}

impl Members for UnknownBranch {
    fn serialize_members<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        self.members().serialize_members(map)
    }

    fn has_members(&self) -> bool {
        self.members().has_members()
    }

    fn has_unknown(&self) -> bool {
        true
    }
}

impl Members for UnknownMembers {
    fn serialize_members<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        self.serialize_into(map, |_| false)
    }

    fn has_members(&self) -> bool {
        !self.is_empty()
    }

    fn has_unknown(&self) -> bool {
        !self.is_empty()
    }
}

/// An object without members of its own, such as a branch that the schema does not list.
static EMPTY: StructInfo = StructInfo::new("q_empty", &[], Availability::ALWAYS, &[], None, "");

impl QapiType for UnknownMembers {
    const TYPE: TypeInfo = TypeInfo::Struct(Definition::new(|| &EMPTY));
    const JSON: JsonType = JsonType::Object;

    fn decode(cursor: &mut Cursor<'_>) -> Result<Self, Fault> {
        decode_unknown_members(cursor, |_| false)
    }

    fn decode_branch(cursor: &mut Cursor<'_>, tags: &Tags<'_>) -> Result<Self, Fault> {
        decode_unknown_members(cursor, |name| tags.contain(name))
    }

    fn deserialize_at<'de, D: Deserializer<'de>>(
        deserializer: D,
        place: &Place<'_>,
    ) -> Result<Self, D::Error> {
        ObjectText(place).deserialize(deserializer).map(UnknownMembers::of_object)
    }

    fn has_unknown(&self) -> bool {
        !self.is_empty()
    }
}

fn decode_unknown_members(
    cursor: &mut Cursor<'_>,
    is_skipped: impl Fn(&[u8]) -> bool,
) -> Result<UnknownMembers, Fault> {
    let mut members = UnknownMembers::new();
    let mut more = cursor.open_object()?;
    while more {
        let name = cursor.key()?;
        if is_skipped(&name) {
            cursor.skip_value()?;
        } else {
            members.push_with(&name, |text| cursor.copy_value(text))?;
        }
        more = cursor.next_member()?;
    }
    Ok(members)
}
