//! Files of event lines, and the orders of a message's members.

use std::fs;
use std::path::Path;

use anyhow::Context as _;
use serde::Deserialize;
use serde_json::value::RawValue;

/// Lines, with what their file is called: `NAME.ORDER.ndjson`.
pub struct Corpus {
    /// Where the lines come from.
    pub name: String,
    /// The order of a message's members in them.
    pub order: String,
    text: Vec<u8>,
}

impl Corpus {
    /// Reads a file.
    ///
    /// # Errors
    ///
    /// If it cannot be read, or has another name.
    pub fn read(path: &Path) -> anyhow::Result<Self> {
        let text = fs::read(path).with_context(|| path.display().to_string())?;
        let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
        let (name, order) = stem.rsplit_once('.').context("a corpus is a file NAME.ORDER.ndjson")?;
        Ok(Corpus { name: name.to_owned(), order: order.to_owned(), text })
    }

    /// The lines, without their ends.
    pub fn lines(&self) -> Vec<&[u8]> {
        lines(&self.text)
    }
}

/// The lines of a text that are not empty.
pub fn lines(text: &[u8]) -> Vec<&[u8]> {
    text.split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii).filter(|line| !line.is_empty()).collect()
}

/// The order of a message's members.
#[derive(Clone, Copy)]
pub enum Order {
    /// As in the source: in QEMU's streams `timestamp`, `event`, `data`.
    Qemu,
    /// `event`, `data`, `timestamp`.
    EventFirst,
    /// `data`, `event`, `timestamp`.
    DataFirst,
}

impl Order {
    /// Every order.
    pub const ALL: [Order; 3] = [Order::Qemu, Order::EventFirst, Order::DataFirst];

    /// What files call it.
    pub fn name(self) -> &'static str {
        match self {
            Order::Qemu => "qemu",
            Order::EventFirst => "event-first",
            Order::DataFirst => "data-first",
        }
    }

    /// The line with its members in this order; their values stay as they are written.
    ///
    /// # Errors
    ///
    /// If the line is not an event message.
    pub fn apply(self, line: &str) -> anyhow::Result<String> {
        let message: Message<'_> = serde_json::from_str(line)?;
        let timestamp = ("timestamp", message.timestamp);
        let event = ("event", Some(message.event));
        let data = ("data", message.data);
        let members = match self {
            Order::Qemu => return Ok(line.to_owned()),
            Order::EventFirst => [event, data, timestamp],
            Order::DataFirst => [data, event, timestamp],
        };
        let members: Vec<String> = members
            .iter()
            .filter_map(|(name, value)| Some(format!("\"{name}\": {}", (*value)?.get())))
            .collect();
        Ok(format!("{{{}}}", members.join(", ")))
    }
}

#[derive(Deserialize)]
struct Message<'a> {
    #[serde(borrow)]
    timestamp: Option<&'a RawValue>,
    #[serde(borrow)]
    event: &'a RawValue,
    #[serde(borrow)]
    data: Option<&'a RawValue>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_change_places_and_nothing_else_changes() {
        let line = r#"{"timestamp": {"seconds": 1}, "event": "E", "data": {"b":  2, "a": 1.0}}"#;
        let reordered = |order: Order| order.apply(line).expect("a message");
        assert_eq!(reordered(Order::Qemu), line);
        assert_eq!(
            reordered(Order::EventFirst),
            r#"{"event": "E", "data": {"b":  2, "a": 1.0}, "timestamp": {"seconds": 1}}"#
        );
        assert_eq!(
            reordered(Order::DataFirst),
            r#"{"data": {"b":  2, "a": 1.0}, "event": "E", "timestamp": {"seconds": 1}}"#
        );
    }
}
