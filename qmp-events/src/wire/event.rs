//! `data` of an event, about to be read as the event that the name selects.

use std::marker::PhantomData;

use serde::de::{Deserializer, Error};
use serde::ser::SerializeMap;
use serde_json::Value;

use super::object::{Incomplete, decode_object, deserialize_object};
use super::place::Place;
use super::{QapiEvent, QapiEvents};
use crate::cursor::{Cursor, Fault};
use crate::unknown::UnknownEvent;

/// `data`, about to be read.
pub trait Payload: Sized {
    /// Why it could not be read.
    type Error;

    /// Reads it as that of `T`.
    fn event<T: QapiEvent>(self) -> Result<T, Self::Error>;

    /// Keeps it whole.
    fn unknown(self, name: &[u8]) -> Result<UnknownEvent, Self::Error>;
}

/// `data` is absent or null.
pub(crate) struct NoData;

impl Payload for NoData {
    type Error = Incomplete;

    fn event<T: QapiEvent>(self) -> Result<T, Incomplete> {
        T::finish(T::Draft::default(), &Place::Root(T::NAME))
    }

    fn unknown(self, name: &[u8]) -> Result<UnknownEvent, Incomplete> {
        Ok(UnknownEvent { name: text(name), data: None })
    }
}

/// In front of `data`, which is an object.
impl Payload for &mut Cursor<'_> {
    type Error = Fault;

    #[inline]
    fn event<T: QapiEvent>(self) -> Result<T, Fault> {
        decode_object(self)
    }

    #[cold]
    fn unknown(self, name: &[u8]) -> Result<UnknownEvent, Fault> {
        Ok(UnknownEvent { name: text(name), data: Some(self.any()?) })
    }
}

/// A deserializer of `data` that is not null.
pub(crate) struct Through<'de, D>(D, PhantomData<&'de ()>);

impl<'de, D: Deserializer<'de>> Through<'de, D> {
    pub(crate) fn new(deserializer: D) -> Self {
        Through(deserializer, PhantomData)
    }
}

impl<'de, D: Deserializer<'de>> Payload for Through<'de, D> {
    type Error = D::Error;

    fn event<T: QapiEvent>(self) -> Result<T, D::Error> {
        deserialize_object(self.0, &Place::Root(T::NAME))
    }

    fn unknown(self, name: &[u8]) -> Result<UnknownEvent, D::Error> {
        let data: Value = serde::Deserialize::deserialize(self.0)?;
        if !data.is_object() {
            return Err(D::Error::custom(format_args!("expected an object for `data` of {}", text(name))));
        }
        Ok(UnknownEvent { name: text(name), data: Some(data) })
    }
}

/// The name as text; it was checked.
fn text(name: &[u8]) -> String {
    String::from_utf8_lossy(name).into_owned()
}

/// The name of the event that has had this other name.
#[cold]
pub fn name_of_alias<E: QapiEvents>(alias: &[u8]) -> Option<&'static [u8]> {
    let info = E::INFOS.iter().find(|info| info.aliases.iter().any(|name| name.as_bytes() == alias))?;
    (info.name.as_bytes() != alias).then_some(info.name.as_bytes())
}

/// Writes the entry `data`, unless messages of this event have none.
pub fn serialize_data<T: QapiEvent, M: SerializeMap>(event: &T, map: &mut M) -> Result<(), M::Error> {
    if T::HAS_MEMBERS { map.serialize_entry("data", event) } else { Ok(()) }
}
