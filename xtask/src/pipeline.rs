//! From the files of `schema/` to generated files, in memory: the passes in their order.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Context as _;

use crate::catalogue::Catalogue;
use crate::diagnostics::Diagnostics;
use crate::import::check_described;
use crate::join::join;
use crate::names::Names;
use crate::qapi::Files;
use crate::source::{FileId, SourceMap};
use crate::{document, emit, qapi};

const MAX_TEXT_BYTES: u64 = 64 << 20;

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

/// Reads `qapi/qapi-schema.json`, `qmp-events.txt` and `names.toml` in a directory, and joins them.
///
/// # Errors
///
/// When one of them cannot be read. What is wrong inside of them is a diagnostic.
pub fn load(files: &dyn Files, schema: &Path) -> anyhow::Result<Loaded> {
    let mut loaded = Loaded::default();
    let Loaded { sources, diagnostics, catalogue } = &mut loaded;
    let root = schema.join("qapi/qapi-schema.json");
    let shapes = qapi::read_from(files, &root, sources, diagnostics, None);
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
    let files = emit::emit(&catalogue, &mut diagnostics);
    Ok(Generated { sources, diagnostics, files })
}

/// Reads an event document or a list of names. Bytes that are no UTF-8 become U+FFFD, which the
/// parsers report.
///
/// # Errors
///
/// When the file cannot be read, or is larger than any document that people write.
pub fn read_text(files: &dyn Files, path: &Path, sources: &mut SourceMap) -> anyhow::Result<FileId> {
    let bytes = files.read(path, MAX_TEXT_BYTES).with_context(|| path.display().to_string())?;
    if bytes.len() as u64 > MAX_TEXT_BYTES {
        anyhow::bail!("{}: larger than {MAX_TEXT_BYTES} bytes", path.display());
    }
    Ok(sources.add(path.display().to_string(), String::from_utf8_lossy(&bytes), None))
}
