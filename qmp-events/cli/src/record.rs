//! An event with all that the formats and the summary want to know of it.

use qmp_events::info::{self, Unrecognized};
use qmp_events::{DecodeError, Envelope, EventMessage, Timestamp};

use crate::json::{Json, Object};

/// An event, decoded.
#[derive(Debug)]
pub(crate) struct Record {
    pub(crate) message: EventMessage,
    /// When it happened, or when a log says that it came.
    pub(crate) time: Option<Timestamp>,
    /// The message, encoded from the typed event.
    json: String,
    /// What this build does not know in the data of an event that it knows, in the order of the data.
    pub(crate) unrecognized: Vec<Unrecognized>,
}

impl Record {
    /// Reads a message as it came.
    pub(crate) fn decode(json: &[u8]) -> Result<Self, DecodeError> {
        let message = EventMessage::decode(json)?;
        // It is as long as what came, but for its layout.
        let mut text = Vec::with_capacity(json.len() + json.len() / 8);
        let written = serde_json::to_writer(&mut text, &message);
        debug_assert!(written.is_ok(), "a vector takes everything");
        let json = String::from_utf8(text).unwrap_or_default();
        let time = message.timestamp.filter(|time| time.is_known());
        let mut record = Record { message, time, json, unrecognized: Vec::new() };
        if let (Some(event), Some(data)) = (record.message.event.info(), record.data_json()) {
            record.unrecognized = info::audit(event, data);
        }
        Ok(record)
    }

    pub(crate) fn is_unknown(&self) -> bool {
        self.message.event.info().is_none()
    }

    /// The message as JSON.
    pub(crate) fn json(&self) -> &str {
        &self.json
    }

    /// Its data as JSON; `None` if it has none, or null.
    pub(crate) fn data_json(&self) -> Option<&str> {
        let envelope = Envelope::decode(self.json.as_bytes()).ok()?;
        envelope.data().filter(|data| *data != "null")
    }

    /// Its data, with the members in the order of the schema, and those that it does not have last.
    pub(crate) fn data(&self) -> Option<Object<'_>> {
        self.data_json().and_then(Json::parse).and_then(|data| data.as_object())
    }

    /// A member of its data.
    pub(crate) fn member(&self, name: &str) -> Option<Json<'_>> {
        self.data()?.get(name)
    }

    /// The members outside of the data that this build does not know, with their paths.
    pub(crate) fn unknown_members(&self) -> Vec<(String, Json<'_>)> {
        let mut unknown = Vec::new();
        if self.message.unknown.is_empty() {
            return unknown;
        }
        let message = Json::parse(&self.json).and_then(|message| message.as_object());
        message.into_iter().for_each(|members| {
            members.for_each(|name, value| match (&*name, value) {
                ("event" | "data", _) => {}
                ("timestamp", value) => value.as_object().into_iter().for_each(|members| {
                    members.for_each(|name, value| {
                        if !matches!(&*name, "seconds" | "microseconds") {
                            unknown.push((format!("timestamp.{name}"), value));
                        }
                    });
                }),
                (_, value) => unknown.push((name.into_owned(), value)),
            })
        });
        unknown
    }
}
