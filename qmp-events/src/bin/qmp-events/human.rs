//! Events for people: time, machine, name and members in columns, coloured by severity.
//!
//! Values are printed so that no terminal is harmed: what is not plain is quoted and escaped.

use std::fmt::Display;
use std::io;

use anstyle::Style;
use qmp_events::Version;
use qmp_events::info::{RateLimit, Unrecognized};
use textwrap::core::display_width;

use crate::clock::Clock;
use crate::output::Output;
use crate::palette::{BOLD, DIM, ERROR, LABEL, LIFE, PLAIN, UNKNOWN, WARNING, paint};
use crate::record::Record;
use crate::severity::Severity;
use crate::tree::Tree;

/// The width of the column of names: few names are longer, and those are rare.
const NAME_WIDTH: usize = 21;

/// Prints events in columns.
#[derive(Debug)]
pub(crate) struct Columns {
    clock: Clock,
    /// The width of the column of labels; 0 for none.
    label_width: usize,
}

/// A piece of text that is not broken, with its width on the screen.
struct Word {
    text: String,
    width: usize,
}

impl Word {
    fn push(&mut self, style: Style, text: &str) {
        self.width += display_width(text);
        self.text.push_str(&paint(style, text).to_string());
    }

    fn new(style: Style, text: &str) -> Self {
        let mut word = Word { text: String::new(), width: 0 };
        word.push(style, text);
        word
    }
}

impl Columns {
    /// Without labels, or with empty ones only, there is no column for them.
    pub(crate) fn new<'a>(clock: Clock, labels: impl IntoIterator<Item = &'a str>) -> Self {
        let width = |label| display_width(&printable(label));
        let label_width = labels.into_iter().filter(|label| !label.is_empty()).map(width).max().unwrap_or(0);
        Columns { clock, label_width }
    }

    /// Prints an event of a QEMU, whose version matters to what is limited.
    pub(crate) fn write(
        &mut self,
        output: &mut Output,
        label: &str,
        record: &Record,
        qemu: Option<Version>,
    ) -> io::Result<()> {
        let reading = self.clock.read(record.message.timestamp);
        if let Some(date) = reading.new_date {
            output.line(paint(DIM, date))?;
        }
        let mut line = Line { text: String::new(), column: 0 };
        if self.clock.width() > 0 {
            line.cell(DIM, &format!("{:>1$}", reading.text, self.clock.width()), self.clock.width());
        }
        if self.label_width > 0 {
            line.cell(LABEL, &printable(label), self.label_width);
        }
        let mut words = Words { found: &record.unrecognized, path: String::new(), words: Vec::new() };
        words.object(&record.members, record.raw.as_ref().filter(|_| !record.is_unknown()));
        let mut words = words.words;
        if let Some(limit) = rate_limit(record, qemu) {
            words.push(Word::new(DIM, &describe(limit)));
        }
        let severity = Severity::of(record);
        let mut name = printable(record.message.event.name());
        if severity == Severity::Unknown {
            name.push('?');
        }
        let width = if words.is_empty() { 0 } else { NAME_WIDTH };
        line.cell(name_style(severity), &name, width);
        line.words(&words, output.width());
        output.line(line.text.trim_end())
    }
}

fn name_style(severity: Severity) -> Style {
    match severity {
        Severity::Error => ERROR,
        Severity::Warning => WARNING,
        Severity::Life => LIFE,
        Severity::Notice => BOLD,
        Severity::Unknown => UNKNOWN,
    }
}

struct Line {
    text: String,
    column: usize,
}

impl Line {
    /// Adds a column, and the space behind it.
    fn cell(&mut self, style: Style, text: &str, width: usize) {
        let padding = width.saturating_sub(display_width(text)) + if width > 0 { 2 } else { 0 };
        self.text.push_str(&paint(style, text).to_string());
        self.text.push_str(&" ".repeat(padding));
        self.column += display_width(text) + padding;
    }

    /// Adds words, and breaks the line between them if it is too long; the next begins below the
    /// first word.
    fn words(&mut self, words: &[Word], width: Option<usize>) {
        let indent = self.column.min(width.map_or(usize::MAX, |width| width / 2));
        for (index, word) in words.iter().enumerate() {
            let is_first = index == 0;
            if !is_first && width.is_some_and(|width| self.column + 1 + word.width > width) {
                self.text.push('\n');
                self.text.push_str(&" ".repeat(indent));
                self.column = indent;
            } else if !is_first {
                self.text.push(' ');
                self.column += 1;
            }
            self.text.push_str(&word.text);
            self.column += word.width;
        }
    }
}

