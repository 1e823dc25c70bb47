//! The pages of events, and their list.

use std::collections::BTreeSet;

use serde::Serialize;

use super::code::{Snippets, snippets};
use super::markup::{json, words};
use super::rows::{Row, rows};
use crate::changes::{Change, What, changes_of_event, changes_of_type};
use crate::json::Json;
use crate::json_schema::{event_schema, types_below};
use crate::model::{Event, Reference, summary};
use crate::release::Scope;

/// A group of the list.
#[derive(Debug, Serialize)]
pub(super) struct Group<'a> {
    title: &'a str,
    name: &'a str,
    events: Vec<&'a Event>,
}

/// All events by theme, in the order of the schema.
pub(super) fn modules(reference: &Reference) -> Vec<Group<'_>> {
    let groups = reference.modules.iter().map(|module| Group {
        title: module.description.trim_end_matches('.'),
        name: &module.name,
        events: reference.events.iter().filter(|event| event.module == module.name).collect(),
    });
    groups.collect()
}

/// What the page of an event shows besides the event itself.
#[derive(Debug, Serialize)]
pub(super) struct Page<'a> {
    summary: &'a str,
    /// The description without its first sentence.
    rest: String,
    theme: &'a str,
    rows: Vec<Row>,
    examples: Vec<Shown<'a>>,
    /// Events that the notes and the description name.
    leads_to: Vec<&'a Event>,
    /// Events whose text names this one.
    named_by: Vec<&'a Event>,
    snippets: Snippets,
    history: Vec<Line>,
    schema: String,
    /// The releases that have it, newest first.
    releases: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Shown<'a> {
    label: Option<&'a str>,
    html: String,
}

/// A change with its sentence.
#[derive(Debug, Serialize)]
pub(super) struct Line {
    #[serde(flatten)]
    change: Change,
    text: String,
    takes_away: bool,
}

impl From<Change> for Line {
    fn from(change: Change) -> Self {
        Self { text: change.what.to_string(), takes_away: change.what.takes_away(), change }
    }
}

pub(super) fn page<'a>(reference: &'a Reference, event: &'a Event) -> Page<'a> {
    let summary = summary(&event.description);
    let rest = event.description[summary.len()..].trim().to_owned();
    let theme = reference.modules.iter().find(|module| module.name == event.module);
    let examples = event
        .examples
        .iter()
        .map(|example| Shown { label: example.label.as_deref(), html: json(&example.message) });
    let named = named_events(event);
    let others = || reference.events.iter().filter(|other| other.name != event.name);
    Page {
        summary,
        rest,
        theme: theme.map_or("", |module| module.description.trim_end_matches('.')),
        rows: rows(reference, &event.data.object),
        examples: examples.collect(),
        leads_to: others().filter(|other| named.contains(other.name.as_str())).collect(),
        named_by: others().filter(|other| named_events(other).contains(event.name.as_str())).collect(),
        snippets: snippets(event),
        history: history(reference, event),
        schema: json(&shown_schema(reference, event)),
        releases: releases(reference, event),
    }
}

/// The open schema as the page shows it: without the examples, which the page has already.
fn shown_schema(reference: &Reference, event: &Event) -> Json {
    let mut schema = event_schema(reference, event, Scope::Any);
    if let Json::Object(members) = &mut schema {
        members.shift_remove("examples");
    }
    schema
}

fn named_events(event: &Event) -> BTreeSet<&str> {
    let texts = event.notes.iter().chain([&event.description]);
    texts.flat_map(|text| words(text)).collect()
}

/// The changes of the event, and those of its types that show in its messages, oldest first.
fn history(reference: &Reference, event: &Event) -> Vec<Line> {
    let types = types_below(reference, event);
    let of_types = types.into_iter().flat_map(changes_of_type);
    let seen =
        of_types.filter(|change| !matches!(change.what, What::Added | What::Removed | What::Renamed(_)));
    let later = seen.filter(|change| event.lifetime.since.is_none_or(|since| since < change.release));
    let mut changes = changes_of_event(event);
    changes.extend(later);
    changes.sort_by_key(|change| (change.release, !change.of_event));
    changes.into_iter().map(Line::from).collect()
}

fn releases(reference: &Reference, event: &Event) -> Vec<String> {
    let all = reference.releases.iter().rev().filter(|at| event.lifetime.is_in(Scope::Release(**at)));
    all.map(ToString::to_string).collect()
}
