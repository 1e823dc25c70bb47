//! Understands a member's text: its type, whether it is optional, its values.

use std::ops::Range;

use super::model::{DocumentMember, DocumentType, DocumentValue, Name};
use super::section::SortedMember;
use super::text::Text;
use crate::diagnostics::{Diagnostics, one_of};

/// Understands a bullet.
pub(super) fn understand(member: SortedMember, owner: &str, diagnostics: &mut Diagnostics) -> DocumentMember {
    let text = &member.text;
    let whole = text.joined.as_str();
    let group = type_group(whole);
    let mut understood = DocumentMember {
        name: member.name,
        span: member.span,
        description: whole.to_owned(),
        ty: DocumentType::Untyped,
        inferred: false,
        optional: has_optional_group(whole),
        values: Vec::new(),
        closed: false,
        members: Vec::new(),
    };
    if let Some(group) = group {
        let inside = &whole[group.range.clone()];
        understood.ty = json_type(text, &group, owner, diagnostics);
        understood.optional |= words(inside).any(|word| word == "optional");
        understood.values = quoted_values(text, group.range.start..group.word.start);
        understood.values.extend(quoted_values(text, group.word.end..group.range.end));
        understood.closed = !is_open(inside);
        understood.description = without(whole, group.range);
    } else if let Some(range) = named_type(whole) {
        understood.ty = DocumentType::Named(name(text, range));
    }
    if !member.values.is_empty() {
        let values = member.values.into_iter();
        let value = |value: super::section::SortedValue| DocumentValue {
            name: value.name,
            span: value.span,
            description: value.text.joined,
        };
        understood.values = values.map(value).collect();
        understood.closed = true;
    } else if understood.values.is_empty() {
        let list = whole.find("one of").map_or(whole.len(), |at| at + "one of".len());
        understood.values = quoted_values(text, list..whole.len());
        understood.closed = !is_open(whole);
    }
    understood.closed &= !understood.values.is_empty();
    understood
}

/// The type in `X type as described in ...`, `X type described in ...` or
/// `See X in ...qapi-schema.json`.
pub(super) fn named_type(text: &str) -> Option<Range<usize>> {
    let word_before = |at: usize| {
        let word = text[..at].split_whitespace().next_back()?;
        let start = at - (text[..at].len() - text[..at].rfind(word)?);
        Some(start..start + word.len())
    };
    let described = [" type as described in ", " type described in "];
    let before = described.iter().find_map(|phrase| word_before(text.find(phrase)?));
    let after = || {
        let start = ["See ", "see "].iter().find_map(|word| Some(text.find(word)? + word.len()))?;
        let length = text[start..].find(" in ")?;
        text[start + length..].contains("qapi-schema.json").then_some(start..start + length)
    };
    let is_name = |range: &Range<usize>| {
        let name = &text[range.clone()];
        name.starts_with(|c: char| c.is_ascii_alphabetic())
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
    };
    before.filter(is_name).or_else(|| after().filter(is_name))
}

pub(super) fn name(text: &Text, range: Range<usize>) -> Name {
    Name { text: text.joined[range.clone()].to_owned(), span: text.span(range) }
}

/// The group `( ... json-T ... )`.
struct TypeGroup {
    /// The group with its parentheses.
    range: Range<usize>,
    /// `json-T`
    word: Range<usize>,
    /// What the group lacks.
    lacks: Option<&'static str>,
}

/// Finds the type group: the innermost parentheses around the first `json-`.
fn type_group(text: &str) -> Option<TypeGroup> {
    let start = text
        .match_indices("json-")
        .map(|(at, _)| at)
        .find(|&at| !text[..at].ends_with(|c: char| c.is_ascii_alphanumeric() || c == '-'))?;
    let length =
        text[start..].bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'-').count();
    let word = start..start + length;
    let mut open = Vec::new();
    for (at, byte) in text[..start].bytes().enumerate() {
        match byte {
            b'(' => open.push(at),
            b')' => drop(open.pop()),
            _ => {}
        }
    }
    let Some(open) = open.pop() else {
        return Some(TypeGroup { range: word.clone(), word, lacks: Some("parentheses around it") });
    };
    match group_end(text, word.end) {
        Some(end) => Some(TypeGroup { range: open..end, word, lacks: None }),
        None => Some(TypeGroup { range: open..text.len(), word, lacks: Some("closing parenthesis") }),
    }
}

