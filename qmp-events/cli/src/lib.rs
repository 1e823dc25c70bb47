//! The program `qmp-events`: reads, watches and explains the events of QEMU machines.
//!
//! Programs depend on the library [qmp-events](https://docs.rs/qmp-events), not on this one, which
//! has no interface but [`main`].
//!
//! An event flows one way: a *source* has it, the *selection* decides whether it is wanted, and a
//! *sink* prints it. Standard output holds what was asked for and nothing else; everything about it
//! goes to standard error. A reader of standard output that leaves (`| head`) ends the program well.

mod args;
mod commands;
mod exit;
mod flow;
mod knowledge;
mod ordered_json;
mod record;
mod selection;
mod signals;
mod sinks;
mod sources;
mod summary;
mod terminal;

use std::io;
use std::process::ExitCode;

use clap::Parser;

use args::Arguments;
use exit::Exit;
use terminal::output::{self, Output};
use terminal::palette::{ERROR, paint};

/// Runs the program with the arguments of this process.
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    anstream::ColorChoice::from(arguments.color).write_global();
    let mut output = Output::new();
    let run = commands::run(&arguments.command, &mut output);
    let exit = match run.and_then(|exit| Ok(output.flush().map(|()| exit)?)) {
        Ok(exit) => exit,
        Err(error) if is_broken_pipe(&error) => Exit::Done,
        Err(error) => {
            // Where standard error is gone too, the exit status still tells.
            let _ = output::note(format_args!("{} {error:#}", paint(ERROR, "error:")));
            Exit::Failed
        }
    };
    exit.into()
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let kinds = error.chain().filter_map(|cause| cause.downcast_ref::<io::Error>());
    kinds.map(io::Error::kind).any(|kind| kind == io::ErrorKind::BrokenPipe)
}
