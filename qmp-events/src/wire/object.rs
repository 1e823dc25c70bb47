//! Objects with members: a partial object is filled from bytes or from serde, and finished.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};

use super::place::Place;
use super::qapi_type::{QapiType, Seed, Tags};
use crate::cursor::Cursor;
use crate::error::{DecodeError, Fault};
use crate::json::{Copy, UnknownMembers};

/// An object whose members the derive knows.
pub trait Object: Members + Sized {
    /// The name of the event or type.
    const NAME: &'static str;

    /// The members read so far.
    type Partial: Default;

    /// Reads the value of the member `name` from `reader` into the partial object; the last one wins.
    fn read_member<'de, S: MemberReader<'de>>(
        partial: &mut Self::Partial,
        name: &[u8],
        reader: S,
    ) -> Result<(), S::Error>;

    /// Reads the members that come in the order in which QEMU prints them. Says whether others are
    /// left, the first of which then comes next.
    fn decode_in_qemu_order(partial: &mut Self::Partial, cursor: &mut Cursor<'_>) -> Result<bool, Fault>;

    /// The whole object. `nulls` says whether a member may have come as null, which an object that
    /// keeps unknown members remembers.
    fn finish(partial: Self::Partial, nulls: bool) -> Result<Self, Incomplete>;
}

/// What writes itself as members of an object.
pub trait Members {
    /// Writes all members.
    fn serialize_members<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error>;

    /// Whether there is a member to write.
    fn has_members(&self) -> bool;

    /// Whether a member is unknown, or has something unknown in it.
    fn has_unknown(&self) -> bool;
}

impl<T: Object> Object for Box<T> {
    const NAME: &'static str = T::NAME;
    type Partial = T::Partial;

    fn read_member<'de, S: MemberReader<'de>>(
        partial: &mut Self::Partial,
        name: &[u8],
        reader: S,
    ) -> Result<(), S::Error> {
        T::read_member(partial, name, reader)
    }

    fn decode_in_qemu_order(partial: &mut Self::Partial, cursor: &mut Cursor<'_>) -> Result<bool, Fault> {
        T::decode_in_qemu_order(partial, cursor)
    }

    fn finish(partial: Self::Partial, nulls: bool) -> Result<Self, Incomplete> {
        T::finish(partial, nulls).map(Box::new)
    }
}

impl<T: Members> Members for Box<T> {
    fn serialize_members<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        T::serialize_members(self, map)
    }

    fn has_members(&self) -> bool {
        T::has_members(self)
    }

    fn has_unknown(&self) -> bool {
        T::has_unknown(self)
    }
}

/// The value of a member, about to be read.
pub trait MemberReader<'de>: Sized {
    /// Why it could not be read.
    type Error;

    /// Reads it as the member `name`, of type `T`.
    fn value<T: QapiType>(self, name: &'static str) -> Result<T, Self::Error>;

    /// Keeps it under a name that is not of the object's own.
    fn keep(self, name: &[u8], unknown: &mut UnknownMembers) -> Result<(), Self::Error>;

    /// Skips it.
    fn skip(self) -> Result<(), Self::Error>;
}

impl<'de> MemberReader<'de> for &mut Cursor<'de> {
    type Error = Fault;

    fn value<T: QapiType>(self, _: &'static str) -> Result<T, Fault> {
        T::decode(self)
    }

    fn keep(self, name: &[u8], unknown: &mut UnknownMembers) -> Result<(), Fault> {
        unknown.push_with(name, |text| self.copy_value(text))
    }

    fn skip(self) -> Result<(), Fault> {
        self.skip_value()
    }
}

struct SerdeMember<'m, 'p, A> {
    map: &'m mut A,
    place: &'p Place<'p>,
}

impl<'de, A: MapAccess<'de>> MemberReader<'de> for SerdeMember<'_, '_, A> {
    type Error = A::Error;

    fn value<T: QapiType>(self, name: &'static str) -> Result<T, A::Error> {
        self.map.next_value_seed(Seed::new(&Place::Member(self.place, name)))
    }

    fn keep(self, name: &[u8], unknown: &mut UnknownMembers) -> Result<(), A::Error> {
        unknown.push_with(name, |text| self.map.next_value_seed(Copy(text)))
    }

    fn skip(self) -> Result<(), A::Error> {
        self.map.next_value::<IgnoredAny>().map(drop)
    }
}

/// Why a partial object cannot be finished.
#[derive(Debug)]
pub enum Incomplete {
    /// This member is missing.
    Missing(&'static str),
    /// The members under other names do not fit.
    Others(DecodeError),
}

impl Incomplete {
    pub(crate) fn at(self, offset: usize) -> Fault {
        match self {
            Incomplete::Missing(member) => Fault::missing(member, offset),
            Incomplete::Others(error) => Fault::inside(&error, offset),
        }
    }

