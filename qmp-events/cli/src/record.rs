//! An event with all that the formats and the summary want to know of it.

use qmp_events::info::{self, Unrecognized};
use qmp_events::{DecodeError, Envelope, EventMessage, Timestamp};
use serde::Deserialize;
use serde_json::Value;

use crate::ordered_json::OrderedJson;

/// An event, decoded.
#[derive(Debug)]
pub(crate) struct Record {
    pub(crate) message: EventMessage,
    /// When a log says that it came.
    pub(crate) logged: Option<Timestamp>,
    /// Its data, encoded from the typed event; null if there is none.
    pub(crate) data: Value,
    /// The same, with the members in the order of the schema, and those that it does not have last.
    pub(crate) members: OrderedJson,
    /// What this build does not know in the data of an event that it knows.
    pub(crate) unrecognized: Vec<Unrecognized>,
}

impl Record {
    /// Reads a message as it came.
    pub(crate) fn decode(json: &[u8]) -> Result<Self, DecodeError> {
        EventMessage::decode(json).map(Record::from)
    }

    /// When it happened; when a log says it came, if the event does not say it.
    pub(crate) fn time(&self) -> Option<Timestamp> {
        self.message.timestamp.filter(|time| time.is_known()).or(self.logged)
    }

    pub(crate) fn is_unknown(&self) -> bool {
        self.message.event.info().is_none()
    }
}

impl From<EventMessage> for Record {
    fn from(message: EventMessage) -> Self {
        let json = serde_json::to_vec(&message).unwrap_or_default();
        let envelope = Envelope::decode(&json).ok();
        let data = envelope.as_ref().and_then(Envelope::data);
        let (tree, data): (Option<OrderedJson>, Option<Value>) = (parse(data), parse(data));
        Record {
            unrecognized: audit(&message, data.as_ref()),
            members: tree.unwrap_or(OrderedJson::Object(Vec::new())),
            data: data.unwrap_or_default(),
            logged: None,
            message,
        }
    }
}

fn parse<'a, T: Deserialize<'a>>(data: Option<&'a str>) -> Option<T> {
    serde_json::from_str(data?).ok()
}

fn audit(message: &EventMessage, data: Option<&Value>) -> Vec<Unrecognized> {
    match (message.event.info(), data) {
        (Some(event), Some(data)) => info::audit(event, data),
        _ => Vec::new(),
    }
}

/// Whether a value, or an item of a list, reads like this.
pub(crate) fn reads(value: &Value, wanted: &str) -> bool {
    match value {
        Value::Array(items) => items.iter().any(|item| reads(item, wanted)),
        Value::String(text) => text == wanted,
        Value::Number(number) => number.to_string() == wanted,
        Value::Bool(value) => wanted == if *value { "true" } else { "false" },
        Value::Null => wanted == "null",
        Value::Object(_) => false,
    }
}
