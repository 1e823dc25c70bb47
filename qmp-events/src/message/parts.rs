//! Messages in whatever layout: any order of members, any white space, members more than once.

use std::borrow::Cow;

use super::event_message::EventMessage;
use super::extras::Extras;
use super::set::{QapiEvents, conflict};
use crate::cursor::Cursor;
use crate::error::{DecodeError, DecodeErrorKind, Fault};
use crate::timestamp::Timestamp;
use crate::wire::event::NoData;
use crate::wire::qapi_type::QapiType;

/// Reads one message.
#[inline(never)]
pub(super) fn decode_parts<E: QapiEvents>(message: &[u8]) -> Result<EventMessage<E>, DecodeError> {
    read_parts(message, decode_data::<E>)
        .map(|parts| parts.extras.into_message(parts.data, parts.timestamp))
        .map_err(|fault| fault.in_text(message))
}

/// Reads `data` of the event `name`; without a cursor, there is none.
#[inline]
pub(crate) fn decode_data<E: QapiEvents>(name: &[u8], data: Option<&mut Cursor<'_>>) -> Result<E, Fault> {
    match data {
        Some(cursor) => E::read(name, cursor),
        None => E::read(name, NoData).map_err(|incomplete| incomplete.at(0)),
    }
}

/// A message, `data` of which was read by the caller.
pub(crate) struct Parts<'a, T> {
    pub(crate) name: Cow<'a, [u8]>,
    pub(crate) timestamp: Option<Timestamp>,
    pub(crate) data: T,
    pub(crate) extras: Extras,
    /// Whether there was more than one `data`.
    pub(crate) is_repeated: bool,
}

/// Reads one message. `read` gets the event's name and a cursor at `data`, an object; it gets
/// `None` if there is no `data`. It is called more than once if `data` is repeated.
#[inline]
pub(crate) fn read_parts<'a, T>(
    text: &'a [u8],
    mut read: impl FnMut(&[u8], Option<&mut Cursor<'a>>) -> Result<T, Fault>,
) -> Result<Parts<'a, T>, Fault> {
    let mut cursor = Cursor::new(text);
    let mut partial = Partial::default();
    let mut more = cursor.open_object()?;
    while more {
        more = partial.read_member(&mut cursor, &mut read)?;
    }
    cursor.end()?;
    partial.finish(&mut read)
}

struct Partial<'a, T> {
    name: Option<Cow<'a, [u8]>>,
    timestamp: Option<Timestamp>,
    data: Data<'a, T>,
    extras: Extras,
    is_repeated: bool,
}

enum Data<'a, T> {
    Absent,
    /// It is here, before the name that says what it is.
    Ahead(Cursor<'a>),
    Read(T),
}

impl<T> Default for Partial<'_, T> {
    fn default() -> Self {
        Partial {
            name: None,
            timestamp: None,
            data: Data::Absent,
            extras: Extras::default(),
            is_repeated: false,
        }
    }
}

impl<'a, T> Partial<'a, T> {
    fn read_member(
        &mut self,
        cursor: &mut Cursor<'a>,
        read: &mut impl FnMut(&[u8], Option<&mut Cursor<'a>>) -> Result<T, Fault>,
    ) -> Result<bool, Fault> {
        match &*cursor.key()? {
            b"event" => self.read_name(cursor)?,
            b"data" => self.read_data(cursor, read)?,
            b"timestamp" => self.timestamp = self.extras.timestamp(QapiType::decode(cursor)?),
            name => self.extras.unknown().push_with(name, |text| cursor.copy_value(text))?,
        }
        cursor.next_member()
    }

    fn read_name(&mut self, cursor: &mut Cursor<'a>) -> Result<(), Fault> {
        cursor.skip_whitespace();
        let start = cursor.offset();
        let name = cursor.string()?;
        if let (Data::Read(_), Some(earlier)) = (&self.data, &self.name)
            && *earlier != name
        {
            let message = conflict(&earlier.escape_ascii(), &name.escape_ascii());
            return Err(Fault::new(DecodeErrorKind::Conflict, start, message));
        }
        self.name = Some(name);
        Ok(())
    }

    #[inline]
    fn read_data(
        &mut self,
        cursor: &mut Cursor<'a>,
        read: &mut impl FnMut(&[u8], Option<&mut Cursor<'a>>) -> Result<T, Fault>,
    ) -> Result<(), Fault> {
        self.is_repeated |= !matches!(self.data, Data::Absent);
        self.extras.data(cursor.peek_value() == Some(b'n'));
        self.data = match (cursor.peek_value(), &self.name) {
            (Some(b'{'), Some(name)) => Data::Read(read(name, Some(cursor))?),
            (Some(b'{'), None) => {
                let ahead = cursor.clone();
                cursor.skip_value()?;
                Data::Ahead(ahead)
            }
            (Some(b'n'), _) => {
                cursor.null()?;
                Data::Absent
            }
            _ => return Err(cursor.mismatch("an object")),
        };
        Ok(())
    }

    #[inline]
    fn finish(
        self,
        read: &mut impl FnMut(&[u8], Option<&mut Cursor<'a>>) -> Result<T, Fault>,
    ) -> Result<Parts<'a, T>, Fault> {
        let Partial { name, timestamp, data, extras, is_repeated } = self;
        let name = name.ok_or_else(|| Fault::missing("event", 0))?;
        let data = match data {
            Data::Read(data) => data,
            Data::Absent => read(&name, None)?,
            Data::Ahead(mut cursor) => read(&name, Some(&mut cursor))?,
        };
        Ok(Parts { name, timestamp, data, extras, is_repeated })
    }
}
