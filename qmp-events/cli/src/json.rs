//! JSON text, read where it lies and one level at a time. Nothing is made of it but what is shown, so that
//! a value costs as much memory as its text, and numbers keep all their digits.

use std::borrow::Cow;

use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};
use serde_json::value::RawValue;

/// A JSON value.
#[derive(Clone, Debug)]
pub(crate) enum Json<'a> {
    /// Null, a boolean or a number, as JSON writes it.
    Bare(&'a str),
    Text(Cow<'a, str>),
    List(List<'a>),
    Object(Object<'a>),
}

/// The text of a list, and maybe of what follows it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct List<'a>(&'a str);

/// The text of an object, and maybe of what follows it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Object<'a>(&'a str);

impl<'a> Json<'a> {
    /// `None` if it is not JSON.
    pub(crate) fn parse(text: &'a str) -> Option<Self> {
        let value: &RawValue = serde_json::from_str(text).ok()?;
        Walk { text: value.get(), position: 0 }.next_token().map(Token::value)
    }

    pub(crate) fn as_object(&self) -> Option<Object<'a>> {
        match self {
            Json::Object(object) => Some(*object),
            _ => None,
        }
    }

    /// Whether it, or an item of the list that it is, reads like this.
    pub(crate) fn reads(&self, wanted: &str) -> bool {
        match self {
            Json::Bare(text) => *text == wanted,
            Json::Text(text) => text == wanted,
            Json::List(items) => items.items().any(|item| item.reads(wanted)),
            Json::Object(_) => false,
        }
    }
}

impl<'a> List<'a> {
    pub(crate) fn items(self) -> impl Iterator<Item = Json<'a>> {
        let mut walk = Walk::into(self.0);
        std::iter::from_fn(move || walk.next_token().map(Token::value))
    }
}

impl<'a> Object<'a> {
    /// The object that a text begins with, which is known to be JSON.
    pub(crate) fn of_checked(text: &'a str) -> Option<Self> {
        text.starts_with('{').then_some(Object(text))
    }

    /// Each member's name and value.
    pub(crate) fn members(self) -> impl Iterator<Item = (Cow<'a, str>, Json<'a>)> {
        self.tokens().map(|(name, value)| (name, value.value()))
    }

    /// Each member's name.
    pub(crate) fn names(self) -> impl Iterator<Item = Cow<'a, str>> {
        self.tokens().map(|(name, _)| name)
    }

    fn tokens(self) -> impl Iterator<Item = (Cow<'a, str>, Token<'a>)> {
        let mut walk = Walk::into(self.0);
        std::iter::from_fn(move || Some((walk.next_token()?.unescaped(), walk.next_token()?)))
    }

    /// Where the value of a member begins in the text.
    pub(crate) fn begin_of(self, name: &str) -> Option<usize> {
        let mut walk = Walk::into(self.0);
        while walk.next_token()?.unescaped() != name {
            walk.next_token()?;
        }
        walk.begin_value().map(|_| walk.position)
    }

    /// The text, and nothing that follows it.
    pub(crate) fn text(self) -> &'a str {
        Walk { text: self.0, position: 0 }.next_token().map_or("", |token| token.text)
    }

    /// The value of a member; of the last one of this name.
    pub(crate) fn get(self, name: &str) -> Option<Json<'a>> {
        self.tokens().filter(|(other, _)| other == name).last().map(|(_, value)| value.value())
    }
}

/// The text of a value, or of the name of a member.
struct Token<'a> {
    text: &'a str,
    /// Whether it is a string with escapes.
    has_escapes: bool,
}

impl<'a> Token<'a> {
    fn value(self) -> Json<'a> {
        match self.text.as_bytes().first() {
            Some(b'{') => Json::Object(Object(self.text)),
            Some(b'[') => Json::List(List(self.text)),
            Some(b'"') => Json::Text(self.unescaped()),
            _ => Json::Bare(self.text),
        }
    }

    /// What a string says.
    fn unescaped(self) -> Cow<'a, str> {
        match self.text.get(1..self.text.len().saturating_sub(1)) {
            Some(inside) if !self.has_escapes => Cow::Borrowed(inside),
            _ => serde_json::from_str(self.text).map(Cow::Owned).unwrap_or_default(),
        }
    }
}

