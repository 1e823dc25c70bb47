//! `status`: what is known of machines, once or after every change.

use std::time::Duration;

use qmp_events::machine::tokio::Tracker;
use qmp_events::machine::{Connection, Machine as State};
use qmp_events::tokio::{Backoff, Options};
use qmp_events::{Disconnected, Error};
use serde::Serialize;
use serde_json::Value;
use tokio::sync::mpsc;

use super::runtime::runtime;
use crate::args::{Status, StatusFormat};
use crate::exit::Exit;
use crate::signals::end_signal;
use crate::sources::machine::Machine;
use crate::sources::machines::Machines;
use crate::state::table;
use crate::terminal::line::line;
use crate::terminal::output::Output;
use crate::terminal::palette::{Style, paint};

/// The form of the JSON lines, for programs.
const SCHEMA: &str = include_str!("status.schema.json");

/// How many states wait for a slow output. A machine whose states wait longer is asked again.
const QUEUE: usize = 16;

pub(crate) fn status(arguments: &Status, output: &mut Output) -> anyhow::Result<Exit> {
    if arguments.schema {
        SCHEMA.lines().try_for_each(|text| output.json_text(text))?;
        return Ok(Exit::Done);
    }
    runtime()?.block_on(async {
        if arguments.follow { follow(arguments, output).await } else { look(arguments, output).await }
    })
}

/// What is known of a machine at a time.
struct Look {
    index: usize,
    machine: Machine,
    state: State,
    disconnected: Option<Disconnected>,
    /// Whether it did not answer in time.
    is_late: bool,
}

impl Look {
    fn of(index: usize, machine: &Machine, tracker: &Tracker, is_late: bool) -> Self {
        let (state, disconnected) = (tracker.machine().clone(), tracker.disconnected().cloned());
        Look { index, machine: machine.clone(), state, disconnected, is_late }
    }

    /// Why it is not known, in words.
    fn error(&self, timeout: Duration) -> Option<String> {
        match &self.disconnected {
            Some(cause) if self.state.end().is_none() => Some(cause.to_string()),
            _ => self.is_late.then(|| format!("no answer within {timeout:?}")),
        }
    }

    /// The exit status of one look.
    fn exit(&self) -> Exit {
        match &self.disconnected {
            Some(cause) => Exit::from(cause).max(Exit::Disconnected),
            None if self.is_late => Exit::Protocol,
            None if self.state.is_running() => Exit::Done,
            None => Exit::No,
        }
    }
}

/// The machines that are there at the start.
fn machines(arguments: &Status) -> anyhow::Result<Vec<Machine>> {
    let present: anyhow::Result<Vec<_>> = arguments.machines.iter().map(Machines::present).collect();
    Ok(present?.concat())
}

async fn look(arguments: &Status, output: &mut Output) -> anyhow::Result<Exit> {
    let (sender, mut looks) = mpsc::channel(QUEUE);
    for (index, machine) in machines(arguments)?.into_iter().enumerate() {
        let (sender, timeout) = (sender.clone(), arguments.timeout);
        let mut tracker = start(&machine, arguments);
        tokio::spawn(async move {
            let is_late = update(&mut tracker, timeout).await;
            // Nobody listens if the program ends.
            let _ = sender.send(Look::of(index, &machine, &tracker, is_late)).await;
        });
    }
    drop(sender);
    let mut all = Vec::new();
    while let Some(look) = looks.recv().await {
        all.push(look);
    }
    all.sort_by_key(|look| look.index);
    for look in &all {
        print(arguments, look, output)?;
    }
    Ok(all.iter().map(Look::exit).max().unwrap_or(Exit::Done))
}

