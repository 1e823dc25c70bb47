//! The command-line tool `qmp-events`: reads, watches and explains the events of QEMU machines.
//!
//! Standard output holds what was asked for and nothing else; all about it goes to standard error.
//! A reader of standard output that leaves (`| head`) ends the program well.

mod args;
mod catalogue;
mod check;
mod clock;
mod cloud_events;
mod decode;
mod demo;
mod diff;
mod exit;
mod explain;
mod human;
mod list;
mod live;
mod machine;
mod manual;
mod output;
mod palette;
mod printer;
mod record;
mod schema;
mod select;
mod severity;
mod tally;
mod text;
mod tree;
mod wait;
mod watch;
mod words;

use std::io;
use std::process::ExitCode;

use clap::Parser;

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
        Command::Watch(arguments) => watch::watch(arguments, &mut output)?,
        Command::Wait(arguments) => wait::wait(arguments, &mut output)?,
        Command::List(arguments) => list::list(arguments, &mut output)?,
        Command::Explain(arguments) => explain::explain(arguments, &mut output)?,
        Command::Diff(arguments) => diff::diff(arguments, &mut output)?,
        Command::Check(arguments) => check::check(arguments, &mut output)?,
        Command::Completions { shell } => manual::completions(*shell, &mut output)?,
        Command::Man { directory } => manual::pages(directory)?,
    };
    output.flush()?;
    Ok(exit)
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let kinds = error.chain().filter_map(|cause| cause.downcast_ref::<io::Error>());
    kinds.map(io::Error::kind).any(|kind| kind == io::ErrorKind::BrokenPipe)
}
