//! What a message has besides its event and its time.

use super::event_message::EventMessage;
use super::set::QapiEvents;
use crate::json::{RawJson, UnknownMembers};
use crate::timestamp::{Timestamp, WholeTimestamp};

/// Gathered while a message is read in whatever layout.
#[derive(Default)]
pub(crate) struct Extras {
    unknown: UnknownMembers,
    timestamp: Rest,
    data: Rest,
}

/// What there is to keep of a member that is typed.
#[derive(Default)]
enum Rest {
    #[default]
    Nothing,
    /// It is null.
    Null,
    /// It is an object with these unknown members.
    Object(UnknownMembers),
}

impl Extras {
    /// Where to keep members that this build does not know.
    pub(crate) fn unknown(&mut self) -> &mut UnknownMembers {
        &mut self.unknown
    }

    /// Takes a member `timestamp`; the last one counts.
    pub(crate) fn timestamp(&mut self, timestamp: Option<WholeTimestamp>) -> Option<Timestamp> {
        let Some(WholeTimestamp { seconds, microseconds, unknown }) = timestamp else {
            self.timestamp = Rest::Null;
            return None;
        };
        self.timestamp = if unknown.is_empty() { Rest::Nothing } else { Rest::Object(unknown) };
        Some(Timestamp { seconds, microseconds })
    }

    /// Takes note of a member `data`, an object or null; the last one counts.
    pub(crate) fn data(&mut self, is_null: bool) {
        self.data = if is_null { Rest::Null } else { Rest::Object(UnknownMembers::new()) };
    }

    /// Whether the message is more than its event, its time and its data.
    pub(crate) fn is_empty(&self) -> bool {
        self.unknown.is_empty()
            && matches!(self.timestamp, Rest::Nothing)
            && matches!(self.data, Rest::Nothing | Rest::Object(_))
    }

    /// The message. Data without a member is kept here, since the event has nothing to write then.
    pub(crate) fn into_message<E: QapiEvents>(
        self,
        event: E,
        timestamp: Option<Timestamp>,
    ) -> EventMessage<E> {
        let Extras { mut unknown, timestamp: rest, data } = self;
        rest.keep("timestamp", &mut unknown);
        if !event.has_data() {
            data.keep("data", &mut unknown);
        }
        EventMessage { event, timestamp, unknown }
    }
}

impl Rest {
    fn keep(self, name: &str, unknown: &mut UnknownMembers) {
        match self {
            Rest::Nothing => {}
            Rest::Null => unknown.push(name, RawJson::NULL),
            Rest::Object(members) => unknown.push(name, members.into()),
        }
    }
}
