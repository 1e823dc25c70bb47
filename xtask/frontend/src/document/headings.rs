//! Finds the headings, in a pass of its own: whatever is damaged in a section stays in there.

use std::collections::HashSet;
use std::ops::Range;

use super::item::Item;
use super::lines::{Line, Lines};
use super::model::Name;
use crate::diagnostics::Diagnostics;
use crate::json::abbreviate;
use crate::source::Span;

/// A heading and the lines up to the next one.
#[derive(Debug)]
pub(super) struct Heading {
    pub(super) names: Vec<Name>,
    pub(super) span: Span,
    pub(super) body: Range<usize>,
}

/// Where a heading is, before its names are known.
#[derive(Clone, Copy, Debug)]
struct Place {
    /// The first line of the heading.
    line: usize,
    /// The first line after it.
    body: usize,
    damage: Option<Damage>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Damage {
    UnderlineLost,
    UnderlineApart,
    NameLost,
    /// Both are lost: the document begins in the middle of a section.
    HeadingLost,
}

/// Finds the title and all headings.
pub(super) fn find(lines: &Lines<'_>, diagnostics: &mut Diagnostics) -> (Option<String>, Vec<Heading>) {
    let mut places = with_lost_underlines(lines, underlined(&lines.all));
    places.dedup_by(|underline, heading| takes_underline(lines, heading, underline, diagnostics));
    let preamble = &lines.all[..places.first().map_or(lines.all.len(), |place| place.line)];
    let title = preamble.windows(2).position(|pair| pair[1].is_underline(b'=') && !pair[0].is_blank());
    let belongs_to_event =
        |line: &Line<'_>| matches!(Item::of(line.text), Item::Member(_)) || event_name(line.text).is_some();
    if let Some(line) = preamble.iter().position(belongs_to_event) {
        let body = title.map_or(0, |title| title + 2).min(line);
        places.insert(0, Place { line, body, damage: Some(Damage::HeadingLost) });
    }
    let title = title.map(|title| lines.all[title].text.to_owned());
    let intact = places.iter().filter(|place| place.damage.is_none());
    let taken: HashSet<String> =
        intact.flat_map(|place| names(lines, &lines.all[place.line])).map(|name| name.text).collect();
    let ends = places.iter().skip(1).map(|place| place.line).chain([lines.all.len()]);
    let headings = places.iter().zip(ends).filter_map(|(place, end)| {
        let body = place.body..end;
        let line = &lines.all[place.line];
        let names = match place.damage {
            None => names(lines, line),
            Some(Damage::UnderlineLost | Damage::UnderlineApart) => {
                report_underline(lines, line, diagnostics);
                names(lines, line)
            }
            Some(damage) => recover_name(lines, line, damage, body.clone(), &taken, diagnostics)?,
        };
        Some(Heading { names, span: lines.span(line), body })
    });
    let headings = headings.collect();
    (title, headings)
}

/// Every `---` line, with the name above it if there is one.
fn underlined(all: &[Line<'_>]) -> Vec<Place> {
    let underlines = all.iter().enumerate().filter(|(_, line)| line.is_underline(b'-'));
    let places = underlines.map(|(index, _)| {
        let place = |line, damage| Place { line, body: index + 1, damage };
        let above = all[..index].iter().rposition(|line| !line.is_blank());
        match above {
            Some(above) if above + 1 == index && is_names(all[above].text) => place(above, None),
            Some(above) if above + 1 < index && is_upper_names(all[above].text) => {
                place(above, Some(Damage::UnderlineApart))
            }
            Some(above) if above + 1 == index && is_no_prose(all, above) => {
                place(above, Some(Damage::NameLost))
            }
            _ => place(index, Some(Damage::NameLost)),
        }
    });
    places.collect()
}

/// Whether line `at`, above an underline, is a damaged name and no part of the section before.
fn is_no_prose(all: &[Line<'_>], at: usize) -> bool {
    let text = all[at].text;
    let after_blank = at.checked_sub(1).is_none_or(|above| all[above].is_blank());
    let is_word = !text.contains(' ') && !text.ends_with(['.', ',', '}', ']']);
    (after_blank || is_word) && !text.starts_with(['{', '}', '-'])
}

/// Adds the lines that must be headings although no `---` follows.
fn with_lost_underlines(lines: &Lines<'_>, certain: Vec<Place>) -> Vec<Place> {
    let all = &lines.all;
    let has_blanks = all.windows(2).any(|pair| pair[0].is_underline(b'-') && pair[1].is_blank());
    let is_title = |at: usize| all.get(at + 1).is_some_and(|line| line.is_underline(b'='));
    let is_candidate = |at: &usize| is_upper_name(all[*at].text) && !is_title(*at);
    let mut candidates: Vec<usize> = (0..all.len()).filter(is_candidate).collect();
    candidates.push(all.len());
    let mut places: Vec<Place> = Vec::new();
    let mut certain = certain.into_iter().peekable();
    let mut current_names: HashSet<&str> = HashSet::new();
    for pair in candidates.windows(2) {
        let (at, next) = (pair[0], pair[1]);
        while let Some(place) = certain.next_if(|place| place.line <= at) {
            current_names = all[place.line].text.split(',').map(str::trim).collect();
            places.push(place);
        }
        let name = all[at].text;
        if current_names.contains(name) {
            continue;
        }
        let mut region = at + 1..certain.peek().map_or(next, |place| place.line.min(next));
        if stands_alone(all, at, has_blanks) || region.any(|line| shows(&all[line], name)) {
            current_names = HashSet::from([name]);
            places.push(Place { line: at, body: at + 1, damage: Some(Damage::UnderlineLost) });
        }
    }
    places.extend(certain);
    places
}

/// Whether line `at` cannot be the end of a sentence that was wrapped.
fn stands_alone(all: &[Line<'_>], at: usize, has_blanks: bool) -> bool {
    let above = at.checked_sub(1).map(|above| &all[above]);
    let below = all.get(at + 1);
    if [above, below].into_iter().flatten().all(Line::is_blank) {
        return all[at].indent == 0;
    }
    !has_blanks && above.is_none_or(|line| line.text.ends_with(['.', '}', ')', '!', '=', '-']))
}

fn shows(line: &Line<'_>, name: &str) -> bool {
    event_name(line.text).is_some_and(|range| &line.text[range] == name)
}

fn names(lines: &Lines<'_>, line: &Line<'_>) -> Vec<Name> {
    let mut start = line.start;
    let names = line.text.split(',').map(|part| {
        let text = part.trim();
        let at = start + (part.len() - part.trim_start().len());
        start += part.len() + 1;
        Name { text: text.to_owned(), span: Span::new(lines.file, at..at + text.len()) }
    });
    names.collect()
}

/// Whether `underline` is a second one below `heading`, and so no heading of its own.
fn takes_underline(
    lines: &Lines<'_>,
    heading: &mut Place,
    underline: &Place,
    diagnostics: &mut Diagnostics,
) -> bool {
    let line = &lines.all[underline.line];
    if !line.is_underline(b'-') || !lines.all[heading.body..underline.line].iter().all(Line::is_blank) {
        return false;
    }
    heading.body = underline.body;
    diagnostics
        .error("heading-underline", lines.span(line), "a second underline below one heading")
        .help("remove it");
    true
}

fn report_underline(lines: &Lines<'_>, line: &Line<'_>, diagnostics: &mut Diagnostics) {
    let message = format!("the heading '{}' has no underline", line.text);
    diagnostics
        .error("heading-underline", lines.span(line), message)
        .help("put a line of '-' directly below it");
}

/// Takes the name from an example, but none of those that are `taken` by intact headings.
fn recover_name(
    lines: &Lines<'_>,
    heading: &Line<'_>,
    damage: Damage,
    mut body: Range<usize>,
    taken: &HashSet<String>,
    diagnostics: &mut Diagnostics,
) -> Option<Vec<Name>> {
    let found = body.find_map(|index| {
        let line = &lines.all[index];
        let range = event_name(line.text).filter(|range| !taken.contains(&line.text[range.clone()]))?;
        let span = Span::new(lines.file, line.start + range.start..line.start + range.end);
        Some(Name { text: line.text[range].to_owned(), span })
    });
    let message = if damage == Damage::HeadingLost {
        "there is no heading above this".to_owned()
    } else if heading.is_underline(b'-') {
        "there is no event's name above this underline".to_owned()
    } else {
        format!("'{}' is not an event's name", abbreviate(heading.text))
    };
    let report = diagnostics.error("heading-name", lines.span(heading), message);
    match &found {
        Some(name) => report
            .note(name.span, format!("read as '{}', after its example", name.text))
            .help("write the event's name above a line of '-', in upper case with '_'"),
        None => {
            report.help("write the event's name above a line of '-'; no example tells it, so all is lost")
        }
    };
    found.map(|name| vec![name])
}

/// Where in a line of JSON the event's name is.
fn event_name(text: &str) -> Option<Range<usize>> {
    const KEY: &str = "\"event\"";
    let at = text.find(KEY)? + KEY.len();
    let rest = text[at..].trim_start().strip_prefix(':')?.trim_start().strip_prefix('"')?;
    let length = rest.find('"')?;
    let start = text.len() - rest.len();
    is_event_name(&rest[..length]).then_some(start..start + length)
}

fn is_names(text: &str) -> bool {
    text.split(',').all(|part| is_event_name(part.trim()))
}

fn is_upper_names(text: &str) -> bool {
    text.split(',').all(|part| is_upper_name(part.trim()))
}

/// `[A-Z_][A-Za-z0-9_.]*`, and not the end of a sentence.
fn is_event_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_uppercase() || c == '_')
        && !text.ends_with('.')
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.".contains(&byte))
}

/// `[A-Z][A-Z0-9]*(_[A-Z0-9]+)*`
fn is_upper_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_uppercase())
        && text.split('_').all(|part| {
            !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
        })
}
