//! Writes values as JSON that holds no character which controls a terminal: what serde_json and
//! [`printable_json`] make of them, in one pass.

use qmp_events_frontend::printable::{is_plain_in_json, printable_json};
use serde::ser::{Serialize, SerializeMap, SerializeSeq, SerializeStruct, Serializer};
use serde_json::Error;

use crate::json_serializer::{RAW, serialize_the_rest_as_json};

/// Appends a value to a text.
pub(super) struct JsonWriter<'t> {
    text: &'t mut Vec<u8>,
    /// It is a string that is JSON already.
    is_raw: bool,
}

impl<'t> JsonWriter<'t> {
    pub(super) fn new(text: &'t mut Vec<u8>) -> Self {
        JsonWriter { text, is_raw: false }
    }

    fn number(self, number: &str) -> Result<(), Error> {
        self.bare(number)
    }

    /// Appends what is as it is in JSON.
    fn bare(self, text: &str) -> Result<(), Error> {
        self.text.extend_from_slice(text.as_bytes());
        Ok(())
    }

    fn begin(self, bracket: u8) -> Parts<'t> {
        self.text.push(bracket);
        Parts { text: self.text, is_raw: false, is_empty: true }
    }
}

impl<'t> Serializer for JsonWriter<'t> {
    type Ok = ();
    type Error = Error;
    type SerializeSeq = Parts<'t>;
    type SerializeMap = Parts<'t>;
    type SerializeStruct = Parts<'t>;

    serialize_the_rest_as_json!();

    fn serialize_bool(self, value: bool) -> Result<(), Error> {
        self.bare(if value { "true" } else { "false" })
    }

    fn serialize_f64(self, number: f64) -> Result<(), Error> {
        self.number(&serde_json::to_string(&number)?)
    }

    fn serialize_str(self, text: &str) -> Result<(), Error> {
        let JsonWriter { text: out, is_raw } = self;
        if is_raw {
            out.extend_from_slice(printable_json(text).as_bytes());
        } else if is_plain_in_json(text) {
            out.push(b'"');
            append(out, text.as_bytes());
            out.push(b'"');
        } else {
            out.extend_from_slice(printable_json(&serde_json::to_string(text)?).as_bytes());
        }
        Ok(())
    }

    fn serialize_unit(self) -> Result<(), Error> {
        self.bare("null")
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Parts<'t>, Error> {
        Ok(self.begin(b'['))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Parts<'t>, Error> {
        Ok(self.begin(b'{'))
    }

    fn serialize_struct(self, name: &'static str, _: usize) -> Result<Parts<'t>, Error> {
        if name == RAW {
            return Ok(Parts { text: self.text, is_raw: true, is_empty: true });
        }
        Ok(self.begin(b'{'))
    }
}

/// The items of a list or the members of an object.
pub(crate) struct Parts<'t> {
    text: &'t mut Vec<u8>,
    /// The only member is the JSON text of the whole.
    is_raw: bool,
    is_empty: bool,
}

impl Parts<'_> {
    fn begin_part(&mut self) {
        if !std::mem::take(&mut self.is_empty) {
            self.text.push(b',');
        }
    }

    fn end(self, bracket: u8) -> Result<(), Error> {
        if !self.is_raw {
            self.text.push(bracket);
        }
        Ok(())
    }
}

impl SerializeSeq for Parts<'_> {
    type Ok = ();
    type Error = Error;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, item: &T) -> Result<(), Error> {
        self.begin_part();
        item.serialize(JsonWriter::new(self.text))
    }

    fn end(self) -> Result<(), Error> {
        self.end(b']')
    }
}

impl SerializeMap for Parts<'_> {
    type Ok = ();
    type Error = Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, name: &T) -> Result<(), Error> {
        self.begin_part();
        name.serialize(JsonWriter::new(self.text))
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        self.text.push(b':');
        value.serialize(JsonWriter::new(self.text))
    }

    fn end(self) -> Result<(), Error> {
        self.end(b'}')
    }
}

impl SerializeStruct for Parts<'_> {
    type Ok = ();
    type Error = Error;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), Error> {
        if self.is_raw {
            return value.serialize(JsonWriter { text: self.text, is_raw: true });
        }
        self.serialize_key(name)?;
        self.serialize_value(value)
    }

    fn end(self) -> Result<(), Error> {
        self.end(b'}')
    }
}

/// Appends a text, which is mostly short: as two pieces of one size, which may overlap. Copying a number of bytes that
/// the compiler does not know takes several times as long.
#[inline]
fn append(out: &mut Vec<u8>, text: &[u8]) {
    match text.len() {
        4..8 => append_pieces::<4>(out, text),
        8..16 => append_pieces::<8>(out, text),
        16..32 => append_pieces::<16>(out, text),
        _ => out.extend_from_slice(text),
    }
}

#[inline]
fn append_pieces<const SIZE: usize>(out: &mut Vec<u8>, text: &[u8]) {
    if let (Some(first), Some(last)) = (text.first_chunk::<SIZE>(), text.last_chunk::<SIZE>()) {
        out.extend_from_slice(first);
        out.truncate(out.len() + text.len() - 2 * SIZE);
        out.extend_from_slice(last);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json_serializer::tests::any_json;
    use proptest::prelude::*;
    use qmp_events::EventMessage;

    fn written(value: &impl Serialize) -> String {
        let mut text = Vec::new();
        value.serialize(JsonWriter::new(&mut text)).expect("a vector takes everything");
        String::from_utf8(text).expect("UTF-8")
    }

    fn as_serde_json_writes(value: &impl Serialize) -> String {
        printable_json(&serde_json::to_string(value).expect("JSON")).into_owned()
    }

    proptest! {
        #[test]
        fn values_are_as_serde_json_writes_them_and_harmless(value in any_json()) {
            prop_assert_eq!(written(&value), as_serde_json_writes(&value));
        }
    }

    #[test]
    fn messages_are_as_serde_json_writes_them_with_all_digits_of_numbers() {
        let known = r#"{"timestamp": {"seconds": 1, "microseconds": 2, "more": 3}, "event": "BALLOON_CHANGE", "data": {"actual": 7}}"#;
        let unknown = r#"{"event": "STOP", "data": {"a": [1e300, -0, 123456789012345678901234567890], "b": [], "c": {}}, "d": "\u001b\u0085ä\""}"#;
        for line in [known, unknown] {
            let message: EventMessage = line.parse().expect("an event");
            assert_eq!(written(&message), as_serde_json_writes(&message));
        }
    }
}
