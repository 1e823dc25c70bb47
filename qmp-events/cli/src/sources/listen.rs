//! Machines that connect to us. Each is known by its name, and is the same machine when it comes again.
//!
//! Whoever can reach the socket can connect: nothing that a client sends or omits may keep others waiting for
//! long, or make the memory grow without a limit.

use std::collections::{HashMap, VecDeque};
use std::ffi::OsStr;
use std::fmt;
use std::io;
use std::pin::pin;
use std::time::{Duration, Instant};

use anyhow::Context;
use qmp_events::tokio::{Client, Identity, Listener, Options, Peer, Socket, Subscription};
use qmp_events::{Endpoint, EndpointError, Error};
use serde_json::Value;
use tokio::sync::mpsc;
use tokio::task::{AbortHandle, JoinSet};

use super::arrivals::{Announced, Arrivals, Json, Listening, QUEUE};
use super::uri::uri_reference;
use crate::handed_over;

/// How many handshakes run at a time.
const HANDSHAKES: usize = 64;

/// How long the answers to who it is may take, after the handshake.
const ANSWERS: Duration = Duration::from_secs(10);

/// The longest message from machines that nobody chose.
const MESSAGE_LIMIT: usize = 1 << 20;

/// How many machines are remembered; of more, those are forgotten that have left.
const REMEMBERED: usize = 1024;

/// The longest name, in characters.
const NAME: usize = 128;

/// How long to be silent after a trouble was told: clients may make as many as they like.
const SILENCE: Duration = Duration::from_secs(1);

/// How long to wait if nothing can be accepted, for too many open files for instance.
const PAUSE: Duration = Duration::from_secs(1);

/// Where machines connect.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Doorway {
    Endpoint(Endpoint),
    /// A socket that systemd hands over under this name.
    Systemd(String),
}

impl Doorway {
    /// Reads `unix:PATH`, `tcp:HOST:PORT` or `systemd:NAME`.
    pub(super) fn parse(text: &OsStr) -> Result<Self, EndpointError> {
        match text.to_str().and_then(|text| text.strip_prefix("systemd:")) {
            Some(name) => Ok(Doorway::Systemd(name.to_owned())),
            None => text.try_into().map(Doorway::Endpoint),
        }
    }

    async fn open(&self) -> io::Result<Listener> {
        match self {
            Doorway::Endpoint(endpoint) => Listener::bind(endpoint).await,
            Doorway::Systemd(name) => match handed_over::socket(name)? {
                handed_over::Socket::Tcp(listener) => Listener::from_tcp(listener),
                #[cfg(unix)]
                handed_over::Socket::Unix(listener) => Listener::from_unix(listener),
            },
        }
    }
}

impl fmt::Display for Doorway {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Doorway::Endpoint(endpoint) => endpoint.fmt(formatter),
            Doorway::Systemd(name) => write!(formatter, "systemd:{name}"),
        }
    }
}

/// Listens, and announces the machines that connect.
///
/// # Errors
///
/// If it cannot listen there.
pub(super) async fn listen(
    doorway: &Doorway,
    prefix: &str,
    arrivals: &Arrivals,
    options: Options,
) -> anyhow::Result<()> {
    let listener = doorway.open().await.with_context(|| format!("cannot listen on {doorway}"))?;
    let source = format!("listen:{}", listener.endpoint());
    let door = Door { listener, _listening: arrivals.listening() };
    let register = Register {
        arrivals: arrivals.clone(),
        prefix: prefix.to_owned(),
        source,
        known: HashMap::new(),
        numbered: 0,
        visits: 0,
    };
    tokio::spawn(accept(door, register, options.message_limit(MESSAGE_LIMIT)));
    Ok(())
}

/// The socket, and that it is open: in this order they are dropped.
struct Door {
    listener: Listener,
    _listening: Listening,
}

