//! Events as CloudEvents 1.0 in the JSON format, for systems that route events of all kinds.
//!
//! `type` is the event's name after `org.qemu.qmp.`, `source` is where the machine was read from,
//! `subject` is its label. `id` tells the events of one source apart.

use std::io;

use qmp_events::Timestamp;
use serde::ser::{Error, Serialize, SerializeMap, Serializer};
use serde_json::value::RawValue;

use super::sink::Sink;
use crate::json::Json;
use crate::record::Record;
use crate::sources::{Origin, Place};
use crate::state::news::StateNews;
use crate::terminal::output::Output;

const TYPE_PREFIX: &str = "org.qemu.qmp.";

/// An extension attribute: the members outside of `data` that this build does not know, as the JSON text
/// of an object. Attributes cannot be objects themselves.
const UNKNOWN: &str = "qmpunknown";

pub(super) struct CloudEvents;

impl Sink for CloudEvents {
    fn event(
        &mut self,
        output: &mut Output,
        origin: &Origin,
        place: Place,
        record: &Record,
    ) -> io::Result<()> {
        output.json(&serde_json::to_string(&CloudEvent { record, origin, place })?)
    }

    fn state(&mut self, _: &mut Output, _: &Origin, _: &StateNews) -> io::Result<()> {
        // A CloudEvent is something that happened, with an id of its own; a state is what follows from it.
        Err(io::Error::new(io::ErrorKind::Unsupported, "--state has no form as CloudEvents"))
    }
}

/// One event.
#[derive(Debug)]
struct CloudEvent<'a> {
    record: &'a Record,
    origin: &'a Origin,
    place: Place,
}

impl Serialize for CloudEvent<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let CloudEvent { record, origin: Origin { source, label, .. }, place } = self;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("specversion", "1.0")?;
        map.serialize_entry("type", &format!("{TYPE_PREFIX}{}", record.message.event.name()))?;
        map.serialize_entry("source", source)?;
        if !label.is_empty() {
            map.serialize_entry("subject", label)?;
        }
        map.serialize_entry("id", &place.to_string())?;
        if let Some(time) = record.time.and_then(rfc3339) {
            map.serialize_entry("time", &time)?;
        }
        let unknown = record.unknown_members();
        if !unknown.is_empty() {
            map.serialize_entry(
                UNKNOWN,
                &serde_json::to_string(&Members(&unknown)).map_err(S::Error::custom)?,
            )?;
        }
        if let Some(data) = record.data_json() {
            let data: &RawValue = serde_json::from_str(data).map_err(S::Error::custom)?;
            map.serialize_entry("datacontenttype", "application/json")?;
            map.serialize_entry("data", data)?;
        }
        map.end()
    }
}

struct Members<'a>(&'a [(String, Json<'a>)]);

impl Serialize for Members<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(path, value)| (path, value)))
    }
}

fn rfc3339(time: Timestamp) -> Option<String> {
    jiff::Timestamp::try_from(time).ok().map(|time| format!("{time:.6}"))
}
