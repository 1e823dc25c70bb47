//! Keeps machines: reads what a source tells of them, follows their states, and hands everything on to readers.
//!
//! It must never wait for a reader, nor end for the failure of one.

use std::collections::BTreeMap;
use std::pin::pin;

use qmp_events::Timestamp;
use qmp_events::machine::{Change, Input};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::journal::Journal;
use super::reader::{Happening, Observed, Reader};
use crate::notes::notes;
use crate::period::LogClock;
use crate::record::Record;
use crate::sources::origins::{OriginId, Origins};
use crate::sources::{News, Report, Source};
use crate::state::states::States;
use crate::terminal::line::line;
use crate::terminal::palette::{Style, paint};

/// How many connections there should be, and how many there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Population {
    pub(crate) connected: usize,
    pub(crate) all: usize,
}

/// What is known of machines, and who wants to know.
pub(crate) struct Keeper {
    origins: Origins,
    states: States,
    /// Which connections are up.
    connections: BTreeMap<OriginId, bool>,
    population: watch::Sender<Population>,
    readers: Vec<Box<dyn Reader>>,
    journal: Journal,
    /// The failure of a reader, the first one.
    failure: anyhow::Result<()>,
}

impl Keeper {
    pub(crate) fn new(readers: Vec<Box<dyn Reader>>, journal: Journal) -> Self {
        let (origins, states) = (Origins::new(Vec::new()), States::default());
        let (connections, population) = (BTreeMap::new(), watch::Sender::default());
        Keeper { origins, states, connections, population, readers, journal, failure: Ok(()) }
    }

    /// How many connections are up, whenever that changes.
    pub(crate) fn population(&self) -> watch::Receiver<Population> {
        self.population.subscribe()
    }

    /// Keeps the machines of a source until it ends, or until `end` is ready, or no reader is left.
    ///
    /// # Errors
    ///
    /// If the source fails.
    pub(crate) async fn keep(
        &mut self,
        source: &mut impl Source,
        end: impl Future<Output = ()>,
    ) -> anyhow::Result<()> {
        let mut end = pin!(end);
        for (number, origin) in source.origins().into_iter().enumerate() {
            self.take(Report { origin: number, machine: None, news: News::Arrived(origin) });
        }
        while !self.readers.is_empty() {
            while let Some(report) = source.next() {
                let number = report.origin;
                if let Some(id) = self.take(report) {
                    while let Some(query) = self.states.next_query(id) {
                        source.ask(number, query);
                    }
                }
            }
            tokio::select! {
                biased;
                () = &mut end => break,
                more = source.wait() => if !more? {
                    break;
                }
            }
        }
        Ok(())
    }

    /// Has the readers finish, all at the same time.
    ///
    /// # Errors
    ///
    /// The first failure of a reader since the start.
    pub(crate) async fn finish(self) -> anyhow::Result<()> {
        let Keeper { readers, journal, mut failure, .. } = self;
        let mut finishing = JoinSet::new();
        for reader in readers {
            let name = reader.name();
            let finish = reader.finish();
            finishing.spawn(async move { finish.await.map_err(|error| (name, error)) });
        }
        for finished in finishing.join_all().await {
            if let Err((name, error)) = finished {
                failure = failure.and(Err(noted(&journal, name, error)));
            }
        }
        failure
    }

