//! A CloudEvent, and what it can say of a machine.

use crate::client::{Disconnected, Gap, Malformed};
use crate::json::UnknownMembers;
use crate::message::{EventMessage, QapiEvents};
use crate::protocol::Greeting;
use crate::timestamp::Timestamp;

/// A CloudEvent about a machine.
///
/// [`to_string`](ToString::to_string) and serde write it, [`decode`](CloudEvent::decode) reads it. `M` is
/// what holds an event: an [`EventMessage`] of any set of events, or for writing a reference to one.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CloudEvent<M = EventMessage> {
    /// Unique for its source: what is sent twice has the same one.
    pub id: String,
    /// Where the machine was read from, a URI reference. Not empty.
    pub source: String,
    /// What the machine is called.
    pub subject: Option<String>,
    /// When it happened. A time that is unknown, or not between the years 0 and 9999, is not written.
    pub time: Option<Timestamp>,
    /// What happened.
    pub content: Content<M>,
    /// All other attributes, such as those of extensions, as they came.
    pub extensions: UnknownMembers,
}

/// What happened: an event of the machine, or something about the connection to it. `M` is as in
/// [`CloudEvent`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Content<M = EventMessage> {
    /// An event.
    Event(M),
    /// A connection to the machine was made: from here on, silence means that nothing happened.
    Connected(Greeting),
    /// After a reconnect: events may be missing here.
    Gap(Gap),
    /// Whoever read the machine's events was too slow.
    Lagged {
        /// How many were dropped.
        missed: u64,
    },
    /// The machine sent something that is not an event.
    Malformed {
        /// What was wrong.
        problem: String,
        /// What it was, maybe cut.
        raw: String,
    },
    /// The connection has ended, or could not be made.
    Disconnected(Disconnected),
    /// Whoever sends these CloudEvents could not send some in time and not keep them.
    Dropped {
        /// How many.
        count: u64,
    },
}

/// What holds an event: an [`EventMessage`], or a reference to one.
pub trait Message: sealed::Sealed {
    #[doc(hidden)]
    type Event: QapiEvents;

    #[doc(hidden)]
    fn message(&self) -> &EventMessage<Self::Event>;
}

impl<E: QapiEvents> Message for EventMessage<E> {
    type Event = E;

    fn message(&self) -> &EventMessage<E> {
        self
    }
}

impl<E: QapiEvents> Message for &EventMessage<E> {
    type Event = E;

    fn message(&self) -> &EventMessage<E> {
        self
    }
}

mod sealed {
    pub trait Sealed {}
    impl<E> Sealed for crate::EventMessage<E> {}
    impl<E> Sealed for &crate::EventMessage<E> {}
}

impl<M: Message> CloudEvent<M> {
    /// At the time of the event, if it is one that has a time.
    pub fn new(id: impl Into<String>, source: impl Into<String>, content: Content<M>) -> Self {
        let time = match &content {
            Content::Event(event) => event.message().timestamp.filter(|time| time.is_known()),
            _ => None,
        };
        CloudEvent {
            id: id.into(),
            source: source.into(),
            subject: None,
            time,
            content,
            extensions: UnknownMembers::new(),
        }
    }

    /// The same about a machine that is called like this.
    #[must_use]
    pub fn with_subject(mut self, subject: impl Into<String>) -> Self {
        self.subject = Some(subject.into());
        self
    }

    /// The same at this time.
    #[must_use]
    pub fn with_time(mut self, time: Timestamp) -> Self {
        self.time = Some(time);
        self
    }
}

impl<M: Message> From<M> for Content<M> {
    fn from(message: M) -> Self {
        Content::Event(message)
    }
}

impl<M> From<&Malformed> for Content<M> {
    fn from(malformed: &Malformed) -> Self {
        let (problem, raw) = match malformed {
            Malformed::Event(error) => (error.to_string(), error.raw().to_owned()),
            Malformed::Unrecognized { json, problem } => {
                (format!("not a QMP message: {problem}"), json.clone())
            }
            Malformed::Skipped(skipped) => {
                (skipped.to_string(), String::from_utf8_lossy(&skipped.excerpt).into_owned())
            }
        };
        Content::Malformed { problem, raw }
    }
}
