//! From a source through the selection into a sink. What is not an event becomes a note.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::io;
use std::pin::pin;

use qmp_events::machine::Input;
use qmp_events::protocol::CommandError;
use qmp_events::tokio::Peer;
use qmp_events::{Malformed, Timestamp};

use crate::exit::Exit;
use crate::period::LogClock;
use crate::record::Record;
use crate::sinks::{self, Display, Sink};
use crate::sources::{News, Origin, Place, Report, Source};
use crate::state::states::States;
use crate::summary::Summary;
use crate::terminal::line::{Part, line};
use crate::terminal::output::Output;
use crate::terminal::palette::{DIM, ERROR, LABEL, WARNING, paint};
use crate::terminal::text::excerpt;

/// How many machines of logs are told apart.
const MACHINES: usize = 4096;

/// What lies between a source and the output.
pub(crate) struct Flow<'a> {
    pub(crate) summary: Summary,
    pub(crate) output: &'a mut Output,
    sink: Box<dyn Sink>,
    origins: Vec<Origin>,
    /// How the last connection to each machine ended, by its index.
    ends: HashMap<usize, Exit>,
    /// The machines that logs name, by the log's index.
    machines: HashMap<(usize, String), usize>,
    is_connected: bool,
    shows_error_replies: bool,
    clock: LogClock,
    states: Option<States>,
}

/// An event, where it was read and whose it is.
#[derive(Debug)]
pub(crate) struct Occurrence {
    origin: usize,
    place: Place,
    pub(crate) record: Record,
}

/// Why [`Flow::follow`] came back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    BySource,
    BySignal,
}

impl Ended {
    pub(crate) fn is_by_signal(self) -> bool {
        self == Ended::BySignal
    }
}

impl<'a> Flow<'a> {
    pub(crate) fn new(display: &Display, source: &impl Source, output: &'a mut Output) -> Self {
        let origins = source.origins();
        let sink = sinks::open(display, &origins);
        let summary = Summary::default();
        Flow {
            summary,
            output,
            sink,
            origins,
            ends: HashMap::new(),
            machines: HashMap::new(),
            is_connected: false,
            shows_error_replies: false,
            clock: LogClock::default(),
            states: None,
        }
    }

    /// Whether replies with errors become notes.
    pub(crate) fn with_error_replies(mut self, shown: bool) -> Self {
        self.shows_error_replies = shown;
        self
    }

    /// Which time counts of an event in a log.
    pub(crate) fn with_clock(mut self, clock: LogClock) -> Self {
        self.clock = clock;
        self
    }

    /// Whether changes of the machines' states are printed after the events that tell of them.
    pub(crate) fn with_states(mut self, shown: bool) -> Self {
        self.states = shown.then(States::default);
        self
    }

    /// Prints what is wanted of a source until it ends, or until `end` is ready.
    pub(crate) async fn follow(
        &mut self,
        source: &mut impl Source,
        is_wanted: impl Fn(&Record) -> bool,
        end: impl Future<Output = ()>,
    ) -> anyhow::Result<Ended> {
        let mut end = pin!(end);
        loop {
            while let Some(report) = source.next() {
                let asked = report.origin;
                if let Some(occurrence) = self.read(report)? {
                    if is_wanted(&occurrence.record) {
                        self.print(&occurrence)?;
                    }
                    let Occurrence { origin, record, .. } = &occurrence;
                    self.follow_state(*origin, record.time, Input::Event(&record.message))?;
                }
                while let Some(query) = self.states.as_mut().and_then(|states| states.next_query(asked)) {
                    source.ask(asked, query);
                }
            }
            self.output.flush()?;
            tokio::select! {
                biased;
                () = &mut end => return Ok(Ended::BySignal),
                more = source.wait() => if !more? {
                    return Ok(Ended::BySource);
                }
            }
        }
    }

