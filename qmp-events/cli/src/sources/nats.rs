//! Machines of any number of hosts, whose events are in a stream of NATS JetStream. What is wanted, the server is told
//! as subjects. A connection that is lost is made again, and reading goes on after the last message, so that nothing
//! is missed and nothing comes twice.

mod consumer;
mod durable;
mod filter;
pub(crate) mod reading;
mod teller;

use qmp_events::Disconnected;

use self::consumer::{Next, Reader};
use self::durable::MadeForOthers;
use self::reading::Reading;
use self::teller::Teller;
use super::arrivals::{Announced, Arrivals};
use crate::broker::server::{Connection, Servers};
use crate::broker::stream::find;

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
                    self.broker.trouble(text).await && self.resume(&connection, &mut reader).await?
                }
            };
            if !goes_on {
                return Ok(());
            }
        }
    }

    /// Goes on after the last message, as soon as that is possible; false if the program ends.
    ///
    /// # Errors
    ///
    /// If it never will be possible.
    async fn resume(&mut self, connection: &Connection, reader: &mut Reader) -> anyhow::Result<bool> {
        let arrivals = self.teller.arrivals().clone();
        let mut told = None;
        loop {
            let resumed = tokio::select! {
                resumed = resume(connection, reader) => resumed,
                () = arrivals.closed() => return Ok(false),
            };
            match resumed {
                Ok(missing) => {
                    if !self.broker.remark("reading again".to_owned()).await {
                        return Ok(false);
                    }
                    return Ok(match missing {
                        Some(text) => self.broker.trouble(text).await && self.teller.gap().await,
                        None => true,
                    });
                }
                Err(error) if error.is::<MadeForOthers>() => return Err(error),
                Err(error) => {
                    let error = format!("{error:#}");
                    if told.as_ref() != Some(&error) && !self.broker.trouble(error.clone()).await {
                        return Ok(false);
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