/// What ends a value without brackets or quotes, ends or escapes a string, and changes how deep values nest.
const BARE_END: [bool; 256] = bytes(b",}] \t\r\n");
const STRING_END: [bool; 256] = bytes(b"\"\\");
const NESTING: [bool; 256] = bytes(b"\"{}[]");

const fn bytes(which: &[u8]) -> [bool; 256] {
    let mut bytes = [false; 256];
    let mut index = 0;
    while index < which.len() {
        bytes[which[index] as usize] = true;
        index += 1;
    }
    bytes
}

/// Goes through what is in brackets, in text that is known to be JSON.
struct Walk<'a> {
    text: &'a str,
    position: usize,
}

impl<'a> Walk<'a> {
    /// Begins after the opening bracket.
    fn into(text: &'a str) -> Self {
        Walk { text, position: 1 }
    }

    /// Goes to the next value, or the name of a member, and tells its first byte; `None` before the closing
    /// bracket.
    fn begin_value(&mut self) -> Option<u8> {
        let bytes = self.text.as_bytes();
        loop {
            match *bytes.get(self.position)? {
                b',' | b':' | b' ' | b'\t' | b'\r' | b'\n' => self.position += 1,
                b'}' | b']' => return None,
                first => return Some(first),
            }
        }
    }

    fn next_token(&mut self) -> Option<Token<'a>> {
        let first = self.begin_value()?;
        let start = self.position;
        let mut has_escapes = false;
        match first {
            b'"' => has_escapes = self.skip_string(),
            b'{' | b'[' => self.skip_brackets(),
            _ => self.skip_to(&BARE_END),
        }
        Some(Token { text: self.text.get(start..self.position)?, has_escapes })
    }

    /// Skips a string from its quote on, and says whether it has escapes.
    fn skip_string(&mut self) -> bool {
        let mut has_escapes = false;
        self.position += 1;
        loop {
            self.skip_to(&STRING_END);
            if self.text.as_bytes().get(self.position) != Some(&b'\\') {
                self.position += 1;
                return has_escapes;
            }
            has_escapes = true;
            self.position += 2;
        }
    }

    fn skip_brackets(&mut self) {
        let mut depth = 0_usize;
        loop {
            self.skip_to(&NESTING);
            match self.text.as_bytes().get(self.position) {
                Some(b'"') => {
                    self.skip_string();
                    continue;
                }
                Some(b'{' | b'[') => depth += 1,
                _ => depth = depth.saturating_sub(1),
            }
            self.position += 1;
            if depth == 0 {
                return;
            }
        }
    }

    /// Skips to the next of these bytes, or to the end.
    fn skip_to(&mut self, bytes: &[bool; 256]) {
        let rest = self.text.as_bytes().get(self.position..).unwrap_or_default();
        self.position += rest.iter().position(|byte| bytes[usize::from(*byte)]).unwrap_or(rest.len());
    }
}

impl Serialize for Json<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Json::Bare(text) => {
                let value: &RawValue = serde_json::from_str(text).map_err(serde::ser::Error::custom)?;
                value.serialize(serializer)
            }
            Json::Text(text) => serializer.serialize_str(text),
            Json::List(items) => {
                let mut list = serializer.serialize_seq(None)?;
                items.items().try_for_each(|item| list.serialize_element(&item))?;
                list.end()
            }
            Json::Object(members) => {
                let mut map = serializer.serialize_map(None)?;
                members.members().try_for_each(|(name, value)| map.serialize_entry(&name, &value))?;
                map.end()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_keep_their_order_and_numbers_their_digits() {
        let text = r#"{"b":[18446744073709551616,-0.5e3,null],"a\n":{"":{}},"c":"\u0041","b":true}"#;
        let json = Json::parse(text).expect("JSON");
        assert_eq!(
            serde_json::to_string(&json).expect("JSON"),
            r#"{"b":[18446744073709551616,-0.5e3,null],"a\n":{"":{}},"c":"A","b":true}"#
        );
        let object = json.as_object().expect("an object");
        assert!(object.get("b").is_some_and(|value| value.reads("true")));
        assert!(object.members().any(|(name, value)| name == "b" && value.reads("18446744073709551616")));
        assert!(object.get("d").is_none());
    }

    #[test]
    fn what_is_not_json_is_nothing() {
        for text in ["", "{", "nul", "{\"a\":}", "[1] 2"] {
            assert!(Json::parse(text).is_none(), "{text}");
        }
    }
}
