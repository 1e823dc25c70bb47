//! What went wrong at a byte, and (only then) which event and member that byte belongs to.
//!
//! Decoding keeps no path: when it fails, the text is read once more up to the fault.

use std::borrow::Cow;

use super::{Cursor, MAX_DEPTH};
use crate::error::DecodeErrorKind;

/// A defect at a byte of the text. One word, so that the path without defects stays fast.
#[derive(Debug)]
pub struct Fault(Box<Defect>);

#[derive(Debug)]
pub(crate) struct Defect {
    pub(crate) kind: DecodeErrorKind,
    pub(crate) offset: usize,
    /// The member that is missing in the object at `offset`.
    pub(crate) member: Option<&'static str>,
    pub(crate) message: Cow<'static, str>,
}

impl Fault {
    #[cold]
    pub(crate) fn new(kind: DecodeErrorKind, offset: usize, message: impl Into<Cow<'static, str>>) -> Self {
        Fault(Box::new(Defect { kind, offset, member: None, message: message.into() }))
    }

    #[cold]
    pub(crate) fn missing(member: &'static str, offset: usize) -> Self {
        let mut fault = Fault::new(DecodeErrorKind::Missing, offset, "this member is missing");
        fault.0.member = Some(member);
        fault
    }

    pub(crate) fn into_defect(self) -> Defect {
        *self.0
    }
}

/// The event of a message and the path of the member at `offset`, as far as the text tells.
///
/// The text may be anything: what is no JSON is passed over.
pub(crate) fn locate(text: &[u8], offset: usize) -> (Option<String>, String) {
    let mut levels: Vec<Level> = Vec::new();
    let mut event = None;
    let mut path = None;
    let mut position = 0;
    while let Some(&first) = text.get(position) {
        let end = position + token_length(&text[position..]);
        if path.is_none() && end > offset {
            path = Some(path_of(&levels));
        }
        let token = &text[position..end];
        position = end;
        let depth = levels.len();
        match (first, levels.last_mut()) {
            (b'{' | b'[', _) if depth > MAX_DEPTH as usize => break,
            (b'{', _) => levels.push(Level::Object { key: None }),
            (b'[', _) => levels.push(Level::List { index: 0 }),
            (b'}' | b']', _) => drop(levels.pop()),
            (b',', Some(Level::Object { key })) => *key = None,
            (b',', Some(Level::List { index })) => *index += 1,
            (b'"', Some(Level::Object { key: key @ None })) => *key = unquoted(token),
            (b'"', Some(Level::Object { key: Some(key) })) if key == "event" && depth == 1 => {
                event = unquoted(token);
            }
            _ => {}
        }
    }
    (event, path.unwrap_or_else(|| path_of(&levels)))
}

/// An object or list that the walk is in, and how far it is.
enum Level {
    Object { key: Option<String> },
    List { index: usize },
}

/// The length of the string, or else one byte, in front of `text`.
fn token_length(text: &[u8]) -> usize {
    let Some(body) = text.strip_prefix(b"\"") else { return 1 };
    let mut escaped = false;
    let end = body.iter().position(|&byte| {
        let quote = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        quote
    });
    end.map_or(text.len(), |end| end + 2)
}

fn unquoted(token: &[u8]) -> Option<String> {
    Cursor::new(token).owned_string().ok()
}

/// `info.slot`, `list[3].x`: without `data`, in which all members of an event stand.
fn path_of(levels: &[Level]) -> String {
    let mut path = String::new();
    for (depth, level) in levels.iter().enumerate() {
        match level {
            Level::Object { key: Some(key) } if depth == 0 && key == "data" && levels.len() > 1 => {
                if matches!(levels.get(1), Some(Level::Object { key: None })) {
                    path.push_str("data");
                }
            }
            Level::Object { key: Some(key) } => {
                if !path.is_empty() {
                    path.push('.');
                }
                path.push_str(key);
            }
            Level::Object { key: None } => {}
            Level::List { index } => path.push_str(&format!("[{index}]")),
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"{"data": {"info": {"a\"}": "x", "list": [1, {"b": 22}]}}, "event": "E"}"#;

    fn path_at(part: &str) -> String {
        locate(TEXT.as_bytes(), TEXT.find(part).expect("a part of the text")).1
    }

    #[test]
    fn paths_name_members_and_items_but_not_data() {
        assert_eq!(path_at("22"), "info.list[1].b");
        assert_eq!(path_at("1, {"), "info.list[0]");
        assert_eq!(path_at("\"x\""), "info.a\"}");
        assert_eq!(path_at("\"E\""), "event");
    }

    #[test]
    fn an_object_is_at_the_path_of_its_member() {
        assert_eq!(path_at("{\"data"), "");
        assert_eq!(path_at("{\"info"), "data");
        assert_eq!(path_at("{\"b"), "info.list[1]");
    }

    #[test]
    fn the_event_is_found_on_either_side() {
        assert_eq!(locate(TEXT.as_bytes(), 3).0.as_deref(), Some("E"));
        assert_eq!(locate(br#"{"event": "E", "data": "#, 20).0.as_deref(), Some("E"));
        assert_eq!(locate(b"[[[[\"event", 2), (None, "[0][0]".to_owned()));
    }
}
