//! Replies to `query-qmp-schema`, however strange: no panic, and an end.

use proptest::prelude::*;
use qmp_events_compare::compare::compare;
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
    let deep = 200_000;
    let mut entities = vec![json!({ "meta-type": "event", "name": "E", "arg-type": "0" })];
    entities.extend((0..deep).map(|number| {
        let next = (number + 1).to_string();
        json!({ "meta-type": "object", "name": number.to_string(), "members": [{ "name": "m", "type": next }] })
    }));
    entities.push(json!({ "meta-type": "enum", "name": deep.to_string(), "values": ["a"] }));
    let surface = introspection::parse(Value::Array(entities)).expect("a reply");
    assert!(compare(&surface, &surface).is_empty());
}