/// Accepts connections until the program ends, or the source is dismissed.
async fn accept(door: Door, mut register: Register, options: Options) -> Option<()> {
    let source = register.source.clone();
    let myself = register.arrivals.announce(&source, source.clone(), uri_reference(&source)).await?;
    myself.remark("waiting for machines to connect".to_owned()).await.then_some(())?;
    let mut trouble = Trouble { myself, last: None };
    let mut handshakes = Handshakes::default();
    let arrivals = register.arrivals.clone();
    let mut closed = pin!(arrivals.closed());
    loop {
        tokio::select! {
            () = &mut closed => return None,
            accepted = door.listener.accept() => match accepted {
                Ok(socket) => handshakes.begin(socket, options).await,
                Err(error) => {
                    trouble.tell(format!("cannot accept a connection: {error}")).await?;
                    tokio::time::sleep(PAUSE).await;
                }
            },
            visit = handshakes.next() => match visit {
                Ok(visit) => register.admit(visit).await?,
                Err(error) => {
                    trouble.tell(format!("a connection that is not one of a machine: {error}")).await?;
                }
            },
        }
    }
}

/// The handshakes that run.
#[derive(Default)]
struct Handshakes {
    running: JoinSet<Result<Visit, Error>>,
    /// In the order in which they began.
    oldest: VecDeque<AbortHandle>,
}

impl Handshakes {
    /// Begins one. If there are too many, the oldest ends: a machine takes milliseconds for its handshake.
    async fn begin(&mut self, socket: Socket, options: Options) {
        self.oldest.retain(|handshake| !handshake.is_finished());
        if self.oldest.len() >= HANDSHAKES
            && let Some(oldest) = self.oldest.pop_front()
        {
            oldest.abort();
            // Its memory is free when it has run to its end.
            tokio::task::yield_now().await;
        }
        self.oldest.push_back(self.running.spawn(Visit::begin(socket, options)));
    }

    /// How the next one ended. Nothing is lost if the future is dropped.
    async fn next(&mut self) -> Result<Visit, Error> {
        loop {
            match self.running.join_next().await {
                Some(Ok(visit)) => return visit,
                // It was aborted.
                Some(Err(_)) => {}
                None => std::future::pending().await,
            }
        }
    }
}

/// Tells what goes wrong, without repeating itself.
struct Trouble {
    myself: Announced,
    last: Option<(Instant, String)>,
}

impl Trouble {
    async fn tell(&mut self, text: String) -> Option<()> {
        if self.last.as_ref().is_some_and(|(when, last)| *last == text || when.elapsed() < SILENCE) {
            return Some(());
        }
        self.last = Some((Instant::now(), text.clone()));
        self.myself.trouble(text).await.then_some(())
    }
}

/// A connection of a machine, and what it says of itself.
struct Visit {
    client: Client,
    items: Subscription<Json>,
    name: Option<String>,
    identity: Identity,
}

impl Visit {
    async fn begin(socket: Socket, options: Options) -> Result<Self, Error> {
        let (client, items) = options.from_socket(socket).await?;
        let items = items.raw().with_capacity(QUEUE);
        let answers = async {
            let name = match answer(&client, "query-name", "name").await? {
                None => answer(&client, "query-uuid", "UUID").await?.filter(|uuid| !is_unset(uuid)),
                name => name,
            };
            Ok::<_, Error>((name, client.identity().await?))
        };
        let timed_out = |_| Error::TimedOut { after: Some(ANSWERS) };
        let (name, identity) = tokio::time::timeout(ANSWERS, answers).await.map_err(timed_out)??;
        Ok(Visit { client, items, name, identity })
    }
}

