//! What `verify`, `import` and `diff` compare, running QEMUs included.

use anyhow::Context as _;
use qmp_events_compare::catalogue::Catalogue;
use qmp_events_compare::input::Input;
use qmp_events_frontend::source::SourceMap;

/// Opens a release, a file, a directory with a `qapi-schema.json`, or `unix:PATH`.
pub(super) fn open(named: &str, catalogue: &Catalogue, sources: &mut SourceMap) -> anyhow::Result<Input> {
    match named.strip_prefix("unix:") {
        Some(socket) => ask(named, socket).with_context(|| named.to_owned()),
        None => Ok(Input::open(named, catalogue, sources)?),
    }
}

#[cfg(not(unix))]
fn ask(_: &str, _: &str) -> anyhow::Result<Input> {
    anyhow::bail!("this system has no UNIX sockets: record the reply to query-qmp-schema in a file")
}

#[cfg(unix)]
fn ask(named: &str, socket: &str) -> anyhow::Result<Input> {
    let answer = crate::monitor::ask(std::path::Path::new(socket))?;
    Ok(Input::of_reply(named, &answer.version, answer.schema)?)
}
