//! Taking in what came: in what order things count, and what a connection means.

use super::change::{Change, Connection};
use super::query::Query;
use super::run::{End, EndCause};
use super::state::Machine;
use crate::client::Disconnected;
#[cfg(feature = "cloud-event")]
use crate::client::Peer;
#[cfg(feature = "cloud-event")]
use crate::cloud_event::Content;
use crate::message::EventMessage;
use crate::protocol::{CommandError, Greeting};
use crate::timestamp::Timestamp;
use std::io::ErrorKind;

/// Something that tells of a machine.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Input<'a> {
    /// An event.
    Event(&'a EventMessage),
    /// A connection was made, by which the server said this of itself.
    Connected(&'a Greeting),
    /// A connection is about to be made anew.
    Gap {
        /// Whether the server is known to be the one from before; if it is not, the machine starts from
        /// nothing.
        is_same: bool,
    },
    /// Events were missed: dropped, or not decoded.
    Missed,
    /// The connection ended, or could not be made.
    Disconnected(&'a Disconnected),
    /// The server answered a query: the JSON text of what it returned, or why it returned nothing.
    Reply(Query, Result<&'a str, &'a CommandError>),
}

impl<'a> From<&'a EventMessage> for Input<'a> {
    fn from(message: &'a EventMessage) -> Self {
        Input::Event(message)
    }
}

/// What was read of a [`CloudEvent`](crate::cloud_event::CloudEvent).
#[cfg(feature = "cloud-event")]
impl<'a> From<&'a Content> for Input<'a> {
    fn from(content: &'a Content) -> Self {
        match content {
            Content::Event(message) => Input::Event(message),
            Content::Connected(greeting) => Input::Connected(greeting),
            Content::Gap(gap) => Input::Gap { is_same: gap.peer == Peer::Same },
            Content::Lagged { .. } | Content::Malformed { .. } | Content::Dropped { .. } => Input::Missed,
            Content::Disconnected(cause) => Input::Disconnected(cause),
        }
    }
}

impl Machine {
    /// Takes in what came next. Gives what changed, in an order that makes sense to people.
    pub fn apply<'a>(&mut self, input: impl Into<Input<'a>>) -> Vec<Change> {
        self.apply_at(None, input)
    }

    /// As [`apply`](Self::apply), with the time at which it came. An event has a time of its own, which
    /// counts more.
    pub fn apply_at<'a>(&mut self, time: Option<Timestamp>, input: impl Into<Input<'a>>) -> Vec<Change> {
        let (run, ending) = (self.follower.run.clone(), self.follower.ending.clone());
        let mut changes = match input.into() {
            Input::Event(message) => {
                let time = message.timestamp.filter(|time| time.is_known()).or(time);
                self.apply_event(&message.event, time)
            }
            Input::Connected(greeting) => self.connect(greeting),
            Input::Gap { is_same } => self.begin_anew(is_same, time),
            Input::Missed => self.miss(time),
            Input::Disconnected(cause) => self.disconnect(cause, time),
            Input::Reply(query, result) => self.apply_reply(query, result, time),
        };
        if self.follower.run != run {
            changes.insert(0, Change::Run(self.follower.run.clone()));
        }
        match &self.follower.ending {
            Some(now) if ending.as_ref() != Some(now) => changes.insert(0, Change::Ending(now.clone())),
            _ => {}
        }
        changes
    }

    fn connect(&mut self, greeting: &Greeting) -> Vec<Change> {
        let mut changes = Vec::new();
        if self.connection == Connection::Disconnected && self.version.is_some() {
            // No gap said who it is.
            changes = self.begin_anew(false, None);
        }
        self.version = greeting.version;
        self.connection = Connection::Connected;
        // What was asked before went to another connection.
        self.questions.reset();
        self.refresh();
        changes.push(Change::Connection(self.connection));
        changes
    }

    fn begin_anew(&mut self, is_same: bool, time: Option<Timestamp>) -> Vec<Change> {
        if !is_same {
            *self = Machine::default();
            self.follower.run.since = time;
            return vec![Change::Doubt];
        }
        let mut changes = self.miss(time);
        self.follower.ending = None;
        if self.end.take().is_some() {
            changes.push(Change::Revived);
        }
        // What follows is a connection to the machine that is known.
        self.connection = Connection::Unknown;
        changes
    }

    fn miss(&mut self, time: Option<Timestamp>) -> Vec<Change> {
        let is_news = self.follower.run.status.is_some() || self.follower.run.running.is_some();
        self.doubt(time);
        self.refresh();
        if is_news { vec![Change::Doubt] } else { Vec::new() }
    }

    fn disconnect(&mut self, cause: &Disconnected, time: Option<Timestamp>) -> Vec<Change> {
        let was_connected = self.connection != Connection::Disconnected;
        self.connection = Connection::Disconnected;
        if !was_connected {
            return Vec::new();
        }
        self.doubt(time);
        let mut changes = vec![Change::Connection(self.connection)];
        let end = match (&self.follower.ending, closed_by_peer(cause)) {
            (_, None) => None,
            (Some(ending), _) => Some(ending.clone()),
            (None, Some(true)) => Some(End { cause: EndCause::Unexplained, time }),
            (None, Some(false)) => None,
        };
        if let Some(end) = end {
            changes.push(Change::Ended(end.clone()));
            self.end = Some(end);
        }
        changes
    }
}

/// Whether the other end closed the connection, or it just broke; `None` if it was never made or is closed on
/// this side.
fn closed_by_peer(cause: &Disconnected) -> Option<bool> {
    match cause {
        Disconnected::Closed { .. } => Some(true),
        Disconnected::Failed { error, .. } => {
            let kinds = [ErrorKind::ConnectionReset, ErrorKind::BrokenPipe, ErrorKind::UnexpectedEof];
            Some(kinds.contains(&error.kind()))
        }
        _ => None,
    }
}
