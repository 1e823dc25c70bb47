//! From a typed event to the spans of its members: a serializer, so that no JSON is made of it on the way.

use serde::ser::{
    Error as _, Impossible, Serialize, SerializeMap, SerializeSeq, SerializeStruct, Serializer,
};
use serde_json::Error;

use super::spans::{Known, Spans};
use crate::terminal::text::printable;

/// How serde_json calls a number of which it keeps the text.
const RAW: &str = "$serde_json::private::RawValue";

/// A value that is about to be written.
pub(super) struct Value<'w, 'a, 'r> {
    spans: &'w mut Spans<'a, 'r>,
    place: Place<'w>,
}

/// Where a value is.
enum Place<'w> {
    /// The message: its `data` is written, and nothing else of it.
    Message {
        is_first: &'w mut bool,
    },
    /// The data: its members are written, without braces around them.
    Data {
        is_first: &'w mut bool,
    },
    /// The name of a member, which is kept until its value comes.
    Name,
    Member(Known),
    /// The text of a number.
    Raw(Known),
}

impl<'w, 'a, 'r> Value<'w, 'a, 'r> {
    pub(super) fn message(spans: &'w mut Spans<'a, 'r>, is_first: &'w mut bool) -> Self {
        Value { spans, place: Place::Message { is_first } }
    }

    pub(super) fn member(spans: &'w mut Spans<'a, 'r>, known: Known) -> Self {
        Value { spans, place: Place::Member(known) }
    }

    /// Writes a value without parts, if it is one of a member.
    fn write(self, write: impl FnOnce(&mut Spans<'a, 'r>, Known)) -> Result<(), Error> {
        if let Place::Member(known) | Place::Raw(known) = self.place {
            let known = self.spans.begin_value(known);
            write(self.spans, known);
            self.spans.end_value(known);
        }
        Ok(())
    }

    fn number(self, number: &str) -> Result<(), Error> {
        self.write(|spans, known| spans.number(number, known))
    }

    fn bare(self, text: &str) -> Result<(), Error> {
        self.write(|spans, known| spans.text(text, known))
    }
}

/// Methods for all types of integers.
macro_rules! integers {
    ($($method:ident: $type:ty),*) => {$(
        fn $method(self, number: $type) -> Result<(), Error> {
            self.number(itoa::Buffer::new().format(number))
        }
    )*};
}

impl<'w, 'a, 'r> Serializer for Value<'w, 'a, 'r> {
    type Ok = ();
    type Error = Error;
    type SerializeSeq = Items<'w, 'a, 'r>;
    type SerializeTuple = Impossible<(), Error>;
    type SerializeTupleStruct = Impossible<(), Error>;
    type SerializeTupleVariant = Impossible<(), Error>;
    type SerializeMap = Members<'w, 'a, 'r>;
    type SerializeStruct = Members<'w, 'a, 'r>;
    type SerializeStructVariant = Impossible<(), Error>;

    integers!(
        serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64, serialize_i128: i128,
        serialize_u8: u8, serialize_u16: u16, serialize_u32: u32, serialize_u64: u64, serialize_u128: u128
    );

    fn serialize_bool(self, value: bool) -> Result<(), Error> {
        self.bare(if value { "true" } else { "false" })
    }

    fn serialize_f32(self, number: f32) -> Result<(), Error> {
        self.serialize_f64(number.into())
    }

    fn serialize_f64(self, number: f64) -> Result<(), Error> {
        self.number(&serde_json::to_string(&number)?)
    }

