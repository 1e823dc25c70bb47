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
#[inline]
pub fn is_plain(text: &str) -> bool {
    has_none(text, unprintable)
}

/// Whether a text can be shown as it is, and is the same as a string of JSON between its quotes.
#[inline]
pub fn is_plain_in_json(text: &str) -> bool {
    has_none(text, |word| unprintable(word) | equal(word, b'"') | equal(word, b'\\'))
}

const EVERY_BYTE: u64 = 0x0101_0101_0101_0101;

/// Whether `find` sets the high bit of no byte. It is given eight bytes at once: most texts are short.
fn has_none(text: &str, find: impl Fn(u64) -> u64) -> bool {
    let bytes = text.as_bytes();
    let (words, _) = bytes.as_chunks();
    let found =
        words.iter().fold(find(last_word(bytes)), |found, word| found | find(u64::from_le_bytes(*word)));
    found & (EVERY_BYTE * 0x80) == 0
}

/// The last eight bytes; of a shorter text all of them, some twice. An empty one has a space.
#[inline]
fn last_word(bytes: &[u8]) -> u64 {
    if let Some(word) = bytes.last_chunk() {
        return u64::from_le_bytes(*word);
    }
    match (bytes, bytes.first_chunk(), bytes.last_chunk()) {
        (_, Some(first), Some(last)) => {
            u64::from(u32::from_le_bytes(*first)) << 32 | u64::from(u32::from_le_bytes(*last))
        }
        ([first, .., last], ..) => {
            u64::from_le_bytes([*first, *last, bytes[1], b' ', b' ', b' ', b' ', b' '])
        }
        ([only], ..) => EVERY_BYTE * u64::from(*only),
        ([], ..) => EVERY_BYTE * u64::from(b' '),
    }
}

/// Sets the high bit of each byte that is not from space to tilde. A carry can set it for bytes after the first
/// such byte too.
fn unprintable(word: u64) -> u64 {
    let control = word.wrapping_sub(EVERY_BYTE * u64::from(b' '));
    let delete = word.wrapping_add(EVERY_BYTE);
    control | delete | word
}

/// Sets the high bit of each byte of ASCII that is this one; the rest as in `unprintable`.
fn equal(word: u64, byte: u8) -> u64 {
    (word ^ (EVERY_BYTE * u64::from(byte))).wrapping_sub(EVERY_BYTE)
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
    fn a_text_is_plain_if_each_byte_is_wherever_it_stands() {
        for c in (0..=0xff).map(char::from) {
            for before in 0..20 {
                for after in 0..20 {
                    let text = format!("{}{c}{}", &"~ !#[]az".repeat(3)[..before], "y".repeat(after));
                    let is_printable = (' '..='~').contains(&c);
                    assert_eq!(is_plain(&text), is_printable, "{text:?}");
                    assert_eq!(is_plain_in_json(&text), is_printable && !matches!(c, '"' | '\\'), "{text:?}");
                }
            }
        }
        assert!(is_plain("") && is_plain_in_json(""));
    }

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
