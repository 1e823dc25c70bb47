//! `decode`: the events of a recorded stream. Memory stays bounded, however long the stream is.

use std::fs::File;
use std::io::{self, Read};
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
    let mut flow = Flow::new(&arguments.selection, &arguments.display, &source, output);
    runtime()?
        .block_on(async { flow.follow(&mut source, end_signal()?).await })
        .with_context(|| format!("cannot read {}", arguments.file.display()))?;
    let summary = flow.summary;
    output.note(&summary)?;
    Ok(if arguments.strict && !summary.is_clean() { Exit::No } else { Exit::Done })
}

fn open(file: &Path) -> anyhow::Result<Recording<Box<dyn Read>>> {
    let (input, source): (Box<dyn Read>, String) = if file.as_os_str() == "-" {
        (Box::new(io::stdin().lock()), "stdin".to_owned())
    } else {
        let input = File::open(file).with_context(|| format!("cannot open {}", file.display()))?;
        (Box::new(input), uri_reference(&file.to_string_lossy()))
    };
    Ok(Recording::new(input, Origin { source, ..Origin::default() }))
}
