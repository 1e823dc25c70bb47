//! `cargo xtask import`: brings schema/ up to a newer QEMU, by edits in place.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, bail};

use super::comparison_input::open;
use super::output::{print_diagnostics, say};
use crate::import::{Imported, QemuSchema, import, import_reply};
use crate::marker::MARKER;
use crate::pipeline::{Loaded, load};
use crate::replace::{Replacements, remove_partial};
use qmp_events_compare::catalogue::Catalogue;
use qmp_events_compare::input::{Input, read_schema, schema_root};
use qmp_events_compare::surface::Kind;
use qmp_events_frontend::files::Disk;
use qmp_events_frontend::source::SourceMap;
use qmp_events_frontend::version::Version;

/// Edits the files, and says which, and what is left.
pub(super) fn run(schema: &Path, version: Option<Version>, source: &str) -> anyhow::Result<ExitCode> {
    let Loaded { sources, diagnostics, .. } = load(&Disk, schema)?;
    if diagnostics.has_errors() {
        print_diagnostics(&diagnostics, &sources);
        return Ok(ExitCode::from(1));
    }
    let mut sources = SourceMap::default();
    let theirs = open(source, &Catalogue::read(&Disk, schema)?, &mut sources)?;
    let version = release(source, version, &theirs)?;
    let imported = match theirs.surface.kind {
        Kind::Schema => {
            let mut sources = SourceMap::default();
            let tree = read_schema(&schema_root(Path::new(source)), &mut sources)?;
            let unnamed = BTreeSet::new();
            let tree =
                QemuSchema { schema: &tree, surface: &theirs.surface, sources: &sources, unnamed: &unnamed };
            import(&Disk, schema, &tree, version)?
        }
        Kind::Build => import_reply(&Disk, schema, &theirs.surface, version)?,
    };
    write(schema, version, &imported)?;
    report(&imported);
    Ok(ExitCode::from(u8::from(!imported.by_hand.is_empty())))
}

/// The release to import as: the one that was asked for, or the one that the source says it is.
fn release(source: &str, asked: Option<Version>, theirs: &Input) -> anyhow::Result<Version> {
    match (asked, theirs.version) {
        (Some(asked), _) => Ok(asked),
        (None, Some(version)) if version.is_development() => bail!(
            "{source} is the development version {version}: to import it as the release that it leads to, add \
             --qemu-version {}",
            version.compared_with()
        ),
        (None, Some(version)) => Ok(version.release),
        (None, None) => bail!("{source} does not say which release it is: add --qemu-version X.Y"),
    }
}

fn write(schema: &Path, version: Version, imported: &Imported) -> anyhow::Result<()> {
    for directory in [schema, &schema.join("qapi")] {
        remove_partial(directory).with_context(|| directory.display().to_string())?;
    }
    let mut replacements = Replacements::default();
    for (path, text) in &imported.files {
        replacements.stage(path, text)?;
        say(&format!("{}: edited, {} descriptions to write", path.display(), text.matches(MARKER).count()));
    }
    if let Some((path, text)) = &imported.releases {
        replacements.stage(path, text)?;
        say(&format!("{}: QEMU {version} is covered now", path.display()));
    }
    Ok(replacements.commit()?)
}

fn report(imported: &Imported) {
    for line in &imported.notes {
        say(&format!("note: {line}"));
    }
    for line in &imported.by_hand {
        say(&format!("{line}: decide by hand"));
    }
    let undescribed: usize = imported.files.values().map(|text| text.matches(MARKER).count()).sum();
    match imported.files.len() {
        0 => say("nothing to edit"),
        _ => say(&format!("replace each `{MARKER}` ({undescribed} of them), then run `cargo xtask codegen`")),
    }
}
