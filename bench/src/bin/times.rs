//! `times FILE…`: nanoseconds an event, for each corpus and row.
//!
//! All rows take turns, round after round, so that whatever else the machine does meets them alike.
//! A ratio is the median of the ratios of the rounds.

use std::env;
use std::path::PathBuf;
use std::time::Instant;

use bench::corpus::Corpus;
use bench::decoders::{IGNORED_ANY, Pass, QAPI, ROWS, Row};
use bench::{median, median_ratio};
use serde_json::json;

/// In a round, a row decodes so many lines at least, so that it is measured at its own pace and not
/// at that of caches which another row has filled.
const LINES: usize = 10_000;

/// How many lines a row decodes in all, at least.
const TOTAL: usize = 400_000;

fn main() -> anyhow::Result<()> {
    for path in env::args_os().skip(1).map(PathBuf::from) {
        let corpus = Corpus::read(&path)?;
        let rows = measure(&corpus.lines());
        let base = |name: &str| rows.iter().find(|(row, _)| row.name == name).map(|(_, times)| times);
        let (qapi, ignored) = (base(QAPI), base(IGNORED_ANY));
        for (row, times) in &rows {
            println!("{}", json!({
                "corpus": corpus.name,
                "order": corpus.order,
                "row": row.name,
                "ns": median(times.clone()),
                "times_qapi": qapi.map(|qapi| median_ratio(qapi, times)),
                "of_ignored_any": ignored.map(|ignored| median_ratio(times, ignored)),
            }));
        }
    }
    Ok(())
}

/// The nanoseconds per line of each round, of all rows that decode all lines.
fn measure(lines: &[&[u8]]) -> Vec<(&'static Row, Vec<f64>)> {
    let mut running: Vec<(&Row, Box<dyn Pass>, Vec<f64>)> = ROWS
        .iter()
        .map(|row| (row, (row.start)(), Vec::new()))
        .filter_map(|(row, mut pass, times)| {
            lines.iter().all(|line| pass.decode(line)).then_some((row, pass, times))
        })
        .collect();
    let passes = LINES.div_ceil(lines.len());
    for _ in 0..TOTAL.div_ceil(passes * lines.len()) {
        for (_, pass, times) in &mut running {
            let start = Instant::now();
            for _ in 0..passes {
                pass.decode_all(lines);
            }
            times.push(start.elapsed().as_nanos() as f64 / (passes * lines.len()) as f64);
        }
    }
    running.into_iter().map(|(row, _, times)| (row, times)).collect()
}