/// The offset after the `)` that closes a group, which is open at `from`.
fn group_end(text: &str, from: usize) -> Option<usize> {
    let mut depth = 1_usize;
    let mut quoted = false;
    for (at, byte) in text.bytes().enumerate().skip(from) {
        match byte {
            b'"' => quoted = !quoted,
            b'(' if !quoted => depth += 1,
            b')' if !quoted && depth == 1 => return Some(at + 1),
            b')' if !quoted => depth -= 1,
            _ => {}
        }
    }
    None
}

fn json_type(text: &Text, group: &TypeGroup, owner: &str, diagnostics: &mut Diagnostics) -> DocumentType {
    let word = &text.joined[group.word.clone()];
    let span = text.span(group.word.clone());
    if let Some(lost) = group.lacks {
        diagnostics
            .error("type-group", span, format!("the type '{word}' has no {lost}"))
            .within(owner)
            .help(format!("write '({word})'"));
    }
    let known = DocumentType::WORDS.iter().find(|(known, _)| *known == word);
    if let Some((_, ty)) = known {
        return ty.clone();
    }
    diagnostics
        .error("json-type", span, format!("'{word}' is not a type"))
        .within(owner)
        .help(format!("write {}", one_of(DocumentType::WORDS.iter().map(|(word, _)| *word))));
    DocumentType::Untyped
}

/// The strings in double quotes, each with the text after it if that says what it is `for`.
fn quoted_values(text: &Text, range: Range<usize>) -> Vec<DocumentValue> {
    let mut values: Vec<DocumentValue> = Vec::new();
    let mut at = range.start;
    while let Some(open) = text.joined[at..range.end].find('"').map(|length| at + length) {
        if let Some(previous) = values.last_mut() {
            previous.description = purpose(&text.joined[at..open]);
        }
        let Some(close) = text.joined[open + 1..range.end].find('"').map(|length| open + 1 + length) else {
            break;
        };
        let name = text.joined[open + 1..close].to_owned();
        if !name.is_empty() {
            let span = text.span(open..close + 1);
            values.push(DocumentValue { name, span, description: String::new() });
        }
        at = close + 1;
    }
    if let Some(last) = values.last_mut() {
        last.description = purpose(text.joined[at..range.end].trim_end_matches(')'));
    }
    values
}

fn purpose(after: &str) -> String {
    let text = after.trim().trim_end_matches([',', ';', '.']);
    let text = text.strip_suffix(" or").unwrap_or(text).trim_end_matches([',', ';', ' ']);
    text.strip_prefix("for ").unwrap_or_default().to_owned()
}

/// Whether the text leaves room for values that it does not list.
fn is_open(text: &str) -> bool {
    ["currently", "e.g.", "for example", "such as"].iter().any(|word| text.contains(word))
}

/// A group `(optional)` of its own.
fn has_optional_group(text: &str) -> bool {
    text.contains("(optional)")
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    // What is in quotes is a value.
    text.split('"').step_by(2).flat_map(|part| part.split(|c: char| !c.is_ascii_alphanumeric() && c != '-'))
}

/// The text without a range of it, and without the gap that it leaves.
fn without(text: &str, range: Range<usize>) -> String {
    let before = text[..range.start].trim_end();
    let after = text[range.end..].trim_start();
    let gap = if before.is_empty() || after.is_empty() || after.starts_with(['.', ',', ':', ';']) {
        ""
    } else {
        " "
    };
    format!("{before}{gap}{after}")
}
