//! Messages through serde.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, MapAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};

use super::event_message::EventMessage;
use super::extras::Extras;
use super::set::{QapiEvents, conflict};
use crate::cursor::Cursor;
use crate::info::EventInfo;
use crate::json::{Copy, RawJson, UnknownMembers};
use crate::timestamp::{Timestamp, WholeTimestamp};
use crate::wire::event::{FromSerde, NoData};
use crate::wire::object::Name;
use crate::wire::place::Place;
use crate::wire::qapi_type::Seed;

impl<'de, E: QapiEvents> Deserialize<'de> for EventMessage<E> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MessageVisitor(PhantomData))
    }
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
        let mut ahead = None;
        let mut extras = Extras::default();
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
                    extras.data(event.is_none());
                    ahead = None;
                }
                ("data", None) => {
                    let data: Option<RawJson<'_>> = map.next_value()?;
                    if data.as_ref().is_some_and(|data| !data.is_object()) {
                        return Err(A::Error::custom("expected an object for `data`"));
                    }
                    extras.data(data.is_none());
                    ahead = data;
                }
                ("timestamp", _) => {
                    let place = Place::Member(&MESSAGE, "timestamp");
                    let whole = map.next_value_seed(Seed::<Option<WholeTimestamp>>::new(&place))?;
                    timestamp = extras.timestamp(whole);
                }
                (unknown, _) => {
                    let write = |text: &mut String| map.next_value_seed(Copy(text));
                    extras.unknown().push_with(unknown.as_bytes(), write)?;
                }
            }
        }
        let Some(name) = name else { return Err(A::Error::missing_field("event")) };
        let event = match event {
            Some(event) => event,
            None => read_late(name.as_bytes(), ahead)?,
        };
        Ok(extras.into_message(event, timestamp))
    }
}

/// Reads `data` that came before the name, or not at all.
fn read_late<E: QapiEvents, R: Error>(name: &[u8], data: Option<RawJson<'_>>) -> Result<E, R> {
    let place = || Place::Root(known_name::<E>(name));
    let Some(data) = data else {
        return E::read(name, NoData).map_err(|incomplete| incomplete.in_place(&place()));
    };
    let text = data.as_str().as_bytes();
    E::read(name, &mut Cursor::new(text)).map_err(|fault| place().error(&fault.in_text(text)))
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
        E::read(name, FromSerde::new(deserializer)).map(Some)
    }
}

impl<E: QapiEvents> Serialize for EventMessage<E> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let EventMessage { event, timestamp, unknown } = self;
        let mut map = serializer.serialize_map(None)?;
        if let Some(timestamp) = timestamp {
            match unknown.get("timestamp").filter(RawJson::is_object) {
                None => map.serialize_entry("timestamp", timestamp)?,
                Some(rest) => map.serialize_entry("timestamp", &whole(*timestamp, rest))?,
            }
        }
        map.serialize_entry("event", event.name())?;
        event.serialize_data(&mut map)?;
        unknown.serialize_into(&mut map, |name| match name {
            "timestamp" => timestamp.is_some(),
            "event" => true,
            "data" => event.has_data(),
            _ => false,
        })?;
        map.end()
    }
}

fn whole(Timestamp { seconds, microseconds }: Timestamp, rest: RawJson<'_>) -> WholeTimestamp {
    WholeTimestamp { seconds, microseconds, unknown: UnknownMembers::of_object(rest.to_string()) }
}

/// Reads an event as a message, discarding the timestamp.
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
