//! `instructions ROW FILE TIMES`: decodes the lines of a file so many times, and nothing else.
//!
//! Run under callgrind with two numbers of times, the difference is what decoding costs.

use std::env;
use std::path::Path;

use anyhow::Context as _;
use bench::corpus::Corpus;
use bench::decoders::find;

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [row, file, times] = arguments.as_slice() else {
        anyhow::bail!("usage: instructions ROW FILE TIMES");
    };
    let row = find(row).with_context(|| format!("no row is named {row:?}"))?;
    let corpus = Corpus::read(Path::new(file))?;
    let lines = corpus.lines();
    let mut pass = (row.start)();
    for _ in 0..times.parse()? {
        pass.decode_all(&lines);
    }
    Ok(())
}
