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

    /// Writes the entry `data` if the event has one.
    #[doc(hidden)]
    fn serialize_data<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error>;
}

/// The name of the event that has had this other name.
#[cold]
pub fn name_of_alias<E: QapiEvents>(alias: &[u8]) -> Option<&'static [u8]> {
    let info = E::INFOS.iter().find(|info| info.aliases.iter().any(|name| name.as_bytes() == alias))?;
    (info.name.as_bytes() != alias).then_some(info.name.as_bytes())
}

/// Why `data` cannot be that of `name`.
pub(super) fn conflict(earlier: &dyn fmt::Display, name: &dyn fmt::Display) -> String {
    format!("`data` was read as that of {earlier}, and now the event is {name}")
}
