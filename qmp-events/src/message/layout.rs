//! The layouts in which programs write messages, down to the spaces: what should be between the
//! values is compared whole.
//!
//! A short cut and never more: a message that differs in the least goes to `parts`.

use super::event_message::EventMessage;
use super::opened::{OpenedMessage, read_seconds};
use super::parts::decode_parts;
use super::set::QapiEvents;
use crate::cursor::Cursor;
use crate::error::{DecodeError, Fault};
use crate::timestamp::Timestamp;
use crate::wire::event::{NoData, QapiEvent};
use crate::wire::object::decode_object;

/// Reads one message.
#[inline(always)]
pub fn decode_message<E: QapiEvents>(message: &[u8]) -> Result<EventMessage<E>, DecodeError> {
    match OpenedMessage::read(message) {
        Some(opened) => E::read_opened(opened),
        None => decode_other_order(message),
    }
}

/// These methods read a message to its end, so that they make the event where the caller wants it: it
/// is large, and moving it once more takes longer than reading a member.
impl OpenedMessage<'_> {
    /// Reads `data`, which comes next, as that of the event `T`.
    #[inline(never)]
    pub fn event<T: QapiEvent, E: QapiEvents>(
        mut self,
        variant: impl FnOnce(T) -> E,
    ) -> Result<EventMessage<E>, DecodeError> {
        match decode_object(&mut self.cursor) {
            Ok(event) if self.cursor.expect_closing() => {
                Ok(EventMessage { event: variant(event), timestamp: Some(self.timestamp) })
            }
            Ok(_) => decode_parts(self.message),
            Err(fault) => Err(fault.in_text(self.message)),
        }
    }

    /// Reads an event without `data`, or one that is not in the set.
    #[inline(never)]
    pub fn other<E: QapiEvents>(mut self) -> Result<EventMessage<E>, DecodeError> {
        let Some((name, false)) = read_name(&mut self.cursor) else {
            return decode_parts(self.message);
        };
        match E::read(name, NoData) {
            Ok(event) if self.cursor.expect_closing() => {
                Ok(EventMessage { event, timestamp: Some(self.timestamp) })
            }
            Ok(_) => decode_parts(self.message),
            Err(incomplete) => Err(incomplete.at(0).in_text(self.message)),
        }
    }
}

/// The event's name from after its opening quote, and whether an object as `data` comes next or
/// else the end of the message.
#[inline(always)]
pub(crate) fn read_name<'a>(cursor: &mut Cursor<'a>) -> Option<(&'a [u8], bool)> {
    let name = cursor.plain_string()?;
    let data = cursor.expect(b", \"data\": ");
    (cursor.peek() == Some(if data { b'{' } else { b'}' })).then_some((name, data))
}

/// Reads a message that does not begin with the timestamp, as others than QEMU write it.
#[inline(never)]
fn decode_other_order<E: QapiEvents>(message: &[u8]) -> Result<EventMessage<E>, DecodeError> {
    match decode_event_first(message).or_else(|| decode_data_first(message)) {
        Some(Ok(read)) => Ok(read),
        Some(Err(fault)) => Err(fault.in_text(message)),
        None => decode_parts(message),
    }
}

/// Reads event, data, timestamp.
#[inline(always)]
fn decode_event_first<E: QapiEvents>(message: &[u8]) -> Option<Result<EventMessage<E>, Fault>> {
    let mut cursor = Cursor::new(message);
    if !cursor.expect_opening(b"{\"event\": \"") {
        return None;
    }
    let (name, true) = read_name(&mut cursor)? else { return None };
    match E::read(name, &mut cursor) {
        Ok(event) => {
            let timestamp = Some(read_ending(&mut cursor)?);
            Some(Ok(EventMessage { event, timestamp }))
        }
        Err(fault) => Some(Err(fault)),
    }
}

/// Reads data, event, timestamp.
#[inline(always)]
fn decode_data_first<E: QapiEvents>(message: &[u8]) -> Option<Result<EventMessage<E>, Fault>> {
    let mut cursor = Cursor::new(message);
    if !cursor.expect_opening(b"{\"data\": ") || cursor.peek() != Some(b'{') {
        return None;
    }
    let mut data = cursor.clone();
    if let Err(fault) = cursor.skip_value() {
        return Some(Err(fault));
    }
    if !cursor.expect(b", \"event\": \"") {
        return None;
    }
    let name = cursor.plain_string()?;
    let timestamp = Some(read_ending(&mut cursor)?);
    Some(E::read(name, &mut data).map(|event| EventMessage { event, timestamp }))
}

/// The timestamp at the end of the message.
#[inline(always)]
fn read_ending(cursor: &mut Cursor<'_>) -> Option<Timestamp> {
    if !cursor.expect(b", \"timestamp\": {\"seconds\": ") {
        return None;
    }
    let timestamp = read_seconds(cursor)?;
    (cursor.expect(b"}") && cursor.expect_closing()).then_some(timestamp)
}
