//! Messages with one defect each.

use serde_json::{Value, json};

/// What was done to a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A member was taken out.
    Dropped,
    /// A value became one of another JSON type.
    Retyped,
    /// A value became null.
    Nulled,
    /// A member was added to an object.
    Added,
    /// A string became another one.
    Reworded,
    /// An integer became one that is too large for any type, or a fraction.
    Unfit,
}

/// A message with one defect, and its place in the message.
#[derive(Clone, Debug)]
pub(super) struct Mutation {
    pub(super) kind: Kind,
    pub(super) pointer: String,
    pub(super) message: Value,
}

/// Every mutation of every value of a message.
pub(super) fn mutations(message: &Value) -> Vec<Mutation> {
    let mut pointers = Vec::new();
    collect(message, "", &mut pointers);
    let mut all = Vec::new();
    for pointer in pointers {
        let mut push = |kind, change: &dyn Fn(&mut Value)| {
            let mut message = message.clone();
            change(message.pointer_mut(&pointer).expect("a value"));
            all.push(Mutation { kind, pointer: pointer.clone(), message });
        };
        match message.pointer(&pointer).expect("a value") {
            Value::Object(_) => {
                push(Kind::Retyped, &|value| *value = json!([]));
                push(Kind::Added, &|value| value["x-new"] = json!({ "a": [null, 1] }));
            }
            Value::String(_) => {
                push(Kind::Retyped, &|value| *value = json!(7));
                push(Kind::Retyped, &|value| *value = json!({}));
                push(Kind::Reworded, &|value| *value = json!("no-such-word"));
            }
            Value::Number(_) => {
                push(Kind::Retyped, &|value| *value = json!("7"));
                push(Kind::Unfit, &|value| *value = json!(0.5));
                push(Kind::Unfit, &|value| *value = json!(-170_141_183_460_469_231_731.0));
            }
            Value::Bool(_) => push(Kind::Retyped, &|value| *value = json!(0)),
            Value::Array(_) | Value::Null => {}
        }
        if pointer.is_empty() {
            continue;
        }
        push(Kind::Nulled, &|value| *value = Value::Null);
        let (parent, name) = pointer.rsplit_once('/').expect("a place in an object");
        let mut message = message.clone();
        message.pointer_mut(parent).and_then(Value::as_object_mut).expect("an object").remove(name);
        all.push(Mutation { kind: Kind::Dropped, pointer: pointer.clone(), message });
    }
    all
}

fn collect(value: &Value, at: &str, pointers: &mut Vec<String>) {
    pointers.push(at.to_owned());
    for (name, value) in value.as_object().into_iter().flatten() {
        collect(value, &format!("{at}/{name}"), pointers);
    }
}
