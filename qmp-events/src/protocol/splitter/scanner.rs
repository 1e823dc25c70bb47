//! JSON's grammar as a byte-by-byte automaton.
//!
//! It knows where an object ends and which byte is not possible at its place; it looks at every byte
//! once, keeps one byte per open bracket, and never calls itself per level. It must not judge what a
//! decoder can judge better: numbers, `\u` digits and UTF-8 pass unchecked.

/// The state between two bytes of one object.
#[derive(Clone, Debug)]
pub(super) struct Scanner {
    open: Vec<Container>,
    state: State,
}

/// What the bytes make of the object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// More bytes are needed.
    Open,
    /// The last byte that was read closed the object.
    Complete,
    /// The next byte is not possible here.
    Damaged,
}

#[derive(Clone, Copy, Debug)]
enum Container {
    Object,
    Array,
}

#[derive(Clone, Copy, Debug)]
enum State {
    Value,
    FirstElement,
    FirstKey,
    Key,
    Colon,
    AfterValue,
    String(Role),
    Escape(Role),
    Number,
    Literal(&'static [u8]),
}

#[derive(Clone, Copy, Debug)]
enum Role {
    Key,
    Value,
}

impl Scanner {
    /// Before the first byte of an object.
    pub(super) fn new() -> Self {
        Scanner { open: Vec::new(), state: State::Value }
    }

    /// How many brackets are open.
    pub(super) fn depth(&self) -> usize {
        self.open.len()
    }

    /// Reads on in `bytes` and says how many belong to the object. A byte that is not
    /// possible at its place is not counted.
    pub(super) fn scan(&mut self, bytes: &[u8]) -> (usize, Verdict) {
        let mut at = 0;
        while at < bytes.len() {
            if let State::String(_) = self.state {
                at += bytes[at..].iter().position(|&b| is_special_in_string(b)).unwrap_or(bytes.len() - at);
            }
            let Some(&byte) = bytes.get(at) else { break };
            match self.step(byte) {
                Verdict::Open => at += 1,
                Verdict::Complete => return (at + 1, Verdict::Complete),
                Verdict::Damaged => return (at, Verdict::Damaged),
            }
        }
        (at, Verdict::Open)
    }

    fn step(&mut self, byte: u8) -> Verdict {
        let next = match (self.state, byte) {
            (State::String(Role::Key), b'"') => State::Colon,
            (State::String(Role::Value), b'"') => State::AfterValue,
            (State::String(role), b'\\') => State::Escape(role),
            (State::String(_), ..0x20) => return Verdict::Damaged,
            (State::String(role), _) => State::String(role),
            (State::Escape(role), b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' | b'u') => {
                State::String(role)
            }
            (State::Literal([expected, rest @ ..]), _) if *expected == byte => match rest {
                [] => State::AfterValue,
                _ => State::Literal(rest),
            },
            (State::Number, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E') => State::Number,
            (State::Number, _) => {
                self.state = State::AfterValue;
                return self.step(byte);
            }
            (State::Escape(_) | State::Literal(_), _) => return Verdict::Damaged,
            (state, b' ' | b'\t' | b'\r' | b'\n') => state,
            (State::FirstKey | State::Key, b'"') => State::String(Role::Key),
            (State::Colon, b':') => State::Value,
            (State::FirstKey, b'}') | (State::FirstElement, b']') => return self.close(byte),
            (State::AfterValue, b'}' | b']') => return self.close(byte),
            (State::AfterValue, b',') => match self.open.last() {
                Some(Container::Object) => State::Key,
                Some(Container::Array) => State::Value,
                None => return Verdict::Damaged,
            },
            (State::Value | State::FirstElement, _) => match self.begin_value(byte) {
                Some(state) => state,
                None => return Verdict::Damaged,
            },
            _ => return Verdict::Damaged,
        };
        self.state = next;
        Verdict::Open
    }

    fn begin_value(&mut self, byte: u8) -> Option<State> {
        Some(match byte {
            b'{' => {
                self.open.push(Container::Object);
                State::FirstKey
            }
            b'[' => {
                self.open.push(Container::Array);
                State::FirstElement
            }
            b'"' => State::String(Role::Value),
            b'0'..=b'9' | b'-' => State::Number,
            b't' => State::Literal(b"rue"),
            b'f' => State::Literal(b"alse"),
            b'n' => State::Literal(b"ull"),
            _ => return None,
        })
    }

    fn close(&mut self, byte: u8) -> Verdict {
        match (self.open.last(), byte) {
            (Some(Container::Object), b'}') | (Some(Container::Array), b']') => {
                self.open.pop();
                self.state = State::AfterValue;
                if self.open.is_empty() { Verdict::Complete } else { Verdict::Open }
            }
            _ => Verdict::Damaged,
        }
    }
}

fn is_special_in_string(byte: u8) -> bool {
    byte == b'"' || byte == b'\\' || byte < 0x20
}
