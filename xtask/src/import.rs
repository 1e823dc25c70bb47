//! Takes a newer QEMU into our schema, by edits in place.
//!
//! What is new comes in with its facts and the release; what is gone is dated; nothing is dropped,
//! and what was written stays as it was written. QEMU's sentences never come in: where ours are
//! missing stands a [`MARKER`], which generating refuses.
//!
//! It works in rounds, each on the result of the last: renames, shapes, event document. When a round
//! has nothing to do, the schema says what QEMU has.

mod comment;
mod document;
mod emit;
mod expression;
mod members;
mod rename;
mod sample;
mod shapes;
mod text;

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::bail;

use crate::compare::{Change, compare};
use crate::diagnostics::Diagnostics;
use crate::document::EventDocument;
use crate::projection::{newest_date, project};
use crate::qapi::{self, Files};
use crate::schema::Schema;
use crate::source::{FileId, SourceMap, Span};
use crate::surface::Surface;
use crate::version::Version;

/// What stands where a description is missing.
pub const MARKER: &str = "TODO: describe";

/// More rounds than any tree needs; a mistake here must not run for ever.
const MOST_ROUNDS: usize = 16;

/// A tree of QEMU.
#[derive(Clone, Copy, Debug)]
pub struct Tree<'a> {
    /// Everything in it.
    pub schema: &'a Schema,
    /// What events reach.
    pub surface: &'a Surface,
    /// Its texts.
    pub sources: &'a SourceMap,
}

/// What came of an import.
#[derive(Debug, Default)]
pub struct Imported {
    /// The files that are new or different, with their texts.
    pub files: BTreeMap<PathBuf, String>,
    /// What has no safe edit: a line each, with its place in our schema.
    pub by_hand: Vec<String>,
}

/// Brings the schema in a directory up to a tree of the release `at`.
///
/// # Errors
///
/// A file cannot be read; the tree lacks most events; or the schema knows newer releases and the tree
/// differs from it, for what an old release had cannot be told from what later ones dropped.
pub fn import(files: &dyn Files, schema: &Path, tree: &Tree<'_>, at: Version) -> anyhow::Result<Imported> {
    let mut overlay = Overlay { under: files, changed: BTreeMap::new() };
    let ours = Ours::read(&overlay, schema)?;
    check_release(&ours, tree, at)?;
    check_whole(&project(&ours.schema, Some(at)), tree)?;
    for _ in 0..MOST_ROUNDS {
        let ours = Ours::read(&overlay, schema)?;
        let now = project(&ours.schema, Some(at));
        let mut changed = rename::edit(&ours, &now, tree, at);
        let mut by_hand = Vec::new();
        if changed.is_empty() {
            (changed, by_hand) = shapes::edit(&ours, &now, tree, at);
        }
        if changed.is_empty() {
            changed = document::edit(&ours, at);
        }
        if changed.is_empty() {
            return Ok(Imported { files: overlay.changed, by_hand });
        }
        for (name, text) in changed {
            let path = files.identity(Path::new(&name));
            overlay.changed.insert(path, text);
        }
    }
    bail!("the import comes to no end; this is a defect of cargo xtask import")
}

fn check_release(ours: &Ours, tree: &Tree<'_>, at: Version) -> anyhow::Result<()> {
    let Some(newest) = newest_date(&ours.schema).filter(|newest| at < *newest) else { return Ok(()) };
    let differences = compare(&project(&ours.schema, Some(at)), tree.surface);
    let counts =
        |change: &Change| !matches!(change, Change::BaseChanged { .. } | Change::ConditionChanged { .. });
    if differences.iter().any(|difference| counts(&difference.change)) {
        bail!(
            "the schema knows QEMU {newest} already, and import only goes forwards: \
             `cargo xtask verify --qemu-version {at}` shows how this tree differs"
        );
    }
    Ok(())
}

/// No release drops most of its events; a part of a tree lacks them.
fn check_whole(now: &Surface, tree: &Tree<'_>) -> anyhow::Result<()> {
    let known = now.events.len();
    let kept = now.events.keys().filter(|name| tree.surface.events.contains_key(*name)).count();
    if kept * 2 < known {
        bail!("the tree has {kept} of our {known} events only: is it the root that includes all the others?");
    }
    Ok(())
}

/// The marker, wherever it stands in our sources: nobody ships what is not described.
pub fn check_described(
    files: impl IntoIterator<Item = FileId>,
    sources: &SourceMap,
    diagnostics: &mut Diagnostics,
) {
    for file in files {
        for (start, _) in sources.file(file).text().match_indices(MARKER) {
            let span = Span::new(file, start..start + MARKER.len());
            diagnostics
                .error("undescribed", span, "this was imported and is not described yet")
                .help("write in your own words what it is; QEMU's sentences are under another licence");
        }
    }
}

/// Our schema with its texts.
struct Ours {
    sources: SourceMap,
    schema: Schema,
    document: EventDocument,
    document_file: FileId,
    names_file: FileId,
    directory: PathBuf,
}

impl Ours {
    /// Defects are not looked at: between two rounds the parts do not fit together.
    fn read(files: &dyn Files, directory: &Path) -> anyhow::Result<Self> {
        let mut sources = SourceMap::default();
        let mut defects = Diagnostics::default();
        let root = directory.join("qapi/qapi-schema.json");
        let schema = qapi::read_from(files, &root, &mut sources, &mut defects, None)?;
        let document_file =
            crate::pipeline::read_text(files, &directory.join("qmp-events.txt"), &mut sources)?;
        let document = crate::document::parse(document_file, &sources, &mut defects);
        let names_file = crate::pipeline::read_text(files, &directory.join("names.toml"), &mut sources)?;
        Ok(Self { sources, schema, document, document_file, names_file, directory: directory.to_owned() })
    }

    /// A place, as people read it.
    fn place(&self, span: Span) -> String {
        let at = self.sources.position(span);
        format!("{}:{}:{}", self.sources.file(span.file).name(), at.line, at.column)
    }
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
