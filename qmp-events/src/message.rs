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

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::Value;

use crate::Event;
use crate::cursor::{Cursor, Fault};
use crate::error::{DecodeError, DecodeErrorKind};
use crate::info::EventInfo;
use crate::timestamp::Timestamp;
use crate::wire::QapiEvents;
use crate::wire::event::{NoData, Through};
use crate::wire::object::Name;
use crate::wire::place::Place;
use crate::wire::value::Seed;

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
        let mut cursor = Cursor::new(message);
        let Some((timestamp, name)) = read_opening(&mut cursor) else {
            return Self::decode_other_order(message);
        };
        let event = match read_separator(&mut cursor) {
            Separator::Data => E::read(name, &mut cursor),
            Separator::End => E::read(name, NoData).map_err(|incomplete| incomplete.at(0)),
            Separator::Other => return Self::decode_any_layout(message),
        };
        match event {
            Ok(event) if cursor.expect_closing() => Ok(EventMessage { event, timestamp: Some(timestamp) }),
            Ok(_) => Self::decode_any_layout(message),
            Err(fault) => Err(DecodeError::new(message, fault)),
        }
    }

    /// Reads a message that does not begin with the timestamp, as others than QEMU write it.
    #[inline(never)]
    fn decode_other_order(message: &[u8]) -> Result<Self, DecodeError> {
        match Self::decode_event_first(message).or_else(|| Self::decode_data_first(message)) {
            Some(Ok(read)) => Ok(read),
            Some(Err(fault)) => Err(DecodeError::new(message, fault)),
            None => Self::decode_any_layout(message),
        }
    }

    /// Reads event, data, timestamp with QEMU's spacing; nothing if it is written otherwise.
    #[inline(always)]
    fn decode_event_first(message: &[u8]) -> Option<Result<Self, Fault>> {
        let mut cursor = Cursor::new(message);
        if !cursor.expect_opening(b"{\"event\": \"") {
            return None;
        }
        let name = cursor.plain_string()?;
        let Separator::Data = read_separator(&mut cursor) else { return None };
        match E::read(name, &mut cursor) {
            Ok(event) => {
                let timestamp = Some(read_ending(&mut cursor)?);
                Some(Ok(EventMessage { event, timestamp }))
            }
            Err(fault) => Some(Err(fault)),
        }
    }

    /// Reads data, event, timestamp with QEMU's spacing; nothing if it is written otherwise.
    #[inline(always)]
    fn decode_data_first(message: &[u8]) -> Option<Result<Self, Fault>> {
        let mut cursor = Cursor::new(message);
        if !cursor.expect_opening(b"{\"data\": ") || cursor.peek() != Some(b'{') {
            return None;
        }
        let mut data = cursor.clone();
        if let Err(fault) = cursor.skip_value() {
            return Some(Err(fault));
        }
        if !cursor.expect(b", \"event\": \"") {
            return None;
        }
        let name = cursor.plain_string()?;
        let timestamp = Some(read_ending(&mut cursor)?);
        Some(E::read(name, &mut data).map(|event| EventMessage { event, timestamp }))
    }

    #[inline(never)]
    fn decode_any_layout(message: &[u8]) -> Result<Self, DecodeError> {
        read_parts(message, decode_data::<E>)
            .map(|parts| EventMessage { event: parts.data, timestamp: parts.timestamp })
            .map_err(|fault| DecodeError::new(message, fault))
    }
}

/// The timestamp and the name, if the message begins as QEMU writes it.
#[inline(always)]
pub(crate) fn read_opening<'a>(cursor: &mut Cursor<'a>) -> Option<(Timestamp, &'a [u8])> {
    if !cursor.expect(b"{\"timestamp\": {\"seconds\": ") {
        return None;
    }
    let timestamp = read_seconds(cursor)?;
    if !cursor.expect_opening(b"}, \"event\": \"") {
        return None;
    }
    Some((timestamp, cursor.plain_string()?))
}

/// The timestamp at the end of the message, with QEMU's spacing.
#[inline(always)]
fn read_ending(cursor: &mut Cursor<'_>) -> Option<Timestamp> {
    if !cursor.expect(b", \"timestamp\": {\"seconds\": ") {
        return None;
    }
    let timestamp = read_seconds(cursor)?;
    (cursor.expect(b"}") && cursor.expect_closing()).then_some(timestamp)
}

/// The timestamp from the value of its seconds to that of its microseconds.
#[inline(always)]
fn read_seconds(cursor: &mut Cursor<'_>) -> Option<Timestamp> {
    let seconds = cursor.short_integer()?;
    if !cursor.expect(b", \"microseconds\": ") {
        return None;
    }
    let microseconds = cursor.short_integer()?;
    Some(Timestamp { seconds, microseconds })
}

/// What comes behind the name.
pub(crate) enum Separator {
    /// An object as `data`.
    Data,
    /// The end of the message.
    End,
    /// Anything that QEMU does not write there.
    Other,
}

#[inline(always)]
pub(crate) fn read_separator(cursor: &mut Cursor<'_>) -> Separator {
    if cursor.expect(b", \"data\": ") && cursor.peek() == Some(b'{') {
        Separator::Data
    } else if cursor.peek() == Some(b'}') {
        Separator::End
    } else {
        Separator::Other
    }
}

