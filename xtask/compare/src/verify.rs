//! The differences between our schema and a QEMU, said so that the schema can be corrected.

use std::fmt::Write as _;

use crate::difference::{Change, Difference};
use qmp_events_frontend::printable::printable;
use qmp_events_frontend::source::{SourceMap, Span};

/// Differences in words.
#[derive(Debug, Default)]
pub struct Report {
    /// A line each, with a second one for the place in QEMU's schema where there is one.
    pub text: String,
    /// How many say that the schema is wrong.
    pub errors: usize,
    /// How many are in order, such as what a build left out.
    pub notes: usize,
}

/// Reports the differences of our schema, the old side, to a QEMU, the new side. What the schema
/// does not know at all is reported at `root`.
pub fn report(differences: &[Difference], root: Span, sources: &SourceMap) -> Report {
    report_unless(differences, root, sources, is_note)
}

/// Does the same for a development version: what it lacks may still come before the release.
pub fn report_of_development(differences: &[Difference], root: Span, sources: &SourceMap) -> Report {
    report_unless(differences, root, sources, |one| is_note(one) || is_missing(&one.change))
}

fn report_unless(
    differences: &[Difference],
    root: Span,
    sources: &SourceMap,
    is_note: impl Fn(&Difference) -> bool,
) -> Report {
    let mut report = Report::default();
    for one in differences {
        let is_note = is_note(one);
        let (severity, count) =
            if is_note { ("note", &mut report.notes) } else { ("error", &mut report.errors) };
        *count += 1;
        let at = sources.place(one.old_place.unwrap_or(root));
        let code = one.change.code();
        let reason = if one.left_out { ": the build may have left it out" } else { "" };
        let _ = writeln!(report.text, "{at}: {severity}[{code}]: {}{reason}", printable(&sentence(one)));
        if let Some(theirs) = one.new_place {
            let _ = writeln!(report.text, "    {}: QEMU's", sources.place(theirs));
        }
    }
    report
}

/// Whether a difference says nothing against the schema: it is one of the build, or one that no
/// client can see and the schema does not date.
pub fn is_note(difference: &Difference) -> bool {
    difference.left_out
        || matches!(difference.change, Change::BaseChanged { .. } | Change::ConditionChanged { .. })
}

/// Whether the new side lacks something.
fn is_missing(change: &Change) -> bool {
    matches!(
        change,
        Change::EventRemoved
            | Change::MemberRemoved { .. }
            | Change::ValueRemoved { .. }
            | Change::BranchRemoved { .. }
            | Change::FeatureRemoved { .. }
    )
}

fn sentence(difference: &Difference) -> String {
    let owner = &difference.owner;
    let part_of =
        |part: &str| if part.is_empty() { owner.to_string() } else { format!("'{part}' of {owner}") };
    let presence = |optional: bool| if optional { "optional" } else { "mandatory" };
    let or_none = |text: &Option<String>| text.clone().unwrap_or_else(|| "none".to_owned());
    match &difference.change {
        Change::EventAdded => format!("QEMU has {owner}, which the schema does not have in this release"),
        Change::EventRemoved => format!("QEMU does not have {owner}"),
        Change::MemberAdded { member, optional } => {
            format!("QEMU has {} member '{member}' in {owner}", article(presence(*optional)))
        }
        Change::MemberRemoved { member, .. } => format!("QEMU has no member '{member}' in {owner}"),
        Change::MadeOptional { member } => {
            format!("'{member}' of {owner} is mandatory here, but optional in QEMU")
        }
        Change::MadeMandatory { member } => {
            format!("'{member}' of {owner} is optional here, but mandatory in QEMU")
        }
        Change::TypeChanged { member, old, new } => {
            format!("{} is {} here, but {} in QEMU", part_of(member), quoted(old), quoted(new))
        }
        Change::ValueAdded { value } => format!("QEMU has a value '{value}' in {owner}"),
        Change::ValueRemoved { value } => format!("QEMU has no value '{value}' in {owner}"),
        Change::BranchAdded { branch } => {
            format!("QEMU has members for '{branch}' of {owner}, the schema has none")
        }
        Change::BranchRemoved { branch } => {
            format!("QEMU has no members for '{branch}' of {owner}, the schema has some")
        }
        Change::FeatureAdded { part, feature } => {
            format!("{} has the feature '{feature}' in QEMU, but not here", part_of(part))
        }
        Change::FeatureRemoved { part, feature } => {
            format!("{} has the feature '{feature}' here, but not in QEMU", part_of(part))
        }
        Change::RateLimitAdded { limit } => format!("QEMU sends {owner} {limit}"),
        Change::RateLimitChanged { old, new } => format!("{owner} comes {old} here, but {new} in QEMU"),
        Change::RateLimitRemoved { limit } => {
            format!("{owner} comes {limit} here, but QEMU does not limit it")
        }
        Change::Renamed { new } => format!("{owner} is called '{new}' in QEMU"),
        Change::BaseChanged { old, new } => {
            format!("{owner}: the base is {} here, but {} in QEMU", or_none(old), or_none(new))
        }
        Change::ConditionChanged { part, old, new } => {
            let (old, new) = (or_none(old), or_none(new));
            format!("{}: the condition is {old} here, but {new} in QEMU", part_of(part))
        }
    }
}

fn article(word: &str) -> String {
    let article = if word.starts_with('o') { "an" } else { "a" };
    format!("{article} {word}")
}

/// A type's name in quotes; words that replace a masked name go without.
fn quoted(ty: &str) -> String {
    if ty.contains(' ') { format!("some {ty}") } else { format!("'{ty}'") }
}
