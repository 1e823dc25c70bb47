//! The members of an event, as spans of a row.
//!
//! A span is `name=value`; objects are in braces and lists in brackets, in as many spans as they have
//! members. What this build does not know ends with `?`.

use qmp_events::info::Unrecognized;

use super::row::Row;
use crate::ordered_json::OrderedJson;
use crate::record::Record;
use crate::terminal::palette::{DIM, PLAIN, UNKNOWN, paint};
use crate::terminal::text::printable;

/// Writes all members of an event's data.
pub(super) fn write_members(record: &Record, row: &mut Row) {
    let mut writer = Writer { found: &record.unrecognized, path: String::new(), row };
    if writer.object(&record.members) {
        writer.row.end_span();
    }
}

struct Writer<'a> {
    found: &'a [Unrecognized],
    /// Of the value that is being written, as in `found`.
    path: String,
    row: &'a mut Row,
}

impl Writer<'_> {
    /// Writes members, and says whether there was one. The span of the last goes on.
    fn object(&mut self, members: &OrderedJson) -> bool {
        let mut is_first = true;
        if let OrderedJson::Object(members) = members {
            for (name, value) in members {
                let is_unknown = self.is_unknown_member(name);
                self.member(name, value, is_unknown, &mut is_first);
            }
        }
        !is_first
    }

    fn member(&mut self, name: &str, value: &OrderedJson, is_unknown: bool, is_first: &mut bool) {
        if !std::mem::take(is_first) {
            self.row.end_span();
        }
        let length = self.path.len();
        self.path = self.path_of(name);
        let style = if is_unknown { UNKNOWN } else { DIM };
        self.row.push(&paint(style, format_args!("{}=", printable(name))));
        self.value(value, is_unknown);
        self.path.truncate(length);
    }

    fn value(&mut self, value: &OrderedJson, is_unknown: bool) {
        let is_unknown = is_unknown || self.is_unknown_value();
        let style = if is_unknown { UNKNOWN } else { PLAIN };
        match value {
            OrderedJson::Bare(text) => {
                self.row.push(&paint(style, text));
                if let Some(hexadecimal) = hexadecimal(text) {
                    self.row.push(&paint(DIM, hexadecimal));
                }
            }
            OrderedJson::Text(text) => self.row.push(&paint(style, printable(text))),
            OrderedJson::List(items) => {
                self.row.push(&paint(DIM, "["));
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        self.row.end_span();
                    }
                    self.within_item(index, |writer| writer.value(item, is_unknown));
                }
                self.row.push(&paint(DIM, "]"));
            }
            OrderedJson::Object(_) => {
                self.row.push(&paint(DIM, "{"));
                self.object(value);
                self.row.push(&paint(DIM, "}"));
            }
        }
        if is_unknown {
            self.row.push(&paint(UNKNOWN, "?"));
        }
    }

    fn is_unknown_member(&self, name: &str) -> bool {
        let path = self.path_of(name);
        self.found.iter().any(|found| matches!(found, Unrecognized::Member { path: p } if *p == path))
    }

    fn is_unknown_value(&self) -> bool {
        self.found.iter().any(|found| match found {
            Unrecognized::Value { path, .. } | Unrecognized::Branch { path, .. } => *path == self.path,
            _ => false,
        })
    }

    fn within_item(&mut self, index: usize, run: impl FnOnce(&mut Self)) {
        let length = self.path.len();
        self.path.push_str(&format!("[{index}]"));
        run(self);
        self.path.truncate(length);
    }

    fn path_of(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) }
    }
}

/// How many digits an integer has that is an address or bits rather than an amount.
const LARGE: usize = 16;

/// A large integer in hexadecimal, in brackets.
fn hexadecimal(number: &str) -> Option<String> {
    let number: u64 = number.parse().ok().filter(|_| number.len() >= LARGE)?;
    Some(format!(" ({number:#x})"))
}