    /// Takes in what is told of a machine; which one, if it is known.
    fn take(&mut self, report: Report) -> Option<OriginId> {
        let Report { origin: number, machine, news } = report;
        if let News::Arrived(origin) = news {
            let is_known = self.origins.find(number, None).is_some();
            self.origins.add(number, origin);
            let id = self.origins.find(number, None)?;
            self.tell(id, &if is_known { Happening::Renamed } else { Happening::Arrived });
            return Some(id);
        }
        // An answer may come after the machine has left.
        let id = self.origins.find(number, machine)?;
        let title = self.origins.get(id).map_or("", |origin| origin.title.as_str());
        notes(title, &news).into_iter().for_each(|line| self.journal.note(line));
        self.count(id, &news);
        match news {
            News::Event { message, place, logged } => {
                let mut record = Record::new(message);
                record.time = LogClock::default().choose(record.time, logged);
                self.follow(
                    id,
                    record.time,
                    Some(Input::Event(&record.message)),
                    &Happening::Event(&record, place),
                );
            }
            News::Left => {
                self.tell(id, &Happening::Left);
                self.origins.remove(id);
                self.states.forget(id);
                return None;
            }
            News::Answer { query, result } => {
                let changes = self.states.apply(id, None, Input::Reply(query, result.as_deref()));
                self.tell_changes(id, &changes, None);
            }
            news => {
                if let News::Connected(greeting) = &news {
                    self.origins.set_version(id, greeting);
                }
                if let Some(happening) = happening(&news) {
                    self.follow(id, None, news.input(), &happening);
                }
            }
        }
        Some(id)
    }

    /// Counts the connections that are up.
    fn count(&mut self, id: OriginId, news: &News) {
        let before = match news {
            News::Reachable(_) => self.connections.insert(id, self.connections.get(&id) == Some(&true)),
            News::Connected(_) | News::Listening(_) => self.connections.insert(id, true),
            News::Disconnected(_) => self.connections.insert(id, false),
            News::Left => self.connections.remove(&id),
            _ => return,
        };
        if before != self.connections.get(&id).copied() {
            let connected = self.connections.values().filter(|is_up| **is_up).count();
            self.population.send_replace(Population { connected, all: self.connections.len() });
        }
    }

    /// Follows the state of a machine, and tells what happened and what that changed.
    fn follow(
        &mut self,
        id: OriginId,
        time: Option<Timestamp>,
        input: Option<Input<'_>>,
        happening: &Happening<'_>,
    ) {
        let changes = input.map(|input| self.states.apply(id, time, input)).unwrap_or_default();
        self.tell(id, happening);
        self.tell_changes(id, &changes, time);
    }

    fn tell_changes(&mut self, id: OriginId, changes: &[Change], time: Option<Timestamp>) {
        if !changes.is_empty() {
            self.tell(id, &Happening::Changed(changes, time));
        }
    }

    /// Tells all readers; those that fail leave.
    fn tell(&mut self, id: OriginId, happening: &Happening<'_>) {
        let Some(origin) = self.origins.get(id) else { return };
        let machine = Observed { id, origin, state: self.states.get(id) };
        let mut failures = Vec::new();
        self.readers.retain_mut(|reader| match reader.take(&machine, happening) {
            Ok(()) => true,
            Err(error) => {
                failures.push(noted(&self.journal, reader.name(), error));
                false
            }
        });
        if let (Ok(()), Some(first)) = (&self.failure, failures.into_iter().next()) {
            self.failure = Err(first);
        }
    }
}

/// A failure of a reader, told.
fn noted(journal: &Journal, name: &str, error: anyhow::Error) -> anyhow::Error {
    let error = error.context(format!("{name} is given up"));
    journal.note(line![paint(Style::Error, "error: "), format_args!("{error:#}")]);
    error
}

