//! The text of sections: paragraphs, dates and wire examples in it.

use crate::qapi::comments::sections::indentation;
use crate::schema::Lifetime;
use crate::version::Version;

/// What a run of lines says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Prose {
    /// Paragraphs, separated by an empty line; each one line, apart from list items.
    pub(crate) paragraphs: Vec<String>,
    /// The wire examples, each one JSON value without blanks.
    pub(crate) examples: Vec<String>,
}

impl Prose {
    /// Reads the lines of a section.
    pub(crate) fn read(lines: &[String]) -> Self {
        let mut prose = Self::default();
        let mut open = String::new();
        let mut rest = lines.iter().map(String::as_str).peekable();
        while let Some(line) = rest.next() {
            let trimmed = line.trim();
            if is_example_directive(trimmed) {
                let outer = indentation(line);
                let mut block = Vec::new();
                while let Some(line) = rest.next_if(|line| line.is_empty() || indentation(line) > outer) {
                    block.push(line);
                }
                prose.examples.extend(read_examples(&block));
            } else if trimmed.is_empty() {
                prose.paragraphs.extend(take(&mut open));
            } else {
                if !open.is_empty() {
                    open.push(if is_list_item(trimmed) { '\n' } else { ' ' });
                }
                open.push_str(&admonition(trimmed));
            }
        }
        prose.paragraphs.extend(take(&mut open));
        prose
    }

    /// The paragraphs as one text.
    pub(crate) fn text(&self) -> String {
        self.paragraphs.join("\n\n")
    }
}

fn take(open: &mut String) -> Option<String> {
    Some(std::mem::take(open)).filter(|text| !text.is_empty())
}

fn is_example_directive(line: &str) -> bool {
    line.strip_prefix("..").is_some_and(|rest| {
        rest.trim_start().strip_prefix("qmp-example").is_some_and(|rest| rest.trim_start().starts_with("::"))
    })
}

fn is_list_item(line: &str) -> bool {
    let number = line.trim_start_matches(|c: char| c.is_ascii_digit());
    line.starts_with("- ")
        || line.starts_with("* ")
        || (number.len() < line.len() && number.starts_with(". "))
}

/// `.. note:: Text` as `Note: Text`.
fn admonition(line: &str) -> String {
    let directive = line.strip_prefix(".. ").and_then(|rest| rest.split_once("::"));
    match directive {
        Some((kind @ ("note" | "caution" | "warning" | "tip" | "important"), text)) => {
            format!("{}{}:{text}", kind[..1].to_ascii_uppercase(), &kind[1..])
        }
        Some(("admonition", title)) => format!("{}:", title.trim()),
        _ => line.to_owned(),
    }
}

/// The messages of an example, `->` and `<-` alike; old examples leave the arrows out.
pub(crate) fn read_examples(lines: &[&str]) -> Vec<String> {
    let mut examples = Vec::new();
    let mut open = Message::default();
    for line in lines {
        let trimmed = line.trim();
        let arrow = trimmed.strip_prefix("->").or_else(|| trimmed.strip_prefix("<-"));
        if arrow.is_some() {
            open = Message::default();
        }
        open.push(arrow.unwrap_or(trimmed).trim_start());
        // What follows a message may be prose, and what does not begin one is.
        if open.depth == 0 {
            examples.extend(compact(&std::mem::take(&mut open).text));
        }
    }
    examples
}

/// A JSON text that is being collected.
#[derive(Debug, Default)]
struct Message {
    text: String,
    /// How many brackets are open.
    depth: usize,
    in_string: bool,
}

impl Message {
    fn push(&mut self, line: &str) {
        let mut escaped = false;
        for c in line.chars() {
            match c {
                _ if escaped => escaped = false,
                '\\' => escaped = self.in_string,
                '"' => self.in_string = !self.in_string,
                '{' | '[' if !self.in_string => self.depth += 1,
                '}' | ']' if !self.in_string => self.depth = self.depth.saturating_sub(1),
                _ => {}
            }
        }
        self.text.push_str(line);
        self.text.push('\n');
    }
}

/// A JSON text without blanks and elisions; nothing if it is no JSON. Some old examples have
/// single quotes throughout.
fn compact(text: &str) -> Option<String> {
    if !text.starts_with(['{', '[']) {
        return None;
    }
    let is_json = |text: &String| serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok();
    let single_quoted = || (!text.contains('"')).then(|| strip(&text.replace('\'', "\"")));
    Some(strip(text)).filter(is_json).or_else(|| single_quoted().filter(is_json))
}

