//! The commands: the only part that reads arguments, reads and writes files, and prints.
//!
//! Exit status, the same for all: 0 without errors, 1 with errors in what was read, 2 for misuse
//! or an unreadable file.

mod check;
mod codegen;

use std::io::{self, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::diagnostics::Diagnostics;
use crate::source::SourceMap;

/// Generates, checks and compares the event schema.
#[derive(Debug, clap::Parser)]
#[command(name = "cargo xtask", version, about)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Write qmp-events/src/generated/ from schema/
    Codegen {
        /// Only compare, and fail if a file is out of date
        #[arg(long)]
        check: bool,
        /// The directory that holds schema/ and qmp-events/
        #[arg(long, value_name = "DIRECTORY", default_value_os_t = workspace())]
        root: PathBuf,
    },
    /// Report every defect of schema roots (*.json) and event documents (*.txt)
    Check {
        /// What to read
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
    },
}

impl Arguments {
    /// Does what the arguments say.
    ///
    /// # Errors
    ///
    /// For misuse, and when a file cannot be read or written; not for errors in the sources.
    pub fn run(self) -> anyhow::Result<ExitCode> {
        match self.command {
            Command::Codegen { check, root } => codegen::run(&root, check),
            Command::Check { files } => check::run(&files),
        }
    }
}

/// The workspace that this program was built from.
fn workspace() -> PathBuf {
    let xtask = Path::new(env!("CARGO_MANIFEST_DIR"));
    xtask.parent().unwrap_or(xtask).to_owned()
}

/// Diagnostics are what these commands are asked for, so they go to the standard output: with
/// source lines for people, a line each for programs.
fn print_diagnostics(diagnostics: &Diagnostics, sources: &SourceMap) {
    let rendered = if io::stdout().is_terminal() {
        diagnostics.render_terminal(sources)
    } else {
        diagnostics.render_plain(sources)
    };
    print(&rendered);
}

/// A line for people.
fn say(line: &str) {
    print(&format!("{line}\n"));
}

/// Whoever closed the pipe wants no more.
fn print(text: &str) {
    let _ = io::stdout().write_all(text.as_bytes());
}
