//! What a type must do to stand in an event: be read from bytes and from serde, and describe itself.
//!
//! The derive macros implement these traits; nobody does by hand. Each kind of type has a module
//! with what its expansions share.

pub(crate) mod alternate;
pub(crate) mod buffered;
pub(crate) mod event;
pub(crate) mod object;
pub(crate) mod place;
pub(crate) mod union;
pub(crate) mod value;

use serde::Deserializer;
use serde::ser::{Serialize, SerializeMap};

use crate::cursor::{Cursor, Fault};
use crate::error::DecodeError;
use crate::info::{EventInfo, TypeInfo};
use crate::message::{EventMessage, OpenedMessage};
use event::Payload;
use object::Object;
use place::Place;

/// A type of values: a member of an event can have it.
///
/// Integers, `f64`, `bool`, `String`, `()` (QAPI's `null`), [`serde_json::Value`] (QAPI's `any`),
/// `Vec`, `Option` and `Box` of such types, and everything that derives
/// [`QapiStruct`](derive@crate::QapiStruct), [`QapiEnum`](derive@crate::QapiEnum),
/// [`QapiUnion`](derive@crate::QapiUnion) or [`QapiAlternate`](derive@crate::QapiAlternate).
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a QAPI type",
    note = "QAPI types are i8 to i64, u8 to u64, f64, bool, String, (), serde_json::Value, Vec, Option and Box of QAPI types",
    note = "derive `QapiStruct`, `QapiEnum`, `QapiUnion` or `QapiAlternate` for a type of your own"
)]
pub trait QapiType: Sized {
    /// What is known about the type.
    const TYPE: TypeInfo;

    #[doc(hidden)]
    const JSON: JsonType;

    /// Whether a member of this type may be left out.
    #[doc(hidden)]
    const OPTIONAL: bool = false;

    /// Whether `null` is a value of the type.
    #[doc(hidden)]
    const TAKES_NULL: bool = false;

    #[doc(hidden)]
    fn decode(cursor: &mut Cursor<'_>) -> Result<Self, Fault>;

    #[doc(hidden)]
    fn deserialize_at<'de, D: Deserializer<'de>>(
        deserializer: D,
        place: &Place<'_>,
    ) -> Result<Self, D::Error>;

    /// What stands for a member that was left out, if it may be.
    #[doc(hidden)]
    fn absent() -> Option<Self> {
        None
    }

    /// Whether to leave the member out.
    #[doc(hidden)]
    fn is_absent(&self) -> bool {
        false
    }
}

/// The types of JSON values. `Any` is none of them in particular.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JsonType {
    Null,
    Boolean,
    Number,
    String,
    List,
    Object,
    Any,
}

/// An event: a type of `data`. Derive it with [`QapiEvent`](derive@crate::QapiEvent).
///
/// ```
/// use qmp_events::{EventMessage, QapiEvent, QapiEvents, UnknownEvent, events};
///
/// #[derive(Clone, Debug, PartialEq, QapiEvent)]
/// #[qapi(name = "__com.example_FAN_FAILED", since = "9.0")]
/// struct FanFailed {
///     /// Which fan.
///     fan: String,
///     /// How fast it still is; `speed-rpm` on the wire.
///     speed_rpm: Option<u64>,
/// }
///
/// #[derive(Clone, Debug, PartialEq, QapiEvents)]
/// enum MyEvent {
///     #[qapi(name = "__com.example_FAN_FAILED")]
///     FanFailed(FanFailed),
///     #[qapi(name = "SHUTDOWN")]
///     Shutdown(events::Shutdown),
///     #[qapi(unknown)]
///     Other(UnknownEvent),
/// }
///
/// let text = r#"{"event": "__com.example_FAN_FAILED", "data": {"fan": "left"}}"#;
/// let message: EventMessage<MyEvent> = text.parse()?;
/// assert_eq!(message.event, MyEvent::FanFailed(FanFailed { fan: "left".into(), speed_rpm: None }));
/// # Ok::<(), qmp_events::DecodeError>(())
/// ```
#[diagnostic::on_unimplemented(message = "`{Self}` is not an event", note = "derive `QapiEvent` for it")]
pub trait QapiEvent: Object + Serialize {
    /// What is known about the event.
    const INFO: &'static EventInfo;

    /// Whether a message of this event has `data`.
    #[doc(hidden)]
    const HAS_MEMBERS: bool;
}

impl<T: QapiEvent> QapiEvent for Box<T> {
    const INFO: &'static EventInfo = T::INFO;
    const HAS_MEMBERS: bool = T::HAS_MEMBERS;
}

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
    fn read<P: Payload>(name: &[u8], payload: P) -> Result<Self, P::Error>;

    /// Reads a message. It is compiled where the set is defined, once for all that use it.
    #[doc(hidden)]
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
