//! From the files of `schema/` to generated files, in memory: the passes in their order.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Context as _;

use crate::catalogue::Catalogue;
use crate::emit::emit;
use crate::join::join;
use crate::marker::check_described;
use crate::names::Names;
use crate::reference::describe;
use qmp_events_compare::releases::Releases;
use qmp_events_frontend::diagnostics::Diagnostics;
use qmp_events_frontend::files::Files;
use qmp_events_frontend::files::read_text;
use qmp_events_frontend::source::SourceMap;
use qmp_events_frontend::{document, qapi};
use qmp_events_reference::Reference;

/// What was read, and what is wrong with it.
#[derive(Debug, Default)]
pub struct Loaded {
    /// The texts.
    pub sources: SourceMap,
    /// The defects.
    pub diagnostics: Diagnostics,
    /// The result, complete only without errors.
    pub catalogue: Catalogue,
}

/// What was generated, and what is wrong with its sources.
#[derive(Debug)]
pub struct Generated {
    /// The texts.
    pub sources: SourceMap,
    /// The defects.
    pub diagnostics: Diagnostics,
    /// File names with contents.
    pub files: BTreeMap<String, String>,
}

/// The reference, and what is wrong with its sources.
#[derive(Debug)]
pub struct Described {
    /// The texts.
    pub sources: SourceMap,
    /// The defects.
    pub diagnostics: Diagnostics,
    /// The catalogue as it is published.
    pub reference: Reference,
}

/// Reads `qapi/qapi-schema.json`, `qmp-events.txt` and `names.toml` in a directory, and joins them.
///
/// # Errors
///
/// When one of them cannot be read. What is wrong inside of them is a diagnostic.
pub fn load(files: &dyn Files, schema: &Path) -> anyhow::Result<Loaded> {
    let mut loaded = Loaded::default();
    let Loaded { sources, diagnostics, catalogue } = &mut loaded;
    let root = schema.join("qapi/qapi-schema.json");
    let shapes = qapi::read_from(files, &root, sources, diagnostics, qapi::Options::default());
    let shapes = shapes.with_context(|| root.display().to_string())?;
    let text = read_text(files, &schema.join("qmp-events.txt"), sources)?;
    let document = document::parse(text, sources, diagnostics);
    let exceptions = read_text(files, &schema.join("names.toml"), sources)?;
    let names = Names::parse(exceptions, sources, diagnostics);
    *catalogue = join(shapes, &document, names, sources, diagnostics);
    Ok(loaded)
}

/// Reads a directory like [`load`], and generates Rust from it.
///
/// # Errors
///
/// As for [`load`].
pub fn generate(files: &dyn Files, schema: &Path) -> anyhow::Result<Generated> {
    let Loaded { sources, mut diagnostics, catalogue } = load(files, schema)?;
    check_described(sources.ids(), &sources, &mut diagnostics);
    let files = emit(&catalogue, &mut diagnostics);
    Ok(Generated { sources, diagnostics, files })
}

/// Reads a directory like [`load`], and `releases.json` too, and describes it for publication.
///
/// # Errors
///
/// As for [`load`].
pub fn load_reference(files: &dyn Files, schema: &Path) -> anyhow::Result<Described> {
    let Loaded { sources, mut diagnostics, catalogue } = load(files, schema)?;
    check_described(sources.ids(), &sources, &mut diagnostics);
    let releases = Releases::read(files, schema)?;
    let reference = describe(&catalogue, &releases, &sources);
    Ok(Described { sources, diagnostics, reference })
}
