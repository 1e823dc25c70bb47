//! `check`: what a running QEMU can send, against what this build knows of any release.

use std::io;

use qmp_events::protocol::Greeting;
use qmp_events_compare::catalogue::Catalogue;
use qmp_events_compare::diff::{Diff, Entry, diff};
use qmp_events_compare::introspection;
use qmp_events_compare::surface::Surface;

use super::runtime::runtime;
use crate::args::Check;
use crate::exit::Exit;
use crate::terminal::line::line;
use crate::terminal::output::Output;
use crate::terminal::palette::{Style, paint};
use crate::terminal::text::count;

pub(crate) fn check(arguments: &Check, output: &mut Output) -> anyhow::Result<Exit> {
    let endpoint = &arguments.machine.endpoint;
    let question = endpoint.execute("query-qmp-schema", None, arguments.timeout);
    let (greeting, reply) = match runtime()?.block_on(question) {
        Ok(answer) => answer,
        Err(error) => {
            output.note(&line![paint(Style::Error, "error: "), format_args!("{endpoint}: {error}")])?;
            return Ok(match Exit::from(&error) {
                // QEMU never refuses the question.
                Exit::No => Exit::Protocol,
                exit => exit,
            });
        }
    };
    let theirs = match introspection::parse(reply) {
        Ok(surface) => surface,
        Err(error) => {
            output.note(&line![paint(Style::Error, "error: "), format_args!("{endpoint}: {error}")])?;
            return Ok(Exit::Protocol);
        }
    };
    let ours = Catalogue::built_in().of_all_releases();
    let diff = diff(("this build", &ours), ("this QEMU", &theirs));
    let findings = Findings::of(&ours, &theirs, &diff);
    write_report(&greeting, &findings, output)?;
    Ok(if findings.unknown.is_empty() { Exit::Done } else { Exit::No })
}

/// What a QEMU can send that this build does not know, and which events both know.
struct Findings<'a> {
    unknown: Vec<(&'static str, Vec<&'a Entry>)>,
    missing: Vec<&'a str>,
    common: usize,
}

/// The changes that a client has to know of, by the noun for one of them.
const NOUNS: [(&str, &str); 4] = [
    ("event-added", "event"),
    ("member-added", "member"),
    ("value-added", "value"),
    ("branch-added", "branch member"),
];

impl<'a> Findings<'a> {
    fn of(ours: &'a Surface, theirs: &Surface, diff: &'a Diff) -> Self {
        let of_kind = |(change, noun)| {
            let entries = diff.changes.iter().filter(|entry| entry.change == change).collect::<Vec<_>>();
            (!entries.is_empty()).then_some((noun, entries))
        };
        let (common, missing): (Vec<&str>, Vec<&str>) =
            ours.events.keys().map(String::as_str).partition(|name| theirs.events.contains_key(*name));
        Findings { unknown: NOUNS.into_iter().filter_map(of_kind).collect(), missing, common: common.len() }
    }

    /// What is unknown, in words: `3 events and 1 member`.
    fn headline(&self) -> String {
        let words: Vec<String> =
            self.unknown.iter().map(|(noun, entries)| count(entries.len() as u64, noun)).collect();
        match words.as_slice() {
            [] => {
                let common = count(self.common as u64, "event");
                format!("This build knows all that this QEMU can send: {common}.")
            }
            [only] => format!("{only} this build does not know."),
            [words @ .., last] => format!("{} and {last} this build does not know.", words.join(", ")),
        }
    }
}

fn write_report(greeting: &Greeting, findings: &Findings<'_>, output: &mut Output) -> io::Result<()> {
    output.line(&line![paint(Style::Bold, findings.headline())])?;
    for (noun, entries) in &findings.unknown {
        output.line(&line![])?;
        output.line(&line![format_args!("Unknown {noun}s")])?;
        for entry in entries {
            output.line(&line!["  ", paint(Style::Unknown, entry)])?;
        }
    }
    output.line(&line![])?;
    output.line(&line![paint(Style::Dim, format_args!("Asked {greeting}."))])?;
    write_missing(&findings.missing, output)
}

fn write_missing(missing: &[&str], output: &mut Output) -> io::Result<()> {
    if missing.is_empty() {
        return Ok(());
    }
    let title =
        format!("{} this build knows and this QEMU cannot send:", count(missing.len() as u64, "event"));
    output.line(&line![paint(Style::Dim, title)])?;
    let text = missing.join(", ");
    let options =
        textwrap::Options::new(output.width().unwrap_or(80)).initial_indent("  ").subsequent_indent("  ");
    for line in textwrap::wrap(&text, options) {
        output.line(&line![paint(Style::Dim, line)])?;
    }
    Ok(())
}
