//! What serializers have in common that take nothing but JSON, as all types of QAPI are.

use serde::ser::Error as _;
use serde_json::Error;

/// How serde_json calls a struct whose only field is the text of a value: a number keeps its digits so.
pub(crate) const RAW: &str = "$serde_json::private::RawValue";

#[cold]
pub(crate) fn not_json() -> Error {
    Error::custom("not JSON")
}

/// The methods of a [`Serializer`](serde::Serializer) that follow from those of booleans, `f64`, strings and units,
/// from a method `number` for the text of a number, and the refusal of what is not JSON.
macro_rules! serialize_the_rest_as_json {
    () => {
        type SerializeTuple = ::serde::ser::Impossible<(), ::serde_json::Error>;
        type SerializeTupleStruct = ::serde::ser::Impossible<(), ::serde_json::Error>;
        type SerializeTupleVariant = ::serde::ser::Impossible<(), ::serde_json::Error>;
        type SerializeStructVariant = ::serde::ser::Impossible<(), ::serde_json::Error>;

        $crate::json_serializer::serialize_integers!(
            serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64, serialize_i128: i128,
            serialize_u8: u8, serialize_u16: u16, serialize_u32: u32, serialize_u64: u64, serialize_u128: u128
        );

        fn serialize_f32(self, number: f32) -> Result<(), ::serde_json::Error> {
            self.serialize_f64(number.into())
        }

        fn serialize_char(self, value: char) -> Result<(), ::serde_json::Error> {
            self.serialize_str(value.encode_utf8(&mut [0; 4]))
        }

        fn serialize_bytes(self, _: &[u8]) -> Result<(), ::serde_json::Error> {
            Err($crate::json_serializer::not_json())
        }

        fn serialize_none(self) -> Result<(), ::serde_json::Error> {
            self.serialize_unit()
        }

        fn serialize_some<T: ::serde::Serialize + ?Sized>(self, value: &T) -> Result<(), ::serde_json::Error> {
            value.serialize(self)
        }

        fn serialize_unit_struct(self, _: &'static str) -> Result<(), ::serde_json::Error> {
            self.serialize_unit()
        }

        fn serialize_unit_variant(
            self,
            _: &'static str,
            _: u32,
            variant: &'static str,
        ) -> Result<(), ::serde_json::Error> {
            self.serialize_str(variant)
        }

        fn serialize_newtype_struct<T: ::serde::Serialize + ?Sized>(
            self,
            _: &'static str,
            value: &T,
        ) -> Result<(), ::serde_json::Error> {
            value.serialize(self)
        }

        fn serialize_newtype_variant<T: ::serde::Serialize + ?Sized>(
            self,
            _: &'static str,
            _: u32,
            _: &'static str,
            _: &T,
        ) -> Result<(), ::serde_json::Error> {
            Err($crate::json_serializer::not_json())
        }

        fn serialize_tuple(self, _: usize) -> Result<Self::SerializeTuple, ::serde_json::Error> {
            Err($crate::json_serializer::not_json())
        }

        fn serialize_tuple_struct(
            self,
            _: &'static str,
            _: usize,
        ) -> Result<Self::SerializeTupleStruct, ::serde_json::Error> {
            Err($crate::json_serializer::not_json())
        }

        fn serialize_tuple_variant(
            self,
            _: &'static str,
            _: u32,
            _: &'static str,
            _: usize,
        ) -> Result<Self::SerializeTupleVariant, ::serde_json::Error> {
            Err($crate::json_serializer::not_json())
        }

        fn serialize_struct_variant(
            self,
            _: &'static str,
            _: u32,
            _: &'static str,
            _: usize,
        ) -> Result<Self::SerializeStructVariant, ::serde_json::Error> {
            Err($crate::json_serializer::not_json())
        }
    };
}
pub(crate) use serialize_the_rest_as_json;

macro_rules! serialize_integers {
    ($($method:ident: $type:ty),*) => {$(
        fn $method(self, number: $type) -> Result<(), ::serde_json::Error> {
            self.number(::itoa::Buffer::new().format(number))
        }
    )*};
}
pub(crate) use serialize_integers;

#[cfg(test)]
pub(crate) mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    /// For the tests of serializers.
    pub(crate) fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            any::<String>().prop_map(Value::from),
            "[ -~]*".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 32, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map(any::<String>(), inner, 0..4)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }
}
