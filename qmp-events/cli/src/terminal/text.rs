//! Texts for people.

use std::borrow::Cow;

use qmp_events_frontend::printable::is_plain_in_json;

/// The characters of ASCII that are plain.
const PLAIN: [bool; 256] = {
    let mut plain = [false; 256];
    let mut byte = 0_u8;
    while byte < 128 {
        plain[byte as usize] = byte.is_ascii_alphanumeric();
        byte += 1;
    }
    let signs = b"_./:@+-#%~[]";
    let mut index = 0;
    while index < signs.len() {
        plain[signs[index] as usize] = true;
        index += 1;
    }
    plain
};

/// Whether a text is a word of letters, digits and signs of ASCII, which needs no quotes.
#[inline]
pub(super) fn is_word(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| PLAIN[usize::from(byte)])
}

/// A text as it is if it is a word, otherwise quoted and escaped.
pub(crate) fn printable(text: &str) -> Cow<'_, str> {
    let is_plain = |c: char| if c.is_ascii() { PLAIN[c as usize] } else { c.is_alphanumeric() };
    if is_word(text) || (!text.is_empty() && text.chars().all(is_plain)) {
        Cow::Borrowed(text)
    } else if is_plain_in_json(text) {
        Cow::Owned(["\"", text, "\""].concat())
    } else {
        Cow::Owned(format!("{text:?}"))
    }
}

/// How much of a malformed message is shown, in characters.
const EXCERPT: usize = 160;

/// The beginning of a message, on one line.
pub(crate) fn excerpt(raw: &str) -> String {
    let mut shown = String::new();
    let mut room = EXCERPT;
    for word in raw.split_whitespace() {
        let space = if shown.is_empty() { "" } else { " " };
        for letter in space.chars().chain(word.chars()) {
            if room == 0 {
                return format!("  {shown}…");
            }
            shown.push(letter);
            room -= 1;
        }
    }
    format!("  {shown}")
}

/// A number of things.
pub(crate) fn count(number: u64, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_quoted_if_they_are_not_plain() {
        assert_eq!(printable("/run/vm/disk-0.img"), "/run/vm/disk-0.img");
        assert_eq!(printable(""), "\"\"");
        assert_eq!(printable("No space"), "\"No space\"");
        assert_eq!(printable("\u{9b}2J\u{202e}\n"), "\"\\u{9b}2J\\u{202e}\\n\"");
    }

    #[test]
    fn excerpts_are_short_and_on_one_line() {
        assert_eq!(excerpt("{\n  \"a\":\r\n 1}"), "  { \"a\": 1}");
        assert_eq!(excerpt(&"x".repeat(160)), format!("  {}", "x".repeat(160)));
        assert_eq!(excerpt(&"ü ".repeat(10_000)), format!("  {}…", "ü ".repeat(80)));
    }
}
