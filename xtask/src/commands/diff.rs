//! `cargo xtask diff`: what changed between two QEMUs, for clients that read events.

use std::path::Path;
use std::process::ExitCode;

use anyhow::bail;

use super::comparison_input;
use super::output::{print, print_diagnostics, say};
use crate::pipeline::{Loaded, load};
use qmp_events_compare::diff::diff;
use qmp_events_compare::projection::project;
use qmp_events_frontend::files::Disk;
use qmp_events_frontend::source::SourceMap;
use qmp_events_frontend::version::Version;

/// How a difference is written.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub(super) enum Format {
    /// For people
    Text,
    /// For programs
    Json,
}

/// Compares two sources.
pub(super) fn run_sources(old: &str, new: &str, format: Format) -> anyhow::Result<ExitCode> {
    let mut sources = SourceMap::default();
    let from = comparison_input::open(old, &mut sources)?;
    let to = comparison_input::open(new, &mut sources)?;
    show(&diff((old, &from.surface), (new, &to.surface)), format)
}

/// Compares two releases in our schema.
pub(super) fn run_releases(
    schema: &Path,
    from: Version,
    to: Version,
    format: Format,
) -> anyhow::Result<ExitCode> {
    if to < from {
        bail!("--from {from} is newer than --to {to}: changes are told forwards");
    }
    let Loaded { sources, diagnostics, catalogue } = load(&Disk, schema)?;
    if diagnostics.has_errors() {
        print_diagnostics(&diagnostics, &sources);
        return Ok(ExitCode::from(1));
    }
    let (old, new) = (project(&catalogue.schema, Some(from)), project(&catalogue.schema, Some(to)));
    show(&diff((&format!("QEMU {from}"), &old), (&format!("QEMU {to}"), &new)), format)
}

fn show(diff: &qmp_events_compare::diff::Diff, format: Format) -> anyhow::Result<ExitCode> {
    match format {
        Format::Text => print(&diff.render()),
        Format::Json => say(&serde_json::to_string_pretty(diff)?),
    }
    Ok(ExitCode::SUCCESS)
}
