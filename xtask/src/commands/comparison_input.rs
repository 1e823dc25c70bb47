//! What `verify`, `import` and `diff` compare, running QEMUs included.

use anyhow::Context as _;
use qmp_events_compare::catalogue::Catalogue;
use qmp_events_compare::input::Input;
use qmp_events_frontend::source::SourceMap;

/// Opens a release, a file, a directory with a `qapi-schema.json`, `unix:PATH` or `tcp:HOST:PORT`.
pub(super) fn open(named: &str, catalogue: &Catalogue, sources: &mut SourceMap) -> anyhow::Result<Input> {
    match named.split_once(':') {
        Some((transport @ ("unix" | "tcp"), address)) => {
            ask(named, transport, address).with_context(|| named.to_owned())
        }
        _ => Ok(Input::open(named, catalogue, sources)?),
    }
}

#[cfg(not(unix))]
fn ask(_: &str, _: &str, _: &str) -> anyhow::Result<Input> {
    anyhow::bail!(
        "running QEMUs are asked on UNIX systems only: record the reply to query-qmp-schema in a file"
    )
}

#[cfg(unix)]
fn ask(named: &str, transport: &str, address: &str) -> anyhow::Result<Input> {
    let answer = match transport {
        "tcp" => crate::monitor::ask_tcp(address)?,
        _ => crate::monitor::ask(std::path::Path::new(address))?,
    };
    Ok(Input::of_reply(named, &answer.version, answer.schema)?)
}
