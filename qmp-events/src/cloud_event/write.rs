//! Writing.

use std::fmt;

use serde::ser::{Error, Serialize, SerializeMap, Serializer};

use super::disconnection::Disconnection;
use super::event::{CloudEvent, Content, Message};
use super::members::{DroppedData, EVENT_PREFIX, GapData, LaggedData, MalformedData, NOTICE_PREFIX, UNKNOWN};
use super::time::write_time;
use crate::client::Peer;
use crate::json::{RawJson, UnknownMembers};
use crate::message::{EventMessage, QapiEvents};
use crate::timestamp::Timestamp;

impl<M: Message> Content<M> {
    /// The attribute `type`.
    pub fn type_name(&self) -> String {
        let notice = match self {
            Content::Event(event) => return format!("{EVENT_PREFIX}{}", event.message().event.name()),
            Content::Connected(_) => "connected",
            Content::Gap(_) => "gap",
            Content::Lagged { .. } => "lagged",
            Content::Malformed { .. } => "malformed",
            Content::Disconnected(_) => "disconnected",
            Content::Dropped { .. } => "dropped",
        };
        format!("{NOTICE_PREFIX}{notice}")
    }
}

impl<M: Message> Serialize for CloudEvent<M> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("specversion", "1.0")?;
        map.serialize_entry("type", &self.content.type_name())?;
        map.serialize_entry("source", &self.source)?;
        if let Some(subject) = &self.subject {
            map.serialize_entry("subject", subject)?;
        }
        map.serialize_entry("id", &self.id)?;
        let time = self.time.and_then(|time| Some((time, write_time(time)?)));
        if let Some((_, text)) = &time {
            map.serialize_entry("time", text)?;
        }
        match &self.content {
            Content::Event(event) => write_event(event.message(), time.map(|(time, _)| time), &mut map)?,
            Content::Connected(greeting) => write_data(greeting, &mut map)?,
            Content::Gap(gap) => {
                let peer = match gap.peer {
                    Peer::Same => "same",
                    Peer::Different => "different",
                    Peer::Unknown => "unknown",
                };
                write_data(&GapData { peer: peer.to_owned() }, &mut map)?;
            }
            Content::Lagged { missed } => write_data(&LaggedData { missed: *missed }, &mut map)?,
            Content::Malformed { problem, raw } => {
                write_data(&MalformedData { problem: problem.clone(), raw: raw.clone() }, &mut map)?;
            }
            Content::Disconnected(cause) => write_data(&Disconnection::from(cause), &mut map)?,
            Content::Dropped { count } => write_data(&DroppedData { count: *count }, &mut map)?,
        }
        self.extensions.serialize_into(&mut map, |_| false)?;
        map.end()
    }
}

/// Writes what the event and its message say; `time` is the attribute of the CloudEvent.
fn write_event<E: QapiEvents, M: SerializeMap>(
    message: &EventMessage<E>,
    time: Option<Timestamp>,
    map: &mut M,
) -> Result<(), M::Error> {
    let unknown = rest_of(message, time).map_err(M::Error::custom)?;
    if !unknown.is_empty() {
        map.serialize_entry(UNKNOWN, RawJson::from(unknown).as_str())?;
    }
    if message.event.has_data() {
        write_content_type(map)?;
        return message.event.serialize_data(map);
    }
    match message.unknown.get("data") {
        Some(empty) => write_data(&empty, map),
        None => Ok(()),
    }
}

/// What of a message is neither its event, its data nor the time.
fn rest_of<E>(
    message: &EventMessage<E>,
    time: Option<Timestamp>,
) -> Result<UnknownMembers, serde_json::Error> {
    let is_told = |name: &str| matches!(name, "event" | "data" | "timestamp");
    let mut rest: UnknownMembers = message.unknown.iter().filter(|(name, _)| !is_told(name)).collect();
    let more = message.unknown.get("timestamp");
    match message.timestamp.filter(|_| message.timestamp != time) {
        None => more.into_iter().for_each(|more| rest.push("timestamp", more)),
        Some(Timestamp { seconds, microseconds }) => {
            let members = [("seconds", seconds), ("microseconds", microseconds)];
            let members =
                members.map(|(name, value)| (name.into(), RawJson::from(serde_json::Value::from(value))));
            let more = more.filter(RawJson::is_object).map(RawJson::into_owned);
            let more = more.map(|more| UnknownMembers::of_object(more.to_string())).unwrap_or_default();
            let whole: UnknownMembers = members.into_iter().chain(more.iter()).collect();
            rest.push("timestamp", whole.into());
        }
    }
    Ok(rest)
}

fn write_data<M: SerializeMap>(data: &impl Serialize, map: &mut M) -> Result<(), M::Error> {
    write_content_type(map)?;
    map.serialize_entry("data", data)
}

fn write_content_type<M: SerializeMap>(map: &mut M) -> Result<(), M::Error> {
    map.serialize_entry("datacontenttype", "application/json")
}

/// As JSON in one line.
impl<M: Message> fmt::Display for CloudEvent<M> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = serde_json::to_string(self).map_err(|_| fmt::Error)?;
        formatter.write_str(&text)
    }
}
