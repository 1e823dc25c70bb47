//! The one spelling in which strings and numbers are kept.

use serde_json::Number;

/// Appends text as it is written in a JSON string.
pub(crate) fn push_escaped(json: &mut String, text: &str) {
    let mut rest = text;
    while let Some(at) = rest.bytes().position(|byte| matches!(byte, b'"' | b'\\' | ..0x20)) {
        let (plain, special) = rest.split_at(at);
        json.push_str(plain);
        match special.as_bytes()[0] {
            b'"' => json.push_str("\\\""),
            b'\\' => json.push_str("\\\\"),
            0x08 => json.push_str("\\b"),
            0x0C => json.push_str("\\f"),
            b'\n' => json.push_str("\\n"),
            b'\r' => json.push_str("\\r"),
            b'\t' => json.push_str("\\t"),
            control => json.push_str(&format!("\\u{control:04x}")),
        }
        rest = &special[1..];
    }
    json.push_str(rest);
}

/// Appends a number that may have a fraction, plain or with an exponent, whichever is shorter; `null` for
/// one that JSON does not have. So it is never much longer than it was in the message.
pub(crate) fn push_float(json: &mut String, number: f64) {
    let Some(plain) = Number::from_f64(number).map(|number| number.to_string()) else {
        return json.push_str("null");
    };
    let exponent = format!("{number:e}");
    json.push_str(if exponent.len() < plain.len() { &exponent } else { &plain });
}