/// What news of a connection mean to readers.
fn happening(news: &News) -> Option<Happening<'_>> {
    Some(match news {
        News::Reachable(client) => Happening::Reachable(client),
        News::Connected(greeting) => Happening::Connected(greeting),
        News::Listening(_) => Happening::Listening,
        News::Gap(peer) => Happening::Gap(*peer),
        News::Malformed { malformed, .. } => Happening::Malformed(malformed),
        News::Lagged(count) => Happening::Lagged(*count),
        News::Disconnected(cause) => Happening::Disconnected(cause),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use qmp_events::EventMessage;
    use qmp_events::tokio::Peer;

    use super::*;
    use crate::agent::journal::journal;
    use crate::agent::reader::Finish;
    use crate::sources::{Origin, Place};

    /// Tells what a script says.
    struct Scripted(Vec<(usize, News)>);

    impl Source for Scripted {
        fn origins(&self) -> Vec<Origin> {
            Vec::new()
        }

        fn next(&mut self) -> Option<Report> {
            let (origin, news) = self.0.pop()?;
            Some(Report { origin, machine: None, news })
        }

        async fn wait(&mut self) -> anyhow::Result<bool> {
            Ok(false)
        }
    }

    fn arrived(label: &str) -> News {
        News::Arrived(Origin { label: label.to_owned(), title: label.to_owned(), ..Origin::default() })
    }

    fn event(name: &str) -> News {
        let json = format!(r#"{{"event": "{name}", "timestamp": {{"seconds": 1, "microseconds": 0}}}}"#);
        let place = Place::Live { start: 0, count: 0 };
        News::decoded(EventMessage::decode(json.as_bytes()), place, None)
    }

    /// Keeps what it is told, until it fails.
    struct Recorder {
        told: Arc<Mutex<Vec<String>>>,
        fails_at: usize,
    }

    impl Reader for Recorder {
        fn name(&self) -> &'static str {
            "the recorder"
        }

        fn take(&mut self, machine: &Observed<'_>, happening: &Happening<'_>) -> anyhow::Result<()> {
            let mut told = self.told.lock().expect("no panic");
            anyhow::ensure!(told.len() < self.fails_at, "the tape is full");
            let text = match happening {
                Happening::Event(record, _) => record.message.event.name().to_owned(),
                Happening::Changed(..) => format!("runs: {:?}", machine.state.run().running),
                other => format!("{other:?}"),
            };
            told.push(format!("{}: {text}", machine.origin.label));
            Ok(())
        }

        fn finish(self: Box<Self>) -> Finish {
            Box::pin(async move {
                self.told.lock().expect("no panic").push("finished".to_owned());
                Ok(())
            })
        }
    }

    /// What each of two readers was told, and how it ended.
    async fn keep(
        mut script: Vec<(usize, News)>,
        fails_at: usize,
    ) -> (Vec<String>, Vec<String>, Option<String>) {
        script.reverse();
        let (journal, _printer) = journal();
        let tapes: [Arc<Mutex<Vec<String>>>; 2] = Default::default();
        let recorder = |tape: usize, fails_at| -> Box<dyn Reader> {
            Box::new(Recorder { told: tapes[tape].clone(), fails_at })
        };
        let readers = vec![recorder(0, fails_at), recorder(1, usize::MAX)];
        let mut keeper = Keeper::new(readers, journal);
        keeper.keep(&mut Scripted(script), std::future::pending()).await.expect("the source does not fail");
        let failure = keeper.finish().await.err().map(|error| format!("{error:#}"));
        let [first, second] = tapes.map(|tape| std::mem::take(&mut *tape.lock().expect("no panic")));
        (first, second, failure)
    }

    #[tokio::test]
    async fn readers_are_told_everything_in_order_from_arrival_to_leaving() {
        let script = vec![
            (3, arrived("web")),
            (3, event("STOP")),
            (3, arrived("www")),
            (3, News::Gap(Peer::Same)),
            (3, News::Left),
            (3, event("RESUME")),
        ];
        let (first, second, failure) = keep(script, usize::MAX).await;
        let expected = [
            "web: Arrived",
            "web: STOP",
            "web: runs: Some(false)",
            "www: Renamed",
            "www: Gap(Same)",
            "www: runs: None",
            "www: Left",
            "finished",
        ];
        assert_eq!(first, expected);
        assert_eq!(second, expected);
        assert_eq!(failure, None);
    }

    #[tokio::test]
    async fn the_failure_of_a_reader_is_told_at_the_end_and_ends_no_other() {
        let script = vec![(0, arrived("a")), (0, event("POWERDOWN")), (1, arrived("b")), (1, News::Left)];
        let (first, second, failure) = keep(script, 1).await;
        assert_eq!(first, ["a: Arrived"]);
        assert_eq!(second, ["a: Arrived", "a: POWERDOWN", "b: Arrived", "b: Left", "finished"]);
        assert_eq!(failure.as_deref(), Some("the recorder is given up: the tape is full"));
    }
}
