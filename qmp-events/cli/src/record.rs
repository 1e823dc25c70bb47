//! An event with all that the formats and the summary want to know of it.

use std::cell::OnceCell;

use qmp_events::info::{self, Unrecognized};
use qmp_events::{EventMessage, Timestamp};

use crate::json::{Json, Object};

/// How long most messages are at most, in bytes.
const USUAL_LENGTH: usize = 256;

/// An event, decoded.
#[derive(Clone, Debug)]
pub(crate) struct Record {
    pub(crate) message: Box<EventMessage>,
    /// When it happened, or when a log says that it came.
    pub(crate) time: Option<Timestamp>,
    /// The message, encoded from the typed event once it is needed.
    json: OnceCell<String>,
    /// Where its data begins in the JSON, if it has some.
    data: OnceCell<Option<usize>>,
    /// Whether there may be anything in it that this build does not know.
    pub(crate) has_unknown: bool,
    /// What this build does not know in the data of an event that it knows, in the order of the data.
    pub(crate) unrecognized: Vec<Unrecognized>,
}

impl Record {
    /// A message, and what is unknown in it.
    pub(crate) fn new(message: Box<EventMessage>) -> Self {
        let time = message.timestamp.filter(|time| time.is_known());
        let (json, data) = (OnceCell::new(), OnceCell::new());
        let has_unknown = message.has_unknown();
        let mut record = Record { message, time, json, data, has_unknown, unrecognized: Vec::new() };
        if has_unknown {
            record.find_unknown();
        }
        record
    }

    #[cold]
    fn find_unknown(&mut self) {
        if let (Some(event), Some(data)) = (self.message.event.info(), self.data_json()) {
            self.unrecognized = info::audit(event, data);
        }
    }

    pub(crate) fn is_unknown(&self) -> bool {
        self.message.event.info().is_none()
    }

    /// The message as JSON.
    pub(crate) fn json(&self) -> &str {
        self.json.get_or_init(|| {
            let mut text = Vec::with_capacity(USUAL_LENGTH);
            let written = serde_json::to_writer(&mut text, &self.message);
            debug_assert!(written.is_ok(), "a vector takes everything");
            String::from_utf8(text).unwrap_or_default()
        })
    }

    /// Its data as JSON; `None` if it has none, or null.
    pub(crate) fn data_json(&self) -> Option<&str> {
        self.data().map(Object::text)
    }

    /// Its data, with the members in the order of the schema, and those that it does not have last.
    pub(crate) fn data(&self) -> Option<Object<'_>> {
        let begin = || Object::of_checked(self.json())?.begin_of("data");
        let begin = (*self.data.get_or_init(begin))?;
        self.json().get(begin..).and_then(Object::of_checked)
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
        for (name, value) in Object::of_checked(self.json()).into_iter().flat_map(Object::members) {
            match (&*name, value) {
                ("event" | "data", _) => {}
                ("timestamp", value) => {
                    let members = value.as_object().into_iter().flat_map(Object::members);
                    let is_unknown = |name: &str| !matches!(name, "seconds" | "microseconds");
                    let members = members.filter(|(name, _)| is_unknown(name));
                    unknown.extend(members.map(|(name, value)| (format!("timestamp.{name}"), value)));
                }
                (_, value) => unknown.push((name.into_owned(), value)),
            }
        }
        unknown
    }
}
