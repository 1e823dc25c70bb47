//! Where an object in the middle of a text ends, and which events are in it.
//!
//! A superset of JSON is followed: Python's spelling of a dict, words where a value belongs (the
//! placeholders of test outputs), and objects over several lines, each of which may repeat what is
//! before the first. Whether the object is a message that can be read is left to the decoder: this
//! only looks at every byte once, keeps a few bytes per open bracket, and never calls itself.

use memchr::memchr3;

use super::text::{continuation, finds_event, is_event_name, repeatable, unwrapped};

/// Brackets that may be open at the same time, as many as the decoder takes.
const DEPTH: usize = 127;

/// The state between two pieces of one object.
#[derive(Clone, Debug)]
pub(super) struct Scanner {
    /// The next byte to read.
    at: usize,
    /// Where the string begins that was read last; 0 if something else was.
    token: usize,
    state: State,
    begins_line: bool,
    open: Vec<Container>,
    found: Vec<Found>,
    prefix: Box<[u8]>,
}

/// What the text makes of the object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// More text is needed.
    Open,
    /// The object ends before this byte.
    Complete(usize),
    /// This byte cannot be where it is.
    Damaged(usize),
}

/// Something in an object that may be an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) what: FoundWhat,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum FoundWhat {
    /// An object that means to be an event of QMP.
    Event,
    /// An object with a member `event` that does not, and has nothing else in it.
    Foreign,
    /// The inside of a string that may hold an event.
    String,
}

/// What was seen of an object's members.
#[derive(Clone, Copy, Debug, Default)]
struct Shape {
    /// There is an `event` that is not an object or a list.
    has_event: bool,
    /// It is a string that QAPI allows.
    is_named_like_qmp: bool,
    /// There is a `timestamp` that is an object.
    has_timestamp: bool,
    /// There are members that an event does not have.
    has_others: bool,
    /// It is a command, a reply or a greeting: what looks like an event in it is not one.
    is_other_message: bool,
}

impl Shape {
    /// Whether the object means to be an event of QMP. Other programs have a member `event` as well.
    fn is_event(self) -> bool {
        self.has_event
            && !self.is_other_message
            && (self.has_timestamp || self.is_named_like_qmp && !self.has_others)
    }
}

#[derive(Clone, Copy, Debug)]
struct Container {
    is_object: bool,
    start: usize,
    /// How much was found before it.
    found: usize,
    key: Key,
    shape: Shape,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Key {
    Event,
    Timestamp,
    Other,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Value,
    FirstElement,
    FirstKey,
    Key,
    Colon,
    AfterValue,
    String { quote: u8, is_key: bool, is_broken: bool },
    Word,
}

impl Scanner {
    /// Before the first byte of an object that has `prefix` before it on its line.
    pub(super) fn new(prefix: &[u8]) -> Self {
        Scanner {
            at: 0,
            token: 0,
            state: State::Value,
            begins_line: false,
            open: Vec::new(),
            found: Vec::new(),
            prefix: repeatable(prefix).into(),
        }
    }

    /// Whether something was found in the part that was read.
    pub(super) fn has_found(&self) -> bool {
        !self.found.is_empty()
    }

    /// What was found in the part that was read, in the order of its ends.
    pub(super) fn into_found(self) -> Vec<Found> {
        self.found
    }

    /// Where to look on in the text if the object is damaged: a string that was cut may have swallowed
    /// the beginning of the next object.
    pub(super) fn restart(&self) -> usize {
        match self.state {
            State::String { .. } => self.token + 1,
            State::Colon | State::AfterValue if self.token > 0 => self.token + 1,
            _ => self.at.max(1),
        }
    }

    /// Where an event begins that was not read to its end.
    pub(super) fn unfinished_event(&self) -> Option<usize> {
        if self.open.iter().any(|container| container.shape.is_other_message) {
            return None;
        }
        self.open.iter().find(|container| container.shape.is_event()).map(|container| container.start)
    }

    /// Whether an object that is open may be an event.
    pub(super) fn may_become_event(&self) -> bool {
        self.open.iter().any(|container| container.shape.has_event || container.key == Key::Event)
    }

    /// Reads on in `text`, which begins with the object and ends with a line.
    pub(super) fn scan(&mut self, text: &[u8]) -> Verdict {
        loop {
            if self.begins_line && self.at < text.len() {
                self.at += continuation(&self.prefix, &text[self.at..]);
                self.begins_line = false;
            }
            let Some(&byte) = text.get(self.at) else { return Verdict::Open };
            let verdict = match self.state {
                State::String { quote, is_key, is_broken } => self.string(text, quote, is_key, is_broken),
                State::Word if is_word(byte) => {
                    self.at += 1;
                    continue;
                }
                State::Word => {
                    self.state = State::AfterValue;
                    continue;
                }
                _ if byte == b'\n' => {
                    self.at += 1;
                    self.begins_line = true;
                    continue;
                }
                _ if byte.is_ascii_whitespace() => {
                    self.at += 1;
                    continue;
                }
                state => self.punctuation(text, state, byte),
            };
            if verdict != Verdict::Open || self.at >= text.len() {
                return verdict;
            }
        }
    }

