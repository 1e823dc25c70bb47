//! Running machines. Each connection is read by a task of its own, so that a slow output never makes
//! a QEMU wait; what a slow output misses is counted.

use std::collections::{BTreeMap, VecDeque};

use qmp_events::machine::Query;
use qmp_events::tokio::{Client, Item, Options};
use qmp_events::{Error, EventMessage, Timestamp};
use tokio::sync::mpsc;

use super::arrivals::{Arrivals, Numbered, Receipt, Told};
use super::machine::Machine;
use super::machines::Machines;
use super::roster::Roster;
use super::uri::uri_reference;
use super::{News, Origin, Place, Report, Source};

/// Running machines: those that were named, and those that come.
pub(crate) struct Live {
    /// By the number of the machine.
    clients: BTreeMap<usize, Client>,
    /// The machines that were named.
    origins: Vec<Origin>,
    told: mpsc::Receiver<Numbered>,
    /// For those who bring answers; it keeps nothing alive.
    answers: mpsc::WeakSender<Numbered>,
    ready: VecDeque<Numbered>,
    /// For what is printed by the time that more is waited for.
    receipts: Vec<Receipt>,
    start: i64,
    count: u64,
}

impl Live {
    /// Begins to connect to the machines that are named, and to look for others. Lines say whose they are, unless
    /// there is only one machine.
    ///
    /// # Errors
    ///
    /// If that cannot begin.
    pub(crate) async fn open(sources: &[Machines], options: Options) -> anyhow::Result<Self> {
        let has_labels = !matches!(sources, [source] if source.named().is_some());
        // Whether a name with wildcards is one of a file, the file decides.
        let (named, others): (Vec<_>, Vec<_>) =
            sources.iter().map(|source| (source.named(), source)).partition(|(named, _)| named.is_some());
        let named: Vec<Machine> = named.into_iter().filter_map(|(machine, _)| machine).collect();
        let (live, arrivals) = Self::connect_all(&named, has_labels, options);
        for (_, source) in others {
            source.start(&arrivals, options).await?;
        }
        Ok(live)
    }

    /// No machines yet; the roster adds them. Lines always say whose they are.
    pub(crate) fn with_roster(options: Options) -> (Self, Roster) {
        let (live, arrivals) = Self::connect_all(&[], true, options);
        (live, Roster::new(arrivals, options))
    }

    fn connect_all(machines: &[Machine], has_labels: bool, options: Options) -> (Self, Arrivals) {
        let (arrivals, answers, told) = Arrivals::channel(machines.len(), has_labels);
        let mut live = Live {
            clients: BTreeMap::new(),
            origins: Vec::with_capacity(machines.len()),
            told,
            answers,
            ready: VecDeque::new(),
            receipts: Vec::new(),
            start: jiff::Timestamp::now().as_microsecond(),
            count: 0,
        };
        for (number, machine) in machines.iter().enumerate() {
            let (client, items) = machine.endpoint.start(&options);
            live.ready.push_back((number, Told::Reachable(client.clone())));
            live.clients.insert(number, client.clone());
            let name = machine.endpoint.to_string();
            let source = uri_reference(&name);
            live.origins.push(arrivals.origin(&machine.label, name, source));
            let announced = arrivals.named(number);
            tokio::spawn(async move { announced.serve(&client, items.raw()).await });
        }
        (live, arrivals)
    }

    fn event(&mut self, json: &[u8], logged: Option<Timestamp>) -> News {
        News::decoded(EventMessage::decode(json), self.next_place(), logged)
    }

    fn next_place(&mut self) -> Place {
        self.count += 1;
        Place::Live { start: self.start, count: self.count }
    }

    /// The connection to the first machine that was named.
    pub(crate) fn first_client(&self) -> Option<&Client> {
        self.clients.get(&0)
    }
}

impl Source for Live {
    fn origins(&self) -> Vec<Origin> {
        self.origins.clone()
    }

    fn next(&mut self) -> Option<Report> {
        loop {
            let (origin, told) = self.ready.pop_front().or_else(|| self.told.try_recv().ok())?;
            let news = match told {
                Told::Arrived(arrived) => News::Arrived(arrived),
                Told::Reachable(client) => {
                    self.clients.insert(origin, client.clone());
                    News::Reachable(client)
                }
                Told::Item(Item::Event(json)) => self.event(&json, None),
                Told::Logged(json, logged) => self.event(&json, logged),
                Told::Message(message, logged) => News::Event { message, place: self.next_place(), logged },
                Told::Listening(uri) => News::Listening(uri),
                Told::Reading(servers) => News::Reading(servers),
                Told::Dropped(count) => News::Dropped(count),
                Told::Receipt(receipt) => {
                    self.receipts.push(receipt);
                    continue;
                }
                Told::Item(Item::Connected(greeting)) => News::Connected(greeting),
                Told::Item(Item::Malformed(malformed)) => News::Malformed { malformed, line: None },
                Told::Item(Item::Lagged { missed }) => News::Lagged(missed),
                Told::Item(Item::Gap(gap)) => News::Gap(gap.peer),
                Told::Gap(peer) => News::Gap(peer),
                Told::Item(Item::Disconnected(cause)) => News::Disconnected(cause),
                Told::Item(_) => continue,
                Told::Answer(query, result) => News::Answer { query, result },
                Told::Remark(text) => News::Remark(text),
                Told::Trouble(text) => News::Trouble(text),
                Told::Left => {
                    self.clients.remove(&origin);
                    News::Left
                }
            };
            return Some(Report { origin, machine: None, news });
        }
    }

    fn ask(&mut self, origin: usize, query: Query) {
        let (Some(client), Some(sender)) = (self.clients.get(&origin).cloned(), self.answers.upgrade())
        else {
            return;
        };
        tokio::spawn(async move {
            let result = match client.execute(query.command(), None).await {
                Ok(value) => Ok(value.to_string()),
                Err(Error::Command(error)) => Err(error),
                // The connection has ended, as its items say.
                Err(_) => return,
            };
            // Nobody listens if the program ends.
            let _ = sender.send((origin, Told::Answer(query, result))).await;
        });
    }

    async fn wait(&mut self) -> anyhow::Result<bool> {
        self.receipts.drain(..).for_each(|receipt| receipt());
        let told = self.told.recv().await;
        let more = told.is_some();
        self.ready.extend(told);
        Ok(more)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_machine_that_comes_later_is_told_until_it_leaves() {
        let (mut live, arrivals) = Live::connect_all(&[], true, Options::new());
        let task = tokio::spawn(async move {
            let machine = arrivals.announce("web", "unix:/a".to_owned(), "unix:/a".to_owned()).await?;
            machine.tell(Item::Event(br#"{"event": "STOP"}"#.as_slice().into())).await;
            machine.trouble("a fault".to_owned()).await;
            machine.leave().await;
            Some(())
        });
        let mut told = Vec::new();
        loop {
            while let Some(Report { origin, news, .. }) = live.next() {
                told.push((
                    origin,
                    match news {
                        News::Arrived(origin) => origin.label,
                        News::Event { message, .. } => message.event.name().to_owned(),
                        News::Trouble(text) => text,
                        News::Left => "left".to_owned(),
                        other => format!("{other:?}"),
                    },
                ));
            }
            if !live.wait().await.expect("no failure") {
                break;
            }
        }
        task.await.expect("no panic").expect("it is read");
        let expected = ["web", "STOP", "a fault", "left"];
        assert_eq!(told, expected.map(|text| (0, text.to_owned())));
    }
}
