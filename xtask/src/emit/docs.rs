//! Doc comments of generated items, from prose that knows no Markdown.

use std::fmt::Write as _;

use proc_macro2::TokenStream;
use quote::quote;

use crate::catalogue::{EventText, RateLimit};
use qmp_events_frontend::schema::{Condition, Definition, Feature, Lifetime};

const WIDTH: usize = 96;

/// `#[doc]` attributes, one for each line, which print as `///` lines.
pub(super) fn doc_attributes(text: &str) -> TokenStream {
    let lines = text.lines().map(|line| if line.is_empty() { String::new() } else { format!(" {line}") });
    quote! { #(#[doc = #lines])* }
}

/// The first sentence.
pub(super) fn summary(paragraphs: &[String]) -> String {
    let first = paragraphs.first().map(String::as_str).unwrap_or_default();
    let end = first.find(". ").map_or(first.len(), |at| at + 1);
    wrap(&markdown(&first[..end]))
}

/// The doc comment of an event's struct.
pub(super) fn event(definition: &Definition, text: &EventText) -> String {
    let mut sections: Vec<String> = Vec::new();
    sections.extend(paragraphs_with_summary(&text.description));
    sections.extend(text.notes.iter().map(|note| wrap(&markdown(note))));
    sections.extend(text.rate_limit.as_ref().map(rate_limit));
    sections.push(versions_section(definition));
    if !text.examples.is_empty() {
        let mut example = String::from("# Example\n\n```json\n");
        for one in &text.examples {
            let _ = writeln!(example, "{}", one.shown);
        }
        sections.push(example + "```");
    }
    sections.join("\n\n")
}

fn rate_limit(limit: &RateLimit) -> String {
    let mut text = String::from("QEMU sends it once a second at most");
    if let Some(key) = &limit.key {
        let _ = write!(text, " for each `{key}`");
    }
    if let Some((member, value)) = &limit.exempt {
        let _ = write!(text, ", unless `{member}` is `{value}`");
    }
    if let Some(since) = limit.since {
        let _ = write!(text, ", since QEMU {since}");
    }
    let sentence = wrap(&format!("{text}: the first at once, then the last of each second."));
    format!("# Rate limit\n\n{sentence}")
}

/// The doc comment of any other type.
pub(super) fn definition(definition: &Definition) -> String {
    let overview = definition.documentation.as_ref().map(|doc| doc.overview.as_str()).unwrap_or_default();
    let paragraphs: Vec<String> = overview.split("\n\n").map(str::to_owned).collect();
    let mut sections: Vec<String> = paragraphs_with_summary(&paragraphs).collect();
    sections.push(versions_section(definition));
    sections.join("\n\n")
}

/// The doc comment of a member or an enum value.
pub(super) fn part(
    description: &str,
    lifetime: &Lifetime,
    features: &[Feature],
    condition: Option<&Condition>,
) -> String {
    let mut sections: Vec<String> =
        description.split("\n\n").map(|paragraph| wrap(&sentence(&markdown(paragraph)))).collect();
    sections.push(wrap(&versions(lifetime, features, condition)));
    sections.retain(|section| !section.is_empty());
    sections.join("\n\n")
}

fn versions_section(definition: &Definition) -> String {
    let versions = versions(&definition.lifetime, &definition.features, definition.condition.as_ref());
    format!("# Versions\n\n{}", wrap(&versions))
}

/// The first sentence is a paragraph of its own, as rustdoc shows it in lists.
fn paragraphs_with_summary(paragraphs: &[String]) -> impl Iterator<Item = String> + use<> {
    let mut out = Vec::new();
    if let Some(first) = paragraphs.first() {
        let end = first.find(". ").map_or(first.len(), |at| at + 1);
        out.push(wrap(&markdown(&first[..end])));
        let rest = first[end..].trim();
        if !rest.is_empty() {
            out.push(wrap(&markdown(rest)));
        }
    }
    out.extend(paragraphs.iter().skip(1).map(|paragraph| wrap(&markdown(paragraph))));
    out.into_iter().filter(|paragraph| !paragraph.is_empty())
}

/// A bullet's text as a sentence: capital first, full stop last.
fn sentence(text: &str) -> String {
    let word = text.split_whitespace().next().unwrap_or_default();
    let is_word = word.trim_end_matches([',', ';', ':']).chars().all(|letter| letter.is_ascii_lowercase());
    let mut out = text.to_owned();
    if let (true, Some(first)) = (is_word, out.get_mut(..1)) {
        first.make_ascii_uppercase();
    }
    if out.ends_with(|last: char| last.is_alphanumeric() || "`\"')".contains(last)) {
        out.push('.');
    }
    out
}

/// Which QEMU has something, in sentences; nothing for what always goes with its owner.
fn versions(lifetime: &Lifetime, features: &[Feature], condition: Option<&Condition>) -> String {
    let mut sentences = Vec::new();
    match (lifetime.since, lifetime.removed) {
        (Some(since), Some(removed)) => {
            sentences.push(format!("Since QEMU {since}, gone since QEMU {removed}."))
        }
        (Some(since), None) => sentences.push(format!("Since QEMU {since}.")),
        (None, Some(removed)) => sentences.push(format!("Gone since QEMU {removed}.")),
        (None, None) => {}
    }
    sentences.extend(features.iter().map(|feature| {
        let since = feature.lifetime.since.map(|since| format!(" since QEMU {since}")).unwrap_or_default();
        match feature.name.as_str() {
            "deprecated" => format!("Deprecated{since}."),
            "unstable" => format!("Unstable{since}: it may change or go without notice."),
            other => format!("Has the feature `{other}`{since}."),
        }
    }));
    sentences.extend(condition.map(|condition| format!("Only in builds with `{condition}`.")));
    sentences.join(" ")
}

/// Prose as Markdown: `@name` is code, and nothing is a link or a tag by accident.
fn markdown(text: &str) -> String {
    let mut out = String::new();
    let mut letters = text.chars().peekable();
    let mut in_code = false;
    while let Some(letter) = letters.next() {
        match letter {
            '`' => {
                // QAPI's documentation has literals in double backticks, as reStructuredText does.
                letters.next_if_eq(&'`');
                in_code = !in_code;
                out.push(letter);
            }
            '@' if !in_code && letters.peek().is_some_and(|next| next.is_ascii_alphabetic()) => {
                let mut name = String::new();
                while let Some(next) =
                    letters.next_if(|next| next.is_ascii_alphanumeric() || "-_".contains(*next))
                {
                    name.push(next);
                }
                let _ = write!(out, "`{name}`");
            }
            '[' | ']' | '<' | '>' | '*' | '\\' if !in_code => out.extend(['\\', letter]),
            _ => out.push(letter),
        }
    }
    out
}

/// Lines of at most [`WIDTH`] characters, as far as words allow.
fn wrap(text: &str) -> String {
    let mut out = String::new();
    let mut column = 0;
    for word in text.split_whitespace() {
        let length = word.chars().count();
        if column > 0 && column + 1 + length > WIDTH {
            out.push('\n');
            column = 0;
        } else if column > 0 {
            out.push(' ');
            column += 1;
        }
        out.push_str(word);
        column += length;
    }
    out
}
