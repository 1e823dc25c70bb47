//! From a typed event to the spans of its members: a serializer, so that no JSON is made of it on the way.

use serde::ser::{Serialize, SerializeMap, SerializeSeq, SerializeStruct, Serializer};
use serde_json::Error;

use super::spans::{Known, Spans};
use crate::json_serializer::{RAW, not_json, serialize_the_rest_as_json};

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

    fn literal(self, literal: &'static str) -> Result<(), Error> {
        self.write(|spans, known| spans.literal(literal, known))
    }
}

impl<'w, 'a, 'r> Serializer for Value<'w, 'a, 'r> {
    type Ok = ();
    type Error = Error;
    type SerializeSeq = Items<'w, 'a, 'r>;
    type SerializeMap = Members<'w, 'a, 'r>;
    type SerializeStruct = Members<'w, 'a, 'r>;

    serialize_the_rest_as_json!();

    fn serialize_bool(self, value: bool) -> Result<(), Error> {
        self.literal(if value { "true" } else { "false" })
    }

    fn serialize_f64(self, number: f64) -> Result<(), Error> {
        self.number(&serde_json::to_string(&number)?)
    }

    fn serialize_str(self, text: &str) -> Result<(), Error> {
        match self.place {
            Place::Name => {
                let name = self.spans.name();
                name.clear();
                name.push_str(text);
                Ok(())
            }
            Place::Raw(_) => self.number(text),
            _ => self.write(|spans, known| spans.text(text, known)),
        }
    }

    fn serialize_unit(self) -> Result<(), Error> {
        self.literal("null")
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Items<'w, 'a, 'r>, Error> {
        let Value { spans, place } = self;
        let Place::Member(known) = place else { return Err(not_json()) };
        let known = spans.begin_value(known);
        spans.bracket("[");
        Ok(Items { spans, known, index: 0 })
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
        let name = std::mem::take(self.spans.name());
        let written = self.member(&name, value);
        *self.spans.name() = name;
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
