//! Machines of any number of hosts, whose events are in a stream of NATS JetStream. What is wanted, the server is told
//! as subjects. A connection that is lost is made again, and reading goes on after the last message, so that nothing
//! is missed and nothing comes twice.

mod consumer;
mod filter;
mod teller;

use std::fmt;
use std::str::FromStr;

use clap::Args;
use qmp_events::{Disconnected, Timestamp};

use self::consumer::{Next, Reader};
use self::teller::Teller;
use super::arrivals::{Announced, Arrivals};
use crate::broker::server::{Connection, Login, Servers};
use crate::broker::stream::find;
use crate::period::Period;
use crate::selection::NamePattern;

/// Which events of a broker to read, and from when to when.
#[derive(Clone, Debug, Default, PartialEq, Args)]
pub(crate) struct Reading {
    /// At a NATS server, only this machine: its name, or HOST/NAME; `*` and `?` match any text and any
    /// character. Several may be given
    #[arg(id = "published", long = "machine", value_name = "NAME")]
    pub(crate) machines: Vec<MachinePattern>,

    #[command(flatten)]
    pub(crate) period: Period,

    #[command(flatten)]
    pub(crate) login: Login,

    /// Names of events, if no others are needed; set by the command.
    #[arg(skip)]
    pub(crate) events: Option<Vec<NamePattern>>,

    /// The name under which the server remembers what was read; set by the command.
    #[arg(skip)]
    pub(crate) durable: Option<String>,

    /// Whether reading ends with the last message of now; set by the command.
    #[arg(skip)]
    pub(crate) is_past: bool,
}

/// A pattern for machines.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct MachinePattern(glob::Pattern);

impl MachinePattern {
    /// Whether it matches a machine by its name, or by its host and its name.
    fn matches(&self, host: &str, machine: &str) -> bool {
        self.0.matches(machine) || self.0.matches(&label(host, machine))
    }

    /// The text, if it matches no other.
    pub(crate) fn literal(&self) -> Option<&str> {
        (!self.0.as_str().contains(['*', '?', '['])).then(|| self.0.as_str())
    }
}

impl FromStr for MachinePattern {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.is_empty() {
            return Err("the name of the machine is missing".to_owned());
        }
        glob::Pattern::new(text).map(MachinePattern).map_err(|error| error.to_string())
    }
}

/// What lines about a machine begin with.
fn label(host: &str, machine: &str) -> String {
    format!("{host}/{machine}")
}

impl Reading {
    /// Whether anything is set that only a broker understands.
    pub(crate) fn is_set(&self) -> bool {
        !self.machines.is_empty()
            || self.period.since().or(self.period.until()).is_some()
            || self.durable.is_some()
    }

    fn wants(&self, host: &str, machine: &str) -> bool {
        self.machines.is_empty() || self.machines.iter().any(|pattern| pattern.matches(host, machine))
    }
}

/// Begins to read. Whether there is a connection is told.
pub(super) async fn start(servers: &Servers, reading: &Reading, retries: bool, arrivals: &Arrivals) {
    let name = servers.to_string();
    let Some(broker) = arrivals.announce(&name, name.clone(), name.clone()).await else { return };
    let task = Task {
        servers: servers.clone(),
        reading: reading.clone(),
        retries,
        teller: Teller::new(arrivals.clone(), reading.clone()),
        broker,
    };
    tokio::spawn(task.run());
}

struct Task {
    servers: Servers,
    reading: Reading,
    /// Whether the first connection is tried for ever.
    retries: bool,
    teller: Teller,
    /// The broker, of which something is told as of a machine.
    broker: Announced,
}

impl Task {
    async fn run(mut self) {
        let end = match self.connect().await {
            Ok(connection) => self.read(connection).await,
            Err(error) => Err(error),
        };
        if let Err(error) = end {
            let error = std::io::Error::other(format!("{error:#}"));
            let cause = Disconnected::NotConnected(error.into());
            self.broker.tell(qmp_events::tokio::Item::Disconnected(cause)).await;
        }
        self.teller.leave().await;
        self.broker.leave().await;
    }

    async fn connect(&self) -> anyhow::Result<Connection> {
        let (servers, login) = (&self.servers, &self.reading.login);
        let name = "qmp-events";
        if self.retries {
            let connection = Connection::begin(servers, login, name).await?;
            connection.connected().await;
            return Ok(connection);
        }
        Connection::make(servers, login, name).await
    }

    /// Reads until the program or the period ends.
    async fn read(&mut self, connection: Connection) -> anyhow::Result<()> {
        let stream = find(&connection).await?;
        let mut reader = Reader::new(connection.clone(), &self.reading);
        reader.open(&stream).await?;
        if !self.broker.reads(connection.servers()).await {
            return Ok(());
        }
        loop {
            let arrivals = self.teller.arrivals().clone();
            let next = tokio::select! {
                next = reader.next() => next,
                () = arrivals.closed() => return Ok(()),
            };
            let goes_on = match next {
                Next::Message(message) => self.teller.message(&self.broker, *message).await,
                Next::End => return Ok(()),
                Next::Lost(why) => {
                    let text = format!("{why}; it is tried again");
                    self.broker.trouble(text).await && self.resume(&connection, &mut reader).await
                }
            };
            if !goes_on {
                return Ok(());
            }
        }
    }

    /// Goes on after the last message, as soon as that is possible; false if the program ends.
    async fn resume(&mut self, connection: &Connection, reader: &mut Reader) -> bool {
        let arrivals = self.teller.arrivals().clone();
        let mut told = None;
        loop {
            let resumed = tokio::select! {
                resumed = resume(connection, reader) => resumed,
                () = arrivals.closed() => return false,
            };
            match resumed {
                Ok(missing) => {
                    if !self.broker.remark("reading again".to_owned()).await {
                        return false;
                    }
                    return match missing {
                        Some(text) => self.broker.trouble(text).await && self.teller.gap().await,
                        None => true,
                    };
                }
                Err(error) => {
                    let error = format!("{error:#}");
                    if told.as_ref() != Some(&error) && !self.broker.trouble(error.clone()).await {
                        return false;
                    }
                    told = Some(error);
                    tokio::time::sleep(consumer::PAUSE).await;
                }
            }
        }
    }
}

/// What is missing, if the stream has no longer all that would come next.
async fn resume(connection: &Connection, reader: &mut Reader) -> anyhow::Result<Option<String>> {
    connection.connected().await;
    let stream = find(connection).await?;
    let missing = reader.missing(&stream.cached_info().state);
    reader.open(&stream).await?;
    Ok(missing)
}

/// Seconds and nanoseconds for the server.
fn server_time(time: Timestamp) -> anyhow::Result<async_nats::datetime::DateTime> {
    let nanoseconds = (i128::from(time.seconds) * 1_000_000 + i128::from(time.microseconds)) * 1000;
    async_nats::datetime::from_nanos(nanoseconds)
        .map_err(|error| anyhow::anyhow!("no time for a server: {error}"))
}

impl fmt::Display for MachinePattern {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.0.as_str())
    }
}
