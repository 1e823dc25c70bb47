//! From a source through the selection into a sink. What is not an event becomes a note.

use std::collections::BTreeMap;
use std::io;
use std::pin::pin;

use qmp_events::Timestamp;
use qmp_events::machine::{Input, Query};

use crate::exit::Exit;
use crate::notes::notes;
use crate::period::LogClock;
use crate::record::Record;
use crate::sinks::{self, Display, Sink};
use crate::sources::origins::{OriginId, Origins};
use crate::sources::{News, Place, Report, Source};
use crate::state::news::StateNews;
use crate::state::states::States;
use crate::summary::Summary;
use crate::terminal::output::Output;

/// What lies between a source and the output.
pub(crate) struct Flow<'a> {
    pub(crate) summary: Summary,
    pub(crate) output: &'a mut Output,
    sink: Box<dyn Sink>,
    origins: Origins,
    /// How the last connection to each machine ended.
    ends: BTreeMap<OriginId, Exit>,
    worst_of_left: Exit,
    is_connected: bool,
    shows_error_replies: bool,
    clock: LogClock,
    states: Option<States>,
}

/// An event, where it was read and whose it is.
#[derive(Debug)]
pub(crate) struct Occurrence {
    origin: OriginId,
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
            origins: Origins::new(origins),
            ends: BTreeMap::new(),
            worst_of_left: Exit::Done,
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
                let number = report.origin;
                if let Some(occurrence) = self.read(report)? {
                    if is_wanted(&occurrence.record) {
                        self.print(&occurrence)?;
                    }
                    let Occurrence { origin, record, .. } = &occurrence;
                    self.follow_state(*origin, record.time, Input::Event(&record.message))?;
                }
                while let Some(query) = self.next_query(number) {
                    source.ask(number, query);
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
    pub(crate) fn read(&mut self, report: Report) -> io::Result<Option<Occurrence>> {
        let Report { origin: number, machine, news } = report;
        if let News::Arrived(origin) = news {
            self.origins.add(number, origin);
            return Ok(None);
        }
        // An answer may come after the machine has left.
        let Some(id) = self.origins.find(number, machine) else { return Ok(None) };
        if let Some(input) = news.input() {
            self.follow_state(id, None, input)?;
        }
        match news {
            News::Event { message, place, logged } => {
                let mut record = Record::new(message);
                record.time = self.clock.choose(record.time, logged);
                self.summary.event(&record, place.line());
                return Ok(Some(Occurrence { origin: id, place, record }));
            }
            News::Left => self.forget(id),
            news => {
                self.learn(id, &news);
                self.note(id, &news)?;
            }
        }
        Ok(None)
    }

    /// Counts what is not an event, and learns how a connection is.
    fn learn(&mut self, id: OriginId, news: &News) {
        match news {
            News::Malformed { line, .. } => self.summary.malformed(*line),
            News::Damaged { line, .. } => self.summary.malformed(Some(*line)),
            News::Greeting(greeting) => {
                self.summary.other_message();
                self.origins.set_version(id, greeting);
            }
            News::Reply | News::ErrorReply { .. } => self.summary.other_message(),
            News::Connected(greeting) => {
                self.is_connected = true;
                self.origins.set_version(id, greeting);
            }
            News::Listening(_) | News::Reading(_) => self.is_connected = true,
            News::Disconnected(cause) => {
                self.ends.insert(id, Exit::from(cause));
            }
            _ => {}
        }
    }

    fn note(&mut self, id: OriginId, news: &News) -> io::Result<()> {
        if matches!(news, News::ErrorReply { .. }) && !self.shows_error_replies {
            return Ok(());
        }
        let title = self.origins.get(id).map_or("", |origin| origin.title.as_str());
        notes(title, news).iter().try_for_each(|line| self.output.note(line))
    }

    /// Prints what changes in the state of a machine, if that is wished.
    fn follow_state(&mut self, id: OriginId, time: Option<Timestamp>, input: Input<'_>) -> io::Result<()> {
        let Some(states) = &mut self.states else { return Ok(()) };
        let Some(origin) = self.origins.get(id) else { return Ok(()) };
        let changes = states.apply(id, time, input);
        let mut news = changes.iter().filter_map(|change| StateNews::of(change, time));
        news.try_for_each(|news| self.sink.state(self.output, origin, &news))
    }

    fn next_query(&mut self, number: usize) -> Option<Query> {
        let states = self.states.as_mut()?;
        states.next_query(self.origins.find(number, None)?)
    }

    /// Keeps nothing of a machine that has left but how it ended, if that was worse than all others.
    fn forget(&mut self, id: OriginId) {
        self.origins.remove(id);
        self.worst_of_left = self.worst_of_left.max(self.ends.remove(&id).unwrap_or(Exit::Done));
        if let Some(states) = &mut self.states {
            states.forget(id);
        }
    }

    /// Prints an event.
    pub(crate) fn print(&mut self, occurrence: &Occurrence) -> io::Result<()> {
        let Occurrence { origin, place, record } = occurrence;
        match self.origins.get(*origin) {
            Some(origin) => self.sink.event(self.output, origin, *place, record),
            None => Ok(()),
        }
    }

    /// Whether a connection was made.
    pub(crate) fn is_connected(&self) -> bool {
        self.is_connected
    }

    /// The worst end of a connection.
    pub(crate) fn worst_end(&self) -> Exit {
        self.ends.values().copied().fold(self.worst_of_left, Exit::max)
    }
}
