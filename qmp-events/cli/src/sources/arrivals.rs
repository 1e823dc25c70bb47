//! Machines that come and go while others are watched. A task announces a machine, tells what it gives,
//! and says when it has left for good. A slow output makes the task wait, never the program's memory grow.

use std::collections::BTreeSet;
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use qmp_events::machine::Query;
use qmp_events::protocol::CommandError;
use qmp_events::tokio::{Client, Identity, Item, Peer, Subscription};
use qmp_events::{Disconnected, EventMessage, Timestamp};
use tokio::sync::{mpsc, watch};

use super::Origin;

/// How many items wait, from each machine; more are dropped and counted.
pub(super) const QUEUE: usize = 16 << 10;

/// How many items wait between these queues and the reader.
const CHANNEL: usize = 64;

/// A message as it came.
pub(super) type Json = Arc<[u8]>;

/// What is told of a machine.
#[cfg_attr(not(feature = "nats"), expect(dead_code, reason = "a broker tells more than a monitor"))]
pub(super) enum Told {
    Arrived(Origin),
    /// A connection over which it can be asked.
    Reachable(Client),
    Item(Item<Json>),
    /// It came again; whether it is the one from before.
    Gap(Peer),
    /// An event, and when it was logged.
    Logged(Json, Option<Timestamp>),
    /// An event that was decoded, and when it happened by the one who hands it on.
    Message(Box<EventMessage>, Option<Timestamp>),
    /// The connection to a broker was made, by the name of its servers.
    Reading(String),
    /// So many messages never reached the broker.
    Dropped(u64),
    /// To be called when all that was told before is printed.
    Receipt(Receipt),
    /// There is a way on which events come, through libvirt at this URI.
    Listening(String),
    Answer(Query, Result<String, CommandError>),
    /// Something that is not about a connection.
    Remark(String),
    /// Something went wrong that ends no connection.
    Trouble(String),
    Left,
}

/// What is to be done when something was printed.
pub(super) type Receipt = Box<dyn FnOnce() + Send>;

/// What was told, after the machine's number.
pub(super) type Numbered = (usize, Told);

/// Where machines are announced; cloned for each task that does. The source ends when all clones and all
/// that was announced are gone.
#[derive(Clone)]
pub(crate) struct Arrivals {
    sender: mpsc::Sender<Numbered>,
    next: Arc<AtomicUsize>,
    /// Whether lines say whose they are.
    has_labels: bool,
    tenure: Tenure,
}

/// For how long a source of machines is wanted; its tasks hold it.
#[derive(Clone)]
struct Tenure {
    is_wanted: watch::Receiver<bool>,
    /// The machines that were announced and have not left.
    present: Arc<Mutex<BTreeSet<usize>>>,
    /// A receiver of it is held for each socket on which the source listens.
    listening: watch::Sender<()>,
}

