//! Counts what a stream has, and the lines in which it has something unknown or malformed.
//!
//! It keeps little of a long stream: the first lines of each kind, and a limited number of kinds.

use std::collections::BTreeMap;
use std::fmt;

use crate::record::Record;
use crate::terminal::line::{Line, line};
use crate::terminal::text::{count, printable};

/// How many lines are kept of each kind.
const LINES: usize = 8;

/// How many kinds are kept apart.
const KINDS: usize = 200;

/// What a stream had so far.
#[derive(Debug, Default)]
pub(crate) struct Summary {
    events: u64,
    /// Events that were not looked into, since their names were not wanted.
    left_out: u64,
    /// Greetings and replies.
    other_messages: u64,
    unknown_events: u64,
    unknown_parts: u64,
    malformed: Places,
    unknown: BTreeMap<String, Places>,
    unlisted: Places,
}

/// How often and in which lines something was found.
#[derive(Debug, Default)]
struct Places {
    count: u64,
    lines: Vec<u64>,
}

impl Summary {
    pub(crate) fn event(&mut self, record: &Record, line: Option<u64>) {
        self.events += 1;
        if record.has_unknown {
            self.unknown_in(record, line);
        }
    }

    fn unknown_in(&mut self, record: &Record, line: Option<u64>) {
        let name = printable(record.message.event.name());
        if record.is_unknown() {
            self.unknown_events += 1;
            self.unknown(format!("unknown event {name}"), line);
        }
        for part in &record.unrecognized {
            self.unknown_parts += 1;
            self.unknown(format!("{name}: {part}"), line);
        }
        for (path, _) in record.unknown_members() {
            self.unknown_parts += 1;
            self.unknown(format!("{name}: unknown member `{path}` of the message"), line);
        }
    }

    /// Counts a greeting or a reply.
    pub(crate) fn other_message(&mut self) {
        self.other_messages += 1;
    }

    pub(crate) fn malformed(&mut self, line: Option<u64>) {
        self.malformed.add(line);
    }

    /// Counts events that were not looked into as well.
    pub(crate) fn with_left_out(self, count: u64) -> Self {
        Summary { left_out: count, ..self }
    }

    /// Whether there was no message of QMP.
    pub(crate) fn has_no_message(&self) -> bool {
        self.events == 0 && self.left_out == 0 && self.other_messages == 0
    }

    pub(crate) fn has_malformed(&self) -> bool {
        self.malformed.count > 0
    }

    /// Whether everything was known and well-formed.
    pub(crate) fn is_clean(&self) -> bool {
        self.unknown_events == 0 && self.unknown_parts == 0 && self.malformed.count == 0
    }

    fn unknown(&mut self, what: String, line: Option<u64>) {
        if self.unknown.len() < KINDS || self.unknown.contains_key(&what) {
            self.unknown.entry(what).or_default().add(line);
        } else {
            self.unlisted.add(line);
        }
    }
}

impl Places {
    fn add(&mut self, line: Option<u64>) {
        self.count += 1;
        if let Some(line) = line
            && self.lines.len() < LINES
            && self.lines.last() != Some(&line)
        {
            self.lines.push(line);
        }
    }
}

impl fmt::Display for Places {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines: Vec<String> = self.lines.iter().map(ToString::to_string).collect();
        let s = if lines.len() == 1 { "" } else { "s" };
        write!(formatter, "line{s} {}", lines.join(", "))?;
        match self.count.saturating_sub(self.lines.len() as u64) {
            0 => Ok(()),
            more => write!(formatter, " and {more} more"),
        }
    }
}

/// For people.
impl Summary {
    /// The numbers.
    pub(crate) fn headline(&self) -> String {
        let mut text = format!("{}, {} unknown", count(self.events, "event"), self.unknown_events);
        if self.unknown_parts > 0 {
            let s = if self.unknown_parts == 1 { "" } else { "s" };
            text += &format!(", {} unknown member{s} or value{s}", self.unknown_parts);
        }
        text += &format!(", {} malformed", self.malformed.count);
        if self.left_out > 0 {
            text += &format!("; {} of other names", count(self.left_out, "event"));
        }
        text
    }

    /// The numbers, then a line for each thing that is unknown, and the malformed lines.
    pub(crate) fn lines(&self) -> Vec<Line> {
        let mut lines = vec![line![self.headline()]];
        lines.extend(self.unknown.iter().map(|(what, places)| line!["  ", what, ": ", places]));
        if self.unlisted.count > 0 {
            lines.push(line!["  others that are unknown: ", self.unlisted]);
        }
        if self.malformed.count > 0 {
            lines.push(line!["  malformed: ", self.malformed]);
        }
        lines
    }
}
