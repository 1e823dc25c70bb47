//! The matrix: which release has which event and member.

use serde::Serialize;

use crate::model::{Event, Lifetime, Reference};
use crate::release::{Release, Scope};

/// An event with its members.
#[derive(Debug, Serialize)]
pub(super) struct Rows<'a> {
    name: &'a str,
    cells: Vec<Cell>,
    members: Vec<(&'a str, Vec<Cell>)>,
}

/// What a release has of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Cell {
    /// Nothing yet.
    Not,
    /// It is new.
    New,
    /// It is there.
    Has,
    /// This is the first release without it.
    Gone,
    /// Nothing any more.
    Was,
}

pub(super) fn rows(reference: &Reference) -> Vec<Rows<'_>> {
    let rows = reference.events.iter().map(|event| Rows {
        name: &event.name,
        cells: cells(reference, &[event.lifetime]),
        members: members(reference, event),
    });
    rows.collect()
}

fn members<'a>(reference: &Reference, event: &'a Event) -> Vec<(&'a str, Vec<Cell>)> {
    let members = event.data.object.members.iter();
    members
        .map(|member| (member.name.as_str(), cells(reference, &[event.lifetime, member.lifetime])))
        .collect()
}

/// The cells of something that is there while all of these last.
fn cells(reference: &Reference, lifetimes: &[Lifetime]) -> Vec<Cell> {
    let has = |release: Release| lifetimes.iter().all(|lifetime| lifetime.is_in(Scope::Release(release)));
    let date = |of: fn(&Lifetime) -> Option<Release>| lifetimes.iter().filter_map(of);
    let since = date(|lifetime| lifetime.since).max();
    let removed = date(|lifetime| lifetime.removed).min();
    let cell = |release: &Release| match has(*release) {
        true if since == Some(*release) => Cell::New,
        true => Cell::Has,
        false if removed == Some(*release) => Cell::Gone,
        false if removed.is_some_and(|removed| removed < *release) => Cell::Was,
        false => Cell::Not,
    };
    reference.releases.iter().map(cell).collect()
}
