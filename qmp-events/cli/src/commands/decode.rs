//! `decode`: the events of recordings and logs. Memory stays bounded, however long the stream is.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use anyhow::Context;

use super::runtime::runtime;
use crate::args::Decode;
use crate::exit::Exit;
use crate::flow::Flow;
use crate::record::Record;
use crate::signals::end_signal;
use crate::sources::Origin;
use crate::sources::recording::{Input, Recording};
use crate::sources::uri::uri_reference;
use crate::terminal::line::line;
use crate::terminal::output::Output;
use crate::terminal::text::printable;

pub(crate) fn decode(arguments: &Decode, output: &mut Output) -> anyhow::Result<Exit> {
    let mut source = Recording::new(inputs(&arguments.files), arguments.input);
    let mut flow = Flow::new(&arguments.display, &source, output);
    let wanted = |record: &Record| {
        let is_after = |since| record.time().is_some_and(|time| time >= since);
        let is_before = |until| record.time().is_some_and(|time| time < until);
        arguments.since.is_none_or(is_after)
            && arguments.until.is_none_or(is_before)
            && arguments.selection.takes(record)
    };
    runtime()?.block_on(async { flow.follow(&mut source, wanted, end_signal()?).await })?;
    let summary = flow.summary;
    summary.lines().iter().try_for_each(|line| output.note(line))?;
    source.verdicts().iter().try_for_each(|verdict| output.note(&line!["  ", printable(verdict)]))?;
    let is_clean = summary.is_clean() && !source.has_barren();
    Ok(if arguments.strict && !is_clean { Exit::No } else { Exit::Done })
}

/// What is to be read. With several files, events are marked with the file.
fn inputs(files: &[PathBuf]) -> Vec<Input> {
    let are_many = files.len() > 1;
    let input = |file: &PathBuf| {
        let is_stdin = file.as_os_str() == "-";
        let path = file.display().to_string();
        let (name, source) = match is_stdin {
            true => ("standard input".to_owned(), "stdin".to_owned()),
            false => (path.clone(), uri_reference(&path)),
        };
        let label = if are_many { name.clone() } else { String::new() };
        let origin = Origin { title: label.clone(), label, name, source, qemu: None };
        let file = file.clone();
        Input {
            origin,
            open: Box::new(move || if is_stdin { Ok(Box::new(io::stdin())) } else { open(&file) }),
        }
    };
    files.iter().map(input).collect()
}

fn open(file: &Path) -> anyhow::Result<Box<dyn Read + Send>> {
    let input = File::open(file).with_context(|| format!("cannot open {}", file.display()))?;
    Ok(Box::new(input))
}
