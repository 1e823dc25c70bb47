//! Makes the stripped form of a document: no margins, no blank lines, a gutter in front.

use std::fmt::Write as _;

pub(crate) fn strip(text: &str) -> String {
    let mut out = String::new();
    for number in 1..=20 {
        let _ = writeln!(out, "{number}");
    }
    out.push_str("|\n");
    for line in text.lines().map(str::trim_start).filter(|line| !line.is_empty()) {
        out.push_str(line);
        out.push('\n');
    }
    out.push('|');
    out
}