    /// Reads what a source tells: an event, or something that becomes a note.
    pub(crate) fn read(&mut self, report: Report<'_>) -> io::Result<Option<Occurrence>> {
        let index = match report.machine {
            Some(machine) => self.origin_of(report.origin, machine),
            None => report.origin,
        };
        self.follow_connection(index, &report.news)?;
        match report.news {
            News::Event { json, place, logged } => match Record::decode(json) {
                Ok(mut record) => {
                    record.time = self.clock.choose(record.time, logged);
                    self.summary.event(&record, place.line());
                    return Ok(Some(Occurrence { origin: index, place, record }));
                }
                Err(error) => self.malformed(index, &error.into(), place.line())?,
            },
            News::Malformed { malformed, line } => self.malformed(index, &malformed, line)?,
            News::Damaged { line, problem, text } => {
                self.summary.malformed(Some(line));
                self.note_malformed(index, &format!("line {line}: {problem}"), Some(&text))?;
            }
            News::Greeting(greeting) => {
                self.summary.other_message();
                self.origins[index].qemu = greeting.version.map(Into::into);
            }
            News::Connected(greeting) => {
                self.is_connected = true;
                self.origins[index].qemu = greeting.version.map(Into::into);
                self.note(index, &paint(DIM, format_args!("connected to {greeting}")))?;
            }
            News::Lagged(count) => {
                let text = format!("{count} dropped here: the output is read too slowly");
                self.note(index, &paint(WARNING, text))?;
            }
            News::Gap(gap) => {
                let text = format!("back after a gap, to {}; events may be missing here", gap.peer);
                self.note(index, &paint(WARNING, text))?;
            }
            News::Disconnected(cause) => {
                let style = if cause.is_normal() { DIM } else { ERROR };
                self.note(index, &paint(style, &cause))?;
                self.ends.insert(index, Exit::from(&cause));
            }
            News::Answer { .. } => {}
            News::Reply => self.summary.other_message(),
            News::ErrorReply { id, error, line } => {
                self.summary.other_message();
                if self.shows_error_replies {
                    let command = id.map(|id| format!(" to {id}")).unwrap_or_default();
                    let reply = line![paint(WARNING, "error reply"), command, ": ", describe(&error)];
                    self.note(index, &line![format_args!("line {line}: "), reply])?;
                }
            }
        }
        Ok(None)
    }

    /// Takes in what a machine's connection tells of its state.
    fn follow_connection(&mut self, index: usize, news: &News<'_>) -> io::Result<()> {
        let input = match news {
            News::Connected(greeting) => Input::Connected(greeting),
            News::Gap(gap) => Input::Gap { is_same: gap.peer == Peer::Same },
            News::Lagged(_) | News::Malformed { line: None, .. } => Input::Missed,
            News::Disconnected(cause) => Input::Disconnected(cause),
            News::Answer { query, result } => Input::Reply(*query, result.as_deref()),
            _ => return Ok(()),
        };
        self.follow_state(index, None, input)
    }

    /// Prints what changes in the state of a machine, if that is wished.
    fn follow_state(&mut self, index: usize, time: Option<Timestamp>, input: Input<'_>) -> io::Result<()> {
        let Some(states) = &mut self.states else { return Ok(()) };
        let origin = &self.origins[index];
        states
            .apply(index, time, input)
            .iter()
            .try_for_each(|news| self.sink.state(self.output, origin, news))
    }

    /// A machine that a log names.
    fn origin_of(&mut self, log: usize, machine: String) -> usize {
        let next = self.origins.len();
        if self.machines.len() >= MACHINES {
            return log;
        }
        let origin = &self.origins[log];
        let label =
            if origin.label.is_empty() { machine.clone() } else { format!("{}:{machine}", origin.label) };
        match self.machines.entry((log, machine)) {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(new) => {
                self.origins.push(Origin { label, ..origin.clone() });
                *new.insert(next)
            }
        }
    }

    /// Prints an event.
    pub(crate) fn print(&mut self, occurrence: &Occurrence) -> io::Result<()> {
        let Occurrence { origin, place, record } = occurrence;
        self.sink.event(self.output, &self.origins[*origin], *place, record)
    }

    /// Whether a connection was made.
    pub(crate) fn is_connected(&self) -> bool {
        self.is_connected
    }

    /// The worst end of a connection.
    pub(crate) fn worst_end(&self) -> Exit {
        self.ends.values().copied().max().unwrap_or(Exit::Done)
    }

    fn malformed(&mut self, index: usize, malformed: &Malformed, line: Option<u64>) -> io::Result<()> {
        self.summary.malformed(line);
        let place = line.map(|line| format!("line {line}: ")).unwrap_or_default();
        let (text, raw) = match malformed {
            Malformed::Event(error) => (format!("{place}{error}"), Some(error.raw())),
            Malformed::Unrecognized { json, problem } => {
                (format!("{place}not a QMP message: {problem}"), Some(json.as_str()))
            }
            // Its words say where it was.
            other => (other.to_string(), None),
        };
        self.note_malformed(index, &text, raw)
    }

    fn note_malformed(&mut self, index: usize, text: &str, raw: Option<&str>) -> io::Result<()> {
        self.note(index, &line![paint(ERROR, "malformed: "), text])?;
        raw.map_or(Ok(()), |raw| self.output.note(&line![paint(DIM, excerpt(raw))]))
    }

    fn note(&mut self, index: usize, text: &impl Part) -> io::Result<()> {
        let mut line = match self.origins[index].title.as_str() {
            "" => line![],
            title => line![paint(LABEL, title), ": "],
        };
        line.push(text);
        self.output.note(&line)
    }
}

/// As QMP has it: the class first, by which people search.
fn describe(error: &CommandError) -> String {
    match error {
        CommandError::Refused { class, description } => format!("{class}: {description}"),
        error => error.to_string(),
    }
}
