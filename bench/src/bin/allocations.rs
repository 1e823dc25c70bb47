//! `allocations FILE…`: allocations an event, for each corpus and row, and how many of them the
//! decoded events of qmp-events own.
//!
//! A program of its own, since counting costs time. What an event owns is what a clone of it
//! allocates: its strings, lists and boxes, once each.

use std::env;
use std::hint::black_box;
use std::path::PathBuf;

use allocation_counter::measure;
use bench::corpus::Corpus;
use bench::decoders::ROWS;
use qmp_events::EventMessage;
use serde_json::json;

fn main() -> anyhow::Result<()> {
    for path in env::args_os().skip(1).map(PathBuf::from) {
        let corpus = Corpus::read(&path)?;
        let lines = corpus.lines();
        let report = |row: &str, total: u64| {
            println!("{}", json!({
                "corpus": corpus.name,
                "order": corpus.order,
                "row": row,
                "allocations": total as f64 / lines.len() as f64,
            }));
        };
        for row in ROWS {
            let mut pass = (row.start)();
            if lines.iter().all(|line| pass.decode(line)) {
                report(row.name, measure(|| pass.decode_all(&lines)).count_total);
            }
        }
        report("owned by the events", lines.iter().map(|line| owned(line)).sum());
    }
    Ok(())
}

fn owned(line: &[u8]) -> u64 {
    let message = <EventMessage>::decode(line);
    measure(|| drop(black_box(message.clone()))).count_total
}
