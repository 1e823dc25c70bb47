//! `cargo xtask diff`: what changed between two QEMUs, for clients that read events.

use std::path::Path;
use std::process::ExitCode;

use qmp_events_compare::catalogue::Catalogue;
use qmp_events_compare::diff::diff;
use qmp_events_compare::input::check_order;
use qmp_events_frontend::files::Disk;
use qmp_events_frontend::printable::printable_json;
use qmp_events_frontend::source::SourceMap;

use super::comparison_input::open;
use super::output::{print, say};

/// How a difference is written.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub(super) enum Format {
    /// For people
    Text,
    /// For programs
    Json,
}

/// Compares two sides, each a release or a source.
pub(super) fn run(schema: &Path, from: &str, to: &str, format: Format) -> anyhow::Result<ExitCode> {
    check_order(from, to)?;
    let catalogue = Catalogue::read(&Disk, schema)?;
    let mut sources = SourceMap::default();
    let (old, new) = (open(from, &catalogue, &mut sources)?, open(to, &catalogue, &mut sources)?);
    let diff = diff((&old.name, &old.surface), (&new.name, &new.surface));
    match format {
        Format::Text => print(&diff.render()),
        Format::Json => say(&printable_json(&serde_json::to_string_pretty(&diff)?)),
    }
    Ok(ExitCode::SUCCESS)
}
