//! Counts instructions with valgrind.

use anyhow::Context as _;

/// What valgrind is told, in front of a program.
pub(super) const OPTIONS: [&str; 2] = ["--tool=callgrind", "--callgrind-out-file=/dev/null"];

/// The instructions of a run, from what valgrind wrote to the standard error.
pub(super) fn collected(report: &str) -> anyhow::Result<u64> {
    let count = report.lines().find_map(|line| line.split_once("Collected : ")?.1.trim().parse().ok());
    count.with_context(|| format!("valgrind: {report}"))
}
