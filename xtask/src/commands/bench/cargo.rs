//! Runs cargo, and the programs of `bench/` through it.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::Context as _;

use crate::commands::workspace::workspace;

/// The workspace of the programs.
pub(super) fn bench_directory() -> anyhow::Result<PathBuf> {
    Ok(workspace()?.join("bench"))
}

/// `cargo run` of a program of `bench/`.
pub(super) fn program(name: &str) -> anyhow::Result<Command> {
    let mut command = cargo();
    command.args(["run", "--quiet", "--release", "--locked", "--bin", name, "--manifest-path"]);
    command.arg(bench_directory()?.join("Cargo.toml"));
    Ok(command)
}

pub(super) fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// What a command writes to its standard output, if it ends well.
pub(super) fn output_of(command: &mut Command) -> anyhow::Result<String> {
    let output = command.stderr(Stdio::inherit()).output();
    let output = output.with_context(|| format!("{command:?}"))?;
    anyhow::ensure!(output.status.success(), "{command:?}: {}", output.status);
    Ok(String::from_utf8(output.stdout)?)
}

/// The JSON lines that a command writes.
pub(super) fn rows_of<T: serde::de::DeserializeOwned>(command: &mut Command) -> anyhow::Result<Vec<T>> {
    let output = output_of(command)?;
    output.lines().map(|line| serde_json::from_str(line).with_context(|| line.to_owned())).collect()
}

pub(super) fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}
