//! The table of decoders.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context as _;
use serde::{Deserialize, Serialize};

use super::callgrind;
use super::cargo::{bench_directory, file_name, output_of, program, rows_of};
use crate::commands::output::{print, say};

#[derive(Debug, clap::Args)]
pub(super) struct Options {
    /// A file of event lines, instead of the recorded stream and the even mixes
    #[arg(long, value_name = "FILE")]
    corpus: Option<PathBuf>,
    /// Also write the rows as a JSON list
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

/// A row of the table.
#[derive(Debug, Deserialize, Serialize)]
struct Row {
    corpus: String,
    order: String,
    row: String,
    /// Nanoseconds an event.
    ns: f64,
    /// How many times as fast as `qapi_qmp::Event`, if that decodes the corpus.
    times_qapi: Option<f64>,
    /// The time as a part of that of serde_json's `IgnoredAny`.
    of_ignored_any: Option<f64>,
    /// Allocations an event.
    #[serde(default)]
    allocations: Option<f64>,
}

#[derive(Debug, Deserialize)]
struct Allocations {
    corpus: String,
    order: String,
    row: String,
    allocations: f64,
}

pub(super) fn run(options: Options) -> anyhow::Result<()> {
    let corpora = corpora(options.corpus.as_deref())?;
    let allocations: Vec<Allocations> = rows_of(program("allocations")?.args(&corpora))?;
    let mut rows: Vec<Row> = rows_of(program("times")?.args(&corpora))?;
    for row in &mut rows {
        let of_row = |other: &&Allocations| {
            (&other.corpus, &other.order, &other.row) == (&row.corpus, &row.order, &row.row)
        };
        row.allocations = allocations.iter().find(of_row).map(|found| found.allocations);
    }
    print(&table(&rows));
    for owned in allocations.iter().filter(|owned| rows.iter().all(|row| row.row != owned.row)) {
        say(&format!("{} {}: {:.3} allocations {}", owned.corpus, owned.order, owned.allocations, owned.row));
    }
    if let Some(path) = options.json {
        let text = serde_json::to_string_pretty(&rows)?;
        fs::write(&path, text + "\n").with_context(|| path.display().to_string())?;
    }
    Ok(())
}

/// Writes the corpora, and says where they are.
pub(super) fn corpora(file: Option<&Path>) -> anyhow::Result<Vec<PathBuf>> {
    let directory = bench_directory()?.join("target/corpora");
    if directory.exists() {
        fs::remove_dir_all(&directory)?;
    }
    print(&output_of(program("corpora")?.arg(&directory).args(file))?);
    let files = fs::read_dir(&directory)?.map(|entry| Ok(entry?.path()));
    let mut files = files.collect::<anyhow::Result<Vec<PathBuf>>>()?;
    files.sort_by_key(|file| std::cmp::Reverse(file_name(file)));
    Ok(files)
}

fn table(rows: &[Row]) -> String {
    let mut table = String::new();
    let mut corpus = (String::new(), String::new());
    for row in rows {
        let this = (row.corpus.clone(), row.order.clone());
        if corpus != this {
            corpus = this;
            table += &format!(
                "\n{}, order {}\n\n\
                 | decoder | ns an event | times as fast as qapi_qmp::Event | of IgnoredAny | allocations |\n\
                 |---|---:|---:|---:|---:|\n",
                corpus.0, corpus.1,
            );
        }
        table += &format!(
            "| {} | {:.0} | {} | {} | {} |\n",
            row.row,
            row.ns,
            number(row.times_qapi),
            number(row.of_ignored_any),
            number(row.allocations),
        );
    }
    table + "\n"
}

fn number(value: Option<f64>) -> String {
    value.map_or_else(|| "—".to_owned(), |value| format!("{value:.2}"))
}

/// The rows whose instructions are counted, under the names that `bench/` gives them.
const COUNTED: [&str; 7] = [
    "EventMessage::decode",
    "Envelope::decode",
    "EventMessage through serde_json",
    "qapi_qmp::Event",
    "qapi_qmp::QmpMessageAny",
    "serde_json Value",
    "serde_json IgnoredAny",
];

pub(super) fn run_instructions(file: Option<&Path>) -> anyhow::Result<()> {
    let corpora = corpora(file)?;
    let chosen = |path: &&PathBuf| file.is_some() || file_name(path).starts_with("even-mix.");
    for path in corpora.iter().filter(chosen) {
        let events = fs::read_to_string(path)?.lines().count() as u64;
        say(&format!("\n{}\n\n| decoder | instructions an event |\n|---|---:|", file_name(path)));
        for row in COUNTED {
            let [once, twice] = [1, 2].map(|times| instructions(row, path, times));
            say(&format!("| {row} | {} |", (twice? - once?) / events));
        }
    }
    Ok(())
}

/// The instructions of a whole run that decodes the file so many times.
fn instructions(row: &str, file: &Path, times: u32) -> anyhow::Result<u64> {
    let valgrind = [&["valgrind"], &callgrind::OPTIONS[..]].concat();
    let runner = format!("target.\"cfg(all())\".runner={valgrind:?}");
    let mut command: Command = program("instructions")?;
    command.args(["--config", &runner, "--", row]).arg(file).arg(times.to_string());
    let output = command.output().with_context(|| format!("{command:?}"))?;
    let report = String::from_utf8_lossy(&output.stderr);
    anyhow::ensure!(output.status.success(), "valgrind: {report}");
    callgrind::collected(&report)
}
