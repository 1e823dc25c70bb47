//! A file for each command.

mod agent;
mod check;
mod decode;
mod diff;
mod event_rows;
mod execute;
mod explain;
mod list;
mod manual;
mod report;
mod runtime;
mod schema;
mod status;
mod unknown_names;
mod wait;
mod watch;

use crate::args::Command;
use crate::exit::Exit;
use crate::terminal::output::Output;
pub(crate) use decode::decode_bytes;

/// Runs a command.
pub(crate) fn run(command: &Command, output: &mut Output) -> anyhow::Result<Exit> {
    match command {
        Command::Decode(arguments) => decode::decode(arguments, output),
        Command::Watch(arguments) => watch::watch(arguments, output),
        Command::Agent(arguments) => agent::agent(arguments, output),
        Command::Wait(arguments) => wait::wait(arguments, output),
        Command::Execute(arguments) => execute::execute(arguments, output),
        Command::Report(arguments) => report::report(arguments, output),
        Command::Status(arguments) => status::status(arguments, output),
        Command::List(arguments) => list::list(arguments, output),
        Command::Explain(arguments) => explain::explain(arguments, output),
        Command::Schema(arguments) => schema::schema(arguments, output),
        Command::Diff(arguments) => diff::diff(arguments, output),
        Command::Check(arguments) => check::check(arguments, output),
        Command::Completions { shell } => manual::completions(*shell, output),
        Command::Man { directory } => manual::pages(directory),
    }
}
