//! Other spellings of an object, written as JSON: Python's, placeholders for times, wrapped lines.
//!
//! Nothing is judged: what is not JSON after this is for the decoder to refuse.

use std::borrow::Cow;

use super::text::{continuation, repeatable, unwrapped};

/// An object as JSON.
#[derive(Debug)]
pub(super) struct Rewritten {
    pub(super) json: Vec<u8>,
    /// It was spelled as Python does.
    pub(super) is_python: bool,
    /// Its time was a placeholder, and is null now.
    pub(super) has_placeholder: bool,
}

struct Rewriter<'t> {
    text: &'t [u8],
    at: usize,
    prefix: &'t [u8],
    is_event: bool,
    written: Rewritten,
    depth: usize,
    /// The last key of the outermost object was `timestamp`.
    is_timestamp: bool,
    awaits_value: bool,
    /// Where the value of `timestamp` was begun.
    timestamp: Option<usize>,
}

/// Writes an event that has `prefix` before it on its line.
pub(super) fn event_to_json(text: &[u8], prefix: &[u8]) -> Rewritten {
    rewrite(text, prefix, true)
}

/// Writes an object that is not an event.
pub(super) fn object_to_json(text: &[u8]) -> Vec<u8> {
    rewrite(text, b"", false).json
}

fn rewrite(text: &[u8], prefix: &[u8], is_event: bool) -> Rewritten {
    let written =
        Rewritten { json: Vec::with_capacity(text.len()), is_python: false, has_placeholder: false };
    let mut rewriter = Rewriter {
        text,
        at: 0,
        prefix: repeatable(prefix),
        is_event,
        written,
        depth: 0,
        is_timestamp: false,
        awaits_value: false,
        timestamp: None,
    };
    rewriter.run();
    rewriter.written
}

impl Rewriter<'_> {
    fn run(&mut self) {
        while let Some(&byte) = self.text.get(self.at) {
            match byte {
                b'\n' => {
                    self.at += 1;
                    self.at += continuation(self.prefix, &self.text[self.at..]);
                    self.written.json.push(b' ');
                }
                b'"' | b'\'' => self.string(byte),
                b'u' if self.text.get(self.at + 1) == Some(&b'\'') => self.at += 1,
                _ if byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'+' | b'-' | b'.') => self.word(),
                _ => {
                    self.at += 1;
                    self.punctuation(byte);
                }
            }
        }
    }

    fn punctuation(&mut self, byte: u8) {
        self.written.json.push(byte);
        if byte.is_ascii_whitespace() {
            return;
        }
        self.awaits_value = byte == b':';
        match byte {
            b':' if self.is_event && self.depth == 1 && self.is_timestamp => {
                self.timestamp = Some(self.written.json.len())
            }
            b',' if self.depth == 1 => (self.timestamp, self.is_timestamp) = (None, false),
            b'{' | b'[' => self.depth += 1,
            b'}' | b']' => {
                self.depth = self.depth.saturating_sub(1);
                if self.depth == 1 && self.written.has_placeholder {
                    self.forget_time();
                }
            }
            _ => {}
        }
    }

    /// The time, or a part of it, is not a number.
    fn placeholder(&mut self) {
        self.written.has_placeholder = true;
        if self.depth == 1 {
            self.forget_time();
        }
    }

    /// A time of which a part was not a number is none.
    fn forget_time(&mut self) {
        if let Some(start) = self.timestamp.take() {
            self.written.json.truncate(start);
            self.written.json.extend_from_slice(b" null");
        }
    }

    fn string(&mut self, quote: u8) {
        let start = self.at + 1;
        let mut end = start;
        while let Some(&byte) = self.text.get(end).filter(|&&byte| byte != quote) {
            end += if byte == b'\\' { 2 } else { 1 };
        }
        let inside = &self.text[start..end.min(self.text.len())];
        self.at = end + 1;
        if self.depth == 1 && !self.awaits_value {
            self.is_timestamp = *unwrapped(inside) == *b"timestamp";
        }
        self.written.is_python |= quote == b'\'';
        self.written.json.push(b'"');
        write_string(&mut self.written.json, inside);
        self.written.json.push(b'"');
        if self.awaits_value && self.timestamp.is_some() {
            self.placeholder();
        }
        self.awaits_value = false;
    }

    fn word(&mut self) {
        let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'+' | b'-' | b'.');
        let length = self.text[self.at..].iter().take_while(|byte| is_word(byte)).count();
        let word = &self.text[self.at..self.at + length];
        self.at += length;
        self.awaits_value = false;
        let is_number = word.iter().any(u8::is_ascii_digit) && !word[0].is_ascii_alphabetic();
        let (json, is_pythons): (&[u8], bool) = match word {
            b"True" => (b"true", true),
            b"False" => (b"false", true),
            b"None" => (b"null", true),
            b"true" | b"false" | b"null" => (word, false),
            [number @ .., b'L'] if is_number => (number, true),
            _ => (word, false),
        };
        self.written.is_python |= is_pythons;
        self.written.json.extend_from_slice(json);
        if self.timestamp.is_some() && !is_number && json != b"null" {
            self.placeholder();
        }
    }
}

