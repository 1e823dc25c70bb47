//! Reads one JSON value, with a budget of repairs for what people get wrong by hand.
//!
//! Every repair is about one token, and none invents a structure: braces and colons must be there.

use crate::json::value::{Kind, Member, Value};
use crate::source::{FileId, Span};

/// How deep values may be nested.
pub const MAX_DEPTH: usize = 64;

/// A value, and what had to be put up with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parsed {
    /// The value.
    pub value: Value,
    /// What was repaired, in the order of the text.
    pub repairs: Vec<Repair>,
}

/// One repaired defect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repair {
    /// The token that is wrong, or the empty place where one is missing.
    pub span: Span,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: &'static str,
}

/// Why a text is no JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadError {
    /// The token that is wrong.
    pub span: Span,
    /// What is wrong.
    pub message: String,
    /// What was repaired before.
    pub repairs: Vec<Repair>,
}

/// Reads the value in `text`, which begins at byte `start` of `file`, with at most `budget` repairs.
///
/// # Errors
///
/// If the text is no JSON, even with that many repairs, or nested deeper than [`MAX_DEPTH`].
pub fn read(file: FileId, text: &str, start: usize, budget: usize) -> Result<Parsed, ReadError> {
    let mut reader = Reader { file, text, start, at: 0, depth: 0, budget, repairs: Vec::new() };
    match reader.read_document() {
        Ok(value) => Ok(Parsed { value, repairs: reader.repairs }),
        Err((span, message)) => Err(ReadError { span, message, repairs: reader.repairs }),
    }
}

type Failure = (Span, String);

struct Reader<'a> {
    file: FileId,
    text: &'a str,
    start: usize,
    at: usize,
    depth: usize,
    budget: usize,
    repairs: Vec<Repair>,
}

impl<'a> Reader<'a> {
    fn read_document(&mut self) -> Result<Value, Failure> {
        let value = self.read_value()?;
        self.skip_space()?;
        match self.peek() {
            None => Ok(value),
            Some(_) => Err(self.unexpected("the end of the value")),
        }
    }

    fn read_value(&mut self) -> Result<Value, Failure> {
        self.skip_space()?;
        let from = self.at;
        let kind = match self.peek() {
            Some(b'{') => self.nested(Self::read_object)?,
            Some(b'[') => self.nested(Self::read_array)?,
            Some(b'"') => Kind::String(self.read_string()?),
            Some(b'\'') => Kind::String(self.read_single_quoted()?),
            Some(b'-' | b'0'..=b'9') => Kind::Number(self.read_number()?),
            Some(byte) if is_word(byte) => self.read_word()?,
            _ => return Err(self.unexpected("a value")),
        };
        Ok(Value { span: self.span(from, self.at), kind })
    }

    fn nested(&mut self, read: fn(&mut Self) -> Result<Kind, Failure>) -> Result<Kind, Failure> {
        if self.depth == MAX_DEPTH {
            let message = format!("nested deeper than {MAX_DEPTH} levels");
            return Err((self.span(self.at, self.at + 1), message));
        }
        self.at += 1;
        self.depth += 1;
        let kind = read(self)?;
        self.depth -= 1;
        Ok(kind)
    }

    fn read_object(&mut self) -> Result<Kind, Failure> {
        let mut members = Vec::new();
        while self.next_element(b'}', members.is_empty())? {
            let from = self.at;
            let name = match self.peek() {
                Some(b'"') => self.read_string()?,
                Some(b'\'') => self.read_single_quoted()?,
                Some(byte) if is_word(byte) => self.read_unquoted()?,
                _ => return Err(self.unexpected("a member's name in double quotes")),
            };
            let name_span = self.span(from, self.at);
            self.skip_space()?;
            if self.peek() != Some(b':') {
                return Err(self.unexpected("':'"));
            }
            self.at += 1;
            members.push(Member { name, name_span, value: self.read_value()? });
        }
        Ok(Kind::Object(members))
    }

    fn read_array(&mut self) -> Result<Kind, Failure> {
        let mut values = Vec::new();
        while self.next_element(b']', values.is_empty())? {
            values.push(self.read_value()?);
        }
        Ok(Kind::Array(values))
    }

    /// Goes to the next element of an object or array: false after `close`.
    fn next_element(&mut self, close: u8, first: bool) -> Result<bool, Failure> {
        let behind_previous = self.at;
        let mut comma = None;
        let mut elided = false;
        loop {
            self.skip_space()?;
            match self.peek() {
                Some(b',') if comma.is_none() && (!first || elided) => {
                    comma = Some(self.at);
                    self.at += 1;
                }
                Some(b'.') if self.rest().starts_with("...") => {
                    self.repair(self.at, self.at + 3, "'...' is no JSON", "write the members out")?;
                    self.at += 3;
                    // The commas around it go with it.
                    elided = true;
                    comma = None;
                }
                Some(byte) if byte == close => {
                    if let Some(comma) = comma.filter(|_| !elided) {
                        self.repair(comma, comma + 1, "trailing comma", "remove it")?;
                    }
                    self.at += 1;
                    return Ok(false);
                }
                _ => break,
            }
        }
        let starts = self.peek().is_some_and(|byte| starts_element(byte, close));
        if comma.is_none() && !first && !elided && starts {
            let before = if close == b'}' { "a member's name" } else { "a value" };
            let message = format!("missing comma before {before}");
            self.repair(behind_previous, behind_previous, &message, "add ',' here")?;
        } else if comma.is_none() && !first && !elided {
            return Err(self.unexpected(&format!("',' or '{}'", char::from(close))));
        }
        Ok(true)
    }

