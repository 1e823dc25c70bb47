//! JSON Schemas: strict ones allow what a release sends and nothing else, the open one what the
//! decoder reads.

use std::collections::BTreeMap;

use jsonschema::Validator;
use qmp_events::EventMessage;
use qmp_events_reference::{
    Json, Reference, Release, Scope, any_event_schema, event_schema, example_in_scope,
};
use serde_json::{Value, json};
use tests::{fixture_lines, read_fixture};

use super::mutations::{Kind, mutations};

fn release(text: &str) -> Scope {
    Scope::Release(text.parse().expect("a release"))
}

fn to_value(json: &Json) -> Value {
    serde_json::to_value(json).expect("JSON")
}

fn validator(schema: &Json) -> Validator {
    jsonschema::draft202012::new(&to_value(schema)).expect("a JSON Schema")
}

fn any_event(scope: Scope) -> Validator {
    validator(&any_event_schema(Reference::built_in(), scope))
}

/// The validators of single events, by name: their errors say what is wrong.
fn each_event(scope: Scope) -> BTreeMap<String, Validator> {
    let reference = Reference::built_in();
    let schemas = reference.events_in(scope);
    schemas.map(|event| (event.name.clone(), validator(&event_schema(reference, event, scope)))).collect()
}

/// What two releases sent: the release, files, the number of events in them.
const RECORDINGS: [(&str, &[&str], usize); 2] = [
    ("7.2", &["qemu-7.2.22/events.ndjson"], 1491),
    (
        "11.1",
        &[
            "qemu-11.1.3/written.ndjson",
            "qemu-11.1.3/migration-source.raw",
            "qemu-11.1.3/migration-destination.raw",
        ],
        31,
    ),
];

fn events(files: &[&str]) -> Vec<Value> {
    let lines = files.iter().flat_map(|file| fixture_lines(file));
    let messages = lines.map(|line| serde_json::from_str(&line).expect("JSON"));
    messages.filter(|message: &Value| message["event"].is_string()).collect()
}

/// Recorded messages that differ in more than values: one for each event and set of members.
fn shapes() -> Vec<Value> {
    fn outline(value: &Value) -> Value {
        match value {
            Value::Object(members) => {
                members.iter().map(|(name, value)| (name.clone(), outline(value))).collect()
            }
            _ => Value::Null,
        }
    }
    let mut seen = BTreeMap::new();
    for message in events(RECORDINGS[0].1) {
        let key = format!("{} {}", message["event"], outline(&message));
        seen.entry(key).or_insert(message);
    }
    seen.into_values().collect()
}

#[test]
fn recorded_messages_are_valid_by_the_schema_of_their_event() {
    let open = each_event(Scope::Any);
    for (version, files, count) in RECORDINGS {
        let strict = each_event(release(version));
        let messages = events(files);
        assert_eq!(messages.len(), count);
        for message in messages {
            let name = message["event"].as_str().expect("a name");
            for validator in [&strict[name], &open[name]] {
                let error = validator.iter_errors(&message).next();
                assert!(error.is_none(), "QEMU {version}: {}: {message}", error.expect("an error"));
            }
        }
    }
}

#[test]
fn recorded_messages_are_valid_by_the_schema_of_any_event() {
    let open = any_event(Scope::Any);
    for (version, files, _) in RECORDINGS {
        let strict = any_event(release(version));
        for message in events(files) {
            assert!(strict.is_valid(&message), "QEMU {version}: {message}");
            assert!(open.is_valid(&message), "{message}");
        }
    }
}

/// Whether the facts of QEMU 7.2 call the member at a place of a message mandatory.
fn is_mandatory(facts: &Value, message: &Value, pointer: &str) -> bool {
    let path: Vec<&str> = pointer.split('/').skip(1).collect();
    let Some((&"data", rest)) = path.split_first() else { return true };
    let mut object = &facts["events"][message["event"].as_str().expect("a name")];
    let mut optional = false;
    let mut value = &message["data"];
    for name in rest {
        let member = find_member(facts, object, value, name);
        optional = member["optional"] == true;
        object = &facts["types"][member["type"].as_str().expect("a type")];
        value = &value[name];
    }
    !optional
}

/// A member of an object, of its base or of the branch that its value selects.
fn find_member<'a>(facts: &'a Value, object: &'a Value, value: &Value, name: &str) -> &'a Value {
    let types = &facts["types"];
    let inline = [&object["members"], &object["base"]].into_iter().find(|members| members[name].is_object());
    if let Some(members) = inline {
        return &members[name];
    }
    let tag = object["discriminator"].as_str().and_then(|tag| value[tag].as_str());
    let branch = tag.and_then(|tag| object["branches"][tag].as_str());
    let others = [object["base"].as_str(), object["data"].as_str(), branch];
    let others = others.into_iter().flatten().map(|other| find_member(facts, &types[other], value, name));
    others.into_iter().find(|member| member.is_object()).unwrap_or(&Value::Null)
}

