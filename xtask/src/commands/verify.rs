//! `cargo xtask verify`: our schema as of a release against that release.

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use qmp_events_compare::catalogue::Catalogue;
use qmp_events_compare::compare::compare;
use qmp_events_compare::conversation::QemuVersion;
use qmp_events_compare::surface::Kind;
use qmp_events_compare::verify::{Report, report, report_of_development};
use qmp_events_frontend::files::Disk;
use qmp_events_frontend::source::SourceMap;
use qmp_events_frontend::version::Version;

use super::comparison_input::open;
use super::output::{print, say};

/// Prints every difference with its place in our schema, and a line for each source; of several a
/// summary.
pub(super) fn run(schema: &Path, version: Option<Version>, named: &[String]) -> anyhow::Result<ExitCode> {
    let mut catalogue = Catalogue::read(&Disk, schema)?;
    let mut sources = std::mem::take(&mut catalogue.sources);
    let mut different = 0;
    let mut is_tree = false;
    for source in named {
        let before = if named.len() > 1 { format!("{source}: ") } else { String::new() };
        let verified = verify(&catalogue, version, source, &mut sources)?;
        print(&verified.report.text);
        say(&format!("{before}{}", verified.line));
        if verified.report.errors > 0 {
            different += 1;
            is_tree |= verified.is_tree;
        }
    }
    if named.len() > 1 {
        say(&format!("{} compared, {different} of them differ", named.len()));
    }
    if is_tree {
        say("help: `cargo xtask import` takes over what a newer QEMU has");
    }
    Ok(ExitCode::from(u8::from(different > 0)))
}

/// What came of one source.
struct Verified {
    report: Report,
    line: String,
    is_tree: bool,
}

fn verify(
    catalogue: &Catalogue,
    version: Option<Version>,
    source: &str,
    sources: &mut SourceMap,
) -> anyhow::Result<Verified> {
    let theirs = open(source, catalogue, sources)?;
    let Some(release) = version.or(theirs.version.map(QemuVersion::compared_with)) else {
        bail!("{source} does not say which release it is: add --qemu-version X.Y");
    };
    let newest = catalogue.releases.newest;
    let ours = catalogue.at(release.min(newest))?;
    let root = catalogue.root().context("the schema has no files")?;
    let differences = compare(&ours, &theirs.surface);
    let development = theirs.version.filter(|theirs| theirs.is_development() && version.is_none());
    let report = match development {
        Some(_) => report_of_development(&differences, root, sources),
        None => report(&differences, root, sources),
    };
    let mut line = format!(
        "QEMU {release}: {} events compared, {} differences, {} notes",
        theirs.surface.events.len(),
        report.errors,
        report.notes
    );
    if let Some(development) = development {
        line.push_str(&format!(" (this is {development}, on the way to it)"));
    }
    if newest < release {
        line.push_str(&format!(" (our schema ends with QEMU {newest})"));
    }
    Ok(Verified { report, line, is_tree: theirs.surface.kind == Kind::Schema })
}
