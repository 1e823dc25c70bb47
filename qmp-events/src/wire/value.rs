//! The built-in types, lists and optional values; and enums, which are strings.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::UnitDeserializer;
use serde::de::{Deserialize, Deserializer, Error, SeqAccess, Unexpected, Visitor};
use serde_json::Value;

use super::place::Place;
use super::qapi_type::{JsonType, QapiType, Seed, Tags};
use crate::cursor::{Cursor, MAX_FLOAT_INTEGER};
use crate::error::{DecodeErrorKind, Fault};
use crate::info::TypeInfo;
use crate::json::RawJson;

macro_rules! integers {
    ($($type:ident, $deserialize:ident, $signed:expr;)*) => {$(
        impl QapiType for $type {
            const TYPE: TypeInfo = TypeInfo::Integer { signed: $signed, bits: $type::BITS };
            const JSON: JsonType = JsonType::Number;

            #[inline(never)]
            fn decode(cursor: &mut Cursor<'_>) -> Result<Self, Fault> {
                match cursor.short_integer::<$type>() {
                    Some(value) => Ok(value),
                    None => decode_integer(cursor),
                }
            }

            fn deserialize_at<'de, D: Deserializer<'de>>(
                deserializer: D,
                place: &Place<'_>,
            ) -> Result<Self, D::Error> {
                deserializer.$deserialize(IntegerVisitor::<$type>(place, PhantomData))
            }
        }

        impl Integer for $type {
            fn range() -> (i128, i128) {
                (i128::from($type::MIN), i128::from($type::MAX))
            }
        }
    )*};
}

integers! {
    i8, deserialize_i8, true;
    i16, deserialize_i16, true;
    i32, deserialize_i32, true;
    i64, deserialize_i64, true;
    u8, deserialize_u8, false;
    u16, deserialize_u16, false;
    u32, deserialize_u32, false;
    u64, deserialize_u64, false;
}

trait Integer: TryFrom<i128> {
    fn range() -> (i128, i128);
}

/// An integer that is long, spelled as a float, or out of range.
#[cold]
fn decode_integer<T: Integer>(cursor: &mut Cursor<'_>) -> Result<T, Fault> {
    cursor.skip_whitespace();
    let start = cursor.offset();
    let value = cursor.integer()?;
    T::try_from(value).map_err(|_| {
        let (min, max) = T::range();
        let message = format!("expected an integer from {min} to {max}, found {value}");
        Fault::new(DecodeErrorKind::Range, start, message)
    })
}

struct IntegerVisitor<'p, T>(&'p Place<'p>, PhantomData<T>);

impl<T: Integer> IntegerVisitor<'_, T> {
    fn convert<E: Error>(&self, value: i128, found: Unexpected<'_>) -> Result<T, E> {
        T::try_from(value).map_err(|_| E::invalid_value(found, self))
    }
}