#[test]
fn the_strict_schema_rejects_every_other_type_and_every_lack_of_what_is_mandatory() {
    let facts: Value = serde_json::from_str(&read_fixture("facts/events-7.2.0.json")).expect("JSON");
    let strict = any_event(release("7.2"));
    let mut rejected = BTreeMap::new();
    for message in shapes() {
        for mutation in mutations(&message) {
            let must_fail = match mutation.kind {
                Kind::Dropped => is_mandatory(&facts, &message, &mutation.pointer),
                Kind::Retyped | Kind::Nulled | Kind::Added | Kind::Unfit => true,
                Kind::Reworded => mutation.pointer == "/event",
            };
            if must_fail {
                assert!(!strict.is_valid(&mutation.message), "{mutation:?}");
                *rejected.entry(format!("{:?}", mutation.kind)).or_insert(0) += 1;
            } else if mutation.kind == Kind::Dropped {
                assert!(strict.is_valid(&mutation.message), "{mutation:?}");
            }
        }
    }
    let of_the_bar: i32 = rejected["Dropped"] + rejected["Retyped"];
    assert!(of_the_bar >= 300, "{rejected:?}");
}

#[test]
fn strict_schemas_know_the_values_of_their_release() {
    let shutdown = json!({
        "timestamp": { "seconds": 1, "microseconds": 2 },
        "event": "SHUTDOWN",
        "data": { "guest": false, "reason": "snapshot-load" },
    });
    let valid = |scope| any_event(scope).is_valid(&shutdown);
    assert_eq!([release("7.0"), release("7.2"), Scope::Any].map(valid), [false, true, true]);
}

/// The open schema is what the decoder does, said once more.
#[test]
fn the_open_schema_accepts_what_the_decoder_reads_and_nothing_else() {
    let reference = Reference::built_in();
    let open = any_event(Scope::Any);
    let examples = reference.events.iter().flat_map(|event| &event.examples);
    let mut messages: Vec<Value> = examples.map(|example| to_value(&example.message)).collect();
    messages.extend(shapes());
    messages.extend(
        fixture_lines("seed-examples.ndjson").iter().map(|line| serde_json::from_str(line).expect("JSON")),
    );
    messages.push(json!({ "event": "NO_SUCH_EVENT", "data": { "a": 1 } }));
    messages.push(json!({ "event": "MEM_HOT_UNPLUG_ERROR", "data": { "device": "d", "msg": "m" } }));
    let renamed = json!({ "reference": "r", "sector-num": 1, "sector-count": 2 });
    messages.push(json!({ "event": "QUORUM_FAILURE", "data": renamed }));
    let mut counts = [0, 0];
    for message in messages {
        let mutated = mutations(&message).into_iter().map(|mutation| mutation.message);
        for message in [message].into_iter().chain(mutated) {
            let decoded = EventMessage::<qmp_events::Event>::decode(message.to_string().as_bytes());
            let error = decoded.as_ref().err();
            assert_eq!(open.is_valid(&message), decoded.is_ok(), "{error:?}\n{message}");
            counts[usize::from(decoded.is_ok())] += 1;
        }
    }
    assert!(counts.iter().all(|count| *count > 1000), "{counts:?}");
}

/// Examples are messages of every release that has all of their values.
#[test]
fn examples_are_valid_in_every_release_and_decode() {
    let reference = Reference::built_in();
    let mut checked = 0;
    for scope in reference.releases.iter().map(|release: &Release| Scope::Release(*release)) {
        let strict = each_event(scope);
        for event in reference.events_in(scope) {
            let sent = |message| example_in_scope(reference, event, message, scope);
            let examples = event.examples.iter().filter_map(|example| sent(&example.message));
            for message in examples.map(|message| to_value(&message)) {
                let error = strict[&event.name].iter_errors(&message).next();
                assert!(error.is_none(), "QEMU {scope}: {}: {message}", error.expect("an error"));
                let decoded = message.to_string().parse::<EventMessage>().expect("a message");
                assert_eq!(decoded.event.name(), event.name);
                checked += 1;
            }
        }
    }
    assert!(checked > 1000, "{checked}");
}

#[test]
fn the_catalogue_is_valid_by_the_schema_of_its_format() {
    let schema = validator(&qmp_events_reference::format_schema());
    let mut catalogue = serde_json::to_value(Reference::built_in()).expect("JSON");
    let error = schema.iter_errors(&catalogue).next();
    assert!(error.is_none(), "{}", error.expect("an error"));
    catalogue["events"][0]["since"] = json!("soon");
    assert!(!schema.is_valid(&catalogue));
}

#[test]
fn schemas_are_the_same_each_time() {
    let reference = Reference::built_in();
    for scope in [Scope::Any, release("9.2")] {
        let texts = [(); 2].map(|()| any_event_schema(reference, scope).to_file());
        assert_eq!(texts[0], texts[1]);
    }
}
