//! What a type must do to be used in an event: be read from bytes and from serde, and describe
//! itself.

use std::marker::PhantomData;

use serde::de::{DeserializeSeed, Deserializer};

use super::place::Place;
use crate::cursor::Cursor;
use crate::error::Fault;
use crate::info::TypeInfo;
#[cfg(doc)]
use crate::json::{RawJson, UnknownMembers};

/// A type of values: a member of an event can have it.
///
/// Integers, `f64`, `bool`, `String`, `()` (QAPI's `null`), [`RawJson`] or
/// [`serde_json::Value`] (QAPI's `any`), [`UnknownMembers`] (an object without members of its own),
/// `Vec`, `Option` and `Box` of such types, and everything that derives
/// [`QapiStruct`](derive@crate::QapiStruct), [`QapiEnum`](derive@crate::QapiEnum),
/// [`QapiUnion`](derive@crate::QapiUnion) or [`QapiAlternate`](derive@crate::QapiAlternate).
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a QAPI type",
    note = "QAPI types are i8 to i64, u8 to u64, f64, bool, String, (), RawJson<'static>, Vec, Option and Box of QAPI types",
    note = "derive `QapiStruct`, `QapiEnum`, `QapiUnion` or `QapiAlternate` for a type of your own"
)]
pub trait QapiType: Sized {
    /// What is known about the type.
    const TYPE: TypeInfo;

    #[doc(hidden)]
    const JSON: JsonType;

    /// Whether a member of this type may be left out.
    #[doc(hidden)]
    const OPTIONAL: bool = false;

    /// Whether `null` is a value of the type.
    #[doc(hidden)]
    const TAKES_NULL: bool = false;

    #[doc(hidden)]
    fn decode(cursor: &mut Cursor<'_>) -> Result<Self, Fault>;

    /// Reads the members of a union's branch from the union's object, in which `tags` are not members
    /// of the branch.
    #[doc(hidden)]
    fn decode_branch(cursor: &mut Cursor<'_>, tags: &Tags<'_>) -> Result<Self, Fault> {
        let _ = tags;
        Self::decode(cursor)
    }

    #[doc(hidden)]
    fn deserialize_at<'de, D: Deserializer<'de>>(
        deserializer: D,
        place: &Place<'_>,
    ) -> Result<Self, D::Error>;

    /// The value of a member that was left out, if it may be.
    #[doc(hidden)]
    fn absent() -> Option<Self> {
        None
    }

    /// Whether to leave the member out.
    #[doc(hidden)]
    fn is_absent(&self) -> bool {
        false
    }

    /// Whether the value has something in it that this build does not know.
    #[doc(hidden)]
    fn has_unknown(&self) -> bool {
        false
    }
}

/// The types of JSON values. `Any` is none of them in particular.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JsonType {
    Null,
    Boolean,
    Number,
    String,
    List,
    Object,
    Any,
}

/// The tags of a union, and of the unions that it is a branch of.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct Tags<'a> {
    pub(crate) tag: &'static str,
    pub(crate) outer: Option<&'a Tags<'a>>,
}

impl Tags<'_> {
    pub(crate) fn contain(&self, name: &[u8]) -> bool {
        self.tag.as_bytes() == name || self.outer.is_some_and(|outer| outer.contain(name))
    }
}

/// Reads a `T` where serde wants a seed.
pub(crate) struct Seed<'p, T>(&'p Place<'p>, PhantomData<T>);

impl<'p, T> Seed<'p, T> {
    pub(crate) fn new(place: &'p Place<'p>) -> Self {
        Seed(place, PhantomData)
    }
}

impl<'de, T: QapiType> DeserializeSeed<'de> for Seed<'_, T> {
    type Value = T;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        T::deserialize_at(deserializer, self.0)
    }
}
