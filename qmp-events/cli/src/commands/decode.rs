//! `decode`: the events of a recorded stream. Memory stays bounded, however long the stream is.

use std::fs::File;
use std::io;
use std::path::Path;

use anyhow::Context;

use super::runtime::runtime;
use crate::args::Decode;
use crate::exit::Exit;
use crate::flow::Flow;
use crate::signals::end_signal;
use crate::sources::Origin;
use crate::sources::recording::Recording;
use crate::sources::uri::uri_reference;
use crate::terminal::output::Output;

pub(crate) fn decode(arguments: &Decode, output: &mut Output) -> anyhow::Result<Exit> {
    let mut source = open(&arguments.file)?;
    let mut flow = Flow::new(&arguments.display, &source, output);
    runtime()?.block_on(async { flow.follow(&mut source, &arguments.selection, end_signal()?).await })?;
    let summary = flow.summary;
    summary.lines().iter().try_for_each(|line| output.note(line))?;
    Ok(if arguments.strict && !summary.is_clean() { Exit::No } else { Exit::Done })
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
