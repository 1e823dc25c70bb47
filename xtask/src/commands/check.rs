//! `cargo xtask check`: every defect of a schema or an event document.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;

use super::{print_diagnostics, say};
use crate::diagnostics::{Diagnostics, Severity};
use crate::source::SourceMap;
use crate::{document, pipeline, qapi};

/// Checks one file after the other; each is a source of its own.
pub(super) fn run(files: &[PathBuf]) -> anyhow::Result<ExitCode> {
    let mut errors = 0;
    for file in files {
        let mut sources = SourceMap::default();
        let mut diagnostics = Diagnostics::default();
        read(file, &mut sources, &mut diagnostics)?;
        print_diagnostics(&diagnostics, &sources);
        errors += diagnostics.count(Severity::Error);
        let (found, warnings) = (diagnostics.count(Severity::Error), diagnostics.count(Severity::Warning));
        if found + warnings > 0 {
            say(&format!("{}: {found} errors, {warnings} warnings", file.display()));
        }
    }
    Ok(ExitCode::from(u8::from(errors > 0)))
}

/// The ending tells which language a file is written in.
fn read(file: &Path, sources: &mut SourceMap, diagnostics: &mut Diagnostics) -> anyhow::Result<()> {
    match file.extension().and_then(|ending| ending.to_str()) {
        Some("json") => {
            qapi::read(file, sources, diagnostics, None).with_context(|| file.display().to_string())?;
        }
        Some("txt") => {
            let id = pipeline::read_text(&qapi::Disk, file, sources)?;
            document::parse(id, sources, diagnostics);
        }
        _ => anyhow::bail!("{}: neither a schema (*.json) nor an event document (*.txt)", file.display()),
    }
    Ok(())
}
