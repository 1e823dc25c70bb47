//! Running machines. Each connection is read by a task of its own, so that a slow output never makes
//! a QEMU wait; what a slow output misses is counted.

use std::collections::VecDeque;
use std::sync::Arc;

use qmp_events::Error;
use qmp_events::machine::Query;
use qmp_events::protocol::CommandError;
use qmp_events::tokio::{Client, Item, Options, Subscription};
use tokio::sync::mpsc;

use super::machine::Machine;
use super::uri::uri_reference;
use super::{News, Origin, Place, Report, Source};

/// How many items wait, from each machine; more are dropped and counted.
const QUEUE: usize = 16 << 10;

/// How many items wait between these queues and the reader.
const CHANNEL: usize = 64;

/// A message as it came.
type Json = Arc<[u8]>;

/// What a connection tells.
enum Told {
    Item(Item<Json>),
    Answer(Query, Result<String, CommandError>),
}

/// Running machines.
pub(crate) struct Live {
    clients: Vec<Client>,
    origins: Vec<Origin>,
    items: mpsc::Receiver<(usize, Told)>,
    /// For those who bring answers; it keeps nothing alive.
    answers: mpsc::WeakSender<(usize, Told)>,
    ready: VecDeque<(usize, Told)>,
    /// The event that was told last.
    event: Json,
    start: i64,
    count: u64,
}

impl Live {
    /// Begins to connect to each machine.
    ///
    /// # Errors
    ///
    /// If an endpoint is not valid.
    pub(crate) fn connect(machines: &[Machine], options: Options) -> anyhow::Result<Self> {
        let (sender, items) = mpsc::channel(CHANNEL);
        let mut clients = Vec::with_capacity(machines.len());
        for (index, machine) in machines.iter().enumerate() {
            let (client, subscription) = options.start(&machine.endpoint)?;
            clients.push(client);
            tokio::spawn(forward(index, subscription.with_capacity(QUEUE).raw(), sender.clone()));
        }
        let has_labels = machines.len() > 1;
        let origin = |machine: &Machine| Origin {
            label: if has_labels { machine.label.clone() } else { String::new() },
            title: machine.label.clone(),
            name: machine.endpoint.to_string(),
            source: uri_reference(&machine.endpoint.to_string()),
            qemu: None,
        };
        Ok(Live {
            clients,
            answers: sender.downgrade(),
            origins: machines.iter().map(origin).collect(),
            items,
            ready: VecDeque::new(),
            event: Json::default(),
            start: jiff::Timestamp::now().as_microsecond(),
            count: 0,
        })
    }

    /// The connections, in the order of the machines.
    pub(crate) fn clients(&self) -> &[Client] {
        &self.clients
    }
}

/// Hands on what a machine's connection gives. It waits if the reader is slow; then the subscription
/// drops items and counts them.
async fn forward(index: usize, mut items: Subscription<Json>, sender: mpsc::Sender<(usize, Told)>) {
    while let Some(item) = items.next().await {
        if sender.send((index, Told::Item(item))).await.is_err() {
            return;
        }
    }
}

impl Source for Live {
    fn origins(&self) -> Vec<Origin> {
        self.origins.clone()
    }

    fn next(&mut self) -> Option<Report<'_>> {
        let (origin, told) = self.ready.pop_front().or_else(|| self.items.try_recv().ok())?;
        let item = match told {
            Told::Item(item) => item,
            Told::Answer(query, result) => {
                return Some(Report { origin, machine: None, news: News::Answer { query, result } });
            }
        };
        let news = match item {
            Item::Event(json) => {
                self.event = json;
                self.count += 1;
                let place = Place::Live { start: self.start, count: self.count };
                News::Event { json: &self.event, place, logged: None }
            }
            Item::Connected(greeting) => News::Connected(greeting),
            Item::Malformed(malformed) => News::Malformed { malformed, line: None },
            Item::Lagged { missed } => News::Lagged(missed),
            Item::Gap(gap) => News::Gap(gap),
            Item::Disconnected(cause) => News::Disconnected(cause),
            _ => return None,
        };
        Some(Report { origin, machine: None, news })
    }

    fn ask(&mut self, origin: usize, query: Query) {
        let (Some(client), Some(sender)) = (self.clients.get(origin).cloned(), self.answers.upgrade()) else {
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
        let item = self.items.recv().await;
        let more = item.is_some();
        self.ready.extend(item);
        Ok(more)
    }
}
