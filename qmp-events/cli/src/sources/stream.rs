//! What the bytes of an input are: a stream of QMP messages, or a log with events in it.
//!
//! Its beginning decides. A stream of messages is held to QMP: all that is not a message is malformed.
//! In a log, text around events is text.

use qmp_events::EventMessage;
use qmp_events::log::{self, Entry, Form, LogTime, Reader, Summary};
use qmp_events::protocol::{Frame, ServerMessage, Splitter};

use super::messages::{Messages, Wanted};
use super::{News, Place};
use crate::json::Json;
use crate::terminal::text::count;

/// How much is looked at before it is decided, in bytes.
const BEGINNING: usize = 64 << 10;

/// A stream that is being read.
pub(super) struct Stream {
    state: State,
    form: Option<Form>,
    wanted: Option<Wanted>,
    /// How many entries of a log were told, and how many of them were left out.
    number: u64,
    left_out: u64,
}

enum State {
    Undecided(Vec<u8>),
    Qmp(Box<Messages>),
    Log(Box<Reader>),
}

/// What is next, and of whom it is, if the log says so.
pub(super) struct Next {
    pub(super) news: News,
    pub(super) machine: Option<String>,
}

impl Stream {
    /// Reads what is there in this form, or in whatever form it is. Without a choice, all events are wanted.
    pub(super) fn new(form: Option<Form>, wanted: Option<Wanted>) -> Self {
        let state = match form {
            None => State::Undecided(Vec::new()),
            Some(Form::Qmp) => State::Qmp(Box::new(Messages::new(wanted.clone()))),
            Some(form) => State::Log(Box::new(Reader::new().only(form))),
        };
        Stream { state, form, wanted, number: 0, left_out: 0 }
    }

    /// How many events have names that are not wanted.
    pub(super) fn left_out(&self) -> u64 {
        match &self.state {
            State::Undecided(_) => 0,
            State::Qmp(messages) => messages.left_out(),
            State::Log(_) => self.left_out,
        }
    }

    pub(super) fn push(&mut self, bytes: &[u8]) {
        match &mut self.state {
            State::Undecided(beginning) => {
                beginning.extend_from_slice(bytes);
                if beginning.len() >= BEGINNING || says_enough(beginning) {
                    self.decide();
                }
            }
            State::Qmp(messages) => messages.push(bytes),
            State::Log(reader) => reader.push(bytes),
        }
    }

    pub(super) fn finish(&mut self) {
        if let State::Undecided(_) = self.state {
            self.decide();
        }
        match &mut self.state {
            State::Undecided(_) => {}
            State::Qmp(messages) => messages.finish(),
            State::Log(reader) => reader.finish(),
        }
    }

    /// Nothing may come for a while.
    pub(super) fn flush(&mut self) {
        match &mut self.state {
            State::Undecided(_) => {}
            State::Qmp(messages) => messages.flush(),
            State::Log(reader) => reader.flush(),
        }
    }

    fn decide(&mut self) {
        let State::Undecided(beginning) = &mut self.state else { return };
        let beginning = std::mem::take(beginning);
        if is_qmp(&beginning) {
            let mut messages = Messages::new(self.wanted.clone());
            messages.push(&beginning);
            self.state = State::Qmp(Box::new(messages));
        } else {
            let mut reader = Reader::new();
            reader.push(&beginning);
            self.state = State::Log(Box::new(reader));
        }
    }

    pub(super) fn next(&mut self) -> Option<Next> {
        match &mut self.state {
            State::Undecided(_) => None,
            State::Qmp(messages) => Some(Next { news: messages.next()?, machine: None }),
            State::Log(reader) => loop {
                let entry = reader.next_entry()?;
                self.number += 1;
                let next = next_of(entry, self.number)?;
                if is_wanted(&next.news, self.wanted.as_deref()) {
                    return Some(next);
                }
                self.left_out += 1;
            },
        }
    }

