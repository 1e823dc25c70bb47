//! The message itself.

use crate::generated::Event;
use crate::json::UnknownMembers;
use crate::timestamp::Timestamp;

/// An event with the time at which it happened.
///
/// `E` is the set of events to tell apart: [`Event`] has them all; derive
/// [`QapiEvents`](derive@crate::QapiEvents) for a set of your own.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct EventMessage<E = Event> {
    /// The event.
    pub event: E,
    /// When it happened; absent in some documents, never on QEMU's wire.
    pub timestamp: Option<Timestamp>,
    /// Members of the message itself that this build does not know.
    ///
    /// Here is also what cannot be told apart in the fields above: a `timestamp` or `data` that is null,
    /// `data` without a member, and the unknown members of a timestamp under the name `timestamp`.
    pub unknown: UnknownMembers,
}

impl<E> EventMessage<E> {
    /// An event whose time is not known.
    ///
    /// ```
    /// use qmp_events::{Event, EventMessage, Timestamp, events::Shutdown};
    ///
    /// let mut shutdown = Shutdown::new();
    /// shutdown.guest = Some(true);
    /// let message = EventMessage::new(Event::from(shutdown))
    ///     .with_timestamp(Timestamp { seconds: 1_700_000_000, microseconds: 0 });
    /// assert_eq!(
    ///     message.to_string(),
    ///     r#"{"timestamp":{"seconds":1700000000,"microseconds":0},"event":"SHUTDOWN","data":{"guest":true}}"#
    /// );
    /// ```
    pub fn new(event: E) -> Self {
        EventMessage { event, timestamp: None, unknown: UnknownMembers::new() }
    }

    /// The message with another event, made from this one.
    pub fn map<T>(self, event: impl FnOnce(E) -> T) -> EventMessage<T> {
        EventMessage { event: event(self.event), timestamp: self.timestamp, unknown: self.unknown }
    }

    /// The message with this time.
    #[must_use]
    pub fn with_timestamp(mut self, timestamp: Timestamp) -> Self {
        self.timestamp = Some(timestamp);
        self
    }
}
