//! What the commands print: the only place that writes to the standard streams, and the last one that
//! escapes what comes from outside.

use std::io::{self, IsTerminal as _, Write as _};

use qmp_events_frontend::diagnostics::Diagnostics;
use qmp_events_frontend::printable::printable_lines;
use qmp_events_frontend::source::SourceMap;

/// Diagnostics are what these commands are asked for, so they go to the standard output: with
/// source lines for people, a line each for programs.
pub(super) fn print_diagnostics(diagnostics: &Diagnostics, sources: &SourceMap) {
    if io::stdout().is_terminal() {
        // It holds colours, and escapes the rest.
        let _ = io::stdout().write_all(diagnostics.render_terminal(sources).as_bytes());
    } else {
        print(&diagnostics.render_plain(sources));
    }
}

/// A line for people.
pub(super) fn say(line: &str) {
    print(&format!("{line}\n"));
}

/// Messages about the output, to the standard error.
pub(super) fn warn(text: &str) {
    let _ = io::stderr().write_all(printable_lines(text).as_bytes());
}

/// To the standard output. A closed pipe is not an error: its reader has seen enough.
pub(super) fn print(text: &str) {
    let _ = io::stdout().write_all(printable_lines(text).as_bytes());
}
