//! `cargo xtask verify`: our schema as of a release against that release.

use std::path::Path;
use std::process::ExitCode;

use anyhow::bail;

use super::comparison_input;
use super::output::{print, print_diagnostics, say};
use crate::pipeline::{Loaded, load};
use qmp_events_compare::compare::compare;
use qmp_events_compare::projection::project;
use qmp_events_compare::surface::Kind;
use qmp_events_compare::verify::report;
use qmp_events_frontend::files::Disk;
use qmp_events_frontend::source::Span;
use qmp_events_frontend::version::Version;

/// Prints every difference with its place in our schema.
pub(super) fn run(schema: &Path, version: Option<Version>, source: &str) -> anyhow::Result<ExitCode> {
    let Loaded { mut sources, diagnostics, catalogue } = load(&Disk, schema)?;
    if diagnostics.has_errors() {
        print_diagnostics(&diagnostics, &sources);
        return Ok(ExitCode::from(1));
    }
    let theirs = comparison_input::open(source, &mut sources)?;
    let Some(version) = version.or(theirs.version) else {
        bail!("{source} does not say which release it is: add --qemu-version X.Y");
    };
    let ours = project(&catalogue.schema, Some(version));
    let Some(root) = catalogue.schema.modules.first() else { bail!("{}: no schema", schema.display()) };
    let differences = compare(&ours, &theirs.surface);
    let report = report(&differences, Span::new(root.file, 0..0), &sources);
    print(&report.text);
    let events = theirs.surface.events.len();
    say(&format!(
        "QEMU {version}: {events} events compared, {} differences, {} notes",
        report.errors, report.notes
    ));
    if report.errors > 0 && theirs.surface.kind == Kind::Schema {
        say("help: `cargo xtask import` takes over what a newer QEMU has");
    }
    Ok(ExitCode::from(u8::from(report.errors > 0)))
}
