//! The layouts in which programs write messages, down to the spaces: what should be between the
//! values is compared whole.
//!
//! A short cut and never more: a message that differs in the least, or is malformed, goes to `parts`.
//!
//! `#[inline(always)]`: with `#[inline]` alone, an event of the even mix takes 1.1 % more instructions with
//! `event` first, and as many in QEMU's order (`cargo xtask bench instructions`, Rust 1.95).

use super::event_message::EventMessage;
use super::opened::{OpenedMessage, read_seconds};
use super::parts::decode_parts;
use super::set::{QapiEvents, is_named};
use crate::cursor::Cursor;
use crate::error::DecodeError;
use crate::info::EventInfo;
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
        match decode_object::<T>(&mut self.cursor) {
            Ok(event) if event.has_members() && self.close() => {
                Ok(EventMessage::new(variant(event)).with_timestamp(self.timestamp))
            }
            _ => self.decode_parts(),
        }
    }

    /// Reads an event without `data`, or one that is not in the set.
    #[inline(never)]
    pub fn other<E: QapiEvents>(mut self) -> Result<EventMessage<E>, DecodeError> {
        let Some((name, false)) = read_name(&mut self.cursor) else {
            return self.decode_parts();
        };
        match E::read(name, NoData) {
            Ok(event) if self.close() => Ok(EventMessage::new(event).with_timestamp(self.timestamp)),
            _ => self.decode_parts(),
        }
    }
}

impl OpenedMessage<'_> {
    /// Reads the message in whatever layout.
    #[inline(never)]
    fn decode_parts<E: QapiEvents>(self) -> Result<EventMessage<E>, DecodeError> {
        match self.length {
            None => decode_parts(self.message),
            Some(_) => Err(self.cursor.syntax("the end of the message").in_text(b"")),
        }
    }
}

/// For a set that leaves events to another set, `R`.
impl OpenedMessage<'_> {
    /// Reads an event that is not in the set, or one of the set without `data`.
    pub fn rest<R: QapiEvents, E: QapiEvents>(
        self,
        own: &[&EventInfo],
        variant: impl FnOnce(R) -> E,
    ) -> Result<EventMessage<E>, DecodeError> {
        match self.cursor.clone().plain_string() {
            Some(name) if is_named(own, name) => self.other(),
            _ => R::read_opened(self).map(|message| message.map(variant)),
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
        Some(read) => Ok(read),
        None => decode_parts(message),
    }
}

/// Reads event, data, timestamp.
#[inline(always)]
fn decode_event_first<E: QapiEvents>(message: &[u8]) -> Option<EventMessage<E>> {
    let mut cursor = Cursor::new(message);
    if !cursor.expect_opening(b"{\"event\": \"") {
        return None;
    }
    let (name, true) = read_name(&mut cursor)? else { return None };
    let event = E::read(name, &mut cursor).ok().filter(E::has_data)?;
    let timestamp = read_ending(&mut cursor)?;
    Some(EventMessage::new(event).with_timestamp(timestamp))
}

/// Reads data, event, timestamp.
#[inline(always)]
fn decode_data_first<E: QapiEvents>(message: &[u8]) -> Option<EventMessage<E>> {
    let mut cursor = Cursor::new(message);
    if !cursor.expect_opening(b"{\"data\": ") || cursor.peek() != Some(b'{') {
        return None;
    }
    let mut data = cursor.clone();
    cursor.skip_value().ok()?;
    if !cursor.expect(b", \"event\": \"") {
        return None;
    }
    let name = cursor.plain_string()?;
    let timestamp = read_ending(&mut cursor)?;
    let event = E::read(name, &mut data).ok().filter(E::has_data)?;
    Some(EventMessage::new(event).with_timestamp(timestamp))
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
