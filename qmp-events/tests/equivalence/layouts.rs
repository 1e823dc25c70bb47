//! Every event with every form of its optional parts, in every order and spacing.

use qmp_events::EventKind;
use serde_json::{Map, Value, json};

use crate::compare::compare;

/// How members are laid out.
#[derive(Clone, Copy, Debug)]
enum Spacing {
    /// `{"a": 1, "b": 2}`
    Qemu,
    /// `{"a":1,"b":2}`
    Compact,
    /// With white space wherever it may be.
    Wide,
}

const SPACINGS: [Spacing; 3] = [Spacing::Qemu, Spacing::Compact, Spacing::Wide];

/// Orders of timestamp, event and data.
const ORDERS: [[usize; 3]; 6] = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];

#[test]
fn on_every_event_with_every_form_of_its_parts_in_every_layout() {
    let mut compared = 0;
    for kind in EventKind::ALL {
        for example in kind.info().examples {
            let message: Value = serde_json::from_str(example).expect("JSON");
            let data = data_forms(&message["data"], *kind);
            let forms = data.iter().map(|data| (&message["timestamp"], data.as_ref()));
            let timestamps = timestamp_forms();
            let times = timestamps.iter().map(|time| (time, message.get("data")));
            for (timestamp, data) in forms.chain(times) {
                for text in layouts(kind.name(), timestamp, data) {
                    compare(text.as_bytes());
                    compared += 1;
                }
            }
        }
    }
    assert!(compared > 10_000, "only {compared} messages");
}

fn timestamp_forms() -> Vec<Value> {
    vec![
        json!(null),
        json!({"seconds": -1, "microseconds": -1}),
        json!({"seconds": 1_700_000_000, "microseconds": 7}),
        json!({"seconds": 1_700_000_000, "microseconds": 500_000, "nanoseconds": 5, "clock": {"tai": null}}),
    ]
}

/// No data, null, an empty object; the example's, with one member after the other null or left out, and
/// with unknown members at every level.
fn data_forms(data: &Value, kind: EventKind) -> Vec<Option<Value>> {
    let mut forms = vec![None, Some(Value::Null), Some(json!({})), Some(json!({"x-new": [{}, null]}))];
    let Value::Object(members) = data else { return forms };
    forms.push(Some(data.clone()));
    forms.push(Some(with_unknown_members(data)));
    for member in kind.info().members {
        for value in [None, Some(Value::Null)] {
            let mut changed: Map<String, Value> = members.clone();
            changed.remove(member.name);
            changed.extend(value.map(|value| (member.name.to_owned(), value)));
            forms.push(Some(changed.into()));
        }
    }
    forms
}

fn with_unknown_members(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let known = members.iter().map(|(name, value)| (name.clone(), with_unknown_members(value)));
            let unknown = [
                ("__com.redhat_reason".to_owned(), json!("ENOSPC \"\u{e9}\" \u{1}")),
                ("x-new".to_owned(), json!({"a": [1, -2.5, true, null], "b": {}})),
            ];
            known.chain(unknown).collect::<Map<_, _>>().into()
        }
        Value::Array(items) => items.iter().map(with_unknown_members).collect(),
        _ => value.clone(),
    }
}

/// The message in all orders and spacings; with an unknown member in some.
fn layouts(event: &str, timestamp: &Value, data: Option<&Value>) -> Vec<String> {
    let parts = [("timestamp", Some(timestamp)), ("event", Some(&json!(event))), ("data", data)]
        .map(|(name, value)| (name.to_owned(), value.cloned()));
    let mut texts = Vec::new();
    for (order, spacing) in ORDERS.iter().flat_map(|order| SPACINGS.map(|spacing| (order, spacing))) {
        for unknown in [None, Some(("x-seq".to_owned(), json!({"n": [7]})))] {
            let known = order.iter().filter_map(|&index| {
                let (name, value) = &parts[index];
                Some((name.clone(), value.clone()?))
            });
            texts.push(object(known.chain(unknown), spacing));
        }
    }
    texts
}

fn object(members: impl Iterator<Item = (String, Value)>, spacing: Spacing) -> String {
    let (colon, comma, space) = match spacing {
        Spacing::Qemu => (": ", ", ", ""),
        Spacing::Compact => (":", ",", ""),
        Spacing::Wide => (" :\t", " ,\r\n", " \n"),
    };
    let members = members.map(|(name, value)| format!("{}{colon}{}", json!(name), written(&value, spacing)));
    let members: Vec<String> = members.collect();
    format!("{{{space}{}{space}}}", members.join(comma))
}

fn written(value: &Value, spacing: Spacing) -> String {
    match value {
        Value::Object(members) => {
            object(members.iter().map(|(name, value)| (name.clone(), value.clone())), spacing)
        }
        Value::Array(items) => {
            let comma = if let Spacing::Compact = spacing { "," } else { ", " };
            let items: Vec<String> = items.iter().map(|item| written(item, spacing)).collect();
            format!("[{}]", items.join(comma))
        }
        _ => value.to_string(),
    }
}
