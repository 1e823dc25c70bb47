//! Event messages: the one object in which everything about an event stands.
//!
//! Bytes and serde are read by the same rules:
//!
//! - `event` is required; `timestamp` and `data` may be absent or null, and `data` of an event whose
//!   members may all be left out as well. Other members are passed over.
//! - Members come in any order, and the last of the same name wins; but an `event` behind `data`
//!   cannot rename what was already read under another name.
//!
//! They differ only where serde_json does not look closely: in what it skips, and at floats. In
//! skipped values bytes are the stricter ones: invalid UTF-8, halves of surrogate pairs, numbers
//! beyond every float and nesting beyond 127 levels are errors there too. And a fraction that
//! no float can hold (`1.00000000000000000001`) is refused where an integer stands, while serde_json
//! rounds it away before anyone sees it.

mod layout;
mod parts;

use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::Event;
use crate::error::DecodeError;
use crate::info::EventInfo;
use crate::timestamp::Timestamp;
use crate::wire::QapiEvents;
use crate::wire::buffered::Buffered;
use crate::wire::event::{NoData, Through};
use crate::wire::object::Name;
use crate::wire::place::Place;
use crate::wire::value::Seed;
pub use layout::{OpenedMessage, decode_message};
pub(crate) use layout::{read_name, read_opening};
pub(crate) use parts::{Parts, decode_data, read_parts};

/// An event with the time at which it happened.
///
/// `E` is the set of events to tell apart: [`Event`] has them all; derive
/// [`QapiEvents`](derive@crate::QapiEvents) for a set of your own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventMessage<E = Event> {
    /// The event.
    pub event: E,
    /// When it happened; absent in some documents, never on QEMU's wire.
    pub timestamp: Option<Timestamp>,
}

impl<E: QapiEvents> EventMessage<E> {
    /// Reads one message, with nothing but white space around it.
    ///
    /// # Errors
    ///
    /// If the text is no event message, or its members do not fit its event. An event, a member, a
    /// value or a branch that this build does not know is no error.
    pub fn decode(message: &[u8]) -> Result<Self, DecodeError> {
        E::decode(message)
    }
}

impl<E: QapiEvents> FromStr for EventMessage<E> {
    type Err = DecodeError;

    fn from_str(text: &str) -> Result<Self, DecodeError> {
        Self::decode(text.as_bytes())
    }
}

impl<'de, E: QapiEvents> Deserialize<'de> for EventMessage<E> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MessageVisitor(PhantomData))
    }
}

fn conflict(earlier: &dyn fmt::Display, name: &dyn fmt::Display) -> String {
    format!("`data` was read as that of {earlier}, and now the event is {name}")
}

struct MessageVisitor<E>(PhantomData<E>);

impl<'de, E: QapiEvents> Visitor<'de> for MessageVisitor<E> {
    type Value = EventMessage<E>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an event message, an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<EventMessage<E>, A::Error> {
        const MESSAGE: Place<'_> = Place::Root("an event message");
        let mut name: Option<String> = None;
        let mut timestamp = None;
        let mut event = None;
        let mut ahead = Buffered::Null;
        while let Some(key) = map.next_key_seed(Name)? {
            match (&*key, &name) {
                ("event", earlier) => {
                    let place = Place::Member(&MESSAGE, "event");
                    let new: String = map.next_value_seed(Seed::new(&place))?;
                    match (earlier, &event) {
                        (Some(earlier), Some(_)) if *earlier != new => {
                            return Err(A::Error::custom(conflict(earlier, &new)));
                        }
                        _ => name = Some(new),
                    }
                }
                ("data", Some(name)) => {
                    event = map.next_value_seed(DataSeed(name, PhantomData))?;
                    ahead = Buffered::Null;
                }
                ("data", None) => {
                    ahead = map.next_value()?;
                    if !matches!(ahead, Buffered::Object(_) | Buffered::Null) {
                        return Err(A::Error::custom("expected an object for `data`"));
                    }
                }
                ("timestamp", _) => {
                    let place = Place::Member(&MESSAGE, "timestamp");
                    timestamp = map.next_value_seed(Seed::new(&place))?;
                }
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        let Some(name) = name else { return Err(A::Error::missing_field("event")) };
        let event = match event {
            Some(event) => event,
            None => read_late(name.as_bytes(), ahead)?,
        };
        Ok(EventMessage { event, timestamp })
    }
}

/// Reads `data` that came before the name, or not at all.
fn read_late<E: QapiEvents, R: Error>(name: &[u8], data: Buffered) -> Result<E, R> {
    match data {
        Buffered::Null => E::read(name, NoData)
            .map_err(|incomplete| incomplete.in_place(&Place::Root(known_name::<E>(name)))),
        data => E::read(name, Through::new(data)).map_err(R::custom),
    }
}

/// The name, if it is in the set.
fn known_name<E: QapiEvents>(name: &[u8]) -> &'static str {
    let named = |info: &&&EventInfo| {
        info.name.as_bytes() == name || info.aliases.iter().any(|alias| alias.as_bytes() == name)
    };
    E::INFOS.iter().find(named).map_or("an event", |info| info.name)
}

/// Reads `data` of the event of this name; null is none.
struct DataSeed<'n, E>(&'n str, PhantomData<E>);

impl<'de, E: QapiEvents> DeserializeSeed<'de> for DataSeed<'_, E> {
    type Value = Option<E>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<E>, D::Error> {
        deserializer.deserialize_option(self)
    }
}

impl<'de, E: QapiEvents> Visitor<'de> for DataSeed<'_, E> {
    type Value = Option<E>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "an object for `data` of {}", self.0)
    }

    fn visit_none<R: Error>(self) -> Result<Option<E>, R> {
        Ok(None)
    }

    fn visit_unit<R: Error>(self) -> Result<Option<E>, R> {
        Ok(None)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<E>, D::Error> {
        let name = self.0.as_bytes();
        E::read(name, Through::new(deserializer)).map(Some)
    }
}

impl<E: QapiEvents> Serialize for EventMessage<E> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        if let Some(timestamp) = &self.timestamp {
            map.serialize_entry("timestamp", timestamp)?;
        }
        map.serialize_entry("event", self.event.name())?;
        self.event.serialize_data(&mut map)?;
        map.end()
    }
}

/// Reads an event as a message whose time nobody wants.
#[doc(hidden)]
pub fn deserialize_event<'de, D: Deserializer<'de>, E: QapiEvents>(deserializer: D) -> Result<E, D::Error> {
    EventMessage::deserialize(deserializer).map(|message| message.event)
}

/// Writes an event as a message without time.
#[doc(hidden)]
pub fn serialize_event<E: QapiEvents, S: Serializer>(event: &E, serializer: S) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(None)?;
    map.serialize_entry("event", event.name())?;
    event.serialize_data(&mut map)?;
    map.end()
}
