//! `cargo xtask dump`: what was understood of a source, as JSON.

use std::path::Path;
use std::process::ExitCode;

use anyhow::Context as _;

use super::output::{say, warn};
use super::source::{Source, read};
use crate::dump::{dump_document, dump_schema};
use qmp_events_frontend::diagnostics::Diagnostics;
use qmp_events_frontend::printable::printable_json;
use qmp_events_frontend::qapi::Options;
use qmp_events_frontend::source::SourceMap;

/// Prints everything that was understood, whatever else is wrong; that goes to the standard error.
pub(super) fn run(file: &Path, options: Options<'_>) -> anyhow::Result<ExitCode> {
    let mut sources = SourceMap::default();
    let mut diagnostics = Diagnostics::default();
    let dump = match read(file, options, &mut sources, &mut diagnostics)? {
        Source::Schema(schema) => dump_schema(&schema, &sources),
        Source::Document(document) => dump_document(&document, &sources),
    };
    warn(&diagnostics.render_plain(&sources));
    say(&printable_json(&serde_json::to_string_pretty(&dump).context("the dump is not JSON")?));
    Ok(ExitCode::from(u8::from(diagnostics.has_errors())))
}
