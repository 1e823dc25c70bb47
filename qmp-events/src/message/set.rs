//! Sets of events.

use std::fmt;

use serde::ser::SerializeMap;

use super::event_message::EventMessage;
use super::opened::OpenedMessage;
use crate::error::DecodeError;
use crate::info::EventInfo;
use crate::wire::event::DataReader;

/// A set of events, such as [`Event`](crate::Event). Derive it with
/// [`QapiEvents`](derive@crate::QapiEvents).
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a set of events",
    note = "derive `QapiEvents` for an enum with one event per variant"
)]
pub trait QapiEvents: Sized {
    /// What is known about each event of the set, in the order of its variants.
    const INFOS: &'static [&'static EventInfo];

    /// Reads the event of this name, or keeps one that is not in the set.
    #[doc(hidden)]
    fn read<P: DataReader>(name: &[u8], payload: P) -> Result<Self, P::Error>;

    /// Reads one message, with nothing but white space around it. (It is compiled where the set is
    /// defined, once for all that use it.)
    ///
    /// # Errors
    ///
    /// As [`EventMessage::decode`].
    fn decode(message: &[u8]) -> Result<EventMessage<Self>, DecodeError>;

    /// Reads a message from the event's name on.
    #[doc(hidden)]
    fn read_opened(message: OpenedMessage<'_>) -> Result<EventMessage<Self>, DecodeError>;

    /// The event's name on the wire.
    fn name(&self) -> &str;

    /// What is known about the event, if the set knows it.
    fn info(&self) -> Option<&'static EventInfo>;

    /// Whether the event has `data` to write.
    #[doc(hidden)]
    fn has_data(&self) -> bool;

    /// Whether the event, or something in its data, is unknown.
    #[doc(hidden)]
    fn has_unknown(&self) -> bool;

    /// Writes the entry `data` if the event has one.
    #[doc(hidden)]
    fn serialize_data<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error>;
}

/// The name of the event that has had this other name.
#[cold]
pub fn name_of_alias(infos: &[&'static EventInfo], alias: &[u8]) -> Option<&'static [u8]> {
    let info = infos.iter().find(|info| info.aliases.iter().any(|name| name.as_bytes() == alias))?;
    (info.name.as_bytes() != alias).then_some(info.name.as_bytes())
}

/// Whether one of the events has this name or alias.
pub(super) fn is_named(infos: &[&EventInfo], name: &[u8]) -> bool {
    infos
        .iter()
        .any(|info| info.name.as_bytes() == name || info.aliases.iter().any(|alias| alias.as_bytes() == name))
}

/// The events of one set after those of another.
pub const fn concat_infos<const N: usize>(
    first: &[&'static EventInfo],
    second: &[&'static EventInfo],
) -> [&'static EventInfo; N] {
    let mut infos = [if first.is_empty() { second[0] } else { first[0] }; N];
    let mut index = 0;
    while index < N {
        infos[index] = if index < first.len() { first[index] } else { second[index - first.len()] };
        index += 1;
    }
    infos
}

/// Why `data` cannot be that of `name`.
pub(super) fn conflict(earlier: &dyn fmt::Display, name: &dyn fmt::Display) -> String {
    format!("`data` was read as that of {earlier}, and now the event is {name}")
}
