//! Reading.

use std::borrow::Cow;
use std::fmt::Display;
use std::str::FromStr;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use super::disconnection::Disconnection;
use super::error::CloudEventError;
use super::event::{CloudEvent, Content};
use super::members::{DroppedData, EVENT_PREFIX, GapData, LaggedData, MalformedData, NOTICE_PREFIX, UNKNOWN};
use super::time::read_time;
use crate::client::{Gap, Peer};
use crate::cursor::Cursor;
use crate::error::{DecodeError, Fault};
use crate::json::{RawJson, UnknownMembers};
use crate::message::{EventMessage, QapiEvents, decode_data};
use crate::protocol::Greeting;
use crate::timestamp::{Timestamp, WholeTimestamp};
use crate::wire::qapi_type::QapiType;

impl CloudEvent {
    /// Reads one CloudEvent in the JSON format. With a set of events of your own, parse:
    /// `text.parse::<CloudEvent<EventMessage<MyEvent>>>()`.
    ///
    /// # Errors
    ///
    /// [`Foreign`](CloudEventError::Foreign) if it is about something else than a machine; the others if it is
    /// damaged. An event, a member or a value that this build does not know is not an error.
    pub fn decode(json: &[u8]) -> Result<Self, CloudEventError> {
        read(json)
    }
}

impl<E: QapiEvents> FromStr for CloudEvent<EventMessage<E>> {
    type Err = CloudEventError;

    fn from_str(text: &str) -> Result<Self, CloudEventError> {
        read(text.as_bytes())
    }
}

/// What kind of content the type says that it is.
enum Type<'a> {
    Event(&'a str),
    Notice(&'a str),
}

/// `data` in a text.
struct Data<'a> {
    text: &'a [u8],
    /// At its beginning.
    cursor: Cursor<'a>,
    /// Whether it is all of the text.
    is_whole: bool,
}

/// The members of a CloudEvent that mean something to us, unread, and the others.
#[derive(Default)]
struct Members<'a> {
    specversion: Option<Cow<'a, str>>,
    r#type: Option<Cow<'a, str>>,
    id: Option<Cow<'a, str>>,
    source: Option<Cow<'a, str>>,
    subject: Option<Cow<'a, str>>,
    time: Option<Cow<'a, str>>,
    unknown: Option<Cow<'a, str>>,
    /// At its beginning.
    data: Option<Cursor<'a>>,
    data_base64: Option<Cow<'a, str>>,
    extensions: UnknownMembers,
}

fn read<E: QapiEvents>(json: &[u8]) -> Result<CloudEvent<EventMessage<E>>, CloudEventError> {
    let members = Members::read(json).map_err(|fault| fault.in_text(json))?;
    let is_version = members.specversion.as_deref().map(|version| version == "1.0");
    let r#type = required("type", members.r#type.as_deref())?;
    match is_version {
        None => return Err(CloudEventError::Missing { attribute: "specversion" }),
        Some(true) => {}
        Some(false) => return Err(CloudEventError::invalid("specversion", "only 1.0 can be read")),
    }
    let kind = type_of(r#type)?;
    let time = members.time.as_deref().map(read_time).transpose()?;
    let decoded = members.decode_base64()?;
    let data = match &decoded {
        Some(text) => Some(Data { text, cursor: Cursor::new(text), is_whole: true }),
        None => members.data.map(|cursor| Data { text: json, cursor, is_whole: false }),
    };
    let content = match kind {
        Type::Event(name) => {
            Content::Event(read_event(name, data.as_ref(), time, members.unknown.as_deref())?)
        }
        Type::Notice(name) => {
            let data = data.ok_or(CloudEventError::Missing { attribute: "data" })?;
            read_notice(name, &data)?
        }
    };
    Ok(CloudEvent {
        id: required("id", members.id.as_deref())?.to_owned(),
        source: required("source", members.source.as_deref())?.to_owned(),
        subject: members.subject.map(Cow::into_owned),
        time,
        content,
        extensions: members.extensions,
    })
}

fn required<'a>(attribute: &'static str, value: Option<&'a str>) -> Result<&'a str, CloudEventError> {
    value.filter(|value| !value.is_empty()).ok_or(CloudEventError::Missing { attribute })
}

fn type_of(text: &str) -> Result<Type<'_>, CloudEventError> {
    let event = text.strip_prefix(EVENT_PREFIX).map(Type::Event);
    let notice = || text.strip_prefix(NOTICE_PREFIX).map(Type::Notice);
    event.or_else(notice).ok_or_else(|| foreign(text))
}

