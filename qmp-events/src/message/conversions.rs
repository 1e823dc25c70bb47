//! From bytes, text and events to messages, and back to text.

use std::fmt;
use std::str::FromStr;

use super::event_message::EventMessage;
use super::prefix::decode_prefix;
use super::set::QapiEvents;
use crate::error::DecodeError;
use crate::generated::Event;
use crate::wire::event::QapiEvent;

impl EventMessage {
    /// Reads one message, with nothing but white space around it.
    ///
    /// A set of your own has the same as [`QapiEvents::decode`]: `MyEvent::decode(message)`.
    ///
    /// ```
    /// use qmp_events::{Event, EventMessage};
    ///
    /// let message = EventMessage::decode(br#"{"event": "BALLOON_CHANGE", "data": {"actual": 1024}}"#)?;
    /// assert!(matches!(message.event, Event::BalloonChange(event) if event.actual == 1024));
    /// # Ok::<(), qmp_events::DecodeError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If the text is not an event message, or its members do not fit its event. An event, a member, a
    /// value or a branch that this build does not know is not an error.
    pub fn decode(message: &[u8]) -> Result<Self, DecodeError> {
        Event::decode(message)
    }
}

impl<E: QapiEvents> EventMessage<E> {
    /// Reads the message at the front of a buffer, and says how many bytes it takes, with white space
    /// before it and without what follows. `None` if the buffer ends before the message does.
    ///
    /// ```
    /// use qmp_events::{Event, EventMessage};
    ///
    /// let buffer = b"{\"event\": \"STOP\"}\r\n{\"event\": \"RES";
    /// let (message, length) = EventMessage::<Event>::decode_prefix(buffer)?.expect("a whole message");
    /// assert_eq!((message.event.name(), length), ("STOP", 17));
    /// assert_eq!(EventMessage::<Event>::decode_prefix(&buffer[19..])?, None);
    /// # Ok::<(), qmp_events::DecodeError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If no text that begins like this is an event message, or the members of a whole message do not
    /// fit its event. Where a malformed message ends is not known.
    pub fn decode_prefix(buffer: &[u8]) -> Result<Option<(Self, usize)>, DecodeError> {
        decode_prefix(buffer)
    }
}

impl<E: QapiEvents> FromStr for EventMessage<E> {
    type Err = DecodeError;

    fn from_str(text: &str) -> Result<Self, DecodeError> {
        E::decode(text.as_bytes())
    }
}

impl<E: QapiEvents> From<E> for EventMessage<E> {
    fn from(event: E) -> Self {
        EventMessage::new(event)
    }
}

impl<T: QapiEvent> From<T> for EventMessage
where
    Event: From<T>,
{
    fn from(event: T) -> Self {
        EventMessage::new(event.into())
    }
}

/// As JSON in one line.
impl<E: QapiEvents> fmt::Display for EventMessage<E> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = serde_json::to_string(self).map_err(|_| fmt::Error)?;
        formatter.write_str(&text)
    }
}
