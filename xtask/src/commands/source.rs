//! Reads a file in the language that its ending tells.

use std::path::Path;

use anyhow::Context as _;

use crate::diagnostics::Diagnostics;
use crate::document::{self, EventDocument};
use crate::pipeline::read_text;
use crate::qapi::{self, Dialect, Disk};
use crate::schema::Schema;
use crate::source::SourceMap;

/// One of the two sources.
pub(super) enum Source {
    /// `*.json`
    Schema(Schema),
    /// `*.txt`
    Document(EventDocument),
}

/// Reads a schema root, in a dialect or whichever it is written in, or an event document.
pub(super) fn read(
    file: &Path,
    dialect: Option<Dialect>,
    sources: &mut SourceMap,
    diagnostics: &mut Diagnostics,
) -> anyhow::Result<Source> {
    match file.extension().and_then(|ending| ending.to_str()) {
        Some("json") => {
            let schema = qapi::read(file, sources, diagnostics, dialect);
            Ok(Source::Schema(schema.with_context(|| file.display().to_string())?))
        }
        Some("txt") => {
            let text = read_text(&Disk, file, sources)?;
            Ok(Source::Document(document::parse(text, sources, diagnostics)))
        }
        _ => anyhow::bail!("{}: neither a schema (*.json) nor an event document (*.txt)", file.display()),
    }
}
