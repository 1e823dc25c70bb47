//! What changed from one QEMU to another, for clients that read events.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Write as _};

use qmp_events_frontend::printable::printable;
use serde::Serialize;

use crate::compare::compare;
use crate::difference::{Change, Difference, Owner};
use crate::surface::Surface;

/// The changes between two sources.
#[derive(Debug, Serialize)]
pub struct Diff {
    /// What the old source is called.
    pub from: String,
    /// What the new source is called.
    pub to: String,
    /// The changes, by kind and then by name.
    pub changes: Vec<Entry>,
}

/// One change.
#[derive(Debug, Serialize)]
pub struct Entry {
    /// The kind, such as `value-added`.
    pub change: &'static str,
    /// The event or type that changed.
    pub owner: String,
    /// `event`, `enum`, `struct`, `union` or `alternate`.
    pub owner_kind: &'static str,
    /// The member, value or branch; nothing if it is the owner as a whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub part: Option<String>,
    /// What was there, for types, names and features.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub old: Option<String>,
    /// What is there instead.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new: Option<String>,
    /// The events that show it.
    pub events: BTreeSet<String>,
    /// A client that was written for the old side, and rejects unknown events, members and values and
    /// objects that lack a mandatory member, may reject the new side's messages.
    pub breaks_strict_client: bool,
    /// A binary was compared, and may have been built without it.
    pub left_out: bool,
    #[serde(skip)]
    group: usize,
}

/// The groups of the text, in their order, with the kinds of changes in them.
const GROUPS: [(&str, &[&str]); 13] = [
    ("added events", &["event-added"]),
    ("removed events", &["event-removed"]),
    ("new members", &["member-added"]),
    ("removed members", &["member-removed"]),
    ("made optional", &["made-optional"]),
    ("made mandatory", &["made-mandatory"]),
    ("type changes", &["type-changed"]),
    ("new values", &["value-added"]),
    ("removed values", &["value-removed"]),
    ("members of branches", &["branch-added", "branch-removed"]),
    ("features", &["feature-added", "feature-removed"]),
    ("rate limits", &["rate-limit-added", "rate-limit-changed", "rate-limit-removed"]),
    ("other names of types, which no message shows", &["type-renamed"]),
];

/// Compares two sources with the names that the user gave them.
pub fn diff(from: (&str, &Surface), to: (&str, &Surface)) -> Diff {
    let mut reaching = Reaching { surface: from.1, known: BTreeMap::new() };
    let differences = compare(from.1, to.1);
    let mut changes: Vec<Entry> =
        differences.iter().filter_map(|difference| entry(difference, &mut reaching)).collect();
    changes.sort_by(|a, b| {
        (a.group, &a.owner, &a.part, &a.new, &a.old).cmp(&(b.group, &b.owner, &b.part, &b.new, &b.old))
    });
    Diff { from: from.0.to_owned(), to: to.0.to_owned(), changes }
}

/// The events that reach the types of a surface, looked up once for each type.
struct Reaching<'a> {
    surface: &'a Surface,
    known: BTreeMap<String, BTreeSet<String>>,
}

impl Reaching<'_> {
    fn events(&mut self, name: &str) -> &BTreeSet<String> {
        let find = || self.surface.events_that_reach(name).into_iter().map(str::to_owned).collect();
        self.known.entry(name.to_owned()).or_insert_with(find)
    }
}