fn foreign(r#type: &str) -> CloudEventError {
    CloudEventError::Foreign { r#type: r#type.to_owned() }
}

impl<'a> Members<'a> {
    fn read(json: &'a [u8]) -> Result<Self, Fault> {
        let mut members = Members::default();
        let mut cursor = Cursor::new(json);
        let mut more = cursor.open_object()?;
        while more {
            let name = cursor.key()?;
            match &*name {
                b"specversion" => members.specversion = read_text(&mut cursor)?,
                b"type" => members.r#type = read_text(&mut cursor)?,
                b"id" => members.id = read_text(&mut cursor)?,
                b"source" => members.source = read_text(&mut cursor)?,
                b"subject" => members.subject = read_text(&mut cursor)?,
                b"time" => members.time = read_text(&mut cursor)?,
                b"data_base64" => members.data_base64 = read_text(&mut cursor)?,
                // Data that is JSON is what is read, whatever it is called.
                b"datacontenttype" => drop(read_text(&mut cursor)?),
                b"data" => {
                    cursor.skip_whitespace();
                    members.data = Some(cursor.clone());
                    cursor.skip_value()?;
                }
                name if name == UNKNOWN.as_bytes() => members.unknown = read_text(&mut cursor)?,
                name => members.extensions.push_with(name, |text| cursor.copy_value(text))?,
            }
            more = cursor.next_member()?;
        }
        cursor.end().map(|()| members)
    }

    /// Data that came as bytes.
    fn decode_base64(&self) -> Result<Option<Vec<u8>>, CloudEventError> {
        let invalid = |problem: &dyn Display| CloudEventError::invalid("data_base64", problem);
        match (&self.data_base64, &self.data) {
            (None, _) => Ok(None),
            (Some(_), Some(_)) => Err(invalid(&"there is `data` as well; only one of them may be there")),
            (Some(text), None) => BASE64_STANDARD.decode(&**text).map(Some).map_err(|error| invalid(&error)),
        }
    }
}

/// A string, or null for none.
fn read_text<'a>(cursor: &mut Cursor<'a>) -> Result<Option<Cow<'a, str>>, Fault> {
    if cursor.peek_value() == Some(b'n') {
        return cursor.null().map(|()| None);
    }
    Ok(Some(match cursor.string()? {
        Cow::Borrowed(text) => String::from_utf8_lossy(text),
        Cow::Owned(text) => Cow::Owned(String::from_utf8_lossy(&text).into_owned()),
    }))
}

impl Data<'_> {
    fn is_null(&self) -> bool {
        self.cursor.peek() == Some(b'n')
    }

    fn read<T>(&self, read: impl FnOnce(&mut Cursor<'_>) -> Result<T, Fault>) -> Result<T, DecodeError> {
        let mut cursor = self.cursor.clone();
        let mut value = read(&mut cursor);
        if self.is_whole {
            value = value.and_then(|value| cursor.end().map(|()| value));
        }
        value.map_err(|fault| fault.in_text(self.text))
    }

    fn read_as<T: QapiType>(&self) -> Result<T, DecodeError> {
        self.read(T::decode)
    }
}

