//! A kept value.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use serde::de::{Deserialize, Deserializer};
use serde_json::Value;

use super::from_serde::copy_value;
use crate::cursor::Cursor;
use crate::error::{DecodeError, Fault};

/// A JSON value that was kept as it came: of an event, a member or an alternate that this build does
/// not know, or of QAPI's type `any`.
///
/// Two values are equal if their members come in the same order; compare [`to_value`](Self::to_value)
/// where the order does not matter. Integers keep all their digits.
///
/// ```
/// use qmp_events::{Event, EventMessage};
///
/// let text = br#"{"event": "__com.example_FAN", "data": {"speed": 3, "ids": [18446744073709551616]}}"#;
/// let Event::Unknown(event) = EventMessage::decode(text)?.event else { panic!("a known event") };
/// let data = event.data.expect("data");
/// assert_eq!(data.as_str(), r#"{"speed":3,"ids":[18446744073709551616]}"#);
/// assert_eq!(data.to_value()["speed"], 3);
/// # Ok::<(), qmp_events::DecodeError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct RawJson<'a>(Cow<'a, str>);

impl<'a> RawJson<'a> {
    /// `null`.
    pub const NULL: RawJson<'static> = RawJson(Cow::Borrowed("null"));

    /// `text` is one value in the spelling of this module.
    pub(super) fn new(text: impl Into<Cow<'a, str>>) -> Self {
        RawJson(text.into())
    }

    /// The JSON text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The value as a tree, in which an integer beyond 64 bits becomes a float.
    pub fn to_value(&self) -> Value {
        serde_json::from_str(&self.0).unwrap_or_default()
    }

    /// Reads the value as a type of your own.
    ///
    /// # Errors
    ///
    /// If the value does not fit the type.
    pub fn read<'t, T: Deserialize<'t>>(&'t self) -> Result<T, serde_json::Error> {
        serde_json::from_str(&self.0)
    }

    /// The same value with its own text.
    pub fn into_owned(self) -> RawJson<'static> {
        RawJson(Cow::Owned(self.0.into_owned()))
    }

    pub(crate) fn is_object(&self) -> bool {
        self.0.starts_with('{')
    }
}

impl RawJson<'static> {
    /// Keeps the value at the cursor.
    pub(crate) fn decode(cursor: &mut Cursor<'_>) -> Result<Self, Fault> {
        let mut text = String::new();
        cursor.copy_value(&mut text)?;
        Ok(RawJson(Cow::Owned(text)))
    }
}

/// Reads JSON text.
impl FromStr for RawJson<'static> {
    type Err = DecodeError;

    fn from_str(text: &str) -> Result<Self, DecodeError> {
        let mut cursor = Cursor::new(text.as_bytes());
        let value = Self::decode(&mut cursor).and_then(|value| cursor.end().map(|()| value));
        value.map_err(|fault| fault.in_text(text.as_bytes()))
    }
}

impl From<&Value> for RawJson<'static> {
    fn from(value: &Value) -> Self {
        Self::deserialize(value).unwrap_or(RawJson::NULL)
    }
}

impl From<Value> for RawJson<'static> {
    fn from(value: Value) -> Self {
        Self::from(&value)
    }
}

impl<'de> Deserialize<'de> for RawJson<'static> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut text = String::new();
        copy_value(deserializer, &mut text)?;
        Ok(RawJson(Cow::Owned(text)))
    }
}

/// The JSON text.
impl fmt::Display for RawJson<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&self.0)
    }
}

/// The JSON text.
impl fmt::Debug for RawJson<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}
