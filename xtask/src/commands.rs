//! The commands: the only part that reads arguments, reads and writes files, and prints.
//!
//! Exit status, the same for all: 0 without errors, 1 with errors in what was read, 2 for misuse
//! or an unreadable file.

mod bench;
mod check;
mod codegen;
mod comparison_input;
mod diff;
mod dump;
mod import;
mod output;
mod reference;
mod source;
mod verify;
mod workspace;

use std::path::PathBuf;
use std::process::ExitCode;

use qmp_events_frontend::qapi::{Dialect, Options};
use qmp_events_frontend::version::Version;
use workspace::or_default;

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
        ///
        /// Default: the checkout that cargo runs this in, or the one around the working directory
        #[arg(long, value_name = "DIRECTORY")]
        root: Option<PathBuf>,
    },
    /// Report every defect of schema roots (*.json) and event documents (*.txt)
    Check {
        /// The rules of a schema: those of a release of QEMU (X.Y), `current`, or `older` (those of 2.12); by
        /// default those of the newest date in it
        #[arg(long, value_name = "X.Y|current|older")]
        dialect: Option<Dialect>,
        /// The directory that includes must stay in, by default that of the root
        #[arg(long, value_name = "DIRECTORY")]
        within: Option<PathBuf>,
        /// What to read
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
    },
    /// Print what is understood of a schema root (*.json) or an event document (*.txt), as JSON
    Dump {
        /// The rules of a schema: those of a release of QEMU (X.Y), `current`, or `older` (those of 2.12); by
        /// default those of the newest date in it
        #[arg(long, value_name = "X.Y|current|older")]
        dialect: Option<Dialect>,
        /// The directory that includes must stay in, by default that of the root
        #[arg(long, value_name = "DIRECTORY")]
        within: Option<PathBuf>,
        /// What to read
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
    /// Compare our schema with QEMUs, each with the release that it is
    ///
    /// Prints each difference, a line for each source, and a summary if there are several. A development
    /// version is compared with the release that it leads to; what it lacks is a note. Exits with 1 if
    /// any differs.
    Verify {
        /// The release, if the sources do not say it: QEMU does in its greeting and in its reply to
        /// query-version
        #[arg(long, value_name = "X.Y")]
        qemu_version: Option<Version>,
        /// The directory of our schema, by default schema/ of the checkout
        #[arg(long, value_name = "DIRECTORY")]
        schema: Option<PathBuf>,
        /// QEMU's qapi-schema.json or its directory, recorded QMP messages with a reply to
        /// query-qmp-schema, or unix:PATH or tcp:HOST:PORT of a running QEMU
        #[arg(required = true, value_name = "SOURCE")]
        sources: Vec<String>,
    },
    /// Add to our schema what a newer QEMU has, by edits in place
    ///
    /// What is new is added with its facts and dates, what is gone is dated, and nothing is dropped.
    /// Descriptions are left to you: each is marked with "TODO: describe". A schema tree says more than a
    /// running QEMU, which masks names of types, widths of integers, conditions and dates.
    Import {
        /// QEMU's qapi-schema.json or its directory, recorded QMP messages with a reply to
        /// query-qmp-schema, or unix:PATH or tcp:HOST:PORT of a running QEMU
        source: String,
        /// The release, if the source does not say it
        #[arg(long, value_name = "X.Y")]
        qemu_version: Option<Version>,
        /// The directory of our schema, by default schema/ of the checkout
        #[arg(long, value_name = "DIRECTORY")]
        schema: Option<PathBuf>,
    },
    /// Show what changed between two QEMUs, for clients that read events
    Diff {
        /// The old side: a release in our schema, QEMU's qapi-schema.json or its directory, recorded QMP
        /// messages with a reply to query-qmp-schema, or unix:PATH or tcp:HOST:PORT of a running QEMU
        #[arg(long, value_name = "X.Y|FILE|unix:PATH|tcp:HOST:PORT")]
        from: String,
        /// The new side, likewise
        #[arg(long, value_name = "X.Y|FILE|unix:PATH|tcp:HOST:PORT")]
        to: String,
        /// The directory of our schema, by default schema/ of the checkout
        #[arg(long, value_name = "DIRECTORY")]
        schema: Option<PathBuf>,
        /// How to write it
        #[arg(long, value_enum, default_value_t = diff::Format::Text)]
        format: diff::Format,
    },
    /// Write what is published of the catalogue: a site, JSON Schemas, AsyncAPI, the event document
    Reference(reference::Publication),
    /// Compare with other crates: decoding, or what a subcommand names
    Bench(bench::Bench),
}

impl Arguments {
    /// Does what the arguments say.
    ///
    /// # Errors
    ///
    /// For misuse, and when a file cannot be read or written; not for errors in the sources.
    pub fn run(self) -> anyhow::Result<ExitCode> {
        match self.command {
            Command::Codegen { check, root } => codegen::run(&or_default(root, "")?, check),
            Command::Check { dialect, within, files } => {
                check::run(&files, Options { dialect, within: within.as_deref() })
            }
            Command::Dump { dialect, within, file } => {
                dump::run(&file, Options { dialect, within: within.as_deref() })
            }
            Command::Verify { qemu_version, schema, sources } => {
                verify::run(&or_default(schema, "schema")?, qemu_version, &sources)
            }
            Command::Import { source, qemu_version, schema } => {
                import::run(&or_default(schema, "schema")?, qemu_version, &source)
            }
            Command::Diff { from, to, schema, format } => {
                diff::run(&or_default(schema, "schema")?, &from, &to, format)
            }
            Command::Reference(publication) => reference::run(publication),
            Command::Bench(what) => bench::run(what).map(|()| ExitCode::SUCCESS),
        }
    }
}
