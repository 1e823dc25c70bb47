//! The pages of releases: what changed for clients.

use serde::Serialize;

use super::events::Line;
use super::types::events_with;
use crate::changes::{Change, What, changes};
use crate::model::Reference;
use crate::release::{Release, Scope};

/// A release.
#[derive(Debug, Serialize)]
pub(super) struct Page {
    pub(super) release: Release,
    previous: Option<Release>,
    next: Option<Release>,
    /// How many events it has.
    count: usize,
    /// Events that are new, with the first sentence about them.
    came: Vec<(String, String)>,
    /// Events that are gone.
    went: Vec<(String, String)>,
    /// Other changes of events.
    of_events: Vec<Line>,
    /// Changes of types, with the events that they reach.
    of_types: Vec<(Line, Vec<String>)>,
    /// How many changes take something away.
    breaking: usize,
}

pub(super) fn pages(reference: &Reference) -> Vec<Page> {
    let all = changes(reference);
    let releases = &reference.releases;
    let pages = releases.iter().enumerate().map(|(index, release)| {
        let here: Vec<&Change> = all.iter().filter(|change| change.release == *release).collect();
        Page {
            release: *release,
            previous: index.checked_sub(1).map(|before| releases[before]),
            next: releases.get(index + 1).copied(),
            count: reference.events_in(Scope::Release(*release)).count(),
            came: summaries(reference, &here, &What::Added),
            went: summaries(reference, &here, &What::Removed),
            of_events: here
                .iter()
                .filter(|change| change.of_event && !matches!(change.what, What::Added | What::Removed))
                .map(|change| Line::from((*change).clone()))
                .collect(),
            of_types: here
                .iter()
                .filter(|change| !change.of_event)
                .map(|change| of_type(reference, change))
                .collect(),
            breaking: here.iter().filter(|change| change.what.takes_away()).count(),
        }
    });
    pages.collect()
}

fn of_type(reference: &Reference, change: &Change) -> (Line, Vec<String>) {
    let events = events_with(reference, &change.subject);
    let older = events.iter().filter(|event| event.lifetime.since.is_none_or(|since| since < change.release));
    (Line::from(change.clone()), older.map(|event| event.name.clone()).collect())
}

/// The events to which this happened, with the first sentence about them.
fn summaries(reference: &Reference, changes: &[&Change], what: &What) -> Vec<(String, String)> {
    let of_events = changes.iter().filter(|change| change.of_event && change.what == *what);
    let summary = |name: &str| reference.event(name).map(|event| crate::model::summary(&event.description));
    of_events
        .map(|change| (change.subject.clone(), summary(&change.subject).unwrap_or_default().to_owned()))
        .collect()
}