fn read_event<E: QapiEvents>(
    name: &str,
    data: Option<&Data<'_>>,
    time: Option<Timestamp>,
    unknown: Option<&str>,
) -> Result<EventMessage<E>, CloudEventError> {
    let event = match data.filter(|data| !data.is_null()) {
        Some(data) => data.read(|cursor| decode_data::<E>(name.as_bytes(), Some(cursor))),
        None => decode_data::<E>(name.as_bytes(), None).map_err(|fault| fault.in_text(b"")),
    };
    let mut message = EventMessage::new(event.map_err(|error| error.of_event(name))?);
    message.timestamp = time;
    if let Some(unknown) = unknown {
        add_rest(&mut message, unknown)?;
    }
    if let (Some(data), false) = (data, message.event.has_data()) {
        message
            .unknown
            .push("data", if data.is_null() { RawJson::NULL } else { UnknownMembers::new().into() });
    }
    Ok(message)
}

/// Adds what is neither the event, its data nor the time.
fn add_rest<E>(message: &mut EventMessage<E>, text: &str) -> Result<(), CloudEventError> {
    let invalid = |problem: &str| CloudEventError::invalid(UNKNOWN, problem);
    let rest: RawJson<'_> = text.parse().map_err(|error| CloudEventError::invalid(UNKNOWN, error))?;
    if !rest.is_object() {
        return Err(invalid("this is not the text of an object"));
    }
    let rest = UnknownMembers::of_object(rest.to_string());
    for (name, value) in rest.iter() {
        match &*name {
            "event" | "data" => return Err(invalid("the event and its data have attributes of their own")),
            "timestamp" if value == RawJson::NULL => {
                message.timestamp = None;
                message.unknown.push(&name, value);
            }
            "timestamp" => {
                let more = read_timestamp(message, &value)?;
                if !more.is_empty() {
                    message.unknown.push(&name, more.into());
                }
            }
            _ => message.unknown.push(&name, value),
        }
    }
    Ok(())
}

/// Reads a timestamp that says more, or something else, than `time`. Gives the members that are unknown.
fn read_timestamp<E>(
    message: &mut EventMessage<E>,
    value: &RawJson<'_>,
) -> Result<UnknownMembers, CloudEventError> {
    let invalid = |problem: &str| CloudEventError::invalid(UNKNOWN, format!("timestamp: {problem}"));
    if !value.is_object() {
        return Err(invalid("this is not an object"));
    }
    let more = UnknownMembers::of_object(value.to_string());
    if let (None, None) = (more.get("seconds"), more.get("microseconds")) {
        return if message.timestamp.is_some() { Ok(more) } else { Err(invalid("there is no `time`")) };
    }
    let whole: WholeTimestamp = value.read().map_err(|error| invalid(&error.to_string()))?;
    message.timestamp = Some(Timestamp { seconds: whole.seconds, microseconds: whole.microseconds });
    Ok(whole.unknown)
}

fn read_notice<M>(name: &str, data: &Data<'_>) -> Result<Content<M>, CloudEventError> {
    Ok(match name {
        "connected" => Content::Connected(Greeting::parse(data.read_as::<RawJson<'static>>()?.as_str())),
        "gap" => {
            let peer = match data.read_as::<GapData>()?.peer.as_str() {
                "same" => Peer::Same,
                "different" => Peer::Different,
                _ => Peer::Unknown,
            };
            Content::Gap(Gap { peer })
        }
        "lagged" => Content::Lagged { missed: data.read_as::<LaggedData>()?.missed },
        "malformed" => {
            let MalformedData { problem, raw } = data.read_as()?;
            Content::Malformed { problem, raw }
        }
        "disconnected" => Content::Disconnected(data.read_as::<Disconnection>()?.into()),
        "dropped" => Content::Dropped { count: data.read_as::<DroppedData>()?.count },
        _ => return Err(foreign(&format!("{NOTICE_PREFIX}{name}"))),
    })
}
