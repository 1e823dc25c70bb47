//! `cargo xtask diff`: what changed between two QEMUs, for clients that read events.

use std::path::Path;
use std::process::ExitCode;

use anyhow::bail;
use qmp_events_compare::catalogue::Catalogue;
use qmp_events_compare::diff::diff;
use qmp_events_frontend::files::Disk;
use qmp_events_frontend::printable::printable_json;
use qmp_events_frontend::source::SourceMap;
use qmp_events_frontend::version::Version;

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
    if let (Ok(old), Ok(new)) = (from.parse::<Version>(), to.parse::<Version>())
        && new < old
    {
        bail!("--from {old} is newer than --to {new}: changes are told forwards");
    }
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
