//! Objects with members: a partial is filled from bytes or from serde, and finished.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapDeserializer;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::Value;

use super::place::Place;
use super::qapi_type::QapiType;
use super::qapi_type::Seed;
use crate::cursor::Cursor;
use crate::error::{DecodeErrorKind, Fault};

/// An object whose members the derive knows.
pub trait Object: Members + Sized {
    /// The name of the event or type.
    const NAME: &'static str;

    /// The members read so far.
    type Partial: Default;

    /// Reads the value of the member `name` from `source` into the partial; the last one wins.
    fn read_member<'de, S: MemberReader<'de>>(
        partial: &mut Self::Partial,
        name: &[u8],
        source: S,
    ) -> Result<(), S::Error>;

    /// Reads the members that come in the order in which QEMU prints them. Says whether others are
    /// left, the first of which then comes next.
    fn decode_in_qemu_order(partial: &mut Self::Partial, cursor: &mut Cursor<'_>) -> Result<bool, Fault>;

    /// The object of the partial.
    fn finish(partial: Self::Partial, place: &Place<'_>) -> Result<Self, Incomplete>;
}

/// What writes itself as members of an object.
pub trait Members {
    /// Writes all members.
    fn serialize_members<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error>;
}

impl<T: Object> Object for Box<T> {
    const NAME: &'static str = T::NAME;
    type Partial = T::Partial;

    fn read_member<'de, S: MemberReader<'de>>(
        partial: &mut Self::Partial,
        name: &[u8],
        source: S,
    ) -> Result<(), S::Error> {
        T::read_member(partial, name, source)
    }

    fn decode_in_qemu_order(partial: &mut Self::Partial, cursor: &mut Cursor<'_>) -> Result<bool, Fault> {
        T::decode_in_qemu_order(partial, cursor)
    }

    fn finish(partial: Self::Partial, place: &Place<'_>) -> Result<Self, Incomplete> {
        T::finish(partial, place).map(Box::new)
    }
}

impl<T: Members> Members for Box<T> {
    fn serialize_members<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        T::serialize_members(self, map)
    }
}

/// The value of a member, about to be read.
pub trait MemberReader<'de>: Sized {
    /// Why it could not be read.
    type Error;

    /// Reads it as the member `name`, of type `T`.
    fn value<T: QapiType>(self, name: &'static str) -> Result<T, Self::Error>;

    /// Reads it as any JSON.
    fn any(self) -> Result<Value, Self::Error>;

    /// Skips it.
    fn skip(self) -> Result<(), Self::Error>;
}

impl<'de> MemberReader<'de> for &mut Cursor<'de> {
    type Error = Fault;

    fn value<T: QapiType>(self, _: &'static str) -> Result<T, Fault> {
        T::decode(self)
    }

    fn any(self) -> Result<Value, Fault> {
        Cursor::any(self)
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

    fn any(self) -> Result<Value, A::Error> {
        self.map.next_value()
    }

    fn skip(self) -> Result<(), A::Error> {
        self.map.next_value::<IgnoredAny>().map(drop)
    }
}

/// The name as text; it was checked.
pub fn owned_name(name: &[u8]) -> String {
    String::from_utf8_lossy(name).into_owned()
}

/// Members under names that are not the object's own, in the order in which they came.
pub type Rest = Vec<(String, Value)>;

/// Why a partial object cannot be finished.
#[derive(Debug)]
pub enum Incomplete {
    /// This member is missing.
    Missing(&'static str),
    /// The members under other names do not fit.
    Rest(serde_json::Error),
}

impl Incomplete {
    pub(crate) fn at(self, offset: usize) -> Fault {
        match self {
            Incomplete::Missing(member) => Fault::missing(member, offset),
            Incomplete::Rest(error) => Fault::new(DecodeErrorKind::Type, offset, error.to_string()),
        }
    }

    pub(crate) fn in_place<E: Error>(self, place: &Place<'_>) -> E {
        match self {
            Incomplete::Missing(member) => {
                E::custom(format_args!("{} is missing", Place::Member(place, member)))
            }
            Incomplete::Rest(error) => E::custom(error),
        }
    }
}

/// Reads a member's value into the partial. Compiled once for all members of the same type.
#[inline(never)]
pub fn read_into<'de, T: QapiType, S: MemberReader<'de>>(
    member: &mut Option<T>,
    name: &'static str,
    source: S,
) -> Result<(), S::Error> {
    *member = Some(source.value(name)?);
    Ok(())
}

/// The value of a member that was left out.
#[inline(always)]
pub fn absent<T: QapiType>(name: &'static str) -> Result<T, Incomplete> {
    T::absent().ok_or(Incomplete::Missing(name))
}

/// The member that was read, or else the whole object as the member's value.
#[inline]
pub fn read_or_bare<T: QapiType>(
    read: Option<T>,
    name: &'static str,
    rest: Rest,
    place: &Place<'_>,
) -> Result<T, Incomplete> {
    match read {
        Some(value) => Ok(value),
        None if rest.is_empty() => absent(name),
        None => {
            let place = Place::Member(place, name);
            T::deserialize_at(MapDeserializer::new(rest.into_iter()), &place).map_err(Incomplete::Rest)
        }
    }
}

/// The union whose tag and members are among the object's own.
pub fn branches<T: QapiType>(rest: Rest, place: &Place<'_>) -> Result<T, Incomplete> {
    T::deserialize_at(MapDeserializer::new(rest.into_iter()), place).map_err(Incomplete::Rest)
}

/// Reads an object: members in QEMU's order, with others anywhere between them.
pub fn decode_object<T: Object>(cursor: &mut Cursor<'_>) -> Result<T, Fault> {
    let mut partial = T::Partial::default();
    cursor.skip_whitespace();
    let start = cursor.offset();
    let mut more = cursor.open_object()?;
    while more && T::decode_in_qemu_order(&mut partial, cursor)? {
        more = decode_in_any_order::<T>(&mut partial, cursor)?;
    }
    T::finish(partial, &Place::Root(T::NAME)).map_err(|incomplete| incomplete.at(start))
}

/// Reads one member, and says whether another one comes.
#[inline(never)]
fn decode_in_any_order<T: Object>(partial: &mut T::Partial, cursor: &mut Cursor<'_>) -> Result<bool, Fault> {
    let name = cursor.key()?;
    T::read_member(partial, &name, &mut *cursor)?;
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
        T::finish(partial, self.0).map_err(|incomplete| incomplete.in_place(self.0))
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
