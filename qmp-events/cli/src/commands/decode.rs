//! `decode`: the events of a recorded stream. Memory stays bounded, however long the stream is.

use std::fs::File;
use std::io;
use std::path::Path;

use anyhow::Context;

use super::runtime::runtime;
use super::unknown_names::note_unknown_names;
use crate::args::Decode;
use crate::exit::Exit;
use crate::flow::Flow;
use crate::knowledge::foreign_input;
use crate::signals::end_signal;
use crate::sources::Origin;
use crate::sources::recording::Recording;
use crate::sources::uri::uri_reference;
use crate::terminal::line::line;
use crate::terminal::output::Output;
use crate::terminal::palette::{ERROR, paint};

pub(crate) fn decode(arguments: &Decode, output: &mut Output) -> anyhow::Result<Exit> {
    note_unknown_names(&arguments.selection.events, output)?;
    decode_source(arguments, open(&arguments.file)?, output)
}

/// Decodes an input that is at hand, whatever the arguments name.
pub(crate) fn decode_bytes(arguments: &Decode, input: &[u8], output: &mut Output) -> anyhow::Result<Exit> {
    decode_source(arguments, Recording::complete(input, Origin::default()), output)
}

fn decode_source(arguments: &Decode, mut source: Recording, output: &mut Output) -> anyhow::Result<Exit> {
    let mut flow = Flow::new(&arguments.display, &source, output).with_error_replies(arguments.replies);
    runtime()?.block_on(async { flow.follow(&mut source, &arguments.selection, end_signal()?).await })?;
    let summary = flow.summary;
    summary.lines().iter().try_for_each(|line| output.note(line))?;
    if summary.is_foreign() {
        note_foreign_input(source.beginning(), output)?;
        return Ok(Exit::No);
    }
    Ok(if arguments.strict && !summary.is_clean() { Exit::No } else { Exit::Done })
}

fn note_foreign_input(beginning: &[u8], output: &mut Output) -> io::Result<()> {
    let guess = foreign_input::guess(beginning).unwrap_or("is it a stream of JSON messages at all?");
    output.note(&line![paint(ERROR, "error: "), "no message of QMP in the input; ", guess])
}

fn open(file: &Path) -> anyhow::Result<Recording> {
    if file.as_os_str() == "-" {
        let (name, source) = ("standard input".to_owned(), "stdin".to_owned());
        return Ok(Recording::new(io::stdin(), Origin { name, source, ..Origin::default() }));
    }
    let name = file.display().to_string();
    let input = File::open(file).with_context(|| format!("cannot open {name}"))?;
    Ok(Recording::new(input, Origin { source: uri_reference(&name), name, ..Origin::default() }))
}