/// The limit under which the event came, as far as is known.
fn rate_limit(record: &Record, qemu: Option<Version>) -> Option<RateLimit> {
    let limit = record.message.event.info()?.rate_limit?;
    let began = qemu.zip(limit.since).is_none_or(|(qemu, since)| since <= qemu);
    let exempt = limit.exempt.is_some_and(|(member, value)| {
        record.data.get(member).and_then(serde_json::Value::as_str) == Some(value)
    });
    Some(limit).filter(|_| began && !exempt)
}

fn describe(limit: RateLimit) -> String {
    let seconds = match RateLimit::WINDOW.as_secs() {
        1 => "1/s".to_owned(),
        seconds => format!("1/{seconds}s"),
    };
    match limit.keys {
        [] => format!("(max {seconds})"),
        keys => format!("(max {seconds} per {})", keys.join(" and ")),
    }
}

/// Turns members into words: `name=value`, with braces around members of members.
struct Words<'a> {
    found: &'a [Unrecognized],
    path: String,
    words: Vec<Word>,
}

impl Words<'_> {
    fn object(&mut self, members: &Tree, raw: Option<&Tree>) {
        if let Tree::Object(members) = members {
            for (name, value) in members {
                self.member(name, value, raw.and_then(|raw| raw.member(name)), false);
            }
        }
        if let Some(Tree::Object(members)) = raw {
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

    fn member(&mut self, name: &str, value: &Tree, raw: Option<&Tree>, is_unknown: bool) {
        let length = self.path.len();
        self.path = self.path_of(name);
        let style = if is_unknown { UNKNOWN } else { DIM };
        let mut word = Word::new(style, &format!("{}=", printable(name)));
        self.value(&mut word, value, raw, is_unknown);
        self.words.push(word);
        self.path.truncate(length);
    }

    /// Continues `word` with a value; what may be broken off before it becomes a word of its own.
    fn value(&mut self, word: &mut Word, value: &Tree, raw: Option<&Tree>, is_unknown: bool) {
        let is_unknown = is_unknown || self.is_unknown_value();
        let style = if is_unknown { UNKNOWN } else { PLAIN };
        match value {
            Tree::Bare(text) => word.push(style, text),
            Tree::Text(text) => word.push(style, &printable(text)),
            Tree::List(items) => {
                word.push(DIM, "[");
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        self.words.push(std::mem::replace(word, Word::new(PLAIN, "")));
                    }
                    let raw = raw.and_then(|raw| item_of(raw, index));
                    self.within_item(index, |words| words.value(word, item, raw, is_unknown));
                }
                word.push(DIM, "]");
            }
            Tree::Object(_) => {
                let before = self.words.len();
                self.object(value, raw);
                let inner = self.words.split_off(before);
                word.push(DIM, "{");
                let count = inner.len();
                for (index, part) in inner.into_iter().enumerate() {
                    word.text.push_str(&part.text);
                    word.width += part.width;
                    if index + 1 < count {
                        self.words.push(std::mem::replace(word, Word::new(PLAIN, "")));
                    }
                }
                word.push(DIM, "}");
            }
        }
        if is_unknown {
            word.push(UNKNOWN, "?");
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

fn item_of(tree: &Tree, index: usize) -> Option<&Tree> {
    match tree {
        Tree::List(items) => items.get(index),
        _ => None,
    }
}

/// A text as it stands if it is plain, otherwise quoted and escaped.
pub(crate) fn printable(text: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "_./:@+-#%~[]".contains(c);
    if !text.is_empty() && text.chars().all(is_plain) { text.to_owned() } else { format!("{text:?}") }
}

/// A message for people, with what is not printable escaped: it may quote what a server said.
pub(crate) fn harmless(text: impl Display) -> String {
    let mut harmless = String::new();
    for letter in text.to_string().chars() {
        if matches!(letter, '"' | '\'' | '\\') {
            harmless.push(letter);
        } else {
            harmless.extend(letter.escape_debug());
        }
    }
    harmless
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_cannot_harm_a_terminal() {
        assert_eq!(printable("/run/vm/disk-0.img"), "/run/vm/disk-0.img");
        assert_eq!(printable(""), "\"\"");
        assert_eq!(printable("No space"), "\"No space\"");
        assert_eq!(printable("\u{1b}[2J"), "\"\\u{1b}[2J\"");
        assert_eq!(harmless("it's \u{1b}[2J \"ü\""), "it's \\u{1b}[2J \"ü\"");
        assert_eq!(printable("\u{9b}2J\u{202e}\n"), "\"\\u{9b}2J\\u{202e}\\n\"");
    }
}