/// Held for as long as a source listens on a socket.
pub(super) struct Listening(#[expect(dead_code, reason = "it is counted")] watch::Receiver<()>);

/// The sockets on which a dismissed source may still listen.
pub(super) struct Closing(watch::Sender<()>);

impl Closing {
    /// Waits until it listens on none.
    pub(super) async fn done(self) {
        self.0.closed().await;
    }
}

/// Ends a source of machines.
pub(super) struct Dismissal {
    is_wanted: watch::Sender<bool>,
    listening: watch::Sender<()>,
    sender: mpsc::Sender<Numbered>,
    present: Arc<Mutex<BTreeSet<usize>>>,
}

impl Tenure {
    fn new() -> (Self, watch::Sender<bool>) {
        let (sender, is_wanted) = watch::channel(true);
        let (listening, _) = watch::channel(());
        (Tenure { is_wanted, present: Arc::default(), listening }, sender)
    }

    /// Waits until the source is dismissed.
    async fn ended(&self) {
        let mut is_wanted = self.is_wanted.clone();
        if is_wanted.wait_for(|is_wanted| !is_wanted).await.is_err() {
            // Nobody can dismiss it any more.
            std::future::pending().await
        }
    }
}

impl Dismissal {
    /// Ends the source: its tasks close their connections and tell the rest of them, and then its machines leave.
    pub(super) fn dismiss(self) -> Closing {
        let closing = Closing(self.listening.clone());
        self.is_wanted.send_replace(false);
        tokio::spawn(async move {
            // Until all tasks have ended.
            self.is_wanted.closed().await;
            let present = std::mem::take(&mut *self.present.lock().unwrap_or_else(PoisonError::into_inner));
            for number in present {
                // Nobody listens if the program ends.
                let _ = self.sender.send((number, Told::Left)).await;
            }
        });
        closing
    }
}

impl Arrivals {
    /// The machines that the reader knows from the start have the numbers before `first`. The weak sender
    /// keeps nothing alive.
    pub(super) fn channel(
        first: usize,
        has_labels: bool,
    ) -> (Self, mpsc::WeakSender<Numbered>, mpsc::Receiver<Numbered>) {
        let (sender, told) = mpsc::channel(CHANNEL);
        let weak = sender.downgrade();
        let (tenure, _) = Tenure::new();
        (Arrivals { sender, next: Arc::new(first.into()), has_labels, tenure }, weak, told)
    }

    /// The same for a source that can be dismissed.
    pub(super) fn dismissible(&self) -> (Self, Dismissal) {
        let (tenure, is_wanted) = Tenure::new();
        let Tenure { present, listening, .. } = tenure.clone();
        let dismissal = Dismissal { is_wanted, listening, sender: self.sender.clone(), present };
        (Arrivals { tenure, ..self.clone() }, dismissal)
    }

    /// A machine that comes, by its label, what errors call it, and a URI reference for it. `None` if the
    /// program ends.
    pub(super) async fn announce(&self, label: &str, name: String, source: String) -> Option<Announced> {
        let machine = self.named(self.next.fetch_add(1, Ordering::Relaxed));
        machine.present().insert(machine.number);
        let origin = self.origin(label, name, source);
        machine.send(Told::Arrived(origin)).await.then_some(machine)
    }

    /// The source listens on a socket, until what is given is dropped.
    pub(super) fn listening(&self) -> Listening {
        Listening(self.tenure.listening.subscribe())
    }

    /// Waits until the program ends, or the source is dismissed.
    pub(super) async fn closed(&self) {
        tokio::select! {
            () = self.sender.closed() => {}
            () = self.tenure.ended() => {}
        }
    }

    /// A machine that the reader knows from the start.
    pub(super) fn named(&self, number: usize) -> Announced {
        let (sender, tenure) = (self.sender.clone(), self.tenure.clone());
        Announced { number, sender, identity: None, tenure }
    }

    /// A machine whose notes begin with its label, and its lines if they say whose they are.
    pub(super) fn origin(&self, label: &str, name: String, source: String) -> Origin {
        let title = label.to_owned();
        let label = if self.has_labels { title.clone() } else { String::new() };
        Origin { label, title, name, source, qemu: None }
    }
}

/// A machine that was announced.
pub(crate) struct Announced {
    number: usize,
    sender: mpsc::Sender<Numbered>,
    /// Which QEMU its last connection was to.
    identity: Option<Identity>,
    tenure: Tenure,
}

impl Announced {
    /// Tells all that a connection gives, and how it ended; `None` if the program ends, or the source was dismissed:
    /// then the connection is closed here. It waits if the reader is slow; then the subscription drops items and
    /// counts them.
    pub(super) async fn serve(&self, client: &Client, mut items: Subscription<Json>) -> Option<Disconnected> {
        let mut end = None;
        let mut dismissed = pin!(self.tenure.ended());
        let mut is_closing = false;
        loop {
            let item = tokio::select! {
                () = &mut dismissed, if !is_closing => {
                    is_closing = true;
                    client.close();
                    continue;
                }
                item = items.next() => item,
            };
            let Some(item) = item else { break };
            if let Item::Disconnected(cause) = &item {
                end = Some(cause.clone());
            }
            if !self.tell(item).await {
                return None;
            }
        }
        end.filter(|_| !is_closing)
    }

    /// Tells one thing; false if the program ends.
    pub(super) async fn tell(&self, item: Item<Json>) -> bool {
        self.send(Told::Item(item)).await
    }

    /// Tells an event of which another program says when it came; false if the program ends.
    pub(super) async fn tell_logged(&self, json: Json, logged: Option<Timestamp>) -> bool {
        self.send(Told::Logged(json, logged)).await
    }

    /// Events come through libvirt from now on; false if the program ends.
    pub(super) async fn listens(&self, uri: String) -> bool {
        self.send(Told::Listening(uri)).await
    }

    /// It can be asked over this connection from now on. If it had one before, events may be missing here; false
    /// if the program ends.
    pub(super) async fn connected(&mut self, client: Client, identity: Identity) -> bool {
        if let Some(previous) = self.identity.replace(identity)
            && !self.send(Told::Gap(identity.compare(previous))).await
        {
            return false;
        }
        self.send(Told::Reachable(client)).await
    }

    /// It can be asked over this series of connections; false if the program ends.
    pub(super) async fn reachable(&self, client: Client) -> bool {
        self.send(Told::Reachable(client)).await
    }

    /// It is called otherwise from here on.
    pub(super) async fn rename(
        &self,
        arrivals: &Arrivals,
        label: &str,
        name: String,
        source: String,
    ) -> bool {
        self.send(Told::Arrived(arrivals.origin(label, name, source))).await
    }

    /// Tells of something that is not about a connection.
    pub(super) async fn remark(&self, text: String) -> bool {
        self.send(Told::Remark(text)).await
    }

    /// Tells of something that went wrong and ends no connection.
    pub(super) async fn trouble(&self, text: String) -> bool {
        self.send(Told::Trouble(text)).await
    }

    fn present(&self) -> std::sync::MutexGuard<'_, BTreeSet<usize>> {
        self.tenure.present.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// It has left for good: nothing is kept of it.
    pub(super) async fn leave(self) {
        self.present().remove(&self.number);
        self.send(Told::Left).await;
    }

    async fn send(&self, told: Told) -> bool {
        self.sender.send((self.number, told)).await.is_ok()
    }
}

/// What a broker tells besides.
#[cfg(feature = "nats")]
impl Announced {
    /// Tells an event that was decoded elsewhere; false if the program ends.
    pub(super) async fn tell_message(&self, message: Box<EventMessage>, time: Option<Timestamp>) -> bool {
        self.send(Told::Message(message, time)).await
    }

    /// Events are read from a broker from now on; false if the program ends.
    pub(super) async fn reads(&self, servers: &str) -> bool {
        self.send(Told::Reading(servers.to_owned())).await
    }

    /// It came again; events may be missing here. False if the program ends.
    pub(super) async fn gap(&self, peer: Peer) -> bool {
        self.send(Told::Gap(peer)).await
    }

    /// So many of its messages are missing here; false if the program ends.
    pub(super) async fn dropped(&self, count: u64) -> bool {
        self.send(Told::Dropped(count)).await
    }

    /// Has something done when all that was told is printed; false if the program ends.
    pub(super) async fn printed(&self, receipt: Receipt) -> bool {
        self.send(Told::Receipt(receipt)).await
    }
}
