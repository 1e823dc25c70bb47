//! Whatever the input: no panic, places inside of the file, and damage that stays where it is.

use proptest::prelude::*;
use proptest::sample::{Index, select};
use qmp_events_frontend::document::{self, DocumentMember, EventDocument, Section};
use qmp_events_frontend::source::Span;

use crate::outline::{Read, outline, read};

const LATE: &str = include_str!("shapes/late.txt");

/// What the grammar is made of.
const FRAGMENTS: [&str; 48] = [
    "\n",
    "\n",
    "\n",
    "\n\n",
    "\r",
    "\r\n",
    "  ",
    "\t",
    "LAMP_LIT",
    "LAMP_OUT",
    "---",
    "\n--------\n",
    "====",
    "Data:",
    "None",
    "Example:",
    "Examples:",
    "Note:",
    "Notes:",
    "- \"a\": ",
    "- \"b\": ",
    "  - \"c\": ",
    "- data:",
    "\"on\": ",
    "one of",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"",
    "'",
    "\\",
    "...",
    "//",
    "\"event\": \"LAMP_LIT\"",
    "\"data\": {",
    "(json-object)",
    "(json-string, optional)",
    "(json-",
    ")",
    "1\n2\n|\n",
    "|",
    "\u{feff}",
    "\0",
    "ä€😀",
    "this event is rate-limited",
];

fn spans(read: &Read) -> Vec<Span> {
    let mut all = Vec::new();
    for one in read.diagnostics.sorted() {
        all.push(one.span);
        all.extend(one.notes.iter().map(|(span, _)| *span));
    }
    for section in &read.document.sections {
        all.push(section.span);
        all.extend(section.names.iter().chain(&section.data_type).map(|name| name.span));
        all.extend(section.examples.iter().map(|example| example.span));
        all.extend(section.notes.iter().map(|note| note.span));
        all.extend(section.rate_limit.iter().map(|limit| limit.span));
        add_member_spans(&section.members, &mut all);
    }
    all
}

fn add_member_spans(members: &[DocumentMember], all: &mut Vec<Span>) {
    for member in members {
        all.push(member.span);
        all.extend(member.values.iter().map(|value| value.span));
        add_member_spans(&member.members, all);
    }
}

fn assert_places_are_inside(text: &str, read: &Read) {
    for span in spans(read) {
        assert!(text.get(span.start as usize..span.end as usize).is_some(), "{span:?} of {text:?}");
    }
    let rendered = read.diagnostics.render_plain(&read.sources);
    assert!(rendered.lines().count() >= read.diagnostics.sorted().len());
}

fn outlines(sections: &[Section]) -> Vec<String> {
    let outline_of =
        |section: &Section| outline(&EventDocument { title: None, sections: vec![section.clone()] });
    sections.iter().map(outline_of).collect()
}

proptest! {
    #[test]
    fn any_text_is_read(text in any::<String>()) {
        assert_places_are_inside(&text, &read("any.txt", &text));
    }

    #[test]
    fn any_mixture_of_the_grammar_is_read(parts in prop::collection::vec(select(&FRAGMENTS[..]), 0..120)) {
        let text = parts.concat();
        assert_places_are_inside(&text, &read("mixture.txt", &text));
    }

    #[test]
    fn a_cut_document_is_read(from in any::<Index>(), to in any::<Index>()) {
        let (from, to) = (from.index(LATE.len()), to.index(LATE.len()));
        let text = format!("{}{}", &LATE[..from.min(to)], &LATE[from.max(to)..]);
        assert_places_are_inside(&text, &read("cut.txt", &text));
    }

    #[test]
    fn damage_stays_in_its_section(at in any::<Index>(), damage in select(&['{', '}', '"', '(', ',', ':', '['][..])) {
        let whole = read("late.txt", LATE);
        let sections = &whole.document.sections;
        let at = at.index(LATE.len());
        let hit = sections.iter().rposition(|section| (section.span.end as usize) < at);
        let line = LATE[..at].rfind('\n').map_or(0, |end| end + 1);
        let is_underline = LATE[line..].starts_with("---");
        prop_assume!(hit.is_some() && !LATE[at..].starts_with('\n') && !is_underline);
        // A heading belongs to no section.
        prop_assume!(!sections.iter().any(|section| (section.span.start as usize..section.span.end as usize).contains(&at)));
        let damaged = read("late.txt", &format!("{}{damage}{}", &LATE[..at], &LATE[at + 1..]));
        let (before, after) = (outlines(sections), outlines(&damaged.document.sections));
        prop_assert_eq!(before.len(), after.len());
        for (index, (before, after)) in before.iter().zip(&after).enumerate() {
            prop_assert!(before == after || Some(index) == hit, "{} became {}", before, after);
        }
    }
}

#[test]
fn deep_json_is_an_error() {
    for (open, close) in [("{\"a\":", "}"), ("[", "]")] {
        let deep = format!("{}1{}", open.repeat(100_000), close.repeat(100_000));
        let read = read("deep.txt", &format!("LAMP_LIT\n---\n{{\"event\":\"LAMP_LIT\",\"data\":{deep}}}\n"));
        assert_eq!(read.codes(), ["example-json"]);
    }
}

#[test]
fn deep_margins_are_an_error() {
    let bullets: String =
        (0..900).map(|depth| format!("{}- \"a\": (json-object)\n", " ".repeat(depth))).collect();
    let read = read("deep.txt", &format!("LAMP_LIT\n---\nData:\n{bullets}"));
    assert!(read.codes().iter().filter(|code| **code == "nesting-depth").count() > 800);
}

#[test]
fn braces_that_are_never_closed_are_one_error_each() {
    let read = read("open.txt", &format!("LAMP_LIT\n---\n{}", "{\n\n".repeat(900)));
    assert_eq!(read.codes().len(), 900);
    assert!(read.codes().iter().all(|code| *code == "example-unbalanced"));
}

#[test]
fn a_huge_token_is_one_token() {
    let token = "a".repeat(1 << 20);
    let text =
        format!("LAMP_LIT\n---\nData:\n- \"{token}\": {token} (json-{token})\n{{\"event\": {token}}}\n");
    let read = read("huge.txt", &text);
    assert_eq!(read.document.sections[0].members[0].name, token);
    assert_eq!(read.codes(), ["json-type", "example-json", "example-event"]);
}

#[test]
fn a_document_that_is_too_large_is_not_read() {
    let text = "LAMP_LIT\n---\n".repeat(document::MAX_BYTES / 13 + 1);
    let read = read("large.txt", &text);
    assert_eq!(read.codes(), ["document-size"]);
    assert!(read.document.sections.is_empty());
}
