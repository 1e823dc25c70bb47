//! Reads a file in the language that its ending tells.

use std::path::Path;

use anyhow::Context as _;

use qmp_events_frontend::diagnostics::Diagnostics;
use qmp_events_frontend::document::{self, EventDocument};
use qmp_events_frontend::files::Disk;
use qmp_events_frontend::files::read_text;
use qmp_events_frontend::qapi::{self, Options};
use qmp_events_frontend::schema::Schema;
use qmp_events_frontend::source::SourceMap;

/// One of the two sources.
pub(super) enum Source {
    /// `*.json`
    Schema(Schema),
    /// `*.txt`
    Document(EventDocument),
}

/// Reads a schema root, as the options say, or an event document.
pub(super) fn read(
    file: &Path,
    options: Options<'_>,
    sources: &mut SourceMap,
    diagnostics: &mut Diagnostics,
) -> anyhow::Result<Source> {
    match file.extension().and_then(|ending| ending.to_str()) {
        Some("json") => {
            let schema = qapi::read(file, sources, diagnostics, options);
            Ok(Source::Schema(schema.with_context(|| file.display().to_string())?))
        }
        Some("txt") => {
            let text = read_text(&Disk, file, sources)?;
            Ok(Source::Document(document::parse(text, sources, diagnostics)))
        }
        _ => anyhow::bail!("{}: neither a schema (*.json) nor an event document (*.txt)", file.display()),
    }
}
