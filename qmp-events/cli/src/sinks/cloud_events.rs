//! Events as CloudEvents 1.0 in the JSON format, for systems that route events of all kinds.
//!
//! `type` is the event's name after `org.qemu.qmp.`, `source` is where the machine was read from,
//! `subject` is its label. `id` tells the events of one source apart.

use std::io::{self, Write};

use qmp_events::Timestamp;
use serde::ser::{Serialize, SerializeMap, Serializer};

use super::sink::Sink;
use crate::record::Record;
use crate::sources::{Origin, Place};
use crate::terminal::output::Output;

const TYPE_PREFIX: &str = "org.qemu.qmp.";

pub(super) struct CloudEvents;

impl Sink for CloudEvents {
    fn event(
        &mut self,
        output: &mut Output,
        origin: &Origin,
        place: Place,
        record: &Record,
    ) -> io::Result<()> {
        serde_json::to_writer(&mut *output, &CloudEvent { record, origin, place })?;
        output.write_all(b"\n")
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
        if let Some(time) = record.time().and_then(rfc3339) {
            map.serialize_entry("time", &time)?;
        }
        if !record.data.is_null() {
            map.serialize_entry("datacontenttype", "application/json")?;
            map.serialize_entry("data", &record.data)?;
        }
        map.end()
    }
}

fn rfc3339(time: Timestamp) -> Option<String> {
    jiff::Timestamp::try_from(time).ok().map(|time| format!("{time:.6}"))
}
