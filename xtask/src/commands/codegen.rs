//! `cargo xtask codegen`: from schema/ to what is checked in of it, the Rust types and the reference.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;

use anyhow::Context as _;

use super::output::{print_diagnostics, say};
use crate::pipeline::{generate, load_reference};
use crate::write::{compare, write};
use qmp_events_frontend::files::Disk;
use qmp_events_reference::artefacts;

/// Generates, or with `check` only compares.
pub(super) fn run(root: &Path, check: bool) -> anyhow::Result<ExitCode> {
    let schema = root.join("schema");
    let generated = generate(&Disk, &schema)?;
    print_diagnostics(&generated.diagnostics, &generated.sources);
    if generated.diagnostics.has_errors() {
        return Ok(ExitCode::from(1));
    }
    let described = load_reference(&Disk, &schema)?;
    if described.diagnostics.has_errors() {
        print_diagnostics(&described.diagnostics, &described.sources);
        return Ok(ExitCode::from(1));
    }
    let types = update(&root.join("qmp-events/src/generated"), &generated.files, check)?;
    let reference = update(&root.join("xtask/reference/data"), &artefacts(&described.reference), check)?;
    Ok(ExitCode::from(u8::from(check && (types || reference))))
}

/// Makes a directory hold these files, or only compares. Says whether something was out of date.
fn update(directory: &Path, files: &BTreeMap<String, String>, check: bool) -> anyhow::Result<bool> {
    let place = || directory.display().to_string();
    let (stale, remedy) = match check {
        true => (
            compare(directory, files).with_context(place)?,
            "run `cargo xtask codegen` and commit the result",
        ),
        false => (write(directory, files).with_context(place)?, "written anew"),
    };
    stale.iter().for_each(|one| say(&format!("{one}: {remedy}")));
    Ok(!stale.is_empty())
}
