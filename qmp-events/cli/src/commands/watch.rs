//! `watch`: the events of running machines as they come.

use qmp_events::tokio::{Backoff, Options};

use super::runtime::runtime;
use super::unknown_names::note_unknown_names;
use crate::args::Watch;
use crate::exit::Exit;
use crate::flow::Flow;
use crate::signals::end_signal;
use crate::sources::demo::Demo;
use crate::sources::live::Live;
use crate::terminal::line::line;
use crate::terminal::output::Output;
use crate::terminal::palette::{DIM, paint};

pub(crate) fn watch(arguments: &Watch, output: &mut Output) -> anyhow::Result<Exit> {
    note_unknown_names(&arguments.selection.events, output)?;
    runtime()?.block_on(async {
        if arguments.demo { play(arguments, output).await } else { follow(arguments, output).await }
    })
}

async fn follow(arguments: &Watch, output: &mut Output) -> anyhow::Result<Exit> {
    let mut options = Options::new();
    if arguments.reconnect {
        options = options.reconnect(Backoff::default());
    }
    let end = end_signal()?;
    let mut source = Live::open(&arguments.machines, options).await?;
    let mut flow = Flow::new(&arguments.display, &source, output).with_states(arguments.state);
    let ended = flow.follow(&mut source, |record| arguments.selection.takes(record), end).await?;
    Ok(if ended.is_by_signal() { Exit::Done } else { flow.worst_end() })
}

async fn play(arguments: &Watch, output: &mut Output) -> anyhow::Result<Exit> {
    let mut source = Demo::new();
    let mut flow = Flow::new(&arguments.display, &source, output).with_states(arguments.state);
    flow.follow(&mut source, |record| arguments.selection.takes(record), end_signal()?).await?;
    let summary = format!("{}; from {} recorded machines", flow.summary.headline(), Demo::MACHINES);
    output.note(&line![paint(DIM, summary)])?;
    Ok(Exit::Done)
}
