//! Inputs of any size, in the shapes in which hostile ones grow.

use std::fmt::Write as _;

/// What grows: a part that is repeated between a beginning and an end. `@` in it is the number of the part.
pub(super) struct Shape {
    pub(super) name: &'static str,
    begin: &'static str,
    part: &'static str,
    end: &'static str,
}

/// The longest message, in bytes; what is longer becomes several.
const MESSAGE: usize = 8 << 20;

impl Shape {
    /// About so many bytes.
    pub(super) fn of_size(&self, size: usize) -> String {
        let mut text = String::with_capacity(size + size / 8);
        let messages = size.div_ceil(MESSAGE).max(1);
        let mut number = 0_usize;
        for message in 1..=messages {
            let end = (size / messages * message).saturating_sub(self.end.len());
            text.push_str(self.begin);
            while text.len() < end {
                self.write_part(number, &mut text);
                number += 1;
            }
            text.push_str(self.end);
            text.push('\n');
        }
        text
    }

    fn write_part(&self, number: usize, text: &mut String) {
        for (index, piece) in self.part.split('@').enumerate() {
            if index > 0 {
                // Writing to a string does not fail.
                let _ = write!(text, "{number}");
            }
            text.push_str(piece);
        }
    }
}

const fn shape(name: &'static str, begin: &'static str, part: &'static str, end: &'static str) -> Shape {
    Shape { name, begin, part, end }
}

