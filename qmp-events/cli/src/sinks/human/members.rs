//! The members of an event, as spans of a row.
//!
//! A span is `name=value`; objects are in braces and lists in brackets, in as many spans as they have
//! members. What this build does not know ends with `?`.

use qmp_events::info::Unrecognized;

use super::row::Row;
use crate::json::{Json, Object};
use crate::record::Record;
use crate::terminal::palette::{DIM, PLAIN, UNKNOWN};
use crate::terminal::text::printable;

/// Writes all members of an event's data, then those that the message has beside its data.
pub(super) fn write_members(record: &Record, row: &mut Row<'_>) {
    let mut writer = Writer { unknown: &record.unrecognized, path: String::new(), row };
    let mut is_first = record.data().is_none_or(|data| !writer.object(data, false));
    writer.unknown = &[];
    for (path, value) in record.unknown_members() {
        writer.member(&path, &value, true, &mut is_first);
    }
    if !is_first {
        writer.row.end_span();
    }
}

struct Writer<'a, 'r> {
    /// What is unknown from here on, in the order in which it comes.
    unknown: &'a [Unrecognized],
    /// Of the value that is being written, as in `unknown`; only kept while that has something.
    path: String,
    row: &'a mut Row<'r>,
}

impl Writer<'_, '_> {
    /// Writes members, and says whether there was one. The span of the last goes on.
    fn object(&mut self, members: Object<'_>, is_in_unknown: bool) -> bool {
        let mut is_first = true;
        for (name, value) in members.members() {
            let length = self.path.len();
            let is_followed = !is_in_unknown && self.follow(&name);
            let is_unknown = is_followed && self.is_unknown_member();
            self.member(&name, &value, is_unknown, &mut is_first);
            self.path.truncate(length);
        }
        !is_first
    }

    fn member(&mut self, name: &str, value: &Json<'_>, is_unknown: bool, is_first: &mut bool) {
        if !std::mem::take(is_first) {
            self.row.end_span();
        }
        let style = if is_unknown { UNKNOWN } else { DIM };
        self.row.push(style, &printable(name));
        self.row.push(style, "=");
        self.value(value, is_unknown);
    }

    /// What is in an unknown value is unknown as well, and not listed.
    fn value(&mut self, value: &Json<'_>, is_unknown: bool) {
        let is_unknown = is_unknown || self.is_unknown_value();
        let style = if is_unknown { UNKNOWN } else { PLAIN };
        match value {
            Json::Bare(text) => {
                self.row.push(style, text);
                if let Some(hexadecimal) = hexadecimal(text) {
                    self.row.push(DIM, &hexadecimal);
                }
            }
            Json::Text(text) => self.row.push(style, &printable(text)),
            Json::List(items) => {
                self.row.push(DIM, "[");
                for (index, item) in items.items().enumerate() {
                    if index > 0 {
                        self.row.end_span();
                    }
                    let length = self.path.len();
                    if !is_unknown && !self.unknown.is_empty() {
                        self.path.push_str(&format!("[{index}]"));
                    }
                    self.value(&item, is_unknown);
                    self.path.truncate(length);
                }
                self.row.push(DIM, "]");
            }
            Json::Object(members) => {
                self.row.push(DIM, "{");
                self.object(*members, is_unknown);
                self.row.push(DIM, "}");
            }
        }
        if is_unknown {
            self.row.push(UNKNOWN, "?");
        }
    }

    /// Goes to a member, if anything unknown is still to come.
    fn follow(&mut self, name: &str) -> bool {
        if self.unknown.is_empty() {
            return false;
        }
        if !self.path.is_empty() {
            self.path.push('.');
        }
        self.path.push_str(name);
        true
    }

    fn is_unknown_member(&mut self) -> bool {
        self.is_next_unknown(|next, here| matches!(next, Unrecognized::Member { path } if path == here))
    }

    fn is_unknown_value(&mut self) -> bool {
        self.is_next_unknown(|next, here| match next {
            Unrecognized::Value { path, .. } | Unrecognized::Branch { path, .. } => path == here,
            _ => false,
        })
    }

    fn is_next_unknown(&mut self, is_here: impl FnOnce(&Unrecognized, &str) -> bool) -> bool {
        let Some((next, rest)) = self.unknown.split_first() else { return false };
        let found = is_here(next, &self.path);
        if found {
            self.unknown = rest;
        }
        found
    }
}

/// How many digits an integer has that is an address or bits rather than an amount.
const LARGE: usize = 16;

/// A large integer in hexadecimal, in brackets.
fn hexadecimal(number: &str) -> Option<String> {
    let number: u64 = number.parse().ok().filter(|_| number.len() >= LARGE)?;
    Some(format!(" ({number:#x})"))
}
