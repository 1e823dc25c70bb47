//! `execute`: a single command on a running machine.

use qmp_events::blocking;

use crate::args::Execute;
use crate::exit::Exit;
use crate::terminal::line::line;
use crate::terminal::output::Output;
use crate::terminal::palette::{ERROR, paint};

pub(crate) fn execute(arguments: &Execute, output: &mut Output) -> anyhow::Result<Exit> {
    let Execute { machine, name, arguments, timeout } = arguments;
    let reply = blocking::connect(&machine.endpoint)
        .and_then(|mut client| client.execute_within(name, arguments.clone(), *timeout));
    match reply {
        Ok(reply) => {
            output.json(&serde_json::to_string(&reply)?)?;
            Ok(Exit::Done)
        }
        Err(error) => {
            output.note(&line![paint(ERROR, "error: "), format_args!("{}: {error}", machine.endpoint)])?;
            Ok(Exit::from(&error))
        }
    }
}
