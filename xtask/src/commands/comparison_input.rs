//! What `verify`, `import` and `diff` compare, running QEMUs included.

use anyhow::Context as _;
use qmp_events_compare::catalogue::Catalogue;
use qmp_events_compare::input::Input;
use qmp_events_frontend::source::SourceMap;

/// Opens a release, a file, a directory with a `qapi-schema.json`, `unix:PATH` or `tcp:HOST:PORT`.
pub(super) fn open(named: &str, catalogue: &Catalogue, sources: &mut SourceMap) -> anyhow::Result<Input> {
    match named.split_once(':') {
        Some(("unix" | "tcp", _)) => ask(named).with_context(|| named.to_owned()),
        _ => Ok(Input::open(named, catalogue, sources)?),
    }
}

#[cfg(not(unix))]
fn ask(_: &str) -> anyhow::Result<Input> {
    anyhow::bail!(
        "running QEMUs are asked on UNIX systems only: record the reply to query-qmp-schema in a file"
    )
}

#[cfg(unix)]
fn ask(named: &str) -> anyhow::Result<Input> {
    let answer = match named.strip_prefix("tcp:") {
        Some(address) => crate::monitor::ask_tcp(address)?,
        None => crate::monitor::ask(std::path::Path::new(named.trim_start_matches("unix:")))?,
    };
    Ok(Input::of_reply(named, &answer.version, answer.schema)?)
}
