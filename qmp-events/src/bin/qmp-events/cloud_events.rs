//! Events as CloudEvents 1.0 in the JSON format, for systems that route events of all kinds.
//!
//! `type` is the event's name behind `org.qemu.qmp.`, `source` is where the machine was read from,
//! `subject` is its label. `id` tells the events of one source apart.

use qmp_events::Timestamp;
use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::record::Record;

const TYPE_PREFIX: &str = "org.qemu.qmp.";

/// One event.
#[derive(Debug)]
pub(crate) struct CloudEvent<'a> {
    pub(crate) record: &'a Record,
    /// A URI reference.
    pub(crate) source: &'a str,
    /// Left out if it is empty.
    pub(crate) subject: &'a str,
    /// Unique within the source.
    pub(crate) id: &'a str,
}

impl Serialize for CloudEvent<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let CloudEvent { record, source, subject, id } = self;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("specversion", "1.0")?;
        map.serialize_entry("type", &format!("{TYPE_PREFIX}{}", record.message.event.name()))?;
        map.serialize_entry("source", source)?;
        if !subject.is_empty() {
            map.serialize_entry("subject", subject)?;
        }
        map.serialize_entry("id", id)?;
        if let Some(time) = record.message.timestamp.and_then(rfc3339) {
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

/// A text as a URI reference: what may not stand in one is percent-encoded.
pub(crate) fn uri_reference(text: &str) -> String {
    let mut uri = String::new();
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => uri.push(byte.into()),
            b'-' | b'.' | b'_' | b'~' | b'/' | b':' | b'@' | b',' | b'=' | b'+' | b'[' | b']' => {
                uri.push(byte.into())
            }
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_are_uri_references() {
        assert_eq!(uri_reference("unix:/run/vm 1.sock"), "unix:/run/vm%201.sock");
        assert_eq!(uri_reference("tcp:[::1]:4444"), "tcp:[::1]:4444");
        assert_eq!(uri_reference("a%b?ü"), "a%25b%3F%C3%BC");
    }
}
