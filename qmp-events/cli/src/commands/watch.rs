//! `watch`: the events of running machines as they come.

use qmp_events::tokio::{Backoff, Options};

use super::runtime::runtime;
use super::unknown_names::note_unknown_names;
use crate::args::Watch;
use crate::exit::Exit;
use crate::flow::Flow;
use crate::record::Record;
use crate::signals::end_signal;
use crate::sources::demo::Demo;
use crate::sources::live::Live;
#[cfg(feature = "nats")]
use crate::sources::machines::Machines;
#[cfg(feature = "nats")]
use crate::sources::nats::reading::Reading;
use crate::terminal::line::line;
use crate::terminal::output::Output;
use crate::terminal::palette::{Style, paint};

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
    #[cfg(feature = "nats")]
    let machines = {
        let (mut reading, durable) = (arguments.reading.clone(), arguments.durable.clone());
        // States follow from all events.
        reading.events = (!arguments.state).then(|| arguments.selection.events.clone());
        Machines::reading(&arguments.machines, &Reading { durable, ..reading })?
    };
    #[cfg(not(feature = "nats"))]
    let machines = arguments.machines.clone();
    let mut source = Live::open(&machines, options).await?;
    let is_wanted = |record: &Record| {
        #[cfg(feature = "nats")]
        if !arguments.reading.period.has(record) {
            return false;
        }
        arguments.selection.takes(record)
    };
    let mut flow = Flow::new(&arguments.display, &source, output).with_states(arguments.state);
    let ended = flow.follow(&mut source, is_wanted, end).await?;
    Ok(if ended.is_by_signal() { Exit::Done } else { flow.worst_end() })
}

async fn play(arguments: &Watch, output: &mut Output) -> anyhow::Result<Exit> {
    let mut source = Demo::new();
    let mut flow = Flow::new(&arguments.display, &source, output).with_states(arguments.state);
    flow.follow(&mut source, |record| arguments.selection.takes(record), end_signal()?).await?;
    let summary = format!("{}; from {} recorded machines", flow.summary.headline(), Demo::MACHINES);
    output.note(&line![paint(Style::Dim, summary)])?;
    Ok(Exit::Done)
}