/// Drops blanks and the elision `...` between tokens, with the comma that it leaves over.
fn strip(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut in_string = false;
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let mut length = c.len_utf8();
        if in_string {
            length += if c == '\\' { rest[length..].chars().next().map_or(0, char::len_utf8) } else { 0 };
            in_string = c != '"';
            out.push_str(&rest[..length]);
        } else if rest.starts_with("...") {
            length = 3;
        } else if !c.is_whitespace() {
            let after_nothing = out.ends_with([',', '[', '{']);
            if matches!(c, '}' | ']') && out.ends_with(',') {
                out.pop();
            }
            if c != ',' || !after_nothing {
                out.push(c);
            }
            in_string = c == '"';
        }
        rest = &rest[length..];
    }
    out
}

/// The first release number in a text.
pub(crate) fn first_version(text: &str) -> Option<Version> {
    let word = text.split_whitespace().next()?;
    word.trim_end_matches(|c: char| !c.is_ascii_digit()).parse().ok()
}

/// Takes the dates, such as `(since X.Y)` and `(removed X.Y)`, off the end of a description.
pub(crate) fn lift_dates(text: &str) -> (String, Lifetime) {
    let mut lifetime = Lifetime::default();
    let mut text = text.trim_end();
    while let Some((before, date)) = split_date(text) {
        match date {
            Date::Since(version) => lifetime.since = lifetime.since.or(Some(version)),
            Date::Removed(version) => lifetime.removed = lifetime.removed.or(Some(version)),
            Date::Optional(version) => lifetime.optional = lifetime.optional.or(Some(version)),
            Date::Mandatory(version) => lifetime.mandatory = lifetime.mandatory.or(Some(version)),
        }
        text = before;
    }
    if lifetime.since.is_none() {
        lifetime.since = only_date_inside(text);
    }
    (text.to_owned(), lifetime)
}

enum Date {
    Since(Version),
    Removed(Version),
    Optional(Version),
    Mandatory(Version),
}

fn split_date(text: &str) -> Option<(&str, Date)> {
    let inner = text.strip_suffix('.').unwrap_or(text).strip_suffix(')')?;
    let open = inner.rfind('(')?;
    Some((text[..open].trim_end(), parse_date(&inner[open + 1..])?))
}

fn parse_date(inner: &str) -> Option<Date> {
    let (words, version) = inner.trim().rsplit_once([' ', ':', '\n'])?;
    let version = version.parse().ok()?;
    match words.trim_end_matches([':', ' ', '\n']).to_ascii_lowercase().as_str() {
        "since" => Some(Date::Since(version)),
        "optional since" => Some(Date::Optional(version)),
        "mandatory since" => Some(Date::Mandatory(version)),
        "removed" => Some(Date::Removed(version)),
        _ => None,
    }
}

/// A date within the text counts if there is only one: several date parts of what is described.
fn only_date_inside(text: &str) -> Option<Version> {
    let inner = text.split('(').skip(1).filter_map(|rest| rest.split(')').next());
    let mut dates = inner.filter_map(|inner| match parse_date(inner) {
        Some(Date::Since(version)) => Some(version),
        _ => None,
    });
    dates.next().filter(|_| dates.next().is_none())
}

/// A paragraph that dates the whole definition, and does not belong to its text.
pub(crate) enum DatingParagraph {
    Removed(Version),
    Renamed(Version, String),
}

/// Reads `Removed: X.Y` and `Renamed: X.Y from OLD`.
pub(crate) fn dating_paragraph(text: &str) -> Option<DatingParagraph> {
    let parse = |version: &str| version.trim().trim_end_matches('.').parse().ok();
    if let Some(version) = text.strip_prefix("Removed:") {
        return parse(version).map(DatingParagraph::Removed);
    }
    let (version, old) = text.strip_prefix("Renamed:")?.split_once(" from ")?;
    let old = old.trim().trim_end_matches('.').trim_start_matches('@');
    let is_name = !old.is_empty() && !old.contains(char::is_whitespace);
    parse(version).filter(|_| is_name).map(|version| DatingParagraph::Renamed(version, old.to_owned()))
}
