//! The program `qmp-events`: reads, watches and explains the events of QEMU machines.
//!
//! Programs depend on the library [qmp-events](https://docs.rs/qmp-events), not on this one, which
//! has no interface but [`main`].
//!
//! An event flows one way: a *source* has it, the *selection* decides whether it is wanted, and a
//! *sink* prints it. Standard output holds what was asked for and nothing else; everything about it
//! goes to standard error. A reader of standard output that leaves (`| head`) ends the program well.

mod agent;
mod args;
#[cfg(feature = "nats")]
mod broker;
mod commands;
#[doc(hidden)]
pub mod decoded;
mod exit;
mod flow;
mod handed_over;
mod json;
mod json_serializer;
mod knowledge;
mod notes;
mod percent;
mod period;
mod record;
mod report;
mod selection;
mod signals;
mod sinks;
mod sources;
mod state;
mod summary;
mod terminal;

use std::io;
use std::process::ExitCode;

use clap::Parser;

use args::Arguments;
use exit::Exit;
use terminal::line::{harmless, line};
use terminal::output::Output;
use terminal::palette::{Style, paint};

/// Runs the program with the arguments of this process.
pub fn main() -> ExitCode {
    let arguments = Arguments::try_parse().unwrap_or_else(|error| quote_harmlessly(error).exit());
    anstream::ColorChoice::from(arguments.color).write_global();
    let mut output = Output::new();
    let run = commands::run(&arguments.command, &mut output);
    let exit = match run.and_then(|exit| Ok(output.flush().map(|()| exit)?)) {
        Ok(exit) => exit,
        Err(error) if is_broken_pipe(&error) => Exit::Done,
        Err(error) => {
            // Where standard error is gone too, the exit status still tells.
            let _ = output.error(&line![paint(Style::Error, "error: "), format_args!("{error:#}")]);
            Exit::Failed
        }
    };
    exit.into()
}

/// The same error about the same arguments, escaped: clap quotes them as they are.
fn quote_harmlessly(error: clap::Error) -> clap::Error {
    let arguments = std::env::args_os().map(|argument| harmless(argument.display()));
    Arguments::try_parse_from(arguments).err().unwrap_or(error)
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let kinds = error.chain().filter_map(|cause| cause.downcast_ref::<io::Error>());
    kinds.map(io::Error::kind).any(|kind| kind == io::ErrorKind::BrokenPipe)
}
