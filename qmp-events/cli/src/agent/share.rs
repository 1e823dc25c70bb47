//! A socket for each machine, on which many QMP clients see its events.
//!
//! Each is served by a task of its own. A machine with a client is shared as it comes from that: its bytes, and its
//! replies. One without, such as a domain of libvirt, is fed with what the keeper tells, from its first event on:
//! what has neither client nor events is only a way to machines.

use std::collections::{BTreeMap, HashMap};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use qmp_events::Endpoint;
use qmp_events::protocol::Greeting;
use qmp_events::tokio::{Client, Share, ShareOptions};
use tokio::sync::Mutex;
use tokio::sync::mpsc::{self, error::TrySendError};
use tokio::task::JoinSet;

use super::journal::Journal;
use super::reader::{Finish, Happening, Observed, Reader};
use crate::percent;
use crate::record::Record;
use crate::sources::origins::OriginId;
use crate::terminal::line::line;
use crate::terminal::palette::{Style, paint};

/// How many orders wait for a machine's task, and how many events of its client.
const QUEUE: usize = 16 << 10;

/// What the names of all sockets end with.
const ENDING: &str = ".qmp";

/// Shares all machines.
pub(crate) struct ShareAll {
    directory: PathBuf,
    options: ShareOptions,
    journal: Journal,
    machines: BTreeMap<OriginId, Shared>,
    places: HashMap<String, Place>,
    tasks: JoinSet<()>,
}

/// A machine that is here.
struct Shared {
    name: String,
    orders: mpsc::Sender<Order>,
    client: Option<Client>,
    /// Whether its clients are greeted, if it has no client of its own.
    is_greeted: bool,
    /// Events for which there was no room.
    missed: u64,
}

/// A socket's file: locked while there is one, and whether a machine has it.
#[derive(Default)]
struct Place {
    lock: Arc<Mutex<()>>,
    is_taken: bool,
}

/// What a machine's task is to do.
enum Order {
    /// Share what comes over this.
    Forward(Client),
    Greet,
    Send(String),
    Lagged(u64),
    End,
}

impl ShareAll {
    /// # Errors
    ///
    /// If there is no such directory, and it cannot be made.
    pub(crate) fn open(directory: &Path, allowed: &[String], journal: Journal) -> anyhow::Result<Self> {
        make_directory(directory).with_context(|| format!("cannot make {}", directory.display()))?;
        Ok(ShareAll {
            directory: directory.to_owned(),
            options: ShareOptions::new().allow(allowed),
            journal,
            machines: BTreeMap::new(),
            places: HashMap::new(),
            tasks: JoinSet::new(),
        })
    }

    /// The machine, which is shared from now on if it is not yet.
    fn shared(&mut self, machine: &Observed<'_>) -> &mut Shared {
        let known = self.machines.remove(&machine.id);
        let shared = known.unwrap_or_else(|| self.share(&machine.origin.title));
        self.machines.entry(machine.id).or_insert(shared)
    }

    /// Begins to share a machine that is called like this.
    fn share(&mut self, title: &str) -> Shared {
        // Nothing is kept of those that have ended.
        while self.tasks.try_join_next().is_some() {}
        self.places.retain(|_, place| place.is_taken || Arc::strong_count(&place.lock) > 1);
        let name = self.free_name(title);
        let place = self.places.entry(name.clone()).or_default();
        place.is_taken = true;
        let (orders, queue) = mpsc::channel(QUEUE);
        let task = Task {
            path: self.directory.join(&name),
            options: self.options.clone(),
            title: title.to_owned(),
            journal: self.journal.clone(),
            lock: place.lock.clone(),
            orders: queue,
        };
        self.tasks.spawn(task.run());
        Shared { name, orders, client: None, is_greeted: false, missed: 0 }
    }

    /// Ends the sharing of a machine. The client that it had, if any.
    fn remove(&mut self, id: OriginId) -> Option<Client> {
        let Shared { name, client, .. } = self.machines.remove(&id)?;
        if let Some(place) = self.places.get_mut(&name) {
            place.is_taken = false;
        }
        client
    }

    /// The name of a socket for a machine that is called like this: its own, or one with a number if another
    /// machine has that.
    fn free_name(&self, title: &str) -> String {
        let stem = file_stem(title);
        let numbered = (2..).map(|number: usize| format!("{stem}-{number}{ENDING}"));
        let mut names = std::iter::once(format!("{stem}{ENDING}")).chain(numbered);
        let is_free = |name: &String| self.places.get(name).is_none_or(|place| !place.is_taken);
        names.find(is_free).unwrap_or_default()
    }
}