impl<E: QapiEvents> FromStr for EventMessage<E> {
    type Err = DecodeError;

    fn from_str(text: &str) -> Result<Self, DecodeError> {
        Self::decode(text.as_bytes())
    }
}

/// Reads `data` of the event `name`; without a cursor, there is none.
#[inline]
pub(crate) fn decode_data<E: QapiEvents>(name: &[u8], data: Option<&mut Cursor<'_>>) -> Result<E, Fault> {
    match data {
        Some(cursor) => E::read(name, cursor),
        None => E::read(name, NoData).map_err(|incomplete| incomplete.at(0)),
    }
}

/// A message, `data` of which was read by the caller.
pub(crate) struct Parts<'a, T> {
    pub(crate) name: Cow<'a, [u8]>,
    pub(crate) timestamp: Option<Timestamp>,
    pub(crate) data: T,
}

/// Reads a message in whatever layout. `read` gets the event's name and stands in front of `data`, an object; it gets
/// `None` if there is no `data`. It is called more than once if `data` stands there more than once.
#[inline]
pub(crate) fn read_parts<'a, T>(
    text: &'a [u8],
    mut read: impl FnMut(&[u8], Option<&mut Cursor<'a>>) -> Result<T, Fault>,
) -> Result<Parts<'a, T>, Fault> {
    let mut cursor = Cursor::new(text);
    let mut draft = Draft::default();
    let mut more = cursor.open_object()?;
    while more {
        more = draft.read_member(&mut cursor, &mut read)?;
    }
    cursor.end()?;
    draft.finish(&mut read)
}

struct Draft<'a, T> {
    name: Option<Cow<'a, [u8]>>,
    timestamp: Option<Timestamp>,
    data: Data<'a, T>,
}

enum Data<'a, T> {
    Absent,
    /// It stands here, before the name that says what it is.
    Ahead(Cursor<'a>),
    Read(T),
}

impl<T> Default for Draft<'_, T> {
    fn default() -> Self {
        Draft { name: None, timestamp: None, data: Data::Absent }
    }
}

impl<'a, T> Draft<'a, T> {
    fn read_member(
        &mut self,
        cursor: &mut Cursor<'a>,
        read: &mut impl FnMut(&[u8], Option<&mut Cursor<'a>>) -> Result<T, Fault>,
    ) -> Result<bool, Fault> {
        match &*cursor.key()? {
            b"event" => self.read_name(cursor)?,
            b"data" => self.read_data(cursor, read)?,
            b"timestamp" => self.timestamp = crate::QapiType::decode(cursor)?,
            _ => cursor.skip_value()?,
        }
        cursor.next_member()
    }

    fn read_name(&mut self, cursor: &mut Cursor<'a>) -> Result<(), Fault> {
        cursor.skip_whitespace();
        let start = cursor.offset();
        let name = cursor.string()?;
        if let (Data::Read(_), Some(earlier)) = (&self.data, &self.name)
            && *earlier != name
        {
            let message = conflict(&earlier.escape_ascii(), &name.escape_ascii());
            return Err(Fault::new(DecodeErrorKind::Conflict, start, message));
        }
        self.name = Some(name);
        Ok(())
    }

    #[inline]
    fn read_data(
        &mut self,
        cursor: &mut Cursor<'a>,
        read: &mut impl FnMut(&[u8], Option<&mut Cursor<'a>>) -> Result<T, Fault>,
    ) -> Result<(), Fault> {
        self.data = match (cursor.peek_value(), &self.name) {
            (Some(b'{'), Some(name)) => Data::Read(read(name, Some(cursor))?),
            (Some(b'{'), None) => {
                let ahead = cursor.clone();
                cursor.skip_value()?;
                Data::Ahead(ahead)
            }
            (Some(b'n'), _) => {
                cursor.null()?;
                Data::Absent
            }
            _ => return Err(cursor.mismatch("an object")),
        };
        Ok(())
    }

    #[inline]
    fn finish(
        self,
        read: &mut impl FnMut(&[u8], Option<&mut Cursor<'a>>) -> Result<T, Fault>,
    ) -> Result<Parts<'a, T>, Fault> {
        let Draft { name, timestamp, data } = self;
        let name = name.ok_or_else(|| Fault::missing("event", 0))?;
        let data = match data {
            Data::Read(data) => data,
            Data::Absent => read(&name, None)?,
            Data::Ahead(mut cursor) => read(&name, Some(&mut cursor))?,
        };
        Ok(Parts { name, timestamp, data })
    }
}

fn conflict(earlier: &dyn fmt::Display, name: &dyn fmt::Display) -> String {
    format!("`data` was read as that of {earlier}, and now the event is {name}")
}

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
        let mut ahead = Value::Null;
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
                    ahead = Value::Null;
                }
                ("data", None) => {
                    ahead = map.next_value()?;
                    if !ahead.is_object() && !ahead.is_null() {
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
fn read_late<E: QapiEvents, R: Error>(name: &[u8], data: Value) -> Result<E, R> {
    match data {
        Value::Null => E::read(name, NoData)
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
