//! Envelopes: messages whose `data` is checked and left unread.

use std::borrow::Cow;

use crate::cursor::Cursor;
use crate::error::{DecodeError, Fault};
use crate::generated::EventKind;
use crate::kind::Kind;
use crate::message::{EventMessage, Parts, QapiEvents, decode_data, read_name, read_opening, read_parts};
use crate::timestamp::Timestamp;

/// The name and the time of an event, with its `data` as text that was checked to be JSON.
///
/// For those who want few kinds of many, or pass messages on: choosing by name costs no look into
/// `data`, and [`read`](Self::read) looks into it on demand.
///
/// ```
/// use qmp_events::{Envelope, Event, EventKind};
///
/// let envelope = Envelope::decode(br#"{"event": "BALLOON_CHANGE", "data": {"actual": 1024}}"#)?;
/// assert_eq!(envelope.kind(), Some(EventKind::BalloonChange));
/// assert_eq!(envelope.data(), Some(r#"{"actual": 1024}"#));
/// let Event::BalloonChange(event) = envelope.read()?.event else { panic!("another event") };
/// assert_eq!(event.actual, 1024);
/// # Ok::<(), qmp_events::DecodeError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Envelope<'a> {
    message: &'a [u8],
    name: Cow<'a, [u8]>,
    timestamp: Option<Timestamp>,
    data: Option<(Cursor<'a>, &'a [u8])>,
    /// Whether the message has more than that to say, so that it is read again as a whole.
    has_more: bool,
}

impl<'a> Envelope<'a> {
    /// Reads one message up to its `data`, with nothing but white space around it.
    ///
    /// # Errors
    ///
    /// If the text is not JSON, or not an event message. Whether `data` fits the event shows when it is
    /// read.
    pub fn decode(message: &'a [u8]) -> Result<Self, DecodeError> {
        Self::decode_regular(message).unwrap_or_else(|| Self::decode_any_layout(message))
    }

    /// Reads a message as QEMU writes it; nothing if it is written otherwise.
    #[inline]
    fn decode_regular(message: &'a [u8]) -> Option<Result<Self, DecodeError>> {
        let mut cursor = Cursor::new(message);
        let timestamp = read_opening(&mut cursor)?;
        let (name, has_data) = read_name(&mut cursor)?;
        let data = match has_data.then(|| skip_data(&mut cursor)).transpose() {
            Ok(data) => data,
            Err(fault) => return Some(Err(fault.in_text(message))),
        };
        let (name, timestamp) = (Cow::Borrowed(name), Some(timestamp));
        cursor.expect_closing().then_some(Ok(Envelope { message, name, timestamp, data, has_more: false }))
    }

    #[inline(never)]
    fn decode_any_layout(message: &'a [u8]) -> Result<Self, DecodeError> {
        match read_parts(message, |_, data| data.map(skip_data).transpose()) {
            Ok(Parts { name, timestamp, data, extras, is_repeated }) => {
                let has_more = is_repeated || !extras.is_empty();
                Ok(Envelope { message, name, timestamp, data, has_more })
            }
            Err(fault) => Err(fault.in_text(message)),
        }
    }

    /// The event's name on the wire.
    pub fn name(&self) -> &str {
        text(&self.name)
    }

    /// The kind of event, if this build knows it.
    pub fn kind(&self) -> Option<EventKind> {
        EventKind::from_name(self.name())
    }

    /// When it happened.
    pub fn timestamp(&self) -> Option<Timestamp> {
        self.timestamp
    }

    /// The text of `data`, a JSON object.
    pub fn data(&self) -> Option<&'a str> {
        self.data.as_ref().map(|(_, data)| text(data))
    }

    /// Reads the event.
    ///
    /// # Errors
    ///
    /// If the members of `data` do not fit the event.
    pub fn read<E: QapiEvents>(&self) -> Result<EventMessage<E>, DecodeError> {
        if self.has_more {
            return E::decode(self.message);
        }
        let mut cursor = self.data.as_ref().map(|(cursor, _)| cursor.clone());
        match decode_data::<E>(&self.name, cursor.as_mut()) {
            Ok(event) if cursor.is_none() || event.has_data() => {
                let message = EventMessage::new(event);
                Ok(EventMessage { timestamp: self.timestamp, ..message })
            }
            Ok(_) => E::decode(self.message),
            Err(fault) => Err(fault.in_text(self.message)),
        }
    }
}

/// Envelopes of the same text are the same.
impl PartialEq for Envelope<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.message == other.message
    }
}

impl Eq for Envelope<'_> {}

impl<'a> TryFrom<&'a str> for Envelope<'a> {
    type Error = DecodeError;

    fn try_from(message: &'a str) -> Result<Self, DecodeError> {
        Self::decode(message.as_bytes())
    }
}

/// Skips `data` and says where it begins and what it is.
#[inline]
fn skip_data<'a>(cursor: &mut Cursor<'a>) -> Result<(Cursor<'a>, &'a [u8]), Fault> {
    let before = cursor.clone();
    cursor.skip_value()?;
    let data = cursor.text_since(&before);
    Ok((before, data))
}

/// The text that was checked to be UTF-8 when the envelope was read.
fn text(checked: &[u8]) -> &str {
    std::str::from_utf8(checked).unwrap_or_default()
}
