//! `wait`: an event of a running machine, or its end, for scripts. A command may be sent first.

use std::io;
use std::pin::{Pin, pin};
use std::time::Duration;

use qmp_events::machine::{End, EndCause, Input, Machine};
use qmp_events::tokio::{Client, Options};
use qmp_events::{Disconnected, Error, Event};

use super::runtime::runtime;
use super::unknown_names::note_unknown_names;
use crate::args::{FirstCommand, Wait};
use crate::exit::Exit;
use crate::flow::{Flow, Occurrence};
use crate::record::Record;
use crate::selection::Verdict;
use crate::sinks::one_line;
use crate::sources::live::Live;
#[cfg(feature = "nats")]
use crate::sources::machines::Machines;
#[cfg(feature = "nats")]
use crate::sources::nats::reading::Reading;
use crate::sources::{News, Report, Source};
use crate::terminal::line::{Line, line};
use crate::terminal::output::Output;
use crate::terminal::palette::{Style, paint};
use crate::terminal::text::count;

/// How long a server may take to greet, if there is no shorter time for all.
const HANDSHAKE: Duration = Duration::from_secs(10);

/// How many related events a time-out tells.
const RELATED: usize = 8;

pub(crate) fn wait(arguments: &Wait, output: &mut Output) -> anyhow::Result<Exit> {
    refuse_what_libvirt_cannot(arguments)?;
    #[cfg(feature = "nats")]
    refuse_what_a_broker_cannot(arguments)?;
    note_unknown_names(arguments.wanted.events.iter().chain(&arguments.wanted.fail_on), output)?;
    runtime()?.block_on(async {
        // The wait begins when the connection is made; until then the handshake has its own limit.
        let limit = arguments.timeout.map_or(HANDSHAKE, |timeout| timeout.min(HANDSHAKE));
        let options = Options::new().handshake_timeout(limit);
        let machines = [arguments.machine.clone()];
        #[cfg(feature = "nats")]
        let machines = Machines::reading(&machines, &reading(arguments))?;
        let source = Live::open(&machines, options).await?;
        let flow = Flow::new(&arguments.display, &source, output);
        let machine = Machine::new();
        Waiting { arguments, flow, machine, came: 0, related: Related::default() }.run(source).await
    })
}

/// Through libvirt, events come and nothing else.
fn refuse_what_libvirt_cannot(arguments: &Wait) -> anyhow::Result<()> {
    let Some(domains) = arguments.machine.domains() else { return Ok(()) };
    anyhow::ensure!(
        arguments.command.name.is_none(),
        "no command can be sent by way of {domains}: use `virsh qemu-monitor-command`, or from QEMU 11.1 on \
         `attach:libvirt:URI#DOMAIN`"
    );
    anyhow::ensure!(
        domains.is_one() || !arguments.until_end,
        "--until-end waits for one machine: write libvirt:URI#DOMAIN"
    );
    Ok(())
}

/// A broker has events and nothing else.
#[cfg(feature = "nats")]
fn refuse_what_a_broker_cannot(arguments: &Wait) -> anyhow::Result<()> {
    if !arguments.machine.are_published() {
        return Ok(());
    }
    anyhow::ensure!(arguments.command.name.is_none(), "no command can be sent by way of a NATS server");
    let is_one = matches!(&*arguments.reading.machines, [machine] if machine.literal().is_some());
    anyhow::ensure!(
        is_one || !arguments.until_end,
        "--until-end waits for one machine: add --machine HOST/NAME"
    );
    Ok(())
}

/// What is to be read of a broker.
#[cfg(feature = "nats")]
fn reading(arguments: &Wait) -> Reading {
    let events = arguments.wanted.events.iter().chain(&arguments.wanted.fail_on).cloned().collect();
    // How a machine ends, other events tell.
    let events = Some(events).filter(|_| !arguments.until_end);
    Reading { events, ..arguments.reading.clone() }
}

struct Waiting<'a> {
    arguments: &'a Wait,
    flow: Flow<'a>,
    /// What is known of the machine: how it ended.
    machine: Machine,
    /// How many of the wanted events came.
    came: u64,
    related: Related,
}

