//! What a log holds.

use std::fmt;

use super::form::Form;
use super::origin::Origin;
use super::time::LogTime;
use crate::error::DecodeError;
use crate::message::EventMessage;

/// What a reader found.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Entry {
    /// An event.
    Event(LoggedEvent),
    /// Something that looks like an event and cannot be read.
    Malformed(Malformed),
}

/// An event in a log.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LoggedEvent {
    /// The line in which it begins, counted from 1. Of copies of one event, the first.
    pub line: u64,
    /// How it is written.
    pub form: Form,
    /// Of whom it is, as far as the log says so.
    pub origin: Origin,
    /// When the log says that it came; its own time is in the message.
    pub logged_at: Option<LogTime>,
    pub(super) json: String,
}

impl LoggedEvent {
    /// The event as a QMP message, whatever it is written like in the log.
    pub fn json(&self) -> &str {
        &self.json
    }

    /// Reads the event. For a set of one's own, [`QapiEvents::decode`](crate::QapiEvents::decode) reads
    /// the [`json`](Self::json).
    ///
    /// # Errors
    ///
    /// If the members of `data` do not fit the event.
    pub fn decode(&self) -> Result<EventMessage, DecodeError> {
        EventMessage::decode(self.json.as_bytes())
    }
}

/// Something that looks like an event and cannot be read: it is damaged, or cut off.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Malformed {
    /// The line in which it begins, counted from 1.
    pub line: u64,
    /// Of whom it is, as far as the log says so.
    pub origin: Origin,
    /// Its text, up to the damage and a little more; as JSON if it was spelled otherwise.
    pub text: String,
    /// What is wrong with it.
    pub problem: String,
}

impl fmt::Display for Malformed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "line {}: {}", self.line, self.problem)
    }
}

/// What a reader has seen so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Summary {
    /// Lines that were read.
    pub lines: u64,
    /// Lines with an event, a copy of one, or something malformed.
    pub covered_lines: u64,
    /// Events, without copies.
    pub events: u64,
    /// Copies of events on lines of another kind.
    pub copies: u64,
    /// What looks like an event and cannot be read.
    pub malformed: u64,
    /// Objects with a member `event` that is not one of QMP: another program's.
    pub foreign: u64,
    /// The line of the first of those.
    pub first_foreign: Option<u64>,
    pub(super) forms: [u64; Form::ALL.len()],
}

impl Summary {
    /// The forms in which there were events, and how many in each, the most frequent first.
    pub fn forms(&self) -> Vec<(Form, u64)> {
        let mut forms: Vec<_> =
            Form::ALL.into_iter().zip(self.forms).filter(|(_, count)| *count > 0).collect();
        forms.sort_by_key(|&(_, count)| std::cmp::Reverse(count));
        forms
    }

    /// Lines that hold no event.
    pub fn other_lines(&self) -> u64 {
        self.lines.saturating_sub(self.covered_lines)
    }

    pub(super) fn event(&mut self, form: Form) {
        self.events += 1;
        self.forms[form as usize] += 1;
    }

    pub(super) fn foreign(&mut self, line: u64) {
        self.foreign += 1;
        self.first_foreign.get_or_insert(line);
    }
}