/// Writes what is inside a string of JSON or Python as the inside of a string of JSON. A line break is
/// where a line was wrapped.
fn write_string(json: &mut Vec<u8>, inside: &[u8]) {
    let mut bytes = inside.iter().copied().enumerate();
    while let Some((at, byte)) = bytes.next() {
        match byte {
            b'\n' | b'\r' => {}
            b'"' => json.extend_from_slice(b"\\\""),
            ..0x20 => write_code_point(json, byte.into()),
            b'\\' => {
                let (length, escape) = python_escape(&inside[at + 1..]);
                match escape {
                    Some(code_point) => write_code_point(json, code_point),
                    None => json.extend_from_slice(&inside[at..(at + 1 + length).min(inside.len())]),
                }
                if length > 0 {
                    bytes.nth(length - 1);
                }
            }
            _ => json.push(byte),
        }
    }
}

fn write_code_point(json: &mut Vec<u8>, code_point: u32) {
    let character = char::from_u32(code_point).unwrap_or(char::REPLACEMENT_CHARACTER);
    match character {
        '"' | '\\' => json.extend_from_slice(&[b'\\', character as u8]),
        ..' ' => json.extend_from_slice(format!("\\u{code_point:04X}").as_bytes()),
        _ => json.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes()),
    }
}

/// The length of an escape without its backslash, and its character if JSON does not have the escape.
fn python_escape(rest: &[u8]) -> (usize, Option<u32>) {
    let hexadecimal = |digits: usize| {
        let text = rest.get(1..=digits).and_then(|digits| std::str::from_utf8(digits).ok())?;
        u32::from_str_radix(text, 16).ok()
    };
    match rest.first() {
        None => (0, None),
        Some(b'\'') => (1, Some(b'\''.into())),
        Some(b'a') => (1, Some(7)),
        Some(b'v') => (1, Some(11)),
        Some(b'x') => hexadecimal(2).map_or((1, None), |code_point| (3, Some(code_point))),
        Some(b'U') => hexadecimal(8).map_or((1, None), |code_point| (9, Some(code_point))),
        Some(_) => (1, None),
    }
}

/// What a string with the escapes of JSON, Go, C or a shell says.
pub(super) fn unescape(inside: &[u8]) -> Cow<'_, [u8]> {
    if !inside.contains(&b'\\') {
        return Cow::Borrowed(inside);
    }
    let mut text = Vec::with_capacity(inside.len());
    let mut at = 0;
    while let Some(&byte) = inside.get(at) {
        at += 1;
        if byte != b'\\' {
            text.push(byte);
            continue;
        }
        let Some(&escape) = inside.get(at) else { break };
        at += 1;
        match escape {
            b'n' => text.push(b'\n'),
            b'r' => text.push(b'\r'),
            b't' => text.push(b'\t'),
            b'b' => text.push(8),
            b'f' => text.push(12),
            b'u' | b'x' => {
                let digits = if escape == b'u' { 4 } else { 2 };
                at += push_code_point(&mut text, &inside[at..], digits);
            }
            _ => text.push(escape),
        }
    }
    Cow::Owned(text)
}

/// Appends the character of these digits, and says how many bytes were read. A pair of surrogates is
/// one character.
fn push_code_point(text: &mut Vec<u8>, rest: &[u8], digits: usize) -> usize {
    let number = |digits: Option<&[u8]>| u32::from_str_radix(std::str::from_utf8(digits?).ok()?, 16).ok();
    let Some(first) = number(rest.get(..digits)) else { return 0 };
    let second = match (first, rest.get(4..6)) {
        (0xD800..=0xDBFF, Some(b"\\u")) => {
            number(rest.get(6..10)).filter(|low| (0xDC00..=0xDFFF).contains(low))
        }
        _ => None,
    };
    let (code_point, read) = match second {
        Some(low) => (0x10000 + ((first - 0xD800) << 10) + (low - 0xDC00), 10),
        None => (first, digits),
    };
    let character = char::from_u32(code_point).unwrap_or(char::REPLACEMENT_CHARACTER);
    text.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
    read
}
