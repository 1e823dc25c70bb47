//! The JSON reader accepts what serde_json accepts, and understands the same.

use proptest::prelude::*;
use proptest::sample::select;
use qmp_events_frontend::json::{self, Kind};
use qmp_events_frontend::source::{FileId, SourceMap};

const FRAGMENTS: [&str; 36] = [
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    " ",
    "\n",
    "\"a\"",
    "\"b\"",
    "\"a\": ",
    "\"\\u00e4\\n\"",
    "\"\\q\"",
    "\"\\ud800\"",
    "\"\t\"",
    "\"",
    "\\",
    "0",
    "-0",
    "-",
    "01",
    "1.5",
    "1.",
    ".5",
    "1e3",
    "1E+3",
    "1e",
    "12345678901234567890123",
    "true",
    "false",
    "null",
    "nul",
    "...",
    "//",
    "'a'",
    "ä",
];

fn file() -> FileId {
    SourceMap::default().add("a.json", "", None)
}

fn strict(text: &str) -> Option<json::Value> {
    json::read(file(), text, 0, 0).ok().map(|parsed| parsed.value)
}

fn any_json() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        any::<u64>().prop_map(Into::into),
        any::<f64>().prop_map(Into::into),
        any::<String>().prop_map(Into::into),
    ];
    leaf.prop_recursive(6, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Into::into),
            prop::collection::btree_map(any::<String>(), inner, 0..6)
                .prop_map(|map| serde_json::Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn what_serde_json_writes_is_read_back(value in any_json()) {
        for text in [value.to_string(), format!("{value:#}")] {
            let read = strict(&text).expect("serde_json writes JSON");
            prop_assert_eq!(read.to_string(), value.to_string());
        }
    }

    #[test]
    fn both_accept_the_same_texts(parts in prop::collection::vec(select(&FRAGMENTS[..]), 0..10)) {
        let text = parts.concat();
        let theirs = serde_json::from_str::<serde_json::Value>(&text);
        // Numbers are kept as text here, and need not fit into a float.
        let is_too_large = |error: &serde_json::Error| error.to_string().starts_with("number out of range");
        prop_assume!(!theirs.as_ref().is_err_and(is_too_large));
        prop_assert_eq!(strict(&text).is_some(), theirs.is_ok(), "{}", text);
    }

    #[test]
    fn what_is_repaired_is_json(parts in prop::collection::vec(select(&FRAGMENTS[..]), 0..12)) {
        if let Ok(parsed) = json::read(file(), &parts.concat(), 0, 8) {
            let text = parsed.value.to_string();
            prop_assert!(strict(&text).is_some(), "{}", text);
        }
    }
}

#[test]
fn members_keep_their_order_and_their_repetitions() {
    let value = strict(r#"{"b": 1, "a": 2, "b": 3}"#).expect("JSON");
    assert_eq!(value.to_string(), r#"{"b":1,"a":2,"b":3}"#);
    assert_eq!(value.get("b").map(|value| &value.kind), Some(&Kind::Number("3".to_owned())));
}

#[test]
fn every_value_knows_its_place() {
    let parsed = json::read(file(), r#"{"a": [true, "x"]}"#, 100, 0).expect("JSON");
    let member = &parsed.value.as_object().expect("an object")[0];
    let Kind::Array(values) = &member.value.kind else {
        panic!("an array");
    };
    let places = [parsed.value.span, member.name_span, member.value.span, values[0].span, values[1].span];
    let places = places.map(|span| (span.start, span.end));
    assert_eq!(places, [(100, 118), (101, 104), (106, 117), (107, 111), (113, 116)]);
}
