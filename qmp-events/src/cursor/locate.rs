//! Which event and member a byte of a message belongs to.
//!
//! Decoding keeps no path: when it fails, the text is read once more, up to the fault.

use super::{Cursor, MAX_DEPTH};
use crate::error::{DecodeError, Fault};

impl Fault {
    /// The fault as an error about `text`, in which it was found.
    #[cold]
    pub(crate) fn in_text(self, text: &[u8]) -> DecodeError {
        let (event, member) = locate(text, self.offset());
        DecodeError::new(text, self, event, member)
    }
}

/// The event of a message and the path of the member at `offset`, as far as the text tells.
///
/// The text may be anything: what is not JSON is ignored.
fn locate(text: &[u8], offset: usize) -> (Option<String>, String) {
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

/// The length of the string, or else one byte, before `text`.
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

/// `info.slot`, `list[3].x`: without `data`, since it holds all members of an event.
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
