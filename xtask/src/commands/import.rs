//! `cargo xtask import`: brings schema/ up to a newer QEMU, by edits in place.

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, bail};

use super::comparison_input::open;
use super::output::{print_diagnostics, say};
use crate::import::{QemuSchema, Unmasked, import, unmask};
use crate::marker::MARKER;
use crate::pipeline::{Loaded, load};
use crate::replace::{Replacements, remove_partial};
use qmp_events_compare::catalogue::Catalogue;
use qmp_events_compare::input::{read_schema, schema_root};
use qmp_events_compare::projection::project;
use qmp_events_compare::surface::Kind;
use qmp_events_frontend::files::Disk;
use qmp_events_frontend::source::SourceMap;
use qmp_events_frontend::version::Version;

/// Edits the files, and says which, and what is left.
pub(super) fn run(schema: &Path, version: Option<Version>, source: &str) -> anyhow::Result<ExitCode> {
    let Loaded { sources: our_sources, diagnostics, catalogue: loaded } = load(&Disk, schema)?;
    if diagnostics.has_errors() {
        print_diagnostics(&diagnostics, &our_sources);
        return Ok(ExitCode::from(1));
    }
    let catalogue = Catalogue::read(&Disk, schema)?;
    let mut sources = SourceMap::default();
    let theirs = open(source, &catalogue, &mut sources)?;
    let told = theirs.version.filter(|version| !version.is_development()).map(|version| version.release);
    let Some(version) = version.or(told) else {
        bail!("{source} does not say which release it is: add --qemu-version X.Y");
    };
    let imported = match theirs.surface.kind {
        Kind::Schema => {
            let mut sources = SourceMap::default();
            let tree = read_schema(&schema_root(Path::new(source)), &mut sources)?;
            let tree = QemuSchema { schema: &tree, surface: &theirs.surface, sources: &sources };
            import(&Disk, schema, &tree, version)?
        }
        Kind::Build => {
            let ours = project(&loaded.schema, Some(version));
            let Unmasked { surface, notes } = unmask(&ours, &theirs.surface);
            let named = QemuSchema { schema: &loaded.schema, surface: &surface, sources: &our_sources };
            let mut imported = import(&Disk, schema, &named, version)?;
            imported.notes.extend(notes);
            imported.notes.push(format!(
                "a binary does not tell conditions, nor dates between {} and {version}",
                catalogue.releases.newest
            ));
            imported
        }
    };
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