impl Waiting<'_> {
    async fn run(mut self, mut source: Live) -> anyhow::Result<Exit> {
        let client = source.first_client().cloned();
        let mut command = client.as_ref().and_then(|client| first_command(client, &self.arguments.command));
        let mut timeout = pin!(sleep(self.arguments.timeout));
        loop {
            while let Some(report) = source.next() {
                self.learn(&report);
                if let Some(occurrence) = self.flow.read(report)?
                    && let Some(exit) = self.judge(occurrence)?
                {
                    return Ok(exit);
                }
                if self.arguments.until_end && self.machine.end().is_some() {
                    return Ok(self.ended()?);
                }
            }
            self.flow.output.flush()?;
            tokio::select! {
                biased;
                more = source.wait() => if !more? {
                    return Ok(self.ended()?);
                },
                refused = outcome_of(&mut command) => match refused {
                    // The source tells how the connection ended.
                    Ok(()) | Err(Error::Disconnected(_)) => {}
                    Err(error) => {
                        self.flow.output.note(&line![paint(Style::Error, "error: "), &error])?;
                        return Ok(Exit::from(&error));
                    }
                },
                () = &mut timeout, if self.flow.is_connected() => return Ok(self.timed_out()?),
            }
        }
    }

    /// Follows the machine to its end.
    fn learn(&mut self, report: &Report) {
        match &report.news {
            News::Connected(greeting) => drop(self.machine.apply(Input::Connected(greeting))),
            News::Lagged(_) => drop(self.machine.apply(Input::Missed)),
            News::Disconnected(cause) => drop(self.machine.apply(Input::Disconnected(cause))),
            _ => {}
        }
    }

    /// How the program ends if the event decides it.
    fn judge(&mut self, occurrence: Occurrence) -> io::Result<Option<Exit>> {
        let message = &*occurrence.record.message;
        #[cfg(feature = "nats")]
        if !self.arguments.reading.period.has(&occurrence.record) {
            return Ok(None);
        }
        self.machine.apply(message);
        // libvirt tells of no connection to the machine that would end.
        if matches!(message.event, Event::Shutdown(_)) && self.arguments.machine.domains().is_some() {
            let end = Disconnected::Closed { after_shutdown: true };
            self.machine.apply(Input::Disconnected(&end));
        }
        let exit = match self.arguments.wanted.verdict(&occurrence.record) {
            Verdict::Wanted => {
                self.came += 1;
                let is_last = !self.arguments.until_end && self.came == self.arguments.count.get();
                is_last.then_some(Exit::Done)
            }
            Verdict::Failure => Some(Exit::FailedOn),
            Verdict::Related => {
                self.related.add(&occurrence.record);
                return Ok(None);
            }
            Verdict::Other => return Ok(None),
        };
        self.flow.print(&occurrence)?;
        Ok(exit)
    }

    /// The connection is gone: the wanted end, or even if QEMU ended normally not what was waited for.
    fn ended(self) -> io::Result<Exit> {
        match self.machine.end().filter(|_| self.arguments.until_end) {
            Some(end) => {
                self.flow.output.line(&line![words(end)])?;
                Ok(self.flow.worst_end())
            }
            None => Ok(self.flow.worst_end().max(Exit::Disconnected)),
        }
    }

    fn timed_out(self) -> io::Result<Exit> {
        let timeout = self.arguments.timeout.unwrap_or_default();
        let what = if self.arguments.until_end { "the machine did not end" } else { "no such event came" };
        let text = format!("{what} within {timeout:?}");
        self.flow.output.note(&line![paint(Style::Error, "error: "), text])?;
        self.related.note(self.flow.output)?;
        Ok(Exit::No)
    }
}

/// How a machine ended, in the words of QMP where it has them.
fn words(end: &End) -> String {
    match &end.cause {
        EndCause::Shutdown { reason: Some(reason), .. } => reason.as_str().to_owned(),
        // Before QEMU 4.0, SHUTDOWN had no reason.
        EndCause::Shutdown { guest: Some(true), .. } => "guest-shutdown".to_owned(),
        EndCause::Shutdown { .. } => "shutdown".to_owned(),
        EndCause::Watchdog => "watchdog".to_owned(),
        _ => "killed".to_owned(),
    }
}

/// A command on its way, and what becomes of it.
type Command<'a> = Pin<Box<dyn Future<Output = Result<(), Error>> + 'a>>;

/// It waits for the connection that is being made.
fn first_command<'a>(client: &'a Client, command: &'a FirstCommand) -> Option<Command<'a>> {
    let name = command.name.as_deref()?;
    let reply = client.execute(name, command.arguments.clone());
    Some(Box::pin(async { reply.await.map(drop) }))
}

async fn outcome_of(command: &mut Option<Command<'_>>) -> Result<(), Error> {
    let Some(running) = command else { return std::future::pending().await };
    let outcome = running.await;
    *command = None;
    outcome
}

/// Waits for so long; for ever without a time.
async fn sleep(timeout: Option<Duration>) {
    match timeout {
        Some(timeout) => tokio::time::sleep(timeout).await,
        None => std::future::pending().await,
    }
}

/// Events that came and may explain why the wanted one did not.
#[derive(Default)]
struct Related {
    lines: Vec<Line>,
    more: u64,
}

impl Related {
    fn add(&mut self, record: &Record) {
        if self.lines.len() < RELATED {
            self.lines.push(one_line(record));
        } else {
            self.more += 1;
        }
    }

    fn note(&self, output: &mut Output) -> io::Result<()> {
        if !self.lines.is_empty() {
            output.note(&line!["meanwhile came:"])?;
        }
        for line in &self.lines {
            output.note(&line!["  ", *line])?;
        }
        if self.more > 0 {
            output.note(&line![paint(
                Style::Dim,
                format_args!("  and {} more", count(self.more, "related event"))
            )])?;
        }
        Ok(())
    }
}