    /// What the stream was taken for, if it is not QMP or if it had to be in a form.
    pub(super) fn verdict(&self) -> Option<String> {
        match &self.state {
            State::Log(reader) => Some(describe(&reader.summary(), self.form)),
            State::Undecided(_) | State::Qmp(_) => None,
        }
    }

    /// Whether it is a log in which nothing was found.
    pub(super) fn is_barren(&self) -> bool {
        let State::Log(reader) = &self.state else { return false };
        let Summary { lines, events, malformed, .. } = reader.summary();
        lines > 0 && events + malformed == 0
    }
}

fn is_wanted(news: &News, wanted: Option<&dyn Fn(&str) -> bool>) -> bool {
    match (news, wanted) {
        (News::Event { message, .. }, Some(wanted)) => wanted(message.event.name()),
        _ => true,
    }
}

/// An entry of a log.
fn next_of(entry: Entry, number: u64) -> Option<Next> {
    match entry {
        Entry::Event(entry) => {
            let place = Place::Logged { line: entry.line, number };
            let machine = entry.origin.label().map(str::to_owned);
            let logged = entry.logged_at.as_ref().and_then(LogTime::timestamp);
            let decoded = EventMessage::decode(entry.json().as_bytes());
            Some(Next { news: News::decoded(decoded, place, logged), machine })
        }
        Entry::Malformed(log::Malformed { line, origin, problem, text, .. }) => {
            let machine = origin.label().map(str::to_owned);
            Some(Next { news: News::Damaged { line, problem, text }, machine })
        }
        _ => None,
    }
}

/// Whether this begins a stream of messages from a server: up to where it ends there is nothing but JSON, no
/// command and no event of another program.
fn is_qmp(beginning: &[u8]) -> bool {
    let mut splitter = Splitter::new();
    splitter.push(beginning);
    let mut has_message = false;
    let mut end = 0;
    while end < BEGINNING
        && let Some(frame) = splitter.next_frame()
    {
        let Frame::Message(message) = frame else { return false };
        match message.classify() {
            ServerMessage::Unrecognized(_) if is_command(message.json) => return false,
            ServerMessage::Unrecognized(_) => {}
            _ => has_message = true,
        }
        end = message.offset as usize + message.json.len();
    }
    // The rules for what another program's event is are those of logs.
    let mut reader = Reader::new();
    reader.push(&beginning[..end]);
    reader.finish();
    has_message && reader.summary().foreign == 0
}

fn is_command(json: &[u8]) -> bool {
    let members = std::str::from_utf8(json).ok().and_then(Json::parse).and_then(|value| value.as_object());
    members.is_some_and(|members| members.names().any(|name| matches!(&*name, "execute" | "exec-oob")))
}

/// Whether there is a message, or a line that does not begin with one.
fn says_enough(beginning: &[u8]) -> bool {
    let text = beginning.trim_ascii_start();
    if !text.starts_with(b"{") {
        return text.contains(&b'\n');
    }
    let mut splitter = Splitter::new();
    splitter.push(text);
    splitter.next_frame().is_some()
}

fn describe(summary: &Summary, only: Option<Form>) -> String {
    let forms: Vec<_> =
        summary.forms().into_iter().map(|(form, number)| (form.description(), number)).collect();
    let mut text = match (forms.as_slice(), only) {
        ([], Some(form)) => format!("no events as in {}", form.description()),
        ([], None) => "no events found".to_owned(),
        ([(form, _)], _) => format!("taken for {form}"),
        (forms, _) => {
            let forms: Vec<_> = forms.iter().map(|(form, number)| format!("{form} ({number})")).collect();
            format!("taken for {}", forms.join(", "))
        }
    };
    text += &format!(": {}, {} without an event", count(summary.lines, "line"), summary.other_lines());
    if summary.copies > 0 {
        let copies = if summary.copies == 1 { "copy" } else { "copies" };
        text += &format!(", {} {copies} of events", summary.copies);
    }
    if let Some(line) = summary.first_foreign {
        let number = count(summary.foreign, "object");
        text += &format!("; {number} of other programs with a member `event`, the first in line {line}");
    }
    text
}