impl<T: Integer> Visitor<'_> for IntegerVisitor<'_, T> {
    type Value = T;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (min, max) = T::range();
        write!(formatter, "an integer from {min} to {max} for {}", self.0)
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<T, E> {
        self.convert(value.into(), Unexpected::Signed(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<T, E> {
        self.convert(value.into(), Unexpected::Unsigned(value))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<T, E> {
        let found = Unexpected::Float(value);
        if value.fract() == 0.0 && value.abs() <= MAX_FLOAT_INTEGER as f64 {
            self.convert(value as i128, found)
        } else {
            Err(E::invalid_value(found, &self))
        }
    }
}

impl QapiType for f64 {
    const TYPE: TypeInfo = TypeInfo::Number;
    const JSON: JsonType = JsonType::Number;

    fn decode(cursor: &mut Cursor<'_>) -> Result<Self, Fault> {
        cursor.float()
    }

    fn deserialize_at<'de, D: Deserializer<'de>>(
        deserializer: D,
        place: &Place<'_>,
    ) -> Result<Self, D::Error> {
        deserializer.deserialize_f64(FloatVisitor(place))
    }
}

struct FloatVisitor<'p>(&'p Place<'p>);

impl Visitor<'_> for FloatVisitor<'_> {
    type Value = f64;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "a number for {}", self.0)
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<f64, E> {
        Ok(value)
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<f64, E> {
        Ok(value as f64)
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<f64, E> {
        Ok(value as f64)
    }
}

impl QapiType for bool {
    const TYPE: TypeInfo = TypeInfo::Boolean;
    const JSON: JsonType = JsonType::Boolean;

    #[inline]
    fn decode(cursor: &mut Cursor<'_>) -> Result<Self, Fault> {
        cursor.boolean()
    }

    fn deserialize_at<'de, D: Deserializer<'de>>(
        deserializer: D,
        place: &Place<'_>,
    ) -> Result<Self, D::Error> {
        deserializer.deserialize_bool(BooleanVisitor(place))
    }
}

struct BooleanVisitor<'p>(&'p Place<'p>);

impl Visitor<'_> for BooleanVisitor<'_> {
    type Value = bool;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "true or false for {}", self.0)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<bool, E> {
        Ok(value)
    }
}

impl QapiType for String {
    const TYPE: TypeInfo = TypeInfo::String;
    const JSON: JsonType = JsonType::String;

    #[inline]
    fn decode(cursor: &mut Cursor<'_>) -> Result<Self, Fault> {
        cursor.owned_string()
    }

    fn deserialize_at<'de, D: Deserializer<'de>>(
        deserializer: D,
        place: &Place<'_>,
    ) -> Result<Self, D::Error> {
        deserializer.deserialize_string(StringVisitor(place, |text: &str| text.to_owned()))
    }
}

/// An open set of strings.
pub trait Enum {
    /// The value of this name, known or not.
    fn read(value: &[u8]) -> Self;
}

/// Reads an enum through serde.
pub fn deserialize_enum<'de, D: Deserializer<'de>, T: Enum>(
    deserializer: D,
    place: &Place<'_>,
) -> Result<T, D::Error> {
    deserializer.deserialize_str(StringVisitor(place, |text: &str| T::read(text.as_bytes())))
}

struct StringVisitor<'p, F>(&'p Place<'p>, F);

impl<T, F: FnOnce(&str) -> T> Visitor<'_> for StringVisitor<'_, F> {
    type Value = T;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "a string for {}", self.0)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        Ok(self.1(text))
    }
}

impl QapiType for () {
    const TYPE: TypeInfo = TypeInfo::Null;
    const JSON: JsonType = JsonType::Null;
    const TAKES_NULL: bool = true;

    fn decode(cursor: &mut Cursor<'_>) -> Result<Self, Fault> {
        cursor.null()
    }

    fn deserialize_at<'de, D: Deserializer<'de>>(
        deserializer: D,
        place: &Place<'_>,
    ) -> Result<Self, D::Error> {
        deserializer.deserialize_unit(NullVisitor(place))
    }
}

struct NullVisitor<'p>(&'p Place<'p>);

impl Visitor<'_> for NullVisitor<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "null for {}", self.0)
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }
}

impl QapiType for RawJson<'static> {
    const TYPE: TypeInfo = TypeInfo::Any;
    const JSON: JsonType = JsonType::Any;
    const TAKES_NULL: bool = true;

    fn decode(cursor: &mut Cursor<'_>) -> Result<Self, Fault> {
        RawJson::decode(cursor)
    }

    fn deserialize_at<'de, D: Deserializer<'de>>(deserializer: D, _: &Place<'_>) -> Result<Self, D::Error> {
        Deserialize::deserialize(deserializer)
    }
}

impl QapiType for Value {
    const TYPE: TypeInfo = TypeInfo::Any;
    const JSON: JsonType = JsonType::Any;
    const TAKES_NULL: bool = true;

    fn decode(cursor: &mut Cursor<'_>) -> Result<Self, Fault> {
        RawJson::decode(cursor).map(|json| json.to_value())
    }

    fn deserialize_at<'de, D: Deserializer<'de>>(deserializer: D, _: &Place<'_>) -> Result<Self, D::Error> {
        Deserialize::deserialize(deserializer)
    }
}

