//! The sources that `verify`, `import` and `diff` compare: schema trees, recorded replies, running
//! QEMUs.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use serde_json::Value;

use super::output::say;
#[cfg(unix)]
use crate::monitor;
use qmp_events_compare::introspection;
use qmp_events_compare::projection::project;
use qmp_events_compare::surface::{Kind, Surface};
use qmp_events_frontend::diagnostics::{Diagnostic, Diagnostics, Severity};
use qmp_events_frontend::qapi;
use qmp_events_frontend::schema::Schema;
use qmp_events_frontend::source::SourceMap;
use qmp_events_frontend::version::Version;

/// Replies of today's QEMU have 200 kB.
const MAX_BYTES: u64 = 64 << 20;

/// More errors say no more: this is no schema that we can read.
const MAX_ERRORS: usize = 10;

/// A source that was read.
pub(super) struct ComparisonInput {
    pub(super) surface: Surface,
    /// Its release, if it says so.
    pub(super) version: Option<Version>,
}

/// Reads `unix:PATH`, a file, or a directory with a `qapi-schema.json`.
pub(super) fn open(text: &str, sources: &mut SourceMap) -> anyhow::Result<ComparisonInput> {
    if let Some(socket) = text.strip_prefix("unix:") {
        return ask(Path::new(socket)).with_context(|| text.to_owned());
    }
    let path = schema_root(Path::new(text));
    let surface = match read_reply(&path).with_context(|| path.display().to_string())? {
        Some(reply) => introspection::parse(reply).with_context(|| path.display().to_string())?,
        None => project(&read_schema(&path, sources)?, None),
    };
    if surface.events.is_empty() {
        let what = match surface.kind {
            Kind::Schema => "schema",
            Kind::Build => "reply",
        };
        bail!("{}: this {what} has no events; is it the root that includes all the others?", path.display());
    }
    Ok(ComparisonInput { surface, version: None })
}

/// A directory stands for the root in it.
pub(super) fn schema_root(path: &Path) -> PathBuf {
    if path.is_dir() { path.join("qapi-schema.json") } else { path.to_owned() }
}

/// Reads a tree of QEMU. One that breaks the rules of shapes is no source to rely on; how QEMU
/// writes its documentation is its own affair.
pub(super) fn read_schema(root: &Path, sources: &mut SourceMap) -> anyhow::Result<Schema> {
    let mut diagnostics = Diagnostics::default();
    let place = || root.display().to_string();
    let schema = qapi::read(root, sources, &mut diagnostics, None).with_context(place)?;
    let matters = |one: &&&Diagnostic| one.severity == Severity::Error && !one.code.starts_with("doc-");
    let errors = diagnostics.sorted();
    let errors: Vec<_> = errors.iter().filter(matters).collect();
    for error in errors.iter().take(MAX_ERRORS) {
        let at = sources.position(error.span);
        let file = sources.file(error.span.file).name();
        say(&format!("{file}:{}:{}: error[{}]: {}", at.line, at.column, error.code, error.message));
    }
    if !errors.is_empty() {
        bail!(
            "{}: the schema has {} errors; a newer QEMU may write what this reader does not know",
            place(),
            errors.len()
        );
    }
    Ok(schema)
}

/// The content of a file, if it is JSON. A schema never is: its strings have single quotes.
fn read_reply(path: &Path) -> anyhow::Result<Option<Value>> {
    let mut bytes = Vec::new();
    fs::File::open(path)?.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_BYTES {
        bail!("more than {} MiB: neither a schema nor a reply is that long", MAX_BYTES >> 20);
    }
    Ok(serde_json::from_slice(&bytes).ok())
}

#[cfg(not(unix))]
fn ask(_: &Path) -> anyhow::Result<ComparisonInput> {
    bail!("this system has no UNIX sockets: record the reply to query-qmp-schema in a file")
}

#[cfg(unix)]
fn ask(socket: &Path) -> anyhow::Result<ComparisonInput> {
    let answer = monitor::ask(socket)?;
    let number = |name: &str| answer.version[name].as_u64().and_then(|number| u16::try_from(number).ok());
    let version = match (number("major"), number("minor"), number("micro")) {
        // From 50 on it is on the way to a release that the number does not name.
        (Some(major), Some(minor), Some(0..50)) => Some(Version { major, minor }),
        _ => None,
    };
    Ok(ComparisonInput { surface: introspection::parse(answer.schema)?, version })
}
