//! `decode`: the events of recordings and logs. Memory stays bounded, however long the stream is.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use anyhow::Context;

use super::runtime::runtime;
use super::unknown_names::note_unknown_names;
use crate::args::Decode;
use crate::exit::Exit;
use crate::flow::Flow;
use crate::knowledge::foreign_input;
use crate::record::Record;
use crate::selection::are_for;
use crate::signals::end_signal;
use crate::sources::Origin;
use crate::sources::followed::Followed;
use crate::sources::messages::Wanted;
use crate::sources::recording::{Input, Recording};
use crate::sources::uri::uri_reference;
use crate::terminal::line::line;
use crate::terminal::output::Output;
use crate::terminal::palette::{Style, paint};

pub(crate) fn decode(arguments: &Decode, output: &mut Output) -> anyhow::Result<Exit> {
    note_unknown_names(&arguments.selection.events, output)?;
    let inputs = inputs(&arguments.files, arguments.follow);
    decode_source(arguments, Recording::new(inputs, arguments.input, wanted_names(arguments)), output)
}

/// Decodes an input that is at hand, whatever the arguments name.
pub(crate) fn decode_bytes(arguments: &Decode, input: &[u8], output: &mut Output) -> anyhow::Result<Exit> {
    let wanted = wanted_names(arguments);
    decode_source(arguments, Recording::complete(input, Origin::default(), arguments.input, wanted), output)
}

/// Which names are wanted, if the rest of other events does not matter: `--strict` is about all of them, and so
/// is the state of a machine.
fn wanted_names(arguments: &Decode) -> Option<Wanted> {
    let looks_at_all = arguments.strict || arguments.state || arguments.selection.events.is_empty();
    (!looks_at_all).then(|| {
        let names = arguments.selection.events.clone();
        Rc::new(move |name: &str| are_for(&names, name)) as Wanted
    })
}

fn decode_source(arguments: &Decode, mut source: Recording, output: &mut Output) -> anyhow::Result<Exit> {
    let mut flow = Flow::new(&arguments.display, &source, output)
        .with_error_replies(arguments.replies)
        .with_clock(arguments.clock)
        .with_states(arguments.state);
    let wanted = |record: &Record| arguments.period.has(record) && arguments.selection.takes(record);
    runtime()?.block_on(async { flow.follow(&mut source, wanted, end_signal()?).await })?;
    let summary = flow.summary.with_left_out(source.left_out());
    source.close();
    summary.lines().iter().try_for_each(|line| output.note(line))?;
    source.verdicts().iter().try_for_each(|verdict| output.note(&line!["  ", *verdict]))?;
    if summary.has_no_message() && (summary.has_malformed() || source.has_barren()) {
        let what = if summary.has_malformed() { " is well-formed" } else { "" };
        let guess = foreign_input::guess(source.beginning()).map(|guess| format!("; {guess}"));
        let error = format!("no message of QMP in the input{what}{}", guess.unwrap_or_default());
        output.note(&line![paint(Style::Error, "error: "), error])?;
        return Ok(Exit::No);
    }
    let is_clean = summary.is_clean() && !source.has_barren();
    Ok(if arguments.strict && !is_clean { Exit::No } else { Exit::Done })
}

/// What is to be read. With several files, events are marked with the file. The last one is followed if
/// that is wished.
pub(super) fn inputs(files: &[PathBuf], follow: bool) -> Vec<Input> {
    let input = |(index, file): (usize, &PathBuf)| {
        let (name, source) = match name_of(file) {
            None => ("standard input".to_owned(), "stdin".to_owned()),
            Some(path) => (path.clone(), uri_reference(&path)),
        };
        let label = if files.len() > 1 { name.clone() } else { String::new() };
        let origin = Origin { title: label.clone(), label, name, source, qemu: None };
        let is_followed = follow && index + 1 == files.len();
        let file = file.clone();
        Input { origin, open: Box::new(move || open(&file, is_followed)) }
    };
    files.iter().enumerate().map(input).collect()
}

/// The path of a file; `None` for standard input.
fn name_of(file: &Path) -> Option<String> {
    (file.as_os_str() != "-").then(|| file.display().to_string())
}

fn open(file: &Path, is_followed: bool) -> anyhow::Result<Box<dyn Read + Send>> {
    let Some(name) = name_of(file) else { return Ok(Box::new(io::stdin())) };
    let context = || format!("cannot open {name}");
    if is_followed {
        return Ok(Box::new(Followed::open(file).with_context(context)?));
    }
    Ok(Box::new(File::open(file).with_context(context)?))
}
