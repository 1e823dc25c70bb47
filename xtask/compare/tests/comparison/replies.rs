//! Replies to `query-qmp-schema`, however strange: no panic, and an end.

use std::time::{Duration, Instant};

use proptest::prelude::*;
use qmp_events_compare::compare::compare;
use qmp_events_compare::diff::diff;
use qmp_events_compare::introspection;
use serde_json::{Value, json};

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_reply_is_too_strange(reply in reply()) {
        if let Ok(surface) = introspection::parse(reply) {
            prop_assert!(compare(&surface, &surface).is_empty());
        }
    }
}

/// Lists of entities that refer to each other at random, some of them damaged.
fn reply() -> impl Strategy<Value = Value> {
    let name = || (0..6u8).prop_map(|number| number.to_string());
    let member = (name(), name(), any::<bool>()).prop_map(|(name, ty, optional)| match optional {
        true => json!({ "name": name, "type": ty, "default": null }),
        false => json!({ "name": name, "type": ty }),
    });
    let members = || proptest::collection::vec(member.clone(), 0..4);
    let variants = proptest::collection::vec((name(), name()), 0..3).prop_map(|list| {
        list.into_iter().map(|(case, ty)| json!({ "case": case, "type": ty })).collect::<Vec<_>>()
    });
    let entity = prop_oneof![
        (name(), name()).prop_map(|(name, ty)| json!({ "meta-type": "event", "name": name, "arg-type": ty })),
        (name(), members()).prop_map(|(name, members)| {
            json!({ "meta-type": "object", "name": name, "members": members })
        }),
        (name(), members(), variants).prop_map(|(name, members, variants)| {
            json!({ "meta-type": "object", "name": name, "members": members, "tag": "1", "variants": variants })
        }),
        (name(), name()).prop_map(|(name, ty)| {
            json!({ "meta-type": "alternate", "name": name, "members": [{ "type": ty }] })
        }),
        (name(), name()).prop_map(|(name, ty)| json!({ "meta-type": "array", "name": name, "element-type": ty })),
        name().prop_map(|name| json!({ "meta-type": "enum", "name": name, "values": ["a", "b"] })),
        name().prop_map(|name| json!({ "meta-type": name, "name": 1 })),
    ];
    proptest::collection::vec(entity, 0..16).prop_map(Value::Array)
}

#[test]
fn types_may_nest_as_deep_as_they_like() {
    let deep = 32_000;
    let mut entities = vec![json!({ "meta-type": "event", "name": "E", "arg-type": "0" })];
    entities.extend((0..deep).map(|number| {
        let next = (number + 1).to_string();
        json!({ "meta-type": "object", "name": number.to_string(), "members": [{ "name": "m", "type": next }] })
    }));
    entities.push(json!({ "meta-type": "enum", "name": deep.to_string(), "values": ["a"] }));
    let surface = introspection::parse(Value::Array(entities)).expect("a reply");
    assert!(compare(&surface, &surface).is_empty());
}

#[test]
fn a_type_with_many_parts_takes_linear_time() {
    let reply = |size: usize, first: usize| {
        let names = || (first..first + size).map(|number| format!("m{number}"));
        let members: Vec<_> = names().map(|name| json!({ "name": name, "type": "2" })).collect();
        let values: Vec<_> = names().collect();
        let variants: Vec<_> = names().map(|case| json!({ "case": case, "type": "3" })).collect();
        introspection::parse(json!([
            { "meta-type": "event", "name": "E", "arg-type": "1" },
            { "meta-type": "object", "name": "1", "members": members, "tag": "m0", "variants": variants },
            { "meta-type": "enum", "name": "2", "values": values },
            { "meta-type": "object", "name": "3", "members": [{ "name": "m", "type": "2" }] },
        ]))
        .expect("a reply")
    };
    let start = Instant::now();
    let (old, new) = (reply(16_000, 0), reply(16_000, 8_000));
    assert!(diff(("old", &old), ("new", &new)).changes.len() >= 16_000);
    // A second or two; in quadratic time a quarter of an hour.
    assert!(start.elapsed() < Duration::from_secs(60), "{:?}", start.elapsed());
}

#[test]
fn a_reply_of_too_many_entities_is_refused() {
    let entities = (0..40_000).map(|number| json!({ "meta-type": "enum", "name": number.to_string() }));
    let error = introspection::parse(Value::Array(entities.collect())).expect_err("no QEMU has as many");
    assert_eq!(error.to_string(), "the reply has more than 32768 entities: no QEMU has as many");
}

/// Found by fuzzing: QAPI has no such alternate, and a reply may have it all the same.
#[test]
fn an_alternate_with_two_objects_does_not_differ_from_itself() {
    let branches = json!([{"type": "1"}, {"type": "3"}]);
    let reply = json!({"return": [
        {"meta-type": "event", "name": "E", "arg-type": "1"},
        {"meta-type": "object", "name": "1", "members": [{"name": "n", "type": "4"}]},
        {"meta-type": "object", "name": "3", "members": []},
        {"meta-type": "alternate", "name": "4", "members": branches}
    ]});
    let surface = introspection::parse(reply).expect("a reply");
    assert!(compare(&surface, &surface).is_empty());
}
