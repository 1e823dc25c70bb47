//! Where events come from. A source is a file of its own: it says which machines it reads, and tells
//! in order what it reads of them. It must never print.

pub(crate) mod address;
mod arrivals;
mod chunks;
pub(crate) mod demo;
pub(crate) mod followed;
pub(crate) mod libvirt;
mod listen;
pub(crate) mod live;
pub(crate) mod machine;
pub(crate) mod machines;
pub(crate) mod messages;
#[cfg(feature = "nats")]
pub(crate) mod nats;
pub(crate) mod origins;
#[cfg(unix)]
mod pattern;
pub(crate) mod recording;
pub(crate) mod roster;
mod stream;
pub(crate) mod uri;
pub(crate) mod virsh;

use std::fmt;
use std::sync::Arc;

use qmp_events::machine::{Input, Query};
use qmp_events::protocol::{CommandError, Greeting};
use qmp_events::tokio::{Client, Peer};
use qmp_events::{DecodeError, Disconnected, EventMessage, Malformed, Timestamp, Version};

/// A machine or a file that a source reads.
#[derive(Clone, Debug, Default)]
pub(crate) struct Origin {
    /// What its events are marked with; empty if there is only one machine.
    pub(crate) label: String,
    /// What notes about it begin with; empty for a recording.
    pub(crate) title: String,
    /// What errors call it.
    pub(crate) name: String,
    /// A URI reference for it.
    pub(crate) source: String,
    /// The version of its QEMU, once that has greeted.
    pub(crate) qemu: Option<Version>,
}

/// Something that a source tells.
#[derive(Debug)]
pub(crate) struct Report {
    /// Whom it is about, by the number of a machine or file that the source reads.
    pub(crate) origin: usize,
    /// The machine, if that is a log of several and says so.
    pub(crate) machine: Option<String>,
    pub(crate) news: News,
}

/// What happened.
#[derive(Debug)]
pub(crate) enum News {
    /// The source reads another machine from here on, or one is called otherwise.
    Arrived(Origin),
    /// It has left for good: nothing more is told of it, but for answers on their way.
    Left,
    /// It can be sent commands over this connection, or series of connections, from here on.
    Reachable(Client),
    /// Something that people may want to know.
    Remark(String),
    /// Something went wrong that ends no connection.
    Trouble(String),
    /// An event, and when a log says it came. (It is large, and handed on several times.)
    Event { message: Box<EventMessage>, place: Place, logged: Option<Timestamp> },
    /// Something that is not a message of QMP, or an event that cannot be decoded, and its line in the stream.
    Malformed { malformed: Arc<Malformed>, line: Option<u64> },
    /// Something in a log that looks like an event and cannot be read.
    Damaged { line: u64, problem: String, text: String },
    /// The greeting in a recording.
    Greeting(Greeting),
    /// A reply in a recording that says why a command failed, and its line.
    ErrorReply { id: Option<String>, error: CommandError, line: u64 },
    /// Another reply to a command in a recording.
    Reply,
    /// A connection to a running machine was made.
    Connected(Arc<Greeting>),
    /// Events come through libvirt, at this URI.
    Listening(String),
    /// Events come from a broker, at these servers.
    Reading(String),
    /// So many events never reached the broker.
    Dropped(u64),
    /// Items were dropped, since the output is read too slowly.
    Lagged(u64),
    /// A connection was made again, perhaps to another QEMU.
    Gap(Peer),
    /// A running machine answered what it was [asked](Source::ask): the JSON text of what it returned.
    Answer { query: Query, result: Result<String, CommandError> },
    /// A connection has ended, or could not be made.
    Disconnected(Disconnected),
}

impl News {
    /// An event that was decoded, or could not be.
    pub(crate) fn decoded(
        decoded: Result<EventMessage, DecodeError>,
        place: Place,
        logged: Option<Timestamp>,
    ) -> Self {
        match decoded {
            Ok(message) => News::Event { message: Box::new(message), place, logged },
            Err(error) => News::Malformed { malformed: Arc::new(error.into()), line: place.line() },
        }
    }

    /// What a machine's connection tells of its state.
    pub(crate) fn input(&self) -> Option<Input<'_>> {
        Some(match self {
            News::Connected(greeting) => Input::Connected(greeting),
            News::Gap(peer) => Input::Gap { is_same: *peer == Peer::Same },
            News::Lagged(_) | News::Dropped(_) | News::Malformed { line: None, .. } => Input::Missed,
            News::Disconnected(cause) => Input::Disconnected(cause),
            News::Answer { query, result } => Input::Reply(*query, result.as_deref()),
            _ => return None,
        })
    }
}

/// Where an event was read; unique within its source, and in CloudEvents its `id`.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Place {
    /// In a recording: the line, from 1, and the bytes before it.
    Recorded { line: u64, offset: u64 },
    /// In a log: the line, from 1, and how many entries came before.
    Logged { line: u64, number: u64 },
    /// From a running machine: the start of this program in microseconds, and how many events came
    /// before.
    Live { start: i64, count: u64 },
}

impl Place {
    pub(crate) fn line(&self) -> Option<u64> {
        match self {
            Place::Recorded { line, .. } | Place::Logged { line, .. } => Some(*line),
            Place::Live { .. } => None,
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Recorded { offset, .. } => write!(formatter, "{offset}"),
            Place::Logged { line, number } => write!(formatter, "line{line}-{number}"),
            Place::Live { start, count } => write!(formatter, "{start}-{count}"),
        }
    }
}

/// Where events come from.
pub(crate) trait Source {
    /// What it reads from the start, by number; what comes later is told.
    fn origins(&self) -> Vec<Origin>;

    /// What is at hand; `None` if it must [`wait`](Source::wait) for more.
    fn next(&mut self) -> Option<Report>;

    /// Asks one of the machines something, if it can be asked. The answer is told when it comes.
    fn ask(&mut self, _origin: usize, _query: Query) {}

    /// Waits for more; false at the end of the source. Nothing is lost if the future is dropped.
    fn wait(&mut self) -> impl Future<Output = anyhow::Result<bool>>;
}
