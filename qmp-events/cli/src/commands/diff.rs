//! `diff`: what changed from one QEMU to another, for programs that read events. The comparison is that
//! of `cargo xtask diff`, with the catalogue built in, and so are the words.

use std::io;

use qmp_events_compare::catalogue::Catalogue;
use qmp_events_compare::diff::{Diff, diff as compare};
use qmp_events_compare::input::{Input, check_order};
use qmp_events_frontend::source::SourceMap;

use crate::args;
use crate::exit::Exit;
use crate::terminal::line::line;
use crate::terminal::output::Output;
use crate::terminal::palette::{Style, paint};

pub(crate) fn diff(arguments: &args::Diff, output: &mut Output) -> anyhow::Result<Exit> {
    let args::Diff { from, to, format } = arguments;
    check_order(from, to)?;
    let (catalogue, mut sources) = (Catalogue::built_in(), SourceMap::default());
    let old = Input::open(from, &catalogue, &mut sources)?;
    let new = Input::open(to, &catalogue, &mut sources)?;
    let diff = compare((&old.name, &old.surface), (&new.name, &new.surface));
    match format {
        args::DiffFormat::Text => write_text(&diff, output)?,
        args::DiffFormat::Json => output.json_text(&serde_json::to_string_pretty(&diff)?)?,
    }
    Ok(Exit::Done)
}

/// [`Diff::render`] in colours.
fn write_text(diff: &Diff, output: &mut Output) -> io::Result<()> {
    output.line(&line![paint(Style::Bold, format_args!("{} -> {}", diff.from, diff.to))])?;
    for (title, entries) in diff.groups() {
        output.line(&line![])?;
        output.line(&line![title])?;
        for entry in entries {
            let (mark, style) =
                if entry.breaks_strict_client { ('!', Style::Error) } else { (' ', Style::Plain) };
            output.line(&line!["  ", paint(style, mark), format_args!(" {entry}")])?;
        }
    }
    output.line(&line![])?;
    output.line(&line![diff.summary()])
}