/// A member of what a command returns, if it is a text and the server has the command.
async fn answer(client: &Client, command: &str, member: &str) -> Result<Option<String>, Error> {
    match client.execute(command, None).await {
        Ok(reply) => {
            let text = reply.get(member).and_then(Value::as_str).filter(|text| !text.is_empty());
            Ok(text.map(|text| text.chars().take(NAME).collect()))
        }
        Err(Error::Command(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

fn is_unset(uuid: &str) -> bool {
    uuid.chars().all(|digit| matches!(digit, '0' | '-'))
}

/// What a machine is known by.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Key {
    /// Its name or UUID, and which of several that have it at the same time.
    Named(String, u32),
    Numbered(u64),
}

impl fmt::Display for Key {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Key::Named(name, 1) => formatter.write_str(name),
            Key::Named(name, number) => write!(formatter, "{name}#{number}"),
            Key::Numbered(number) => write!(formatter, "machine-{number}"),
        }
    }
}

/// The machines that have connected.
struct Register {
    arrivals: Arrivals,
    /// What the command line puts in front of labels.
    prefix: String,
    source: String,
    known: HashMap<Key, Known>,
    /// How many had neither name nor UUID.
    numbered: u64,
    /// How many connections there were.
    visits: u64,
}

/// A machine that has connected, and may have left.
struct Known {
    visits: mpsc::Sender<Visit>,
    /// The last connection, which is its `number`-th of all.
    client: Client,
    identity: Identity,
    number: u64,
}

impl Known {
    fn is_connected(&self) -> bool {
        self.client.greeting().is_some()
    }
}

impl Register {
    /// Hands a connection to the task of its machine, which it announces if it is new.
    async fn admit(&mut self, visit: Visit) -> Option<()> {
        self.visits += 1;
        let number = self.visits;
        let key = self.key_of(&visit);
        if let Some(known) = self.known.get_mut(&key) {
            (known.client, known.identity, known.number) = (visit.client.clone(), visit.identity, number);
            // If it comes and goes faster than its events are printed, it has to come again.
            let _ = known.visits.try_send(visit);
            return Some(());
        }
        self.forget_one();
        let label = format!("{}{key}", self.prefix);
        let source = format!("{}#{}", uri_reference(&self.source), uri_reference(&key.to_string()));
        let machine = self.arrivals.announce(&label, label.clone(), source).await?;
        let (visits, queue) = mpsc::channel(1);
        let known = Known { visits, client: visit.client.clone(), identity: visit.identity, number };
        let _ = known.visits.try_send(visit); // there is room
        self.known.insert(key, known);
        tokio::spawn(serve(machine, queue));
        Some(())
    }

    /// Whose connection it is: of a machine that has left, or of a new one.
    fn key_of(&mut self, visit: &Visit) -> Key {
        let is_free = |key: &Key| self.known.get(key).is_none_or(|known| !known.is_connected());
        if let Some(name) = &visit.name {
            let keys = (1..).map(|number| Key::Named(name.clone(), number));
            return keys.into_iter().find(is_free).unwrap_or_else(|| Key::Named(name.clone(), u32::MAX));
        }
        let is_it = |(key, known): &(&Key, &Known)| {
            matches!(key, Key::Numbered(_))
                && visit.identity.compare(known.identity) == Peer::Same
                && is_free(key)
        };
        if let Some((key, _)) = self.known.iter().find(is_it) {
            return key.clone();
        }
        self.numbered += 1;
        Key::Numbered(self.numbered)
    }

    /// Makes room for a machine. Of those that have left, the one is forgotten that came first.
    fn forget_one(&mut self) {
        if self.known.len() < REMEMBERED {
            return;
        }
        let gone = self.known.iter().filter(|(_, known)| !known.is_connected());
        if let Some((key, _)) = gone.min_by_key(|(_, known)| known.number) {
            let key = key.clone();
            self.known.remove(&key);
        }
    }
}

/// Tells what the connections of a machine give, one after the other, until it is forgotten.
async fn serve(mut machine: Announced, mut visits: mpsc::Receiver<Visit>) -> Option<()> {
    while let Some(Visit { client, items, identity, .. }) = visits.recv().await {
        machine.connected(client.clone(), identity).await.then_some(())?;
        machine.serve(&client, items).await?;
    }
    machine.leave().await;
    Some(())
}
