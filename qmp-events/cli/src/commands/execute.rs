//! `execute`: a single command on a running machine.

use super::runtime::runtime;
use crate::args::Execute;
use crate::exit::Exit;
use crate::terminal::line::line;
use crate::terminal::output::Output;
use crate::terminal::palette::{Style, paint};

pub(crate) fn execute(arguments: &Execute, output: &mut Output) -> anyhow::Result<Exit> {
    let Execute { machine, name, arguments, timeout } = arguments;
    let reply = runtime()?.block_on(machine.endpoint.execute(name, arguments.clone(), *timeout));
    match reply {
        Ok((_, reply)) => {
            output.json(&reply)?;
            Ok(Exit::Done)
        }
        Err(error) => {
            output.note(&line![
                paint(Style::Error, "error: "),
                format_args!("{}: {error}", machine.endpoint)
            ])?;
            Ok(Exit::from(&error))
        }
    }
}