impl Reader for ShareAll {
    fn name(&self) -> &'static str {
        "sharing"
    }

    fn take(&mut self, machine: &Observed<'_>, happening: &Happening<'_>) -> anyhow::Result<()> {
        match happening {
            Happening::Reachable(client) => self.shared(machine).forward(client),
            Happening::Event(record, _) => self.shared(machine).send(record),
            Happening::Renamed => {
                if let Some(client) = self.remove(machine.id) {
                    self.shared(machine).forward(&client);
                }
            }
            Happening::Left => drop(self.remove(machine.id)),
            happening => {
                if let Some(shared) = self.machines.get_mut(&machine.id) {
                    shared.take(happening);
                }
            }
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Finish {
        // Each task ends when nobody can order anything any more.
        self.machines.clear();
        Box::pin(async move {
            self.tasks.join_all().await;
            Ok(())
        })
    }
}

impl Shared {
    fn forward(&mut self, client: &Client) {
        self.client = Some(client.clone());
        self.order(Order::Forward(client.clone()));
    }

    /// Sends an event, unless the client tells it.
    fn send(&mut self, record: &Record) {
        if self.client.is_none() {
            if !std::mem::replace(&mut self.is_greeted, true) {
                self.order(Order::Greet);
            }
            self.order(Order::Send(record.json().to_owned()));
        }
    }

    /// Takes in what is told of the connection, unless the client tells it.
    fn take(&mut self, happening: &Happening<'_>) {
        match happening {
            _ if self.client.is_some() => {}
            Happening::Lagged(missed) => self.order(Order::Lagged(*missed)),
            Happening::Disconnected(_) | Happening::Gap(_) => {
                self.is_greeted = false;
                self.order(Order::End);
            }
            _ => {}
        }
    }

    /// Puts an order in the queue. If there is no room, it is counted as an event that was missed.
    fn order(&mut self, order: Order) {
        if self.missed > 0 && self.orders.try_send(Order::Lagged(self.missed)).is_ok() {
            self.missed = 0;
        }
        // The task has ended if the machine cannot be shared, as it said.
        if let Err(TrySendError::Full(_)) = self.orders.try_send(order) {
            self.missed += 1;
        }
    }
}

/// What serves the socket of a machine.
struct Task {
    path: PathBuf,
    options: ShareOptions,
    title: String,
    journal: Journal,
    lock: Arc<Mutex<()>>,
    orders: mpsc::Receiver<Order>,
}

impl Task {
    async fn run(mut self) {
        // One that had the same name may still be on its way out.
        let lock = self.lock.clone();
        let _lock = lock.lock().await;
        match self.options.clone().bind(Endpoint::from(&self.path)).await {
            Ok(mut share) => {
                let text = format!("shared at {}", self.path.display());
                self.journal.note(line![paint(Style::Label, &self.title), ": ", text]);
                self.serve(&mut share).await;
                share.close().await;
            }
            Err(error) => self.complain(&error),
        }
    }

    /// Does what is ordered, until nothing more will be.
    async fn serve(&mut self, share: &mut Share) {
        let mut next = self.orders.recv().await;
        while let Some(order) = next.take() {
            match order {
                Order::Forward(client) => {
                    let items = client.subscribe().with_capacity(QUEUE);
                    tokio::select! {
                        () = share.forward(client, items) => {}
                        order = self.orders.recv() => {
                            share.disconnected();
                            next = order;
                            continue;
                        }
                    }
                }
                Order::Greet => share.connected(Arc::new(Greeting::default())),
                Order::Send(json) => share.event(json.as_bytes()),
                Order::Lagged(missed) => share.lagged(missed),
                Order::End => share.disconnected(),
            }
            next = self.orders.recv().await;
        }
    }

    fn complain(&self, error: &io::Error) {
        let path = self.path.display();
        let length = self.path.as_os_str().len();
        let advice = match error.kind() {
            io::ErrorKind::InvalidInput => {
                format!(
                    " (it has {length} bytes: take a shorter directory, or name the machine LABEL=ENDPOINT)"
                )
            }
            _ => String::new(),
        };
        let text = format!("is not shared: {path}: {error}{advice}");
        self.journal.note(line![paint(Style::Label, &self.title), ": ", paint(Style::Error, text)]);
    }
}

/// A label as the name of a file: what is unsafe in one is percent-encoded.
fn file_stem(label: &str) -> String {
    let stem =
        percent::encode(label, |character| character.is_alphanumeric() || ".-_@:+=,[]".contains(character));
    match stem.strip_prefix('.') {
        Some(rest) => format!("%2E{rest}"),
        None => stem,
    }
}

/// Makes a directory for its owner alone, if there is none.
fn make_directory(path: &Path) -> io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_safe_as_names_of_files() {
        assert_eq!(file_stem("web"), "web");
        assert_eq!(file_stem("host/web 1"), "host%2Fweb%201");
        assert_eq!(file_stem("..ü\n%"), "%2E.ü%0A%25");
        assert_eq!(file_stem("[::1]:4444"), "[::1]:4444");
    }
}
