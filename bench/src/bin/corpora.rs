//! `corpora DIRECTORY [FILE]`: writes the corpora as files of lines, one for each order.
//!
//! A line that some row cannot decode is left out for all rows; standard output says how many.
//! Without FILE: the recorded stream, an even mix of the kinds that all rows decode, and an even mix
//! of all kinds, with only the rows that decode them all.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use bench::corpus::{Order, lines};
use bench::decoders::{Pass, ROWS};
use bench::generate::Generator;
use bench::recorded;
use qmp_events::EventKind;

const LINES: usize = 10_000;

/// How often a kind is tried before it counts as one that some row does not know.
const TRIES: usize = 100;

fn main() -> anyhow::Result<()> {
    let mut arguments = env::args_os().skip(1).map(PathBuf::from);
    let directory = arguments.next().context("usage: corpora DIRECTORY [FILE]")?;
    fs::create_dir_all(&directory)?;
    match arguments.next() {
        Some(file) => {
            let text = fs::read(&file).with_context(|| file.display().to_string())?;
            let name = file.file_stem().unwrap_or_default().to_string_lossy().replace('.', "-");
            write(&directory, &name, &shared(&text)?, "")
        }
        None => {
            write(&directory, "recorded", &shared(recorded::EVENTS)?, "")?;
            let (even, kinds) = even_mix(shared_kinds());
            write(&directory, "even-mix", &even, &kinds)?;
            let (all, kinds) = even_mix(EventKind::ALL.to_vec());
            write(&directory, "all-kinds", &all, &kinds)
        }
    }
}

/// The rows' decoders.
struct Everyone(Vec<Box<dyn Pass>>);

impl Everyone {
    fn new() -> Self {
        Everyone(ROWS.iter().map(|row| (row.start)()).collect())
    }

    /// Whether every row decodes the line, in every order.
    fn decodes(&mut self, line: &str) -> bool {
        Order::ALL.iter().all(|order| {
            order.apply(line).is_ok_and(|line| self.0.iter_mut().all(|row| row.decode(line.as_bytes())))
        })
    }
}

/// The lines that every row decodes.
fn shared(text: &[u8]) -> anyhow::Result<Vec<String>> {
    let mut everyone = Everyone::new();
    let all = lines(text);
    let mut shared = Vec::new();
    for line in &all {
        let line = String::from_utf8_lossy(line).into_owned();
        if everyone.decodes(&line) {
            shared.push(line);
        }
    }
    println!("{} of {} lines are decoded by every row", shared.len(), all.len());
    anyhow::ensure!(!shared.is_empty(), "no line is decoded by every row");
    Ok(shared)
}

/// The kinds of which every row decodes a line.
fn shared_kinds() -> Vec<EventKind> {
    let (mut everyone, mut generator) = (Everyone::new(), Generator::new(0));
    let known = |kind: &EventKind| (0..TRIES).any(|_| everyone.decodes(&generator.line(*kind)));
    EventKind::ALL.iter().copied().filter(known).collect()
}

/// The same number of lines of each kind, in a random order, each of which every row decodes if all rows know
/// the kind.
fn even_mix(kinds: Vec<EventKind>) -> (Vec<String>, String) {
    let (mut everyone, mut generator) = (Everyone::new(), Generator::new(1));
    let only_shared = kinds.len() < EventKind::ALL.len();
    let mut left_out = 0;
    let mut order: Vec<EventKind> = kinds.iter().copied().cycle().take(LINES).collect();
    generator.shuffle(&mut order);
    let lines = order
        .into_iter()
        .map(|kind| {
            loop {
                let line = generator.line(kind);
                if !only_shared || everyone.decodes(&line) {
                    return line;
                }
                left_out += 1;
            }
        })
        .collect();
    let kinds = format!("{} of {} kinds, {left_out} lines left out", kinds.len(), EventKind::ALL.len());
    (lines, kinds)
}

fn write(directory: &Path, name: &str, lines: &[String], note: &str) -> anyhow::Result<()> {
    let bytes: usize = lines.iter().map(String::len).sum();
    println!("{name}: {} lines of {} bytes on average {note}", lines.len(), bytes / lines.len());
    for order in Order::ALL {
        let lines: anyhow::Result<Vec<String>> = lines.iter().map(|line| order.apply(line)).collect();
        let path = directory.join(format!("{name}.{}.ndjson", order.name()));
        fs::write(&path, lines?.join("\n")).with_context(|| path.display().to_string())?;
    }
    Ok(())
}