    fn serialize_char(self, value: char) -> Result<(), Error> {
        self.serialize_str(value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, text: &str) -> Result<(), Error> {
        match self.place {
            Place::Name => {
                self.spans.name.clear();
                self.spans.name.push_str(text);
                Ok(())
            }
            Place::Raw(_) => self.number(text),
            _ => self.bare(&printable(text)),
        }
    }

    fn serialize_bytes(self, _: &[u8]) -> Result<(), Error> {
        Err(not_json())
    }

    fn serialize_none(self) -> Result<(), Error> {
        self.serialize_unit()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Error> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), Error> {
        self.bare("null")
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), Error> {
        self.serialize_unit()
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<(), Error> {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), Error> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<(), Error> {
        Err(not_json())
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Items<'w, 'a, 'r>, Error> {
        let Value { spans, place } = self;
        let Place::Member(known) = place else { return Err(not_json()) };
        let known = spans.begin_value(known);
        spans.bracket("[");
        Ok(Items { spans, known, index: 0 })
    }

    fn serialize_tuple(self, _: usize) -> Result<Self::SerializeTuple, Error> {
        Err(not_json())
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Self::SerializeTupleStruct, Error> {
        Err(not_json())
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant, Error> {
        Err(not_json())
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Members<'w, 'a, 'r>, Error> {
        let Value { spans, place } = self;
        let kind = match place {
            Place::Message { is_first } => Kind::Message { is_first },
            Place::Data { is_first } => Kind::Data { is_first },
            Place::Member(known) => {
                let known = spans.begin_value(known);
                spans.bracket("{");
                Kind::Object { known, is_first: true }
            }
            Place::Name | Place::Raw(_) => return Err(not_json()),
        };
        Ok(Members { spans, kind })
    }

    fn serialize_struct(self, name: &'static str, length: usize) -> Result<Members<'w, 'a, 'r>, Error> {
        match self {
            Value { spans, place: Place::Member(known) } if name == RAW => {
                Ok(Members { spans, kind: Kind::Raw(known) })
            }
            value => value.serialize_map(Some(length)),
        }
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStructVariant, Error> {
        Err(not_json())
    }
}

/// The types of QAPI are all JSON.
#[cold]
fn not_json() -> Error {
    Error::custom("not JSON")
}

/// A list that is being written.
pub(super) struct Items<'w, 'a, 'r> {
    spans: &'w mut Spans<'a, 'r>,
    known: Known,
    index: usize,
}

impl SerializeSeq for Items<'_, '_, '_> {
    type Ok = ();
    type Error = Error;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, item: &T) -> Result<(), Error> {
        let Items { spans, known, index } = self;
        spans.begin_item(*index);
        let length = spans.path_length();
        let known = spans.enter_item(*index, *known);
        item.serialize(Value::member(spans, known))?;
        spans.leave(length);
        *index += 1;
        Ok(())
    }

    fn end(self) -> Result<(), Error> {
        self.spans.bracket("]");
        self.spans.end_value(self.known);
        Ok(())
    }
}

/// An object that is being written.
pub(super) struct Members<'w, 'a, 'r> {
    spans: &'w mut Spans<'a, 'r>,
    kind: Kind<'w>,
}

enum Kind<'w> {
    Message { is_first: &'w mut bool },
    Data { is_first: &'w mut bool },
    Object { known: Known, is_first: bool },
    Raw(Known),
}

impl Members<'_, '_, '_> {
    fn member<T: Serialize + ?Sized>(&mut self, name: &str, value: &T) -> Result<(), Error> {
        let Members { spans, kind } = self;
        let (object, is_first) = match kind {
            Kind::Message { is_first } if name == "data" => {
                return value.serialize(Value { spans, place: Place::Data { is_first } });
            }
            Kind::Message { .. } => return Ok(()),
            Kind::Raw(known) => return value.serialize(Value { spans, place: Place::Raw(*known) }),
            Kind::Data { is_first } => (Known::Yes, &mut **is_first),
            Kind::Object { known, is_first } => (*known, is_first),
        };
        let length = spans.path_length();
        let known = spans.enter_member(name, object);
        spans.begin_member(name, known, is_first);
        value.serialize(Value::member(spans, known))?;
        spans.leave(length);
        Ok(())
    }

    fn close(self) -> Result<(), Error> {
        if let Kind::Object { known, .. } = self.kind {
            self.spans.bracket("}");
            self.spans.end_value(known);
        }
        Ok(())
    }
}

impl SerializeMap for Members<'_, '_, '_> {
    type Ok = ();
    type Error = Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, name: &T) -> Result<(), Error> {
        name.serialize(Value { spans: self.spans, place: Place::Name })
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        // Taken while the value is written, which may have members itself; then its memory is used again.
        let name = std::mem::take(&mut self.spans.name);
        let written = self.member(&name, value);
        self.spans.name = name;
        written
    }

    fn end(self) -> Result<(), Error> {
        self.close()
    }
}

impl SerializeStruct for Members<'_, '_, '_> {
    type Ok = ();
    type Error = Error;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), Error> {
        self.member(name, value)
    }

    fn end(self) -> Result<(), Error> {
        self.close()
    }
}
