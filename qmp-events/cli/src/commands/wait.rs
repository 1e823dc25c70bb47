//! `wait`: one event of a running machine, for scripts.

use std::io;
use std::pin::pin;
use std::time::Duration;

use qmp_events::tokio::Options;

use super::runtime::runtime;
use super::unknown_names::note_unknown_names;
use crate::args::Wait;
use crate::exit::Exit;
use crate::flow::{Flow, Occurrence};
use crate::record::Record;
use crate::selection::Verdict;
use crate::sinks::one_line;
use crate::sources::Source;
use crate::sources::live::Live;
use crate::terminal::line::{Line, line};
use crate::terminal::output::Output;
use crate::terminal::palette::{DIM, ERROR, paint};
use crate::terminal::text::count;

/// How long a server may take to greet, if there is no shorter time for all.
const HANDSHAKE: Duration = Duration::from_secs(10);

/// How many related events a time-out tells.
const RELATED: usize = 8;

pub(crate) fn wait(arguments: &Wait, output: &mut Output) -> anyhow::Result<Exit> {
    note_unknown_names(arguments.wanted.events.iter().chain(&arguments.wanted.fail_on), output)?;
    runtime()?.block_on(async {
        // The wait begins when the connection is made; until then the handshake has its own limit.
        let limit = arguments.timeout.map_or(HANDSHAKE, |timeout| timeout.min(HANDSHAKE));
        let options = Options::new().handshake_timeout(limit);
        let source = Live::connect(std::slice::from_ref(&arguments.machine), options)?;
        let flow = Flow::new(&arguments.display, &source, output);
        Waiting { arguments, flow, related: Related::default() }.run(source).await
    })
}

struct Waiting<'a> {
    arguments: &'a Wait,
    flow: Flow<'a>,
    related: Related,
}

impl Waiting<'_> {
    async fn run(mut self, mut source: Live) -> anyhow::Result<Exit> {
        let mut timeout = pin!(sleep(self.arguments.timeout));
        loop {
            while let Some(report) = source.next() {
                if let Some(occurrence) = self.flow.read(report)?
                    && let Some(exit) = self.judge(occurrence)?
                {
                    return Ok(exit);
                }
            }
            self.flow.output.flush()?;
            tokio::select! {
                biased;
                more = source.wait() => if !more? {
                    // Even QEMU's normal end is not what was waited for.
                    return Ok(self.flow.worst_end().max(Exit::Disconnected));
                },
                () = &mut timeout, if self.flow.is_connected() => return Ok(self.timed_out()?),
            }
        }
    }

    /// How the program ends if the event decides it.
    fn judge(&mut self, occurrence: Occurrence) -> io::Result<Option<Exit>> {
        let exit = match self.arguments.wanted.verdict(&occurrence.record) {
            Verdict::Wanted => Exit::Done,
            Verdict::Failure => Exit::FailedOn,
            Verdict::Related => {
                self.related.add(&occurrence.record);
                return Ok(None);
            }
            Verdict::Other => return Ok(None),
        };
        self.flow.print(&occurrence)?;
        Ok(Some(exit))
    }

    fn timed_out(self) -> io::Result<Exit> {
        let timeout = self.arguments.timeout.unwrap_or_default();
        let text = format!("no such event came within {timeout:?}");
        self.flow.output.note(&line![paint(ERROR, "error: "), text])?;
        self.related.note(self.flow.output)?;
        Ok(Exit::No)
    }
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
            output
                .note(&line![paint(DIM, format_args!("  and {} more", count(self.more, "related event")))])?;
        }
        Ok(())
    }
}
