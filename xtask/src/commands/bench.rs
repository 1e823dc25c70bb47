//! `cargo xtask bench`: runs the programs of `bench/` and makes tables of what they write.
//!
//! Measures nothing itself but builds, and judges nothing: whoever reads the table does.

mod builds;
mod decoding;
mod schemas;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::Context as _;

use super::workspace;

/// What to measure.
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(super) struct Bench {
    #[command(subcommand)]
    what: Option<What>,
    #[command(flatten)]
    decoding: decoding::Options,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// Count the instructions an event costs, under callgrind
    Instructions {
        /// A file of event lines, instead of the even mix of all kinds
        #[arg(long, value_name = "FILE")]
        corpus: Option<PathBuf>,
    },
    /// Time reading a QEMU tree and generating code, beside qapi-codegen and QEMU's generator
    Schemas {
        /// The directory that holds QEMU's qapi-schema.json
        #[arg(long, value_name = "DIRECTORY")]
        qemu_tree: PathBuf,
        /// QEMU's scripts/qapi-gen.py
        #[arg(long, value_name = "FILE")]
        qemu_generator: Option<PathBuf>,
    },
    /// Time clean release builds of a small program on qmp-events and of one on qapi
    Builds {
        /// How often each is built; the least time counts
        #[arg(long, value_name = "N", default_value_t = 3)]
        times: usize,
    },
}

pub(super) fn run(bench: Bench) -> anyhow::Result<()> {
    match bench.what {
        None => decoding::run(bench.decoding),
        Some(What::Instructions { corpus }) => decoding::run_instructions(corpus.as_deref()),
        Some(What::Schemas { qemu_tree, qemu_generator }) => {
            schemas::run(&qemu_tree, qemu_generator.as_deref())
        }
        Some(What::Builds { times }) => builds::run(times),
    }
}

fn bench_directory() -> PathBuf {
    workspace().join("bench")
}

/// `cargo run` of a program of `bench/`.
fn program(name: &str) -> Command {
    let mut command = cargo();
    command.args(["run", "--quiet", "--release", "--locked", "--bin", name, "--manifest-path"]);
    command.arg(bench_directory().join("Cargo.toml"));
    command
}

fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// What a command writes to its standard output, if it ends well.
fn output_of(command: &mut Command) -> anyhow::Result<String> {
    let output = command.stderr(Stdio::inherit()).output();
    let output = output.with_context(|| format!("{command:?}"))?;
    anyhow::ensure!(output.status.success(), "{command:?}: {}", output.status);
    Ok(String::from_utf8(output.stdout)?)
}

/// The JSON lines that a command writes.
fn rows_of<T: serde::de::DeserializeOwned>(command: &mut Command) -> anyhow::Result<Vec<T>> {
    let output = output_of(command)?;
    output.lines().map(|line| serde_json::from_str(line).with_context(|| line.to_owned())).collect()
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}
