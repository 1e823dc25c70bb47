//! `check`: what a running QEMU can send, against what this build knows.

use std::io;

use qmp_events::blocking::{self, Error};
use qmp_events::server_message::Greeting;
use serde_json::Value;

use crate::args::Check;
use crate::exit::Exit;
use crate::knowledge::catalogue;
use crate::knowledge::introspection::{self, Comparison};
use crate::terminal::line::line;
use crate::terminal::output::Output;
use crate::terminal::palette::{BOLD, DIM, ERROR, UNKNOWN, paint};
use crate::terminal::text::{count, printable};

pub(crate) fn check(arguments: &Check, output: &mut Output) -> anyhow::Result<Exit> {
    let endpoint = &arguments.machine.endpoint;
    let (greeting, reply) = match ask(endpoint) {
        Ok(answer) => answer,
        Err(error) => {
            output.note(&line![paint(ERROR, "error: "), format_args!("{endpoint}: {error}")])?;
            return Ok(match error {
                Error::Disconnected(cause) => Exit::from(&cause).max(Exit::Disconnected),
                _ => Exit::Protocol,
            });
        }
    };
    let Some(comparison) = introspection::compare(&reply) else {
        output.note(&line![paint(ERROR, "error: "), "the reply to query-qmp-schema is not a schema"])?;
        return Ok(Exit::Protocol);
    };
    write_report(&greeting, &comparison, output)?;
    Ok(if comparison.is_known() { Exit::Done } else { Exit::No })
}

fn ask(endpoint: &qmp_events::Endpoint) -> Result<(Greeting, Value), Error> {
    let mut client = blocking::connect(endpoint)?;
    let reply = client.execute("query-qmp-schema", Value::Null)?;
    Ok((client.greeting().clone(), reply))
}

impl Comparison {
    fn is_known(&self) -> bool {
        self.events.is_empty() && self.members.is_empty() && self.values.is_empty()
    }

    fn groups(&self) -> [(&'static str, &[String]); 3] {
        [("event", &self.events), ("member", &self.members), ("value", &self.values)]
    }

    /// What is unknown, in words: `3 events and 1 member`.
    fn headline(&self) -> String {
        let groups = self.groups().into_iter().filter(|(_, list)| !list.is_empty());
        let words: Vec<String> = groups.map(|(noun, list)| count(list.len() as u64, noun)).collect();
        match words.as_slice() {
            [] => format!(
                "This build knows all that this QEMU can send: {}.",
                count(self.common.len() as u64, "event")
            ),
            [words @ .., last] if !words.is_empty() => {
                format!("{} and {last} this build does not know.", words.join(", "))
            }
            [only, ..] => format!("{only} this build does not know."),
        }
    }
}

fn write_report(greeting: &Greeting, comparison: &Comparison, output: &mut Output) -> io::Result<()> {
    output.line(&line![paint(BOLD, comparison.headline())])?;
    for (noun, list) in comparison.groups() {
        if !list.is_empty() {
            output.line(&line![])?;
            output.line(&line![format_args!("Unknown {noun}s")])?;
        }
        for item in list {
            output.line(&line!["  ", paint(UNKNOWN, printable(item))])?;
        }
    }
    let missing: Vec<&str> = catalogue::events()
        .into_iter()
        .map(|event| event.name)
        .filter(|name| !comparison.common.iter().any(|common| common == name))
        .collect();
    output.line(&line![])?;
    output.line(&line![paint(DIM, format_args!("Asked {greeting}."))])?;
    if !missing.is_empty() {
        let title =
            format!("{} this build knows and this QEMU cannot send:", count(missing.len() as u64, "event"));
        output.line(&line![paint(DIM, title)])?;
        let text = missing.join(", ");
        let options =
            textwrap::Options::new(output.width().unwrap_or(80)).initial_indent("  ").subsequent_indent("  ");
        for line in textwrap::wrap(&text, options) {
            output.line(&line![paint(DIM, line)])?;
        }
    }
    Ok(())
}
