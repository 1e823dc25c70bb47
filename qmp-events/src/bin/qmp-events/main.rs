//! The command-line tool `qmp-events`: reads, watches and explains the events of QEMU machines.
//!
//! Standard output holds what was asked for and nothing else; all about it goes to standard error.
//! A reader of standard output that leaves (`| head`) ends the program well.

mod args;
mod clock;
mod cloud_events;
mod decode;
mod exit;
mod human;
mod machine;
mod output;
mod palette;
mod printer;
mod record;
mod select;
mod severity;
mod tally;
mod tree;

use std::io;
use std::process::ExitCode;

use anyhow::Context;
use clap::{CommandFactory, Parser};

use args::{Arguments, Command};
use exit::Exit;
use output::Output;
use palette::{ERROR, paint};

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    anstream::ColorChoice::from(arguments.color).write_global();
    let exit = match run(&arguments.command) {
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

fn run(command: &Command) -> anyhow::Result<Exit> {
    let mut output = Output::new();
    let exit = match command {
        Command::Decode(arguments) => decode::decode(arguments, &mut output)?,
        _ => anyhow::bail!("later"),
    };
    output.flush()?;
    Ok(exit)
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let kinds = error.chain().filter_map(|cause| cause.downcast_ref::<io::Error>());
    kinds.map(io::Error::kind).any(|kind| kind == io::ErrorKind::BrokenPipe)
}
