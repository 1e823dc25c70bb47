//! `cargo xtask check`: every defect of a schema or an event document.

use std::path::PathBuf;
use std::process::ExitCode;

use super::output::{print_diagnostics, warn};
use super::source::{Source, read};
use qmp_events_frontend::diagnostics::{Diagnostics, Severity};
use qmp_events_frontend::document::EventDocument;
use qmp_events_frontend::qapi::Options;
use qmp_events_frontend::source::SourceMap;

/// Checks one file after the other; each is a source of its own.
pub(super) fn run(files: &[PathBuf], options: Options<'_>) -> anyhow::Result<ExitCode> {
    let mut all_errors = 0;
    for file in files {
        let mut sources = SourceMap::default();
        let mut diagnostics = Diagnostics::default();
        let source = read(file, options, &mut sources, &mut diagnostics)?;
        print_diagnostics(&diagnostics, &sources);
        let (errors, warnings) = (diagnostics.count(Severity::Error), diagnostics.count(Severity::Warning));
        if errors + warnings > 0 {
            warn(&format!("{}: errors: {errors}, warnings: {warnings}\n", file.display()));
        }
        // Documents may be damaged, so what is none has no defects either.
        if let Source::Document(EventDocument { sections, .. }) = &source
            && sections.is_empty()
        {
            anyhow::bail!("{}: there is no event in it: this is not an event document", file.display());
        }
        all_errors += errors;
    }
    Ok(ExitCode::from(u8::from(all_errors > 0)))
}
