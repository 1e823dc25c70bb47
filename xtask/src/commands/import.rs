//! `cargo xtask import`: brings schema/ up to a newer QEMU, by edits in place.

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, bail};

use super::output::{print_diagnostics, say};
use crate::import::{QemuSchema, import};
use crate::marker::MARKER;
use crate::pipeline::{Loaded, load};
use crate::replace::{Replacements, remove_partial};
use qmp_events_compare::input::{read_schema, schema_root};
use qmp_events_compare::projection::project;
use qmp_events_frontend::files::Disk;
use qmp_events_frontend::source::SourceMap;
use qmp_events_frontend::version::Version;

/// Edits the files, and says which, and what is left.
pub(super) fn run(schema: &Path, version: Version, root: &Path) -> anyhow::Result<ExitCode> {
    let Loaded { sources, diagnostics, .. } = load(&Disk, schema)?;
    if diagnostics.has_errors() {
        print_diagnostics(&diagnostics, &sources);
        return Ok(ExitCode::from(1));
    }
    let mut sources = SourceMap::default();
    let tree = read_schema(&schema_root(root), &mut sources)?;
    let surface = project(&tree, None);
    if surface.events.is_empty() {
        bail!("{}: no events; is it the root that includes all the others?", root.display());
    }
    let tree = QemuSchema { schema: &tree, surface: &surface, sources: &sources };
    let imported = import(&Disk, schema, &tree, version)?;
    for directory in [schema, &schema.join("qapi")] {
        remove_partial(directory).with_context(|| directory.display().to_string())?;
    }
    let mut replacements = Replacements::default();
    let mut undescribed = 0;
    for (path, text) in &imported.files {
        replacements.stage(path, text)?;
        let count = text.matches(MARKER).count();
        undescribed += count;
        say(&format!("{}: edited, {count} descriptions to write", path.display()));
    }
    if let Some((path, text)) = &imported.releases {
        replacements.stage(path, text)?;
        say(&format!("{}: QEMU {version} is covered now", path.display()));
    }
    replacements.commit()?;
    for line in &imported.notes {
        say(&format!("note: {line}"));
    }
    for line in &imported.by_hand {
        say(&format!("{line}: decide by hand"));
    }
    match imported.files.len() {
        0 => say("nothing to edit"),
        _ => say(&format!("replace each `{MARKER}` ({undescribed} of them), then run `cargo xtask codegen`")),
    }
    Ok(ExitCode::from(u8::from(!imported.by_hand.is_empty())))
}