/// Nothing for what no client can know of: bases and conditions.
fn entry(difference: &Difference, old: &mut Reaching<'_>) -> Option<Entry> {
    let Difference { owner, change, left_out, .. } = difference;
    let group = GROUPS.iter().position(|(_, codes)| codes.contains(&change.code()))?;
    let (owner_kind, events) = match owner {
        Owner::Event(name) => ("event", BTreeSet::from([name.clone()])),
        Owner::Type { word, key, .. } => (*word, old.events(key).clone()),
    };
    let presence = |optional: &bool| Some(if *optional { "optional" } else { "mandatory" }.to_owned());
    let (before, after) = match change {
        Change::MemberAdded { optional, .. } => (None, presence(optional)),
        Change::MemberRemoved { optional, .. } => (presence(optional), None),
        Change::TypeChanged { old, new, .. } => (Some(old.clone()), Some(new.clone())),
        Change::FeatureAdded { feature, .. } => (None, Some(feature.clone())),
        Change::FeatureRemoved { feature, .. } => (Some(feature.clone()), None),
        Change::RateLimitAdded { limit } => (None, Some(limit.clone())),
        Change::RateLimitRemoved { limit } => (Some(limit.clone()), None),
        Change::RateLimitChanged { old, new } => (Some(old.clone()), Some(new.clone())),
        Change::Renamed { new } => (Some(owner.name().to_owned()), Some(new.clone())),
        _ => (None, None),
    };
    Some(Entry {
        change: change.code(),
        owner: owner.name().to_owned(),
        owner_kind,
        part: change.part().map(str::to_owned),
        old: before,
        new: after,
        events,
        breaks_strict_client: change.breaks_strict_client(),
        left_out: *left_out,
        group,
    })
}

impl Diff {
    /// The kinds of changes that there are, by their titles, with the changes of each.
    pub fn groups(&self) -> impl Iterator<Item = (&'static str, Vec<&Entry>)> {
        let titles = GROUPS.iter().enumerate();
        let groups = titles.map(|(index, (title, _))| {
            (*title, self.changes.iter().filter(|entry| entry.group == index).collect::<Vec<_>>())
        });
        groups.filter(|(_, entries)| !entries.is_empty())
    }

    /// The number of changes, and what they mean to a strict client: one line.
    pub fn summary(&self) -> String {
        let breaking = self.changes.iter().filter(|entry| entry.breaks_strict_client).count();
        match self.changes.len() {
            0 => "nothing changed for clients that read events".to_owned(),
            1 if breaking == 1 => "1 change, which breaks a strict client".to_owned(),
            1 => "1 change, which does not break a strict client".to_owned(),
            count => format!("{count} changes, {breaking} of them (!) break a strict client"),
        }
    }

    /// For people: a group for each kind of change, what breaks a strict client marked.
    pub fn render(&self) -> String {
        let mut out = format!("{} -> {}\n", printable(&self.from), printable(&self.to));
        for (title, entries) in self.groups() {
            let _ = writeln!(out, "\n{title}");
            for entry in entries {
                let mark = if entry.breaks_strict_client { '!' } else { ' ' };
                let _ = writeln!(out, "  {mark} {entry}");
            }
        }
        out + "\n" + &self.summary() + "\n"
    }
}

/// One line, without what could command a terminal.
impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&printable(&self.line()))
    }
}

impl Entry {
    fn line(&self) -> String {
        let mut line = self.owner.clone();
        if let Some(part) = &self.part {
            let _ = write!(line, ".{part}");
        }
        let _ = match (self.change, &self.old, &self.new) {
            ("feature-added", _, Some(feature)) => write!(line, ": now {feature}"),
            ("feature-removed", Some(feature), _) => write!(line, ": no longer {feature}"),
            ("branch-removed", ..) => write!(line, ": none any more"),
            ("rate-limit-added", _, Some(limit)) => write!(line, ": {limit}"),
            ("rate-limit-removed", ..) => write!(line, ": not limited any more"),
            ("type-renamed", _, Some(new)) => write!(line, " is now {new}"),
            (_, Some(old), Some(new)) => write!(line, ": {old} became {new}"),
            (_, None, Some(presence)) | (_, Some(presence), None) => write!(line, " ({presence})"),
            _ => Ok(()),
        };
        if self.owner_kind != "event" && !self.events.is_empty() {
            let events: Vec<_> = self.events.iter().map(String::as_str).collect();
            let _ = write!(line, ", in {}", events.join(", "));
        }
        if self.left_out {
            line.push_str(" (or left out of the build)");
        }
        line
    }
}
