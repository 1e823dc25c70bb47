//! Tells what a line is, as far as the line itself says. The first match wins.

use std::ops::Range;

/// What a line begins. Ranges are in the line's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Item {
    Blank,
    /// `{`
    Object,
    /// Only `}` and `]`, and `,` or `;`.
    Closer,
    /// `Data:`, with what follows.
    Data(Range<usize>),
    /// `Example:`, with what follows.
    Example(Range<usize>),
    /// `Note:`, with what follows; whether it is `Notes:`.
    Note(Range<usize>, bool),
    /// `- "name": text`
    Member(Bullet),
    /// `- data: text`, with the text.
    DataReference(Range<usize>),
    Text,
}

/// A bullet: name without, and name with its quotes, and the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Bullet {
    pub(super) name: Range<usize>,
    pub(super) quoted: Range<usize>,
    pub(super) text: Range<usize>,
}

impl Item {
    /// Tells what `text` is, a line without the white space around it.
    pub(super) fn of(text: &str) -> Self {
        if text.is_empty() {
            return Self::Blank;
        }
        if text.starts_with('{') {
            return Self::Object;
        }
        if is_closer(text) {
            return Self::Closer;
        }
        if let Some(rest) = keyword(text, "data:")
            && (text.starts_with('D') || is_none(&text[rest.clone()]) || rest.is_empty())
        {
            return Self::Data(rest);
        }
        if let Some(rest) = keyword(text, "example:").or_else(|| keyword(text, "examples:"))
            && text.starts_with('E')
        {
            return Self::Example(rest);
        }
        for (word, plural) in [("note:", false), ("notes:", true)] {
            if let Some(rest) = keyword(text, word).filter(|_| text.starts_with('N')) {
                return Self::Note(rest, plural);
            }
        }
        let Some(bullet) = text.strip_prefix('-').map(str::trim_start) else {
            return Self::Text;
        };
        let offset = text.len() - bullet.len();
        if let Some(rest) = keyword(bullet, "data:") {
            return Self::DataReference(shift(&rest, offset));
        }
        quoted_label(bullet).map_or(Self::Text, |label| Self::Member(label.shift(offset)))
    }

    /// Whether no JSON value runs over a line of this kind.
    pub(super) fn ends_object(&self) -> bool {
        !matches!(self, Self::Blank | Self::Object | Self::Closer | Self::Text)
    }
}

impl Bullet {
    fn shift(&self, offset: usize) -> Self {
        let Self { name, quoted, text } = self;
        Self { name: shift(name, offset), quoted: shift(quoted, offset), text: shift(text, offset) }
    }
}

/// `None` or `None.`, in any case.
pub(super) fn is_none(text: &str) -> bool {
    text.strip_suffix('.').unwrap_or(text).trim_end().eq_ignore_ascii_case("none")
}

fn shift(range: &Range<usize>, offset: usize) -> Range<usize> {
    range.start + offset..range.end + offset
}

fn is_closer(text: &str) -> bool {
    text.chars().all(|c| "}],; \t".contains(c))
}

/// What follows the word `word` (lower case) at the start of `text`.
fn keyword(text: &str, word: &str) -> Option<Range<usize>> {
    let start = text.get(..word.len())?;
    let rest = text[word.len()..].trim_start();
    start.eq_ignore_ascii_case(word).then_some(text.len() - rest.len()..text.len())
}

/// `"label": text`
pub(super) fn quoted_label(text: &str) -> Option<Bullet> {
    let length = text.strip_prefix('"')?.find('"').filter(|&length| length > 0)?;
    let quoted = 0..length + 2;
    let rest = text[quoted.end..].trim_start().strip_prefix(':')?.trim_start();
    Some(Bullet { name: 1..length + 1, quoted, text: text.len() - rest.len()..text.len() })
}

/// A member whose quotes, dash or colon are lost, and which of them.
pub(super) fn damaged_member(text: &str) -> Option<(Bullet, &'static str)> {
    let bullet = text.strip_prefix('-').map(str::trim_start);
    let rest = bullet.unwrap_or(text);
    let offset = text.len() - rest.len();
    let typed = rest.contains("(json-");
    let whole = |bullet: Bullet, lost| Some((bullet.shift(offset), lost));
    if let Some(label) = quoted_label(rest).filter(|_| bullet.is_none() && typed) {
        return whole(label, "dash before its name");
    }
    bullet?;
    let is_name =
        |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c));
    let quoted = rest.strip_prefix('"').and_then(|rest| Some(&rest[..rest.find('"')?]));
    if let Some(length) = quoted.filter(|name| is_name(name)).map(str::len) {
        let after = rest[length + 2..].trim_start();
        let (name, quoted, text) = (1..length + 1, 0..length + 2, rest.len() - after.len()..rest.len());
        return whole(Bullet { name, quoted, text }, "colon after its name");
    }
    let colon = rest.find(':')?;
    let name = rest[..colon].trim_end();
    let unquoted = name.trim_matches('"');
    // Without its type, and without any quote, it may as well be a list in the text.
    if !is_name(unquoted) || (name == unquoted && !typed) {
        return None;
    }
    let start = name.len() - name.trim_start_matches('"').len();
    let after = rest[colon + 1..].trim_start();
    let text = rest.len() - after.len()..rest.len();
    whole(
        Bullet { name: start..start + unquoted.len(), quoted: 0..name.len(), text },
        "quotes around its name",
    )
}

/// `- `, `* `, `1. ` or `1) ` at the start: an item of a list of notes.
pub(super) fn list_item(text: &str) -> Option<&str> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let rest =
        if digits > 0 { text[digits..].strip_prefix(['.', ')'])? } else { text.strip_prefix(['-', '*'])? };
    rest.starts_with([' ', '\t']).then(|| rest.trim_start())
}
