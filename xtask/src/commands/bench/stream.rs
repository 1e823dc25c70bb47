//! Streams of events: the tables of the library, the clients, and the tool beside other programs.

use std::collections::HashMap;
use std::fs;
use std::io::{self, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use serde::Deserialize;
use serde_json::Value;

use super::cargo::{cargo, file_name, output_of, program, rows_of};
use super::decoding::corpora;
use crate::commands::output::{print, say};
use crate::commands::workspace::workspace;

/// The size of the file that programs read.
const FILE_SIZE: usize = 64 << 20;

/// How often each program reads it.
const ROUNDS: usize = 5;

/// What a pipe holds, in bytes.
const PIPE: usize = 64 << 10;

const PYTHON: &str = "import json, sys
for line in sys.stdin.buffer: print(json.dumps(json.loads(line)))";

#[derive(Debug, Deserialize)]
struct StreamRow {
    row: String,
    ns: f64,
    of_decode: f64,
    of_ignored_any: f64,
}

#[derive(Debug, Deserialize)]
struct SocketRow {
    row: String,
    ns: f64,
    rate_of_counter: f64,
}

pub(super) fn run(file: Option<&Path>) -> anyhow::Result<()> {
    let corpora = corpora(file)?;
    let chosen = |path: &&PathBuf| {
        let name = file_name(path);
        name.ends_with(".qemu.ndjson") && (file.is_some() || !name.starts_with("all-kinds."))
    };
    for corpus in corpora.iter().filter(chosen) {
        say(&format!("\n{}", file_name(corpus)));
        print(&in_process(corpus)?);
        print(&through_sockets(corpus)?);
        print(&by_programs(corpus)?);
    }
    Ok(())
}

fn in_process(corpus: &Path) -> anyhow::Result<String> {
    let mut table =
        "\n| reader | ns an event | of decode | of IgnoredAny |\n|---|---:|---:|---:|\n".to_owned();
    for StreamRow { row, ns, of_decode, of_ignored_any } in rows_of(program("stream")?.arg(corpus))? {
        table += &format!("| {row} | {ns:.0} | {of_decode:.2} | {of_ignored_any:.2} |\n");
    }
    Ok(table)
}

fn through_sockets(corpus: &Path) -> anyhow::Result<String> {
    let mut table =
        "\n| through a unix socket | ns an event | rate, of that of the counter |\n|---|---:|---:|\n"
            .to_owned();
    for SocketRow { row, ns, rate_of_counter } in rows_of(program("sockets")?.arg(corpus))? {
        table += &format!("| {row} | {ns:.0} | {rate_of_counter:.2} |\n");
    }
    Ok(table)
}

/// The tool beside other programs, which take turns on the same file.
fn by_programs(corpus: &Path) -> anyhow::Result<String> {
    let text = fs::read_to_string(corpus)?.trim_end().to_owned() + "\n";
    let file = corpus.with_extension("large");
    fs::write(&file, text.repeat(FILE_SIZE.div_ceil(text.len())))?;
    let (tool, rarest) = (tool()?, rarest_event(&text)?);
    let rows: [(String, &Path, Vec<&str>); 6] = [
        ("jq -c .".to_owned(), Path::new("jq"), vec!["-c", "."]),
        ("qmp-events decode --format json".to_owned(), &tool, vec!["decode", "--format", "json"]),
        ("qmp-events decode".to_owned(), &tool, vec!["decode"]),
        (format!("qmp-events decode --event {rarest}"), &tool, vec!["decode", "--event", &rarest]),
        ("python3, json.loads and json.dumps".to_owned(), Path::new("python3"), vec!["-c", PYTHON]),
        ("grep -c event".to_owned(), Path::new("grep"), vec!["-c", "event"]),
    ];
    let mut times: Vec<Vec<Duration>> = vec![Vec::new(); rows.len()];
    for _ in 0..ROUNDS {
        for ((name, program, arguments), times) in rows.iter().zip(&mut times) {
            match time(program, arguments, &file) {
                Ok(taken) => times.push(taken),
                Err(error) => say(&format!("{name} is left out: {error:#}")),
            }
        }
    }
    fs::remove_file(&file)?;
    let mut table = "\n| program, 64 MiB of events | s | times as fast as jq |\n|---|---:|---:|\n".to_owned();
    for ((name, ..), taken) in rows.iter().zip(&times).filter(|(_, taken)| taken.len() == ROUNDS) {
        let ratios = times[0].iter().zip(taken).map(|(jq, own)| jq.as_secs_f64() / own.as_secs_f64());
        let ratio = median(ratios.collect()).map_or("—".to_owned(), |ratio| format!("{ratio:.1}"));
        let seconds = median(taken.iter().map(Duration::as_secs_f64).collect()).unwrap_or_default();
        table += &format!("| {name} | {seconds:.2} | {ratio} |\n");
    }
    Ok(table)
}

/// How long a program takes that reads the file from its standard input. Its output is read, since `grep`
/// stops early if that goes nowhere, and at once, so that no program waits for the reader.
fn time(program: &Path, arguments: &[&str], file: &Path) -> anyhow::Result<Duration> {
    let mut command = Command::new(program);
    command.args(arguments).stdin(fs::File::open(file)?).stdout(Stdio::piped()).stderr(Stdio::null());
    let start = Instant::now();
    let mut child = command.spawn().with_context(|| program.display().to_string())?;
    if let Some(output) = child.stdout.take() {
        io::copy(&mut BufReader::with_capacity(PIPE, output), &mut io::sink())?;
    }
    let status = child.wait()?;
    anyhow::ensure!(status.success(), "{command:?}: {status}");
    Ok(start.elapsed())
}

/// The tool, built for release.
fn tool() -> anyhow::Result<PathBuf> {
    let mut build = cargo();
    build.args(["build", "--quiet", "--release", "--package", "qmp-events-cli", "--message-format", "json"]);
    let messages = output_of(build.current_dir(workspace()?))?;
    let messages = messages.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let executable = messages.filter_map(|message| Some(message["executable"].as_str()?.into())).next_back();
    executable.context("cargo names no executable")
}

/// The name of the event that a corpus has the fewest of.
fn rarest_event(text: &str) -> anyhow::Result<String> {
    let mut counts: HashMap<String, usize> = HashMap::new();
    for line in text.lines() {
        let message: Value = serde_json::from_str(line)?;
        *counts.entry(message["event"].as_str().unwrap_or_default().to_owned()).or_default() += 1;
    }
    let rarest = counts.into_iter().min_by_key(|(name, count)| (*count, name.clone()));
    Ok(rarest.context("an empty corpus")?.0)
}

fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied()
}
