//! What this build does not know, kept as it came.

use std::fmt;

use serde::de::{Deserialize, Deserializer};
use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::json::{RawJson, UnknownMembers};

/// An event that this build does not know: a newer QEMU's, or a vendor's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownEvent {
    /// The event's name on the wire.
    pub name: String,
    /// Its `data`, an object, if there was one.
    pub data: Option<RawJson<'static>>,
}

impl UnknownEvent {
    /// An event of this name, without `data`.
    pub fn new(name: impl Into<String>) -> Self {
        UnknownEvent { name: name.into(), data: None }
    }

    /// Writes the entry `data` if there is one.
    #[doc(hidden)]
    pub fn serialize_data<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        match &self.data {
            Some(data) => map.serialize_entry("data", data),
            None => Ok(()),
        }
    }
}

/// A value of an enum that this build does not know.
///
/// As small as a pointer, so that an open enum costs no more than one.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnknownValue(#[expect(clippy::box_collection, reason = "thin, unlike Box<str>")] Box<String>);

impl UnknownValue {
    #[cold]
    #[doc(hidden)]
    pub fn new(value: &[u8]) -> Self {
        UnknownValue(Box::new(String::from_utf8_lossy(value).into_owned()))
    }

    /// The value's name on the wire.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for UnknownValue {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_str().fmt(formatter)
    }
}

impl fmt::Display for UnknownValue {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

impl Serialize for UnknownValue {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for UnknownValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|value| UnknownValue(Box::new(value)))
    }
}

/// A branch of a union that this build does not know: the tag's value and all other members.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownBranch(Box<(String, UnknownMembers)>);

impl UnknownBranch {
    /// The branch that this value of the tag selects.
    #[cold]
    pub fn new(tag: impl Into<String>, members: UnknownMembers) -> Self {
        UnknownBranch(Box::new((tag.into(), members)))
    }

    /// The value of the member that selects the branch.
    pub fn tag(&self) -> &str {
        &self.0.0
    }

    /// All members but the tag.
    pub fn members(&self) -> &UnknownMembers {
        &self.0.1
    }
}
