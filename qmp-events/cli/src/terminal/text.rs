//! Texts for people: what servers say cannot harm a terminal.

use std::fmt::Display;

/// A text as it is if it is plain, otherwise quoted and escaped.
pub(crate) fn printable(text: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "_./:@+-#%~[]".contains(c);
    if !text.is_empty() && text.chars().all(is_plain) { text.to_owned() } else { format!("{text:?}") }
}

/// A message for people, with what is not printable escaped: it may quote what a server said.
pub(crate) fn harmless(text: impl Display) -> String {
    let mut harmless = String::new();
    for letter in text.to_string().chars() {
        if matches!(letter, '"' | '\'' | '\\') {
            harmless.push(letter);
        } else {
            harmless.extend(letter.escape_debug());
        }
    }
    harmless
}

/// How much of a malformed message is shown, in characters.
const EXCERPT: usize = 160;

/// The beginning of a message, on one line and without harm.
pub(crate) fn excerpt(raw: &str) -> String {
    let words: Vec<&str> = raw.split_whitespace().collect();
    let text = words.join(" ");
    let shown: String = text.chars().take(EXCERPT).collect();
    let more = if shown.len() < text.len() { "…" } else { "" };
    format!("  {}{more}", harmless(shown))
}

/// A number of things.
pub(crate) fn count(number: u64, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_cannot_harm_a_terminal() {
        assert_eq!(printable("/run/vm/disk-0.img"), "/run/vm/disk-0.img");
        assert_eq!(printable(""), "\"\"");
        assert_eq!(printable("No space"), "\"No space\"");
        assert_eq!(printable("\u{1b}[2J"), "\"\\u{1b}[2J\"");
        assert_eq!(harmless("it's \u{1b}[2J \"ü\""), "it's \\u{1b}[2J \"ü\"");
        assert_eq!(printable("\u{9b}2J\u{202e}\n"), "\"\\u{9b}2J\\u{202e}\\n\"");
    }
}