    fn string(&mut self, text: &[u8], quote: u8, is_key: bool, is_broken: bool) -> Verdict {
        let Some(length) = memchr3(quote, b'\\', b'\n', &text[self.at..]) else {
            self.at = text.len();
            return Verdict::Open;
        };
        self.at += length;
        match text[self.at] {
            b'\\' => self.at = (self.at + 2).min(text.len()),
            // A line that was wrapped, once in a string; twice is a quote that was never closed.
            b'\n' if is_broken => return Verdict::Damaged(self.at),
            b'\n' => {
                self.at += 1;
                self.state = State::String { quote, is_key, is_broken: true };
            }
            _ => {
                let inside = self.token + 1..self.at;
                self.at += 1;
                self.state = if is_key { State::Colon } else { State::AfterValue };
                self.end_string(text, inside, is_key);
            }
        }
        Verdict::Open
    }

    fn end_string(&mut self, text: &[u8], inside: std::ops::Range<usize>, is_key: bool) {
        let Some(container) = self.open.last_mut() else { return };
        let content = &*unwrapped(&text[inside.clone()]);
        if is_key {
            container.key = Key::Other;
            match content {
                b"event" => container.key = Key::Event,
                b"timestamp" => container.key = Key::Timestamp,
                b"data" => {}
                b"execute" | b"exec-oob" | b"return" | b"QMP" => container.shape.is_other_message = true,
                _ => container.shape.has_others = true,
            }
        } else if container.is_object && container.key == Key::Event {
            container.shape.is_named_like_qmp = is_event_name(content);
        } else if finds_event(content) {
            self.found.push(Found { start: inside.start, end: inside.end, what: FoundWhat::String });
        }
    }

    fn punctuation(&mut self, text: &[u8], state: State, byte: u8) -> Verdict {
        match (state, byte) {
            (State::FirstKey | State::Key, b'u') if text.get(self.at + 1) == Some(&b'\'') => self.at += 1,
            (State::FirstKey | State::Key, b'"' | b'\'') => self.begin_string(byte, true),
            (State::Colon, b':') => self.next(State::Value),
            (State::FirstKey | State::AfterValue, b'}') => return self.close(true),
            (State::FirstElement | State::AfterValue, b']') => return self.close(false),
            (State::AfterValue, b',') => {
                let in_object = self.open.last().is_some_and(|container| container.is_object);
                self.next(if in_object { State::Key } else { State::Value });
            }
            (State::Value | State::FirstElement, _) => return self.begin_value(text, byte),
            _ => return Verdict::Damaged(self.at),
        }
        Verdict::Open
    }

    fn next(&mut self, state: State) {
        self.state = state;
        self.at += 1;
    }

    fn begin_string(&mut self, quote: u8, is_key: bool) {
        self.token = self.at;
        if !is_key {
            self.begin_scalar();
        }
        self.next(State::String { quote, is_key, is_broken: false });
    }

    fn begin_scalar(&mut self) {
        if let Some(container) = self.open.last_mut() {
            container.shape.has_event |= container.key == Key::Event;
        }
    }

    fn begin_value(&mut self, text: &[u8], byte: u8) -> Verdict {
        match byte {
            b'{' | b'[' if self.open.len() < DEPTH => {
                let is_object = byte == b'{';
                if let Some(container) = self.open.last_mut() {
                    container.shape.has_timestamp |= is_object && container.key == Key::Timestamp;
                }
                self.open.push(Container {
                    is_object,
                    start: self.at,
                    found: self.found.len(),
                    key: Key::Other,
                    shape: Shape::default(),
                });
                self.token = 0;
                self.next(if is_object { State::FirstKey } else { State::FirstElement });
            }
            b'"' | b'\'' => self.begin_string(byte, false),
            b'u' if text.get(self.at + 1) == Some(&b'\'') => self.at += 1,
            _ if is_word(byte) => {
                self.token = 0;
                self.begin_scalar();
                self.next(State::Word);
            }
            _ => return Verdict::Damaged(self.at),
        }
        Verdict::Open
    }

    fn close(&mut self, is_object: bool) -> Verdict {
        let Some(container) = self.open.pop_if(|container| container.is_object == is_object) else {
            return Verdict::Damaged(self.at);
        };
        self.token = 0;
        self.next(State::AfterValue);
        let Container { start, found, shape, .. } = container;
        if shape.is_event() || shape.is_other_message {
            self.found.truncate(found);
        }
        if shape.is_event() {
            self.found.push(Found { start, end: self.at, what: FoundWhat::Event });
        } else if shape.has_event && !shape.is_other_message && self.found.len() == found {
            self.found.push(Found { start, end: self.at, what: FoundWhat::Foreign });
        }
        if self.open.is_empty() { Verdict::Complete(self.at) } else { Verdict::Open }
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'+' | b'-' | b'.')
}
