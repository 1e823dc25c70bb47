//! The stripped form of a document says what the whole one says.

use std::fmt::Write as _;

use proptest::prelude::*;
use proptest::sample::select;

use crate::outline::{outline, read};
use crate::strip::strip;

/// Words that mean nothing to the grammar.
const WORDS: [&str; 12] =
    ["lamp", "shines", "the", "Robot", "(e.g., dark)", "at", "5", "'x'", "a.", "b2", "wall", "~/x"];

#[derive(Clone, Debug)]
struct Member {
    text: Vec<&'static str>,
    kind: Kind,
    optional: bool,
    /// Where the type is: with the text, on a line of its own, or cut in two.
    layout: u8,
}

#[derive(Clone, Debug)]
enum Kind {
    String,
    Int,
    Bool,
    Values(usize),
    Listed(usize),
    Object(Vec<Member>),
}

#[derive(Clone, Debug)]
struct Section {
    prose: Vec<&'static str>,
    members: Vec<Member>,
    examples: usize,
    note: Option<Vec<&'static str>>,
    limit: bool,
}

fn prose() -> impl Strategy<Value = Vec<&'static str>> {
    prop::collection::vec(select(&WORDS[..]), 1..12)
}

fn member() -> impl Strategy<Value = Member> {
    let leaf = prop_oneof![
        Just(Kind::String),
        Just(Kind::Int),
        Just(Kind::Bool),
        (1..4_usize).prop_map(Kind::Values),
        (1..4_usize).prop_map(Kind::Listed),
    ];
    let make = |(text, kind, optional, layout)| Member { text, kind, optional, layout };
    let plain = (prose(), leaf, any::<bool>(), 0..3_u8).prop_map(make);
    plain.prop_recursive(3, 12, 4, move |inner| {
        let object = prop::collection::vec(inner, 1..4).prop_map(Kind::Object);
        (prose(), object, any::<bool>(), 0..3_u8).prop_map(make)
    })
}

fn section() -> impl Strategy<Value = Section> {
    let members = prop::collection::vec(member(), 0..5);
    (prose(), members, 1..3_usize, prop::option::of(prose()), any::<bool>())
        .prop_map(|(prose, members, examples, note, limit)| Section { prose, members, examples, note, limit })
}

/// Wraps words into lines of four.
fn wrap(words: &[&str], margin: &str) -> String {
    let lines: Vec<_> = words.chunks(4).map(|line| line.join(" ")).collect();
    lines.join(&format!("\n{margin}"))
}

fn write_document(sections: &[Section]) -> String {
    let mut out = String::from("   Events of Lamps\n   ===============\n\n");
    for (index, section) in sections.iter().enumerate() {
        let name = format!("LAMP_{index}");
        let _ = writeln!(out, "{name}\n{}\n\n{}\n", "-".repeat(name.len()), wrap(&section.prose, ""));
        out.push_str(if section.members.is_empty() { "Data: None.\n\n" } else { "Data:\n\n" });
        write_members(&section.members, "m", 0, &mut out);
        out.push('\n');
        for example in 0..section.examples {
            let label = if example > 0 { "Once more:" } else { "Example:" };
            let _ = writeln!(
                out,
                "{label}\n\n{{ \"event\": \"{name}\",\n  \"data\": {} }}\n",
                value(&section.members, "m", 2)
            );
        }
        if let Some(note) = &section.note {
            let _ = writeln!(out, "Note: {}\n", wrap(note, "  "));
        }
        if section.limit {
            out.push_str("Note: this event is rate-limited.\n\n");
        }
    }
    out
}

fn write_members(members: &[Member], path: &str, depth: usize, out: &mut String) {
    let margin = "  ".repeat(depth);
    for (index, member) in members.iter().enumerate() {
        let name = format!("{path}-{index}");
        let ty = match &member.kind {
            Kind::String | Kind::Listed(_) => "json-string".to_owned(),
            Kind::Int => "json-int".to_owned(),
            Kind::Bool => "json-bool".to_owned(),
            Kind::Values(count) => {
                let values: Vec<_> = (0..*count).map(|value| format!("\"v{value}\"")).collect();
                format!("json-string, {}", values.join(" or "))
            }
            Kind::Object(_) => "json-object".to_owned(),
        };
        let optional = if member.optional { ", optional" } else { "" };
        let group = match member.layout {
            0 => format!(" ({ty}{optional})"),
            1 => format!("\n{margin}     ({ty}{optional})"),
            _ => format!(" ({}\n{margin}  {optional})", ty),
        };
        let group = if member.optional || member.layout < 2 { group } else { format!(" ({ty})") };
        let text = wrap(&member.text, &format!("{margin}  "));
        let listed = if let Kind::Listed(_) = member.kind { " one of these" } else { "" };
        let _ = writeln!(out, "{margin}- \"{name}\": {text}{listed}{group}");
        match &member.kind {
            Kind::Listed(count) => {
                for value in 0..*count {
                    let _ =
                        writeln!(out, "{margin}    \"v{value}\": the value\n{margin}          of {value}");
                }
            }
            Kind::Object(members) => write_members(members, &name, depth + 1, out),
            _ => {}
        }
    }
}

fn value(members: &[Member], path: &str, depth: usize) -> String {
    let margin = "  ".repeat(depth);
    let members = members.iter().enumerate().map(|(index, member)| {
        let name = format!("{path}-{index}");
        let value = match &member.kind {
            Kind::String => "\"a } b\"".to_owned(),
            Kind::Values(_) | Kind::Listed(_) => "\"v0\"".to_owned(),
            Kind::Int => "5".to_owned(),
            Kind::Bool => "true".to_owned(),
            Kind::Object(members) => value(members, &name, depth + 1),
        };
        format!("\"{name}\": {value}")
    });
    let members: Vec<_> = members.collect();
    format!("{{ {} }}", members.join(&format!(",\n{margin}")))
}

proptest! {
    #[test]
    fn both_forms_say_the_same(sections in prop::collection::vec(section(), 0..5)) {
        let text = write_document(&sections);
        let whole = read("whole.txt", &text);
        let stripped = read("stripped.txt", &strip(&text));
        prop_assert_eq!(outline(&whole.document), outline(&stripped.document));
        prop_assert_eq!(whole.diagnostics.render_plain(&whole.sources), "");
        prop_assert_eq!(stripped.diagnostics.render_plain(&stripped.sources), "");
    }

    #[test]
    fn nothing_that_was_written_is_lost(sections in prop::collection::vec(section(), 0..5)) {
        let text = write_document(&sections);
        let read = read("whole.txt", &text);
        let understood = outline(&read.document);
        let count = |needle: &str| understood.lines().filter(|line| line.trim_start().starts_with(needle)).count();
        let bullets = text.lines().filter(|line| line.trim_start().starts_with("- \"")).count();
        prop_assert_eq!(count("section "), sections.len());
        prop_assert_eq!(count("member "), bullets);
        prop_assert_eq!(count("example "), sections.iter().map(|section| section.examples).sum::<usize>());
        prop_assert_eq!(count("rate limit"), sections.iter().filter(|section| section.limit).count());
    }
}