/// Streams of messages, and what is none.
pub(super) const STREAMS: &[Shape] = &[
    shape("events", "", "{\"event\": \"RTC_CHANGE\", \"data\": {\"offset\": @}}\n", ""),
    shape("unknown events", "", "{\"event\": \"ALIEN_@\", \"data\": {\"a\": @}}\n", ""),
    shape("unknown members", r#"{"event": "RTC_CHANGE", "data": {"#, r#""m@": 1, "#, r#""offset": 1}}"#),
    shape(
        "unknown members of a list's items",
        r#"{"event": "BLOCK_IO_ERROR", "data": {"x": ["#,
        r#"{"m@": []}, "#,
        r#"{}], "device": "", "operation": "read", "action": "stop"}}"#,
    ),
    shape("one member again and again", r#"{"event": "STOP", "data": {"#, r#""m": 1, "#, r#""m": 1}}"#),
    shape("members of an unknown event", r#"{"event": "ALIEN", "data": {"#, r#""m@": 1, "#, r#""a": 1}}"#),
    shape("members of a message", r#"{"event": "STOP", "#, r#""m@": 1, "#, r#""a": 1}"#),
    shape("a list", r#"{"event": "ALIEN", "data": {"a": ["#, "0,", "0]}}"),
    shape("a list of objects", r#"{"event": "ALIEN", "data": {"a": ["#, r#"{"b": []}, "#, "0]}}"),
    shape(
        "nesting",
        r#"{"event": "ALIEN", "data": {"a": ["#,
        "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[@]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]], ",
        "0]}}",
    ),
    shape("too deep", r#"{"event": "STOP", "a": "#, "[", ""),
    shape("a string", r#"{"event": "ALIEN", "data": {"a": ""#, "xyz ", r#""}}"#),
    shape("escapes", r#"{"event": "ALIEN", "data": {"a": ""#, r"\u0041\n", r#""}}"#),
    shape("controls", r#"{"event": "ALIEN", "data": {"a": ""#, "\u{9b}\u{202e}", r#""}}"#),
    shape("digits", r#"{"event": "ALIEN", "data": {"a": "#, "7", "}}"),
    shape("numbers", r#"{"event": "ALIEN", "data": {"a": ["#, "1.5e@, ", "0]}}"),
    shape("malformed events", "", "{\"event\": \"RTC_CHANGE\", \"data\": {\"offset\": \"@\"}}\n", ""),
    shape("objects that are no messages", "", "{\"a\": @}\n", ""),
    shape("lines of garbage", "{\"event\": \"STOP\"}\n", "garbage @\n", ""),
    shape("a line of garbage", "{\"event\": \"STOP\"}\n", "garbage @", ""),
    shape("opened objects", "{\"event\": \"STOP\"}\n", "{", ""),
    shape("opened objects in lines", "{\"event\": \"STOP\"}\n", "{\"event\": {\n", ""),
    shape("opened strings", "{\"event\": \"STOP\"}\n", "{\"\n", ""),
    shape("error replies", "", "{\"error\": {\"class\": \"GenericError\", \"desc\": \"@\"}}\n", ""),
    shape("white space", "{\"event\": \"STOP\"", "                ", "}"),
];

/// Replies to `query-qmp-schema`.
pub(super) const REPLIES: &[Shape] = &[
    shape(
        "events with members",
        r#"{"return": ["#,
        r#"{"meta-type": "event", "name": "E@", "arg-type": "@"}, {"meta-type": "object", "name": "@", "members": [{"name": "m", "type": "str"}]}, "#,
        r#"{"meta-type": "builtin", "name": "str", "json-type": "string"}]}"#,
    ),
    shape(
        "members",
        r#"{"return": [{"meta-type": "event", "name": "E", "arg-type": "1"}, {"meta-type": "builtin", "name": "str", "json-type": "string"}, {"meta-type": "object", "name": "1", "members": ["#,
        r#"{"name": "m@", "type": "str"}, "#,
        r#"{"name": "m", "type": "str"}]}]}"#,
    ),
    shape(
        "members of a known event",
        r#"{"return": [{"meta-type": "event", "name": "SHUTDOWN", "arg-type": "1"}, {"meta-type": "builtin", "name": "str", "json-type": "string"}, {"meta-type": "object", "name": "1", "members": ["#,
        r#"{"name": "m@", "type": "str"}, "#,
        r#"{"name": "m", "type": "str"}]}]}"#,
    ),
    shape(
        "values",
        r#"{"return": [{"meta-type": "event", "name": "E", "arg-type": "1"}, {"meta-type": "object", "name": "1", "members": [{"name": "m", "type": "2"}]}, {"meta-type": "enum", "name": "2", "values": ["#,
        r#""v@", "#,
        r#""v"]}]}"#,
    ),
    shape(
        "events of one large type",
        r#"{"return": [{"meta-type": "object", "name": "1", "members": [{"name": "m", "type": "str"}]}, {"meta-type": "builtin", "name": "str", "json-type": "string"}, "#,
        r#"{"meta-type": "event", "name": "E@", "arg-type": "1"}, "#,
        r#"{"meta-type": "event", "name": "E", "arg-type": "1"}]}"#,
    ),
    shape(
        "nested types",
        r#"{"return": [{"meta-type": "event", "name": "E", "arg-type": "0"}, "#,
        r#"{"meta-type": "array", "name": "[@]", "element-type": "[@]"}, {"meta-type": "object", "name": "@", "members": [{"name": "m", "type": "[@]"}]}, "#,
        r#"{"meta-type": "builtin", "name": "str", "json-type": "string"}]}"#,
    ),
    shape(
        "names that are one long string",
        r#"{"return": [{"meta-type": "event", "arg-type": "1", "name": ""#,
        "E\u{e9}",
        r#""}, {"meta-type": "object", "name": "1", "members": []}]}"#,
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inputs_are_about_as_long_as_they_should_be_and_end_their_messages() {
        for shape in STREAMS.iter().chain(REPLIES) {
            let (small, large) = (shape.of_size(10_000).len(), shape.of_size(20_000).len());
            assert!((9_000..12_000).contains(&small), "{}: {small}", shape.name);
            assert!((18_000..24_000).contains(&large), "{}: {large}", shape.name);
        }
        for reply in REPLIES {
            let text = reply.of_size(10_000);
            let value: serde_json::Value = serde_json::from_str(&text).expect("one reply");
            assert!(value["return"].is_array(), "{}", reply.name);
        }
    }
}
