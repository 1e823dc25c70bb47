//! `cargo xtask codegen`: from schema/ to qmp-events/src/generated/.

use std::path::Path;
use std::process::ExitCode;

use anyhow::Context as _;

use super::output::{print_diagnostics, say};
use crate::pipeline::generate;
use crate::write::{compare, write};
use qmp_events_frontend::files::Disk;

/// Generates, or with `check` only compares.
pub(super) fn run(root: &Path, check: bool) -> anyhow::Result<ExitCode> {
    let generated = generate(&Disk, &root.join("schema"))?;
    print_diagnostics(&generated.diagnostics, &generated.sources);
    if generated.diagnostics.has_errors() {
        return Ok(ExitCode::from(1));
    }
    let directory = root.join("qmp-events/src/generated");
    let place = || directory.display().to_string();
    if check {
        let stale = compare(&directory, &generated.files).with_context(place)?;
        for one in &stale {
            say(&format!("{one}: run `cargo xtask codegen` and commit the result"));
        }
        return Ok(ExitCode::from(u8::from(!stale.is_empty())));
    }
    for one in write(&directory, &generated.files).with_context(place)? {
        say(&format!("{one}: written anew"));
    }
    Ok(ExitCode::SUCCESS)
}
