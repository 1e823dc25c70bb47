//! Events, and `data` about to be read as the event that the name selects.

use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, Error};
use serde::ser::{Serialize, SerializeMap};

use super::object::{Incomplete, Object, decode_object, deserialize_object};
use super::place::Place;
use crate::cursor::Cursor;
use crate::error::Fault;
use crate::info::EventInfo;
use crate::json::RawJson;
use crate::unknown::UnknownEvent;

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
}

impl<T: QapiEvent> QapiEvent for Box<T> {
    const INFO: &'static EventInfo = T::INFO;
}

/// `data`, not yet read.
pub trait DataReader: Sized {
    /// Why it could not be read.
    type Error;

    /// Reads it as that of `T`.
    fn event<T: QapiEvent>(self) -> Result<T, Self::Error>;

    /// Keeps it whole.
    fn unknown(self, name: &[u8]) -> Result<UnknownEvent, Self::Error>;
}

/// `data` is absent or null.
pub(crate) struct NoData;

impl DataReader for NoData {
    type Error = Incomplete;

    fn event<T: QapiEvent>(self) -> Result<T, Incomplete> {
        T::finish(T::Partial::default(), false)
    }

    fn unknown(self, name: &[u8]) -> Result<UnknownEvent, Incomplete> {
        Ok(UnknownEvent::new(text(name)))
    }
}

/// At `data`, which is an object.
impl DataReader for &mut Cursor<'_> {
    type Error = Fault;

    #[inline]
    fn event<T: QapiEvent>(self) -> Result<T, Fault> {
        decode_object(self)
    }

    #[cold]
    fn unknown(self, name: &[u8]) -> Result<UnknownEvent, Fault> {
        Ok(UnknownEvent { name: text(name), data: Some(RawJson::decode(self)?) })
    }
}

/// A deserializer of `data` that is not null.
pub(crate) struct FromSerde<'de, D>(D, PhantomData<&'de ()>);

impl<'de, D: Deserializer<'de>> FromSerde<'de, D> {
    pub(crate) fn new(deserializer: D) -> Self {
        FromSerde(deserializer, PhantomData)
    }
}

impl<'de, D: Deserializer<'de>> DataReader for FromSerde<'de, D> {
    type Error = D::Error;

    fn event<T: QapiEvent>(self) -> Result<T, D::Error> {
        deserialize_object(self.0, &Place::Root(T::NAME))
    }

    fn unknown(self, name: &[u8]) -> Result<UnknownEvent, D::Error> {
        let data = RawJson::deserialize(self.0)?;
        if !data.is_object() {
            return Err(D::Error::custom(format_args!("expected an object for `data` of {}", text(name))));
        }
        Ok(UnknownEvent { name: text(name), data: Some(data) })
    }
}

/// The name as text; it was checked.
fn text(name: &[u8]) -> String {
    String::from_utf8_lossy(name).into_owned()
}

/// Writes the entry `data`, unless the event has no members.
pub fn serialize_data<T: QapiEvent, M: SerializeMap>(event: &T, map: &mut M) -> Result<(), M::Error> {
    if event.has_members() { map.serialize_entry("data", event) } else { Ok(()) }
}
