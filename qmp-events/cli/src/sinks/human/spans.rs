//! The members of an event as pieces of text that a line can be broken between.
//!
//! A span is `name=value`; objects are in braces and lists in brackets, in as many spans as they have
//! members. What this build does not know ends with `?`.

use anstyle::Style;
use qmp_events::info::Unrecognized;
use textwrap::core::display_width;

use crate::ordered_json::OrderedJson;
use crate::record::Record;
use crate::terminal::palette::{DIM, PLAIN, UNKNOWN, paint};
use crate::terminal::text::printable;

/// A piece of text that is not broken, with its width on the screen.
pub(super) struct Span {
    pub(super) text: String,
    pub(super) width: usize,
}

impl Span {
    fn push(&mut self, style: Style, text: &str) {
        self.width += display_width(text);
        self.text.push_str(&paint(style, text).to_string());
    }

    pub(super) fn new(style: Style, text: &str) -> Self {
        let mut span = Span { text: String::new(), width: 0 };
        span.push(style, text);
        span
    }
}

/// Turns members into spans: `name=value`, with braces around members of members.
struct Writer<'a> {
    found: &'a [Unrecognized],
    /// Of the value that is being printed, as in `found`.
    path: String,
    spans: Vec<Span>,
}

/// All members of an event's data.
pub(super) fn spans_of(record: &Record) -> Vec<Span> {
    let mut writer = Writer { found: &record.unrecognized, path: String::new(), spans: Vec::new() };
    writer.object(&record.members, record.raw.as_ref().filter(|_| !record.is_unknown()));
    writer.spans
}

impl Writer<'_> {
    fn object(&mut self, members: &OrderedJson, raw: Option<&OrderedJson>) {
        if let OrderedJson::Object(members) = members {
            for (name, value) in members {
                self.member(name, value, raw.and_then(|raw| raw.member(name)), false);
            }
        }
        if let Some(OrderedJson::Object(members)) = raw {
            for (name, value) in members {
                let path = self.path_of(name);
                if self
                    .found
                    .iter()
                    .any(|found| matches!(found, Unrecognized::Member { path: p } if *p == path))
                {
                    self.member(name, value, None, true);
                }
            }
        }
    }

    fn member(&mut self, name: &str, value: &OrderedJson, raw: Option<&OrderedJson>, is_unknown: bool) {
        let length = self.path.len();
        self.path = self.path_of(name);
        let style = if is_unknown { UNKNOWN } else { DIM };
        let mut span = Span::new(style, &format!("{}=", printable(name)));
        self.value(&mut span, value, raw, is_unknown);
        self.spans.push(span);
        self.path.truncate(length);
    }

    /// Continues `span` with a value; what may be broken off before it becomes a span of its own.
    fn value(&mut self, span: &mut Span, value: &OrderedJson, raw: Option<&OrderedJson>, is_unknown: bool) {
        let is_unknown = is_unknown || self.is_unknown_value();
        let style = if is_unknown { UNKNOWN } else { PLAIN };
        match value {
            OrderedJson::Bare(text) => span.push(style, text),
            OrderedJson::Text(text) => span.push(style, &printable(text)),
            OrderedJson::List(items) => {
                span.push(DIM, "[");
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        self.spans.push(std::mem::replace(span, Span::new(PLAIN, "")));
                    }
                    let raw = raw.and_then(|raw| item_of(raw, index));
                    self.within_item(index, |writer| writer.value(span, item, raw, is_unknown));
                }
                span.push(DIM, "]");
            }
            OrderedJson::Object(_) => {
                let before = self.spans.len();
                self.object(value, raw);
                let inner = self.spans.split_off(before);
                span.push(DIM, "{");
                let count = inner.len();
                for (index, part) in inner.into_iter().enumerate() {
                    span.text.push_str(&part.text);
                    span.width += part.width;
                    if index + 1 < count {
                        self.spans.push(std::mem::replace(span, Span::new(PLAIN, "")));
                    }
                }
                span.push(DIM, "}");
            }
        }
        if is_unknown {
            span.push(UNKNOWN, "?");
        }
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

fn item_of(tree: &OrderedJson, index: usize) -> Option<&OrderedJson> {
    match tree {
        OrderedJson::List(items) => items.get(index),
        _ => None,
    }
}
