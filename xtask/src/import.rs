//! Takes a newer QEMU into our schema, by edits in place.
//!
//! What is new comes in with its facts and the release; what is gone is dated; nothing is dropped,
//! and what was written stays as it was written. QEMU's sentences never come in: where ours are
//! missing there is a [`MARKER`](crate::marker::MARKER), which generating refuses.
//!
//! It works in rounds, each on the result of the last: renames, shapes, event document. When a round
//! has nothing to do, the schema says what QEMU has.

mod comment;
mod document;
mod emit;
mod example;
mod expression;
mod members;
mod our_schema;
mod qemu_schema;
mod rename;
mod shape_import;
mod shapes;
mod text;
mod unmask;

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::bail;
use qmp_events_compare::compare::compare;
use qmp_events_compare::difference::Change;
use qmp_events_compare::projection::project;
use qmp_events_compare::releases;
use qmp_events_compare::surface::Surface;
use qmp_events_compare::verify;
use qmp_events_frontend::files::Files;
use qmp_events_frontend::source::Span;
use qmp_events_frontend::version::Version;

use our_schema::OurSchema;

/// More rounds than any tree needs; a mistake here must not run for ever.
const MOST_ROUNDS: usize = 16;

/// Longer than any file of a schema becomes, in bytes. Types that each hold the next one twice would
/// double the event document with each round.
const LONGEST_FILE: usize = 1 << 20;

pub use qemu_schema::QemuSchema;

/// What came of an import.
#[derive(Debug, Default)]
pub struct Imported {
    /// The files that are new or different, with their texts.
    pub files: BTreeMap<PathBuf, String>,
    /// What has no safe edit: a line each, with its place in our schema.
    pub by_hand: Vec<String>,
    /// What deserves a look, but needs no edit.
    pub notes: Vec<String>,
    /// The file that lists the releases that the schema covers, if there is one more.
    pub releases: Option<(PathBuf, String)>,
}

/// Brings the schema in a directory up to what a build of the release `at` said in its reply to
/// `query-qmp-schema`.
///
/// Names of types, widths of integers, conditions and modules are masked there. Ours stay where they
/// are known; the notes say what a person has to look up. What still differs from the reply
/// afterwards is to be done by hand.
///
/// # Errors
///
/// As for [`import`].
pub fn import_reply(
    files: &dyn Files,
    schema: &Path,
    reply: &Surface,
    at: Version,
) -> anyhow::Result<Imported> {
    let ours = OurSchema::read(files, schema)?;
    let taken = ours.schema.definitions.iter().map(|definition| definition.name.clone()).collect();
    let unmasked = unmask::unmask(&project(&ours.schema, Some(at)), taken, reply);
    let named = QemuSchema {
        schema: &ours.schema,
        surface: &unmasked.surface,
        sources: &ours.sources,
        unnamed: &unmasked.unnamed,
    };
    let mut imported = import(files, schema, &named, at)?;
    if imported.files.is_empty() {
        return Ok(imported);
    }
    imported.notes.extend(unmasked.notes);
    imported.notes.push(format!(
        "a reply to query-qmp-schema tells neither conditions nor dates: what is new since QEMU {} is dated \
         {at}, and has no condition",
        ours.releases.newest()
    ));
    let changed = imported.files.iter().map(|(path, text)| (files.identity(path), text.clone()));
    let after = OurSchema::read(&Overlay { under: files, changed: changed.collect() }, schema)?;
    let mut differences = compare(&project(&after.schema, Some(at)), reply);
    differences.retain(|difference| !verify::is_note(difference));
    let root = Span::new(after.document_file, 0..0);
    let left = verify::report(&differences, root, &after.sources).text;
    imported.by_hand.extend(left.lines().map(str::to_owned));
    Ok(imported)
}