    fn read_string(&mut self) -> Result<String, Failure> {
        let from = self.at;
        let end = string_end(self.text.as_bytes(), from);
        let Some(end) = end else {
            let line_end = self.rest().find(['\n', '\r']).map_or(self.text.len(), |length| from + length);
            return Err((self.span(from, line_end), "the string has no closing quote on its line".into()));
        };
        self.at = end;
        let token = &self.text[from..end];
        serde_json::from_str(token).map_err(|_| (self.span(from, end), string_defect(token)))
    }

    fn read_single_quoted(&mut self) -> Result<String, Failure> {
        let from = self.at;
        let body = &self.text[from + 1..];
        let end = body.find(['\'', '\n', '\r']).filter(|&end| body[end..].starts_with('\''));
        let Some(end) = end else {
            return Err(self.unexpected("a value"));
        };
        let word = body[..end].to_owned();
        self.at = from + end + 2;
        self.repair(from, self.at, "single quotes are no JSON", "use double quotes")?;
        Ok(word)
    }

    fn read_number(&mut self) -> Result<String, Failure> {
        let from = self.at;
        let length = self.rest().bytes().take_while(|byte| is_word(*byte) || b"+-.".contains(byte)).count();
        self.at += length;
        let token = &self.text[from..self.at];
        if is_number(token) {
            return Ok(token.to_owned());
        }
        Err((self.span(from, self.at), format!("'{}' is no JSON number", abbreviate(token))))
    }

    fn read_word(&mut self) -> Result<Kind, Failure> {
        let known = [("null", Kind::Null), ("true", Kind::Bool(true)), ("false", Kind::Bool(false))];
        let length = self.word_length();
        for (word, kind) in known {
            if &self.rest()[..length] == word {
                self.at += length;
                return Ok(kind);
            }
        }
        Ok(Kind::String(self.read_unquoted()?))
    }

    fn read_unquoted(&mut self) -> Result<String, Failure> {
        let from = self.at;
        self.at += self.word_length();
        let word = self.text[from..self.at].to_owned();
        let message = format!("'{}' has no quotes", abbreviate(&word));
        self.repair(from, self.at, &message, "put it into double quotes")?;
        Ok(word)
    }

    fn word_length(&self) -> usize {
        self.rest().bytes().take_while(|byte| is_word(*byte) || *byte == b'-').count()
    }

    /// Skips white space, and comments at a price.
    fn skip_space(&mut self) -> Result<(), Failure> {
        loop {
            let rest = self.rest();
            let space = rest.bytes().take_while(|byte| b" \t\r\n".contains(byte)).count();
            self.at += space;
            let rest = &rest[space..];
            let length = if rest.starts_with("//") || rest.starts_with('#') {
                rest.find(['\n', '\r']).unwrap_or(rest.len())
            } else if let Some(comment) = rest.strip_prefix("/*") {
                comment.find("*/").map_or(rest.len(), |length| length + 4)
            } else {
                return Ok(());
            };
            self.repair(self.at, self.at + length, "JSON has no comments", "remove it")?;
            self.at += length;
        }
    }

    fn repair(&mut self, from: usize, to: usize, message: &str, help: &'static str) -> Result<(), Failure> {
        let span = self.span(from, to);
        if self.repairs.len() == self.budget {
            let before = if self.budget > 0 { ", and too much was wrong before" } else { "" };
            return Err((span, format!("{message}{before}")));
        }
        self.repairs.push(Repair { span, message: message.to_owned(), help });
        Ok(())
    }

    fn unexpected(&self, expected: &str) -> Failure {
        let Some(found) = self.rest().chars().next() else {
            return (self.span(self.at, self.at), format!("expected {expected}, found the end"));
        };
        let span = self.span(self.at, self.at + found.len_utf8());
        (span, format!("expected {expected}, found '{}'", found.escape_default()))
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn span(&self, from: usize, to: usize) -> Span {
        Span::new(self.file, self.start + from..self.start + to)
    }
}

/// The offset after the string that begins at `from`; nothing if its line ends first.
pub(crate) fn string_end(text: &[u8], from: usize) -> Option<usize> {
    let mut at = from + 1;
    loop {
        match text.get(at)? {
            b'"' => return Some(at + 1),
            b'\n' | b'\r' => return None,
            b'\\' if !matches!(text.get(at + 1), Some(b'\n' | b'\r')) => at += 2,
            _ => at += 1,
        }
    }
}

fn string_defect(token: &str) -> String {
    if token.bytes().any(|byte| byte < b' ') {
        return "a control character in the string".into();
    }
    "the string holds an escape that JSON does not have".into()
}

fn starts_element(byte: u8, close: u8) -> bool {
    byte == b'"' || byte == b'\'' || is_word(byte) || (close == b']' && b"{[-".contains(&byte))
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// `-? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)?`
fn is_number(token: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let unsigned = token.strip_prefix('-').unwrap_or(token);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    digits(whole)
        && (whole == "0" || !whole.starts_with('0'))
        && fraction.is_none_or(digits)
        && exponent.is_none_or(|text| digits(text.strip_prefix(['+', '-']).unwrap_or(text)))
}

/// A token for a message: never longer than the message is worth.
pub(crate) fn abbreviate(token: &str) -> String {
    match token.char_indices().nth(40) {
        Some((end, _)) => format!("{}...", &token[..end]),
        None => token.to_owned(),
    }
}
