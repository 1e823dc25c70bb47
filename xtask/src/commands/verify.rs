//! `cargo xtask verify`: our schema as of a release against that release.

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use qmp_events_compare::catalogue::Catalogue;
use qmp_events_compare::compare::compare;
use qmp_events_compare::conversation::QemuVersion;
use qmp_events_compare::surface::Kind;
use qmp_events_compare::verify::report;
use qmp_events_frontend::files::Disk;
use qmp_events_frontend::version::Version;

use super::comparison_input::open;
use super::output::{print, say};

/// Prints every difference with its place in our schema.
pub(super) fn run(schema: &Path, version: Option<Version>, source: &str) -> anyhow::Result<ExitCode> {
    let mut catalogue = Catalogue::read(&Disk, schema)?;
    let mut sources = std::mem::take(&mut catalogue.sources);
    let theirs = open(source, &catalogue, &mut sources)?;
    let Some(version) = version.or(theirs.version.map(QemuVersion::compared_with)) else {
        bail!("{source} does not say which release it is: add --qemu-version X.Y");
    };
    let newest = catalogue.releases.newest();
    if newest < version {
        say(&format!("our schema ends with QEMU {newest}, and is compared as of that release"));
    }
    let ours = catalogue.at(version.min(newest))?;
    let root = catalogue.root().with_context(|| format!("{}: no schema", schema.display()))?;
    let differences = compare(&ours, &theirs.surface);
    let report = report(&differences, root, &sources);
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