impl<T: QapiType> QapiType for Vec<T> {
    const TYPE: TypeInfo = TypeInfo::List(&T::TYPE);
    const JSON: JsonType = JsonType::List;

    fn decode(cursor: &mut Cursor<'_>) -> Result<Self, Fault> {
        let mut items = Vec::new();
        let mut more = cursor.open_list()?;
        while more {
            items.push(T::decode(cursor)?);
            more = cursor.next_item()?;
        }
        Ok(items)
    }

    fn deserialize_at<'de, D: Deserializer<'de>>(
        deserializer: D,
        place: &Place<'_>,
    ) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(ListVisitor(place, PhantomData))
    }

    fn has_unknown(&self) -> bool {
        self.iter().any(T::has_unknown)
    }
}

struct ListVisitor<'p, T>(&'p Place<'p>, PhantomData<T>);

impl<'de, T: QapiType> Visitor<'de> for ListVisitor<'_, T> {
    type Value = Vec<T>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "a list for {}", self.0)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Vec<T>, A::Error> {
        let mut items = Vec::new();
        loop {
            let place = Place::Item(self.0, items.len());
            let Some(item) = list.next_element_seed(Seed::new(&place))? else {
                return Ok(items);
            };
            items.push(item);
        }
    }
}

/// `null` for a member that may be left out says the same as leaving it out, unless `null` is a
/// value of the member's type.
impl<T: QapiType> QapiType for Option<T> {
    const TYPE: TypeInfo = T::TYPE;
    const JSON: JsonType = T::JSON;
    const OPTIONAL: bool = true;
    const TAKES_NULL: bool = true;

    #[inline]
    fn decode(cursor: &mut Cursor<'_>) -> Result<Self, Fault> {
        if !T::TAKES_NULL && cursor.peek_value() == Some(b'n') {
            cursor.null()?;
            return Ok(None);
        }
        T::decode(cursor).map(Some)
    }

    fn deserialize_at<'de, D: Deserializer<'de>>(
        deserializer: D,
        place: &Place<'_>,
    ) -> Result<Self, D::Error> {
        deserializer.deserialize_option(OptionVisitor(place, PhantomData))
    }

    fn absent() -> Option<Self> {
        Some(None)
    }

    fn is_absent(&self) -> bool {
        self.is_none()
    }

    fn has_unknown(&self) -> bool {
        self.as_ref().is_some_and(T::has_unknown)
    }
}

struct OptionVisitor<'p, T>(&'p Place<'p>, PhantomData<T>);

impl<'de, T: QapiType> Visitor<'de> for OptionVisitor<'_, T> {
    type Value = Option<T>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "a value for {}", self.0)
    }

    fn visit_none<E: Error>(self) -> Result<Option<T>, E> {
        if T::TAKES_NULL { T::deserialize_at(UnitDeserializer::new(), self.0).map(Some) } else { Ok(None) }
    }

    fn visit_unit<E: Error>(self) -> Result<Option<T>, E> {
        self.visit_none()
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<T>, D::Error> {
        T::deserialize_at(deserializer, self.0).map(Some)
    }
}

impl<T: QapiType> QapiType for Box<T> {
    const TYPE: TypeInfo = T::TYPE;
    const JSON: JsonType = T::JSON;
    const OPTIONAL: bool = T::OPTIONAL;
    const TAKES_NULL: bool = T::TAKES_NULL;

    fn decode(cursor: &mut Cursor<'_>) -> Result<Self, Fault> {
        T::decode(cursor).map(Box::new)
    }

    fn decode_branch(cursor: &mut Cursor<'_>, tags: &Tags<'_>) -> Result<Self, Fault> {
        T::decode_branch(cursor, tags).map(Box::new)
    }

    fn deserialize_at<'de, D: Deserializer<'de>>(
        deserializer: D,
        place: &Place<'_>,
    ) -> Result<Self, D::Error> {
        T::deserialize_at(deserializer, place).map(Box::new)
    }

    fn absent() -> Option<Self> {
        T::absent().map(Box::new)
    }

    fn is_absent(&self) -> bool {
        T::is_absent(self)
    }

    fn has_unknown(&self) -> bool {
        T::has_unknown(self)
    }
}
