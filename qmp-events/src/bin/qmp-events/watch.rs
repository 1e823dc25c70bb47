//! `watch`: the events of running machines as they come.

use std::collections::HashMap;
use std::io;

use qmp_events::tokio::{Backoff, Item, Options, Subscription};
use tokio::sync::{mpsc, oneshot};

use crate::args::Watch;
use crate::cloud_events::uri_reference;
use crate::demo;
use crate::exit::Exit;
use crate::live::{self, Json, Outcome};
use crate::machine::Machine;
use crate::output::Output;
use crate::printer::{Origin, Printer};

/// How many items wait for the printer, from each machine; more are dropped and counted.
const QUEUE: usize = 16 << 10;

/// How many items wait between these queues and the printer.
const CHANNEL: usize = 64;

pub(crate) fn watch(arguments: &Watch, output: &mut Output) -> anyhow::Result<Exit> {
    live::note_unknown_names(&arguments.selection.events, output)?;
    if arguments.demo {
        return demo::play(arguments, output);
    }
    live::runtime()?.block_on(run(arguments, output))
}

async fn run(arguments: &Watch, output: &mut Output) -> anyhow::Result<Exit> {
    let mut options = Options::new();
    if arguments.reconnect {
        options = options.reconnect(Backoff::default());
    }
    let mut ended = std::pin::pin!(end_signal()?);
    let (sender, mut items) = mpsc::channel(CHANNEL);
    for (index, machine) in arguments.machines.iter().enumerate() {
        let (_, subscription) = options.start(&machine.endpoint)?;
        tokio::spawn(forward(index, subscription.with_capacity(QUEUE).raw(), sender.clone()));
    }
    drop(sender);

    let mut screen = Screen::new(arguments, output);
    loop {
        let next = tokio::select! {
            next = items.recv() => next,
            () = &mut ended => return Ok(Exit::Done),
        };
        let Some((index, item)) = next else { return Ok(screen.exit()) };
        screen.show(index, item)?;
        while let Ok((index, item)) = items.try_recv() {
            screen.show(index, item)?;
        }
        screen.output.flush()?;
    }
}

/// Hands on what a machine's connection gives. It waits if the printer is slow; then the
/// subscription drops items and counts them.
async fn forward(index: usize, mut items: Subscription<Json>, sender: mpsc::Sender<(usize, Item<Json>)>) {
    while let Some(item) = items.next().await {
        if sender.send((index, item)).await.is_err() {
            return;
        }
    }
}

/// Waits for SIGINT or SIGTERM. A second one ends the process at once, as it may hang in writing to
/// an output that nobody reads.
fn end_signal() -> io::Result<impl Future<Output = ()>> {
    let (sender, receiver) = oneshot::channel();
    let mut signals = Signals::new()?;
    tokio::spawn(async move {
        signals.next().await;
        // The receiver is gone if the program ends just now.
        let _ = sender.send(());
        signals.next().await;
        std::process::exit(SECOND_SIGNAL);
    });
    Ok(async {
        // The task ends only with the process.
        let _ = receiver.await;
    })
}

/// The exit status that shells give for SIGINT.
const SECOND_SIGNAL: i32 = 130;

#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};

        Ok(Signals {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn new() -> io::Result<Self> {
        Ok(Signals)
    }

    async fn next(&mut self) {
        // Without a handler, Ctrl-C ends the process by itself.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

/// Everything that is printed about all machines.
struct Screen<'a> {
    arguments: &'a Watch,
    output: &'a mut Output,
    printer: Printer,
    origins: Vec<Origin>,
    /// Events so far, and a start that makes their numbers unique.
    count: u64,
    start: i64,
    exits: HashMap<usize, Exit>,
}

impl<'a> Screen<'a> {
    fn new(arguments: &'a Watch, output: &'a mut Output) -> Self {
        let has_labels = arguments.machines.len() > 1;
        let origin = |machine: &Machine| Origin {
            label: if has_labels { machine.label.clone() } else { String::new() },
            source: uri_reference(&machine.endpoint.to_string()),
            qemu: None,
        };
        let origins: Vec<Origin> = arguments.machines.iter().map(origin).collect();
        let printer = Printer::new(&arguments.display, origins.iter().map(|origin| origin.label.as_str()));
        let start = jiff::Timestamp::now().as_microsecond();
        Screen { arguments, output, printer, origins, count: 0, start, exits: HashMap::new() }
    }

    fn show(&mut self, index: usize, item: Item<Json>) -> anyhow::Result<()> {
        let label = &self.arguments.machines[index].label;
        let origin = &mut self.origins[index];
        match live::take(item, label, origin, self.output)? {
            Outcome::Event(record) if self.arguments.selection.takes(&record) => {
                self.count += 1;
                let id = format!("{}-{}", self.start, self.count);
                self.printer.print(self.output, origin, &id, &record)?;
            }
            Outcome::Event(_) | Outcome::Noted => {}
            Outcome::Disconnected(cause) => {
                self.exits.insert(index, live::exit_of(&cause));
            }
        }
        Ok(())
    }

    /// The worst end of a connection.
    fn exit(&self) -> Exit {
        self.exits.values().copied().max().unwrap_or(Exit::Done)
    }
}
