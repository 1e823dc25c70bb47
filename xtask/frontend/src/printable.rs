//! Text from outside, made harmless for terminals: the one place that escapes it.
//!
//! Names and messages come from schemas, replies and files that anyone may have written. A control
//! character in one could forge lines of the output or command the terminal.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Whether a character commands a terminal, or the order in which text is shown: control characters
/// (C0, DEL, C1), line separators, and controls of the direction of writing.
pub fn is_harmful(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A text as one line of printable characters: the others as Rust escapes, `\u{1b}`.
///
/// ```
/// use qmp_events_frontend::printable::printable;
///
/// assert_eq!(printable("STOP"), "STOP");
/// assert_eq!(printable("\u{1b}[2J\n"), r"\u{1b}[2J\n");
/// ```
pub fn printable(text: &str) -> Cow<'_, str> {
    if !text.contains(is_harmful) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if is_harmful(c) {
            out.extend(c.escape_default());
        } else {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

/// Several lines: like [`printable`], but line ends stay.
pub fn printable_lines(text: &str) -> Cow<'_, str> {
    if !text.contains(|c| is_harmful(c) && c != '\n') {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.split('\n').map(printable).collect::<Vec<_>>().join("\n"))
}

/// A line as long as the text in bytes, so that places in it stay right: every harmful character
/// becomes another one.
pub(crate) fn printable_in_place(line: &str) -> Cow<'_, str> {
    if !line.contains(is_harmful) {
        return Cow::Borrowed(line);
    }
    let replacement = |c: char| match c.len_utf8() {
        _ if !is_harmful(c) || c == '\t' => c,
        1 => '?',
        2 => '\u{b7}',
        _ => char::REPLACEMENT_CHARACTER,
    };
    Cow::Owned(line.chars().map(replacement).collect())
}

/// A JSON text with the same characters as JSON escapes; line ends between its tokens stay.
pub fn printable_json(json: &str) -> Cow<'_, str> {
    let escaped = |c: char| is_harmful(c) && c != '\n';
    if !json.contains(escaped) {
        return Cow::Borrowed(json);
    }
    let mut out = String::with_capacity(json.len() + 8);
    for c in json.chars() {
        if escaped(c) {
            // All of them are below U+10000.
            let _ = write!(out, "\\u{:04x}", u32::from(c));
        } else {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_that_commands_a_terminal_is_escaped() {
        let hostile = "a\u{7}\u{7f}\u{9b}31m\u{202e}\u{2028}\u{2066}b";
        assert_eq!(printable(hostile), r"a\u{7}\u{7f}\u{9b}31m\u{202e}\u{2028}\u{2066}b");
    }

    #[test]
    fn a_line_in_place_keeps_its_length() {
        let line = "\ta\u{1b}\u{9b}\u{202e}\u{7f}ä";
        let shown = printable_in_place(line);
        assert_eq!(shown.len(), line.len());
        assert_eq!(shown, "\ta?\u{b7}\u{fffd}?ä");
    }

    #[test]
    fn escaped_json_means_the_same() {
        let text = "a\u{7f}\u{9b}\u{202e}b";
        let json = serde_json::to_string(text).expect("a string");
        let escaped = printable_json(&json);
        assert!(!escaped.contains(is_harmful));
        assert_eq!(serde_json::from_str::<String>(&escaped).expect("JSON"), text);
    }
}
