//! What is printed and parsed again is the same.

use std::fmt::Write as _;

use proptest::prelude::*;

use crate::diagnostics::Diagnostics;
use crate::qapi::syntax::ast::{Entry, File, Name, Value, ValueKind};
use crate::source::{SourceMap, Span};

fn parse(text: &str) -> (File, Diagnostics) {
    let mut sources = SourceMap::default();
    let file = sources.add("a.json", text, None);
    let mut diagnostics = Diagnostics::default();
    (super::parse(file, text, false, &mut diagnostics), diagnostics)
}

/// A value without places.
#[derive(Clone, Debug, PartialEq)]
enum Plain {
    Object(Vec<(String, Plain)>),
    List(Vec<Plain>),
    String(String),
    Bool(bool),
}

impl Plain {
    fn of(value: &Value) -> Self {
        match &value.kind {
            ValueKind::Object(entries) => Self::object(entries),
            ValueKind::List(values) => Self::List(values.iter().map(Self::of).collect()),
            ValueKind::String(text) => Self::String(text.clone()),
            ValueKind::Bool(value) => Self::Bool(*value),
        }
    }

    fn object(entries: &[Entry]) -> Self {
        Self::Object(entries.iter().map(|entry| (entry.key.text.clone(), Self::of(&entry.value))).collect())
    }

    fn print(&self, gap: &str, out: &mut String) {
        let quote = |text: &str| format!("'{}'", text.replace('\\', r"\\"));
        match self {
            Self::Bool(value) => {
                let _ = write!(out, "{value}");
            }
            Self::String(text) => out.push_str(&quote(text)),
            Self::List(values) => {
                out.push('[');
                for (index, value) in values.iter().enumerate() {
                    out.push_str(if index == 0 { gap } else { "," });
                    value.print(gap, out);
                }
                out.push(']');
            }
            Self::Object(entries) => {
                out.push('{');
                for (index, (key, value)) in entries.iter().enumerate() {
                    out.push_str(if index == 0 { gap } else { "," });
                    let _ = write!(out, "{}{gap}:{gap}", quote(key));
                    value.print(gap, out);
                }
                out.push_str(gap);
                out.push('}');
            }
        }
    }
}

fn text() -> impl Strategy<Value = String> {
    "[ -&(-~]{0,6}"
}

fn object(value: impl Strategy<Value = Plain>) -> impl Strategy<Value = Plain> {
    prop::collection::btree_map(text(), value, 0..4)
        .prop_map(|entries| Plain::Object(entries.into_iter().collect()))
}

fn value() -> impl Strategy<Value = Plain> {
    let leaf = prop_oneof![any::<bool>().prop_map(Plain::Bool), text().prop_map(Plain::String)];
    leaf.prop_recursive(5, 40, 4, |inner| {
        prop_oneof![prop::collection::vec(inner.clone(), 0..4).prop_map(Plain::List), object(inner)]
    })
}

proptest! {
    #[test]
    fn what_is_printed_is_parsed_again(
        written in object(value()),
        gap in prop::sample::select(vec!["", " ", "\n", "\t # a comment\n", "\r\n"]),
    ) {
        let mut text = String::new();
        written.print(gap, &mut text);
        let (file, diagnostics) = parse(&text);
        prop_assert_eq!(diagnostics.sorted().len(), 0, "{}", text);
        let items: Vec<_> = file.items.iter().map(|item| Plain::object(&item.entries)).collect();
        prop_assert_eq!(items, vec![written], "{}", text);
    }
}

#[test]
fn every_node_knows_its_place() {
    let text = "{ 'a': [ true, 'b' ] }";
    let (file, _) = parse(text);
    let at = |span: Span| &text[span.start as usize..span.end as usize];
    let item = &file.items[0];
    let Entry { key: Name { span, .. }, value } = &item.entries[0];
    assert_eq!((at(item.span), at(*span), at(value.span)), (text, "'a'", "[ true, 'b' ]"));
    let ValueKind::List(values) = &value.kind else { panic!("a list") };
    assert_eq!(values.iter().map(|value| at(value.span)).collect::<Vec<_>>(), ["true", "'b'"]);
}