async fn follow(arguments: &Status, output: &mut Output) -> anyhow::Result<Exit> {
    let end = end_signal()?;
    let (sender, mut looks) = mpsc::channel(QUEUE);
    let machines = machines(arguments)?;
    let mut screen = Screen { last: machines.iter().map(|_| None).collect(), is_drawn: false };
    for (index, machine) in machines.into_iter().enumerate() {
        let tracker = start(&machine, arguments);
        tokio::spawn(watch(index, machine, tracker, arguments.timeout, sender.clone()));
    }
    drop(sender);
    let mut end = std::pin::pin!(end);
    loop {
        tokio::select! {
            biased;
            () = &mut end => return Ok(Exit::Done),
            look = looks.recv() => match look {
                Some(look) => screen.show(arguments, look, output)?,
                None => return Ok(screen.worst_end()),
            }
        }
    }
}

/// Sends the state once it is known, and after every change, until the connection has ended.
async fn watch(
    index: usize,
    machine: Machine,
    mut tracker: Tracker,
    timeout: Duration,
    looks: mpsc::Sender<Look>,
) {
    let mut is_late = update(&mut tracker, timeout).await;
    let mut last = Value::Null;
    loop {
        // What one event changes comes as several changes, of one state.
        let now = tracker.machine().to_json();
        if now != last {
            last = now;
            if looks.send(Look::of(index, &machine, &tracker, is_late)).await.is_err() {
                return;
            }
        }
        is_late = false;
        if tracker.next_change().await.is_none() {
            return;
        }
    }
}

/// Brings the state up to date; says whether the time ran out.
async fn update(tracker: &mut Tracker, timeout: Duration) -> bool {
    match tokio::time::timeout(timeout, tracker.update()).await {
        Ok(Ok(_) | Err(Error::Disconnected(_))) => false,
        Ok(Err(_)) | Err(_) => true,
    }
}

fn start(machine: &Machine, arguments: &Status) -> Tracker {
    let mut options = Options::new().handshake_timeout(arguments.timeout);
    if arguments.reconnect {
        options = options.reconnect(Backoff::default());
    }
    let (client, items) = machine.endpoint.start(&options);
    Tracker::new(client, items)
}

/// What is shown of all machines while they are followed.
struct Screen {
    last: Vec<Option<Look>>,
    is_drawn: bool,
}

impl Screen {
    fn show(&mut self, arguments: &Status, look: Look, output: &mut Output) -> std::io::Result<()> {
        let index = look.index;
        let look = &*self.last[index].insert(look);
        if arguments.format == StatusFormat::Json || !output.can_redraw() {
            if std::mem::replace(&mut self.is_drawn, true) && arguments.format == StatusFormat::Human {
                output.line(&line![])?;
            }
            print(arguments, look, output)?;
            return output.flush();
        }
        let known = self.last.iter().flatten();
        let lines: Vec<_> = known
            .flat_map(|look| table::lines(&look.machine.label, &look.state, look.disconnected.as_ref()))
            .collect();
        output.redraw(&lines)
    }

    /// The worst end of a connection.
    fn worst_end(&self) -> Exit {
        let ends = self.last.iter().flatten().filter_map(|look| look.disconnected.as_ref());
        ends.map(Exit::from).max().unwrap_or(Exit::Done)
    }
}

/// A line of JSON.
#[derive(Serialize)]
struct Line<'a> {
    machine: &'a str,
    endpoint: String,
    error: Option<String>,
    #[serde(flatten)]
    state: Value,
}

fn print(arguments: &Status, look: &Look, output: &mut Output) -> std::io::Result<()> {
    let machine = &look.machine;
    let error = look.error(arguments.timeout);
    if let Some(error) = &error {
        output.note(&line![paint(Style::Error, "error: "), machine.label, ": ", error])?;
    }
    if arguments.format == StatusFormat::Json {
        let (endpoint, state) = (machine.endpoint.to_string(), look.state.to_json());
        return output.json(&Line { machine: &machine.label, endpoint, error, state });
    }
    let is_known = look.state.connection() == Connection::Connected || look.state.end().is_some();
    let lines = table::lines(&machine.label, &look.state, look.disconnected.as_ref());
    lines.iter().filter(|_| is_known || arguments.follow).try_for_each(|line| output.line(line))
}
