//! Text from outside, made harmless for terminals: the one place that escapes it.
//!
//! Names and messages come from schemas, replies and files that anyone may have written. A control
//! character in one could forge lines of the output or command the terminal.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Whether a character cannot be shown as it is: controls (C0, DEL, C1), separators of lines, what formats or
/// reorders the text around it, what is not seen or is not assigned.
pub fn is_harmful(c: char) -> bool {
    // Quotes and backslashes are escaped for Rust's sake only.
    !matches!(c, ' '..='~') && c.escape_debug().len() > 1
}

/// Whether a text is printable ASCII: it can be shown as it is, and each byte takes a column.
pub fn is_plain(text: &str) -> bool {
    // Without an early end, many bytes are compared at once.
    let is_plain = |bytes: &[u8]| bytes.iter().fold(true, |all, byte| all & matches!(byte, b' '..=b'~'));
    text.as_bytes().chunks(64).all(is_plain)
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
    if is_plain(text) || !text.contains(is_harmful) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if is_harmful(c) {
            out.extend(c.escape_debug());
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
    let mut shown = String::with_capacity(line.len());
    for c in line.chars() {
        match c.len_utf8() {
            _ if !is_harmful(c) || c == '\t' => shown.push(c),
            1 => shown.push('?'),
            2 => shown.push('\u{b7}'),
            3 => shown.push(char::REPLACEMENT_CHARACTER),
            _ => shown.push_str("\u{fffd}?"),
        }
    }
    Cow::Owned(shown)
}

/// A JSON text with the same characters as JSON escapes; line ends between its tokens stay.
pub fn printable_json(json: &str) -> Cow<'_, str> {
    let escaped = |c: char| is_harmful(c) && c != '\n';
    if is_plain(json) || !json.contains(escaped) {
        return Cow::Borrowed(json);
    }
    let mut out = String::with_capacity(json.len() + 8);
    for c in json.chars() {
        if escaped(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                let _ = write!(out, "\\u{unit:04x}");
            }
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
        let hostile = "a\u{7}\u{7f}\u{9b}31m\u{202e}\u{2028}\u{2066}\u{feff}\u{e0041}b";
        let escaped = r"a\u{7}\u{7f}\u{9b}31m\u{202e}\u{2028}\u{2066}\u{feff}\u{e0041}b";
        assert_eq!(printable(hostile), escaped);
        assert_eq!(printable("it's \"ü\" \\ 日本"), "it's \"ü\" \\ 日本");
    }

    #[test]
    fn a_line_in_place_keeps_its_length() {
        let line = "\ta\u{1b}\u{9b}\u{202e}\u{7f}ä\u{e0041}";
        let shown = printable_in_place(line);
        assert_eq!(shown.len(), line.len());
        assert_eq!(shown, "\ta?\u{b7}\u{fffd}?ä\u{fffd}?");
    }

    #[test]
    fn escaped_json_means_the_same() {
        let text = "a\u{7f}\u{9b}\u{202e}\u{e0041}b";
        let json = serde_json::to_string(text).expect("a string");
        let escaped = printable_json(&json);
        assert!(!escaped.contains(is_harmful));
        assert_eq!(serde_json::from_str::<String>(&escaped).expect("JSON"), text);
    }
}