    pub(crate) fn in_place<E: Error>(self, place: &Place<'_>) -> E {
        match self {
            Incomplete::Missing(member) => {
                E::custom(format_args!("{} is missing", Place::Member(place, member)))
            }
            Incomplete::Others(error) => place.error(&error),
        }
    }
}

/// Reads a member's value into the partial object. Compiled once for all members of the same type.
#[inline(never)]
pub fn read_into<'de, T: QapiType, S: MemberReader<'de>>(
    member: &mut Option<T>,
    name: &'static str,
    reader: S,
) -> Result<(), S::Error> {
    *member = Some(reader.value(name)?);
    Ok(())
}

/// The value of a member that was left out.
#[inline]
pub fn absent<T: QapiType>(name: &'static str) -> Result<T, Incomplete> {
    T::absent().ok_or(Incomplete::Missing(name))
}

/// The member that was read, or else the whole object as the member's value.
#[inline]
pub fn read_or_bare<T: QapiType>(
    read: Option<T>,
    name: &'static str,
    unknown: &mut UnknownMembers,
) -> Result<T, Incomplete> {
    match read {
        Some(value) => Ok(value),
        None if unknown.is_empty() => absent(name),
        None => branches(unknown),
    }
}

/// The union whose tag and members are among the object's own.
pub fn branches<T: QapiType>(unknown: &mut UnknownMembers) -> Result<T, Incomplete> {
    let text = std::mem::take(unknown).into_object();
    let text = text.as_bytes();
    T::decode(&mut Cursor::new(text)).map_err(|fault| Incomplete::Others(fault.in_text(text)))
}

/// Keeps a member that came as null, unless null is a value of its type.
pub fn keep_null<T: QapiType>(unknown: &mut UnknownMembers, name: &str, read: Option<&T>) {
    if read.is_some_and(T::is_absent) {
        let Ok(()) = unknown.push_with(name.as_bytes(), |text| {
            text.push_str("null");
            Ok::<(), std::convert::Infallible>(())
        });
    }
}

/// Reads an object: members in QEMU's order, with others anywhere between them.
#[inline]
pub fn decode_object<T: Object>(cursor: &mut Cursor<'_>) -> Result<T, Fault> {
    decode_members(cursor, None)
}

/// Reads the members of a union's branch.
pub fn decode_branch<T: Object>(cursor: &mut Cursor<'_>, tags: &Tags<'_>) -> Result<T, Fault> {
    decode_members(cursor, Some(tags))
}

#[inline]
fn decode_members<T: Object>(cursor: &mut Cursor<'_>, tags: Option<&Tags<'_>>) -> Result<T, Fault> {
    let mut partial = T::Partial::default();
    cursor.skip_whitespace();
    let start = cursor.offset();
    let mut more = cursor.open_object()?;
    while more && T::decode_in_qemu_order(&mut partial, cursor)? {
        more = decode_in_any_order::<T>(&mut partial, cursor, tags)?;
    }
    T::finish(partial, cursor.saw_null()).map_err(|incomplete| incomplete.at(start))
}

/// Reads one member, and says whether another one comes.
#[inline(never)]
fn decode_in_any_order<T: Object>(
    partial: &mut T::Partial,
    cursor: &mut Cursor<'_>,
    tags: Option<&Tags<'_>>,
) -> Result<bool, Fault> {
    let name = cursor.key()?;
    if tags.is_some_and(|tags| tags.contain(&name)) {
        cursor.skip_value()?;
    } else {
        T::read_member(partial, &name, &mut *cursor)?;
    }
    cursor.next_member()
}

/// Reads an object through serde.
pub fn deserialize_object<'de, D: Deserializer<'de>, T: Object>(
    deserializer: D,
    place: &Place<'_>,
) -> Result<T, D::Error> {
    deserializer.deserialize_map(ObjectVisitor(place, PhantomData))
}

struct ObjectVisitor<'p, T>(&'p Place<'p>, PhantomData<T>);

impl<'de, T: Object> Visitor<'de> for ObjectVisitor<'_, T> {
    type Value = T;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "an object for {}", self.0)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<T, A::Error> {
        let mut partial = T::Partial::default();
        while let Some(name) = map.next_key_seed(Name)? {
            T::read_member(&mut partial, name.as_bytes(), SerdeMember { map: &mut map, place: self.0 })?;
        }
        T::finish(partial, true).map_err(|incomplete| incomplete.in_place(self.0))
    }
}

/// Reads a member's name, without a copy where serde has it in the input.
pub(crate) struct Name;

impl<'de> DeserializeSeed<'de> for Name {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Cow<'de, str>, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Name {
    type Value = Cow<'de, str>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a member's name")
    }

    fn visit_borrowed_str<E: Error>(self, name: &'de str) -> Result<Cow<'de, str>, E> {
        Ok(Cow::Borrowed(name))
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Cow<'de, str>, E> {
        Ok(Cow::Owned(name.to_owned()))
    }

    fn visit_string<E: Error>(self, name: String) -> Result<Cow<'de, str>, E> {
        Ok(Cow::Owned(name))
    }
}

/// Writes an object.
pub fn serialize_object<T: Members, S: Serializer>(object: &T, serializer: S) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(None)?;
    object.serialize_members(&mut map)?;
    map.end()
}

/// Writes one member, unless it is left out.
pub fn serialize_member<T: QapiType + Serialize, M: SerializeMap>(
    map: &mut M,
    name: &'static str,
    value: &T,
) -> Result<(), M::Error> {
    if value.is_absent() { Ok(()) } else { map.serialize_entry(name, value) }
}
