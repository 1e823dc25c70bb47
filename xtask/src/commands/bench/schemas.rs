//! The table of generators.

use std::path::Path;

use serde::Deserialize;

use super::cargo::{cargo, output_of, program, rows_of};
use crate::commands::output::say;
use crate::commands::workspace::workspace;

#[derive(Debug, Deserialize)]
struct Row {
    row: String,
    ms: f64,
}

pub(super) fn run(tree: &Path, generator: Option<&Path>) -> anyhow::Result<()> {
    let rows: Vec<Row> = rows_of(program("schemas")?.arg(tree).arg(built_xtask()?).args(generator))?;
    say("| | ms |\n|---|---:|");
    for Row { row, ms } in rows {
        say(&format!("| {row} | {ms:.1} |"));
    }
    Ok(())
}

/// The path of this program in the release profile.
fn built_xtask() -> anyhow::Result<String> {
    let mut build = cargo();
    build.args(["build", "--quiet", "--release", "--package", "xtask", "--message-format", "json"]);
    let messages = output_of(build.arg("--manifest-path").arg(workspace()?.join("Cargo.toml")))?;
    let executable = messages.lines().rev().find_map(|line| {
        let message: serde_json::Value = serde_json::from_str(line).ok()?;
        message["executable"].as_str().map(str::to_owned)
    });
    executable.ok_or_else(|| anyhow::anyhow!("cargo built no program"))
}
