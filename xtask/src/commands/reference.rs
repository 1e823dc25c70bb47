//! `cargo xtask reference`: what is published of the catalogue.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context as _, bail};
use qmp_events_frontend::files::Disk;
use qmp_events_frontend::version::Version;
use qmp_events_reference::{
    Reference, Release, Scope, any_event_schema, artefacts, event_document, event_schema, site,
};

use super::output::{print, print_diagnostics, say, warn};
use super::workspace::or_default;
use crate::pipeline::load_reference;
use crate::replace::replace;
use crate::write::write_tree;

/// What to publish, and where.
#[derive(Debug, clap::Args)]
pub(super) struct Publication {
    /// What to write
    #[arg(long, value_enum, default_value_t = Format::Site)]
    format: Format,
    /// The directory of the site, which is made anew; for other formats a file, by default the standard
    /// output
    #[arg(short, long, value_name = "PATH", required_if_eq("format", "site"))]
    output: Option<PathBuf>,
    /// The release that `text` and `schema` describe, strictly; by default all of them
    #[arg(long, value_name = "X.Y")]
    qemu: Option<Version>,
    /// The event that `schema` describes; by default all of them
    #[arg(long, value_name = "NAME")]
    event: Option<String>,
    /// The directory of our schema, by default schema/ of the checkout
    #[arg(long, value_name = "DIRECTORY")]
    schema: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// A static site, with all other formats in it
    Site,
    /// The catalogue: events.json
    Events,
    /// The JSON Schema of the catalogue's format
    EventsSchema,
    /// The JSON Schema of one event, or of any
    Schema,
    /// AsyncAPI 3
    Asyncapi,
    /// The event document, qmp-events.txt
    Text,
}

/// Publishes.
pub(super) fn run(publication: Publication) -> anyhow::Result<ExitCode> {
    let Publication { format, output, qemu, event, schema } = publication;
    if qemu.is_some() && !matches!(format, Format::Text | Format::Schema) {
        bail!("--qemu selects what --format text and --format schema describe");
    }
    if event.is_some() && format != Format::Schema {
        bail!("--event selects what --format schema describes");
    }
    let described = load_reference(&Disk, &or_default(schema, "schema")?)?;
    if described.diagnostics.has_errors() {
        print_diagnostics(&described.diagnostics, &described.sources);
        return Ok(ExitCode::from(1));
    }
    warn(&described.diagnostics.render_plain(&described.sources));
    let reference = &described.reference;
    match (format, output) {
        (Format::Site, Some(directory)) => write_site(reference, &directory)?,
        (_, output) => {
            let text = one_file(reference, format, scope(reference, qemu)?, event.as_deref())?;
            match output {
                Some(file) => replace(&file, &text)?,
                None => print(&text),
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// A release that the catalogue covers, or all.
fn scope(reference: &Reference, qemu: Option<Version>) -> anyhow::Result<Scope> {
    let Some(Version { major, minor }) = qemu else { return Ok(Scope::Any) };
    let release = Release { major, minor };
    if !reference.releases.contains(&release) {
        let known: Vec<String> = reference.releases.iter().map(ToString::to_string).collect();
        bail!("the catalogue does not cover QEMU {release}; it covers {}", known.join(", "));
    }
    Ok(Scope::Release(release))
}

fn one_file(
    reference: &Reference,
    format: Format,
    scope: Scope,
    event: Option<&str>,
) -> anyhow::Result<String> {
    let artefact = |name: &str| artefacts(reference).remove(name).unwrap_or_default();
    Ok(match format {
        Format::Text => event_document(reference, scope),
        Format::Schema => match event {
            None => any_event_schema(reference, scope).to_file(),
            Some(name) => {
                let found = reference.event(name).with_context(|| format!("there is no event {name:?}"))?;
                if !found.lifetime.is_in(scope) {
                    bail!("QEMU {scope} does not have {name}");
                }
                event_schema(reference, found, scope).to_file()
            }
        },
        Format::EventsSchema => artefact("events.schema.json"),
        Format::Asyncapi => artefact("asyncapi.json"),
        Format::Events | Format::Site => artefact("events.json"),
    })
}

fn write_site(reference: &Reference, directory: &Path) -> anyhow::Result<()> {
    let begin = Instant::now();
    let mut files = site::build(reference).context("a template of the site is wrong")?;
    files.extend(artefacts(reference).into_iter().map(|(name, text)| (format!("data/{name}"), text)));
    write_tree(directory, &files).with_context(|| directory.display().to_string())?;
    let size: usize = files.values().map(String::len).sum();
    let (count, megabytes) = (files.len(), size as f64 / 1e6);
    let place = directory.join("index.html").display().to_string();
    say(&format!("{place}: {count} files, {megabytes:.1} MB, in {:.1} s", begin.elapsed().as_secs_f64()));
    Ok(())
}
