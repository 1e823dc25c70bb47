//! Small questions about a piece of text.

use std::borrow::Cow;
use std::sync::LazyLock;

use memchr::memmem::Finder;

static EVENT: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"event"));

/// Where a text may speak of an event: what all ways to write one have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Hit {
    /// Where the word `event` begins.
    pub(super) at: usize,
    pub(super) kind: HitKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum HitKind {
    /// `"event":`, or the same in Python's quotes.
    Key,
    /// `\"event\":`, inside a string.
    EscapedKey,
    /// `event NAME`, as virsh writes it.
    Word,
}

/// The first hit at `from` or after it.
pub(super) fn find_hit(text: &[u8], mut from: usize) -> Option<Hit> {
    while let Some(found) = EVENT.find(text.get(from..)?) {
        let at = from + found;
        if let Some(kind) = hit_kind(text, at) {
            return Some(Hit { at, kind });
        }
        from = at + EVENT.needle().len();
    }
    None
}

fn hit_kind(text: &[u8], at: usize) -> Option<HitKind> {
    let (before, after) = (&text[..at], &text[at + EVENT.needle().len()..]);
    match (before.last(), after) {
        (Some(quote @ (b'"' | b'\'')), [end, rest @ ..]) if quote == end => {
            is_key(rest).then_some(HitKind::Key)
        }
        (Some(b'"'), [b'\\', ..]) if before.ends_with(b"\\\"") => {
            let quoted = after.iter().position(|&byte| byte != b'\\')?;
            let rest = after[quoted..].strip_prefix(b"\"")?;
            is_key(rest).then_some(HitKind::EscapedKey)
        }
        (None | Some(b' ' | b'\t' | b'\n' | b'"' | b'|'), [b' ', b'A'..=b'Z' | b'_', ..]) => {
            Some(HitKind::Word)
        }
        _ => None,
    }
}

/// Whether a string that is followed by this is a key. Only its line counts: whether the next one is
/// there already depends on how the text was cut.
fn is_key(rest: &[u8]) -> bool {
    rest.iter().find(|byte| !matches!(byte, b' ' | b'\t')) == Some(&b':')
}

/// Whether a string may hold an event.
pub(super) fn finds_event(text: &[u8]) -> bool {
    // The shortest event, `{"event":"A"}`, has more bytes than most strings.
    text.len() > 12 && EVENT.find(text).is_some()
}

/// Whether QAPI allows the name for an event: capitals, or a vendor's prefix before them.
pub(super) fn is_event_name(name: &[u8]) -> bool {
    let is_vendors = name.starts_with(b"__");
    !name.is_empty()
        && name.iter().all(|&byte| match byte {
            b'A'..=b'Z' | b'0'..=b'9' | b'_' => true,
            b'a'..=b'z' | b'.' | b'-' => is_vendors,
            _ => false,
        })
}

/// What the lines after the first line of an object may repeat of the text before the object.
pub(super) fn repeatable(before: &[u8]) -> &[u8] {
    const LONGEST: usize = 256;
    let belongs_to_object = |byte: &u8| matches!(byte, b' ' | b'\t' | b'[' | b'(' | b'<' | b'-');
    let length = before.iter().rposition(|byte| !belongs_to_object(byte)).map_or(0, |last| last + 1);
    if length <= LONGEST { &before[..length] } else { b"" }
}

/// How much of a line is not part of the object that goes on in it: the prefix of the object's first
/// line, if it is repeated but for its digits, marks of comments and quotations, and white space.
pub(super) fn continuation(prefix: &[u8], line: &[u8]) -> usize {
    let repeats = |(&first, &now): (&u8, &u8)| first == now || first.is_ascii_digit() && now.is_ascii_digit();
    let is_repeated = prefix.len() <= line.len() && prefix.iter().zip(line).all(repeats);
    let skipped = if is_repeated { prefix.len() } else { 0 };
    let is_mark = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\r' | b'#' | b'>' | b'*' | b'|' | b'/' | b';');
    skipped + line[skipped..].iter().take_while(|byte| is_mark(byte)).count()
}

/// A string without the line breaks of a line that was wrapped.
pub(super) fn unwrapped(string: &[u8]) -> Cow<'_, [u8]> {
    if !string.contains(&b'\n') {
        return Cow::Borrowed(string);
    }
    string.iter().copied().filter(|byte| !matches!(byte, b'\r' | b'\n')).collect()
}

/// Where the line of this byte begins.
pub(super) fn line_start(text: &[u8], at: usize) -> usize {
    memchr::memrchr(b'\n', &text[..at]).map_or(0, |newline| newline + 1)
}

/// Where the line of this byte ends, without its line break.
pub(super) fn line_end(text: &[u8], at: usize) -> usize {
    let end = memchr::memchr(b'\n', &text[at..]).map_or(text.len(), |length| at + length);
    if end > at && text[end - 1] == b'\r' { end - 1 } else { end }
}

/// Readable text for what may not be UTF-8.
pub(super) fn lossy(text: &[u8]) -> String {
    String::from_utf8_lossy(text).into_owned()
}
