//! `cargo xtask verify`: our schema as of a release against that release.

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use qmp_events_compare::catalogue::Catalogue;
use qmp_events_compare::compare::compare;
use qmp_events_compare::conversation::QemuVersion;
use qmp_events_compare::verify::{Report, report, report_of_development};
use qmp_events_frontend::files::Disk;
use qmp_events_frontend::source::SourceMap;
use qmp_events_frontend::version::Version;

use super::comparison_input::open;
use super::output::{print, say};

/// Prints every difference with its place in our schema, and a line for each source; then a summary, if
/// there are several.
pub(super) fn run(schema: &Path, version: Option<Version>, named: &[String]) -> anyhow::Result<ExitCode> {
    let mut catalogue = Catalogue::read(&Disk, schema)?;
    let mut sources = std::mem::take(&mut catalogue.sources);
    if let [source] = named {
        let verified = verify(&catalogue, version, source, &mut sources)?;
        print(&verified.report.text);
        say(&verified.line);
        if verified.report.errors > 0 {
            say("help: `cargo xtask import` adds what a newer QEMU has");
        }
        return Ok(ExitCode::from(u8::from(verified.report.errors > 0)));
    }
    let (mut different, mut unreadable) = (0, 0);
    for source in named {
        match verify(&catalogue, version, source, &mut sources) {
            Ok(verified) => {
                print(&verified.report.text);
                say(&format!("{source}: {}", verified.line));
                different += usize::from(verified.report.errors > 0);
            }
            Err(error) => {
                say(&format!("{source}: not compared: {error:#}"));
                unreadable += 1;
            }
        }
    }
    let (count, equal) = (named.len(), named.len() - different - unreadable);
    say(&format!(
        "{count} sources: {equal} without a difference, {different} with differences, {unreadable} not compared"
    ));
    Ok(ExitCode::from(match (different, unreadable) {
        (0, 0) => 0,
        (0, _) => 2,
        _ => 1,
    }))
}

/// What came of one source.
struct Verified {
    report: Report,
    line: String,
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
    let newest = catalogue.releases.newest();
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
        line.push_str(&format!(" (of {development}, a development version: what it lacks is a note)"));
    }
    if newest < release {
        line.push_str(&format!(" (our schema ends with QEMU {newest}, and is compared as of that)"));
    }
    Ok(Verified { report, line })
}