/// Brings the schema in a directory up to a tree of the release `at`.
///
/// # Errors
///
/// A file cannot be read; the tree lacks most events; or the schema knows newer releases and the tree
/// differs from it, for what an old release had cannot be told from what later ones dropped.
pub fn import(
    files: &dyn Files,
    schema: &Path,
    tree: &QemuSchema<'_>,
    at: Version,
) -> anyhow::Result<Imported> {
    let mut overlay = Overlay { under: files, changed: BTreeMap::new() };
    let ours = OurSchema::read(&overlay, schema)?;
    check_whole(&project(&ours.schema, Some(at)), tree)?;
    if at < ours.releases.newest() {
        check_covered(&ours, tree, at)?;
        return Ok(Imported::default());
    }
    let mut notes = Vec::new();
    for _ in 0..MOST_ROUNDS {
        let ours = OurSchema::read(&overlay, schema)?;
        let now = project(&ours.schema, Some(at));
        let mut edited =
            shapes::Edited { changed: rename::edit(&ours, &now, tree, at), ..Default::default() };
        if edited.changed.is_empty() {
            edited = shapes::edit(&ours, &now, tree, at);
            notes.append(&mut edited.notes);
        }
        let shapes::Edited { mut changed, by_hand, .. } = edited;
        if changed.is_empty() {
            changed = document::edit(&ours, at);
        }
        if changed.is_empty() {
            notes.sort();
            notes.dedup();
            return Ok(Imported { files: overlay.changed, by_hand, notes, releases: now_covered(&ours, at) });
        }
        for (name, text) in changed {
            if text.len() > LONGEST_FILE {
                bail!(
                    "{name} would become longer than {} MiB: types of the source nest deeper than the event \
                     document can describe",
                    LONGEST_FILE >> 20
                );
            }
            let path = files.identity(Path::new(&name));
            overlay.changed.insert(path, text);
        }
    }
    bail!(
        "after {MOST_ROUNDS} rounds of edits there is still something to edit: types of the source nest deeper \
         than the event document can describe, or this is a defect of cargo xtask import"
    )
}

/// An older release has nothing to add, and its conditions are not those of today.
fn check_covered(ours: &OurSchema, tree: &QemuSchema<'_>, at: Version) -> anyhow::Result<()> {
    let newest = ours.releases.newest();
    let differences = compare(&project(&ours.schema, Some(at)), tree.surface);
    let counts =
        |change: &Change| !matches!(change, Change::BaseChanged { .. } | Change::ConditionChanged { .. });
    if differences.iter().any(|difference| counts(&difference.change)) {
        bail!(
            "the schema covers QEMU {newest} already, and import only goes forwards: \
             `cargo xtask verify --qemu-version {at}` shows how this tree differs"
        );
    }
    Ok(())
}

/// The list of releases, if the schema covers more than it says.
fn now_covered(ours: &OurSchema, release: Version) -> Option<(PathBuf, String)> {
    let path = ours.directory.join(releases::FILE);
    (ours.releases.newest() < release).then(|| (path, ours.releases.and(release).render()))
}

/// No release drops most of its events; a part of a tree lacks them.
fn check_whole(now: &Surface, tree: &QemuSchema<'_>) -> anyhow::Result<()> {
    let known = now.events.len();
    let kept = now.events.keys().filter(|name| tree.surface.events.contains_key(*name)).count();
    if kept * 2 < known {
        bail!("the tree has {kept} of our {known} events only: is it the root that includes all the others?");
    }
    Ok(())
}

/// Files with some of them changed.
struct Overlay<'a> {
    under: &'a dyn Files,
    changed: BTreeMap<PathBuf, String>,
}

impl Files for Overlay<'_> {
    fn read(&self, path: &Path, limit: u64) -> io::Result<Vec<u8>> {
        match self.changed.get(&self.under.identity(path)) {
            Some(text) => Ok(text.clone().into_bytes()),
            None => self.under.read(path, limit),
        }
    }

    fn identity(&self, path: &Path) -> PathBuf {
        self.under.identity(path)
    }
}
