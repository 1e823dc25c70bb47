//! Reads the messages of a stream, from where it began or left off. It must never skip one.

use std::pin::Pin;
use std::slice;
use std::time::Duration;

use async_nats::jetstream::Message;
use async_nats::jetstream::consumer::pull::{self, Ordered, OrderedConfig};
use async_nats::jetstream::consumer::{AckPolicy, Consumer, DeliverPolicy};
use async_nats::jetstream::stream::{State, Stream};
use futures_core::Stream as _;
use qmp_events::Timestamp;

use super::durable::ensure_made_for;
use super::filter::subjects;
use super::reading::Reading;
use crate::broker::server::Connection;
use crate::period::timestamp;

/// How long it waits until it tries again.
pub(super) const PAUSE: Duration = Duration::from_secs(1);

/// How many messages of a durable consumer may wait for their acknowledgements.
const UNACKNOWLEDGED: i64 = 4096;

/// Reads messages.
pub(super) struct Reader {
    connection: Connection,
    reading: Reading,
    messages: Option<Messages>,
    /// How many connections there were when it was opened.
    connections: u64,
    /// The number of the last message that was read, or of the last that is not wanted.
    last: u64,
    has_begun: bool,
    /// How many messages wait at the server.
    pending: u64,
}

enum Messages {
    Ordered(Box<Ordered>),
    Durable(Box<pull::Stream>),
}

/// What comes next.
pub(super) enum Next {
    Message(Box<Numbered>),
    /// The connection is lost, or the server does not go on; why.
    Lost(String),
    /// All that was wanted was read.
    End,
}

/// A message, with its number in the stream.
pub(super) struct Numbered {
    pub(super) number: u64,
    pub(super) message: Message,
    /// Whether it must be acknowledged.
    pub(super) is_durable: bool,
}

impl Reader {
    pub(super) fn new(connection: Connection, reading: &Reading) -> Self {
        Reader {
            connection,
            reading: reading.clone(),
            messages: None,
            connections: 0,
            last: 0,
            has_begun: false,
            pending: 0,
        }
    }

    /// Begins to read, or goes on after the last message.
    pub(super) async fn open(&mut self, stream: &Stream) -> anyhow::Result<()> {
        self.messages = None;
        self.connections = self.connection.connections();
        let several = self.connection.takes_several_filters();
        let mut filters = subjects(&self.reading, several);
        let single = if filters.len() == 1 { filters.pop() } else { None }.unwrap_or_default();
        let start = self.start(&stream.cached_info().state)?;
        let opened = match self.reading.durable.clone() {
            None => {
                let config = OrderedConfig {
                    filter_subject: single,
                    filter_subjects: filters,
                    deliver_policy: start,
                    ..OrderedConfig::default()
                };
                let consumer: Consumer<OrderedConfig> = stream.create_consumer(config).await?;
                self.pending = consumer.cached_info().num_pending;
                Messages::Ordered(Box::new(consumer.messages().await?))
            }
            Some(name) => {
                let config = pull::Config {
                    durable_name: Some(name.clone()),
                    filter_subject: single,
                    filter_subjects: filters,
                    deliver_policy: start,
                    ack_policy: AckPolicy::Explicit,
                    max_ack_pending: UNACKNOWLEDGED,
                    ..pull::Config::default()
                };
                let consumer: Consumer<pull::Config> = stream.get_or_create_consumer(&name, config).await?;
                let config = &consumer.cached_info().config;
                let made_for = [slice::from_ref(&config.filter_subject), &config.filter_subjects].concat();
                ensure_made_for(&self.reading, several, &name, &made_for)?;
                self.pending = consumer.cached_info().num_pending;
                Messages::Durable(Box::new(consumer.messages().await?))
            }
        };
        self.messages = Some(opened);
        Ok(())
    }

