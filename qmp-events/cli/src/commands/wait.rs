//! `wait`: one event of a running machine, for scripts.

use qmp_events::tokio::Options;

use super::runtime::runtime;
use super::unknown_names::note_unknown_names;
use crate::args::Wait;
use crate::exit::Exit;
use crate::flow::Flow;
use crate::sources::Source;
use crate::sources::live::Live;
use crate::terminal::output::Output;
use crate::terminal::palette::{ERROR, paint};

pub(crate) fn wait(arguments: &Wait, output: &mut Output) -> anyhow::Result<Exit> {
    note_unknown_names(&arguments.selection, output)?;
    runtime()?.block_on(async {
        let waited = first_event(arguments, output);
        let Some(timeout) = arguments.timeout else { return waited.await };
        match tokio::time::timeout(timeout, waited).await {
            Ok(exit) => exit,
            Err(_) => {
                let text = format!("no such event came within {timeout:?}");
                output.note(format_args!("{} {text}", paint(ERROR, "error:")))?;
                Ok(Exit::No)
            }
        }
    })
}

async fn first_event(arguments: &Wait, output: &mut Output) -> anyhow::Result<Exit> {
    let mut source = Live::connect(std::slice::from_ref(&arguments.machine), Options::new())?;
    let mut flow = Flow::new(&arguments.selection, &arguments.display, &source, output);
    loop {
        while let Some(report) = source.next() {
            if flow.show(report)? {
                return Ok(Exit::Done);
            }
        }
        if !source.wait().await? {
            // Even QEMU's normal end is not what was waited for.
            return Ok(flow.worst_end().max(Exit::Disconnected));
        }
    }
}