    /// Where to begin.
    fn start(&mut self, state: &State) -> anyhow::Result<DeliverPolicy> {
        let is_durable = self.reading.durable.is_some();
        if self.has_begun && !is_durable {
            return Ok(DeliverPolicy::ByStartSequence { start_sequence: self.last + 1 });
        }
        self.has_begun = true;
        Ok(match self.reading.period.since() {
            Some(time) => DeliverPolicy::ByStartTime { start_time: server_time(time)? },
            None if self.reading.is_past => DeliverPolicy::All,
            None => {
                self.last = state.last_sequence;
                DeliverPolicy::New
            }
        })
    }

    /// What the stream no longer has of what would come next, in words. Numbers begin anew with a new stream.
    pub(super) fn missing(&mut self, state: &State) -> Option<String> {
        if state.last_sequence < self.last {
            self.last = 0;
            return Some("the stream was made anew: messages may be missing here".to_owned());
        }
        let is_missing = self.last > 0 && state.first_sequence > self.last + 1;
        is_missing
            .then(|| "the stream has dropped messages that were not read: they are missing here".to_owned())
    }

    /// What comes next. Nothing is lost if the future is dropped.
    pub(super) async fn next(&mut self) -> Next {
        loop {
            let until = self.reading.period.until();
            let is_over = self.reading.is_past || until.is_some_and(|until| now() >= until);
            if is_over && self.pending == 0 {
                return Next::End;
            }
            let mut link = self.connection.link();
            let connections = self.connections;
            let Some(messages) = &mut self.messages else { return Next::Lost("not open".to_owned()) };
            let next = tokio::select! {
                next = messages.next() => next,
                // The sender lives as long as the client.
                _ = link.wait_for(|link| !link.is_connected || link.connections != connections) => {
                    return Next::Lost(format!("the connection to {} is lost", self.connection.servers()));
                }
                () = sleep_until(until), if !is_over => continue,
            };
            match next {
                Some(Ok(message)) => match self.numbered(message) {
                    Ok(Some(message)) => return Next::Message(Box::new(message)),
                    Ok(None) => {}
                    Err(why) => return Next::Lost(why),
                },
                Some(Err(why)) => return Next::Lost(why),
                None => return Next::Lost("the server ended the delivery".to_owned()),
            }
        }
    }

    /// `None` if it was read before.
    fn numbered(&mut self, message: Message) -> Result<Option<Numbered>, String> {
        let is_durable = self.reading.durable.is_some();
        let (number, pending) = match message.info() {
            Ok(info) => (info.stream_sequence, info.pending),
            Err(error) => return Err(format!("a message without its number: {error}")),
        };
        self.pending = pending;
        // A durable consumer sends again what was not acknowledged in time; acknowledgements are on their way.
        if number <= self.last && !is_durable {
            return Ok(None);
        }
        self.last = self.last.max(number);
        Ok(Some(Numbered { number, message, is_durable }))
    }
}

impl Messages {
    async fn next(&mut self) -> Option<Result<Message, String>> {
        std::future::poll_fn(|context| match self {
            Messages::Ordered(stream) => Pin::new(stream.as_mut())
                .poll_next(context)
                .map(|next| next.map(|next| next.map_err(|error| error.to_string()))),
            Messages::Durable(stream) => Pin::new(stream.as_mut())
                .poll_next(context)
                .map(|next| next.map(|next| next.map_err(|error| error.to_string()))),
        })
        .await
    }
}

fn now() -> Timestamp {
    timestamp(jiff::Timestamp::now())
}

async fn sleep_until(time: Option<Timestamp>) {
    let Some(time) = time else { return std::future::pending().await };
    let now = now();
    let micros = time.seconds.saturating_sub(now.seconds).saturating_mul(1_000_000) + time.microseconds
        - now.microseconds;
    let duration = Duration::from_micros(micros.max(0).try_into().unwrap_or(0));
    tokio::time::sleep(duration + Duration::from_millis(1)).await;
}

/// Seconds and nanoseconds for the server.
fn server_time(time: Timestamp) -> anyhow::Result<async_nats::datetime::DateTime> {
    let nanoseconds = (i128::from(time.seconds) * 1_000_000 + i128::from(time.microseconds)) * 1000;
    async_nats::datetime::from_nanos(nanoseconds)
        .map_err(|error| anyhow::anyhow!("no time for a server: {error}"))
}
