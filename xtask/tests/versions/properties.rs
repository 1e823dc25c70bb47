//! Facts that hold for any input.

use std::path::Path;

use proptest::prelude::*;
use serde_json::{Value, json};
use xtask::compare::compare;
use xtask::introspection;
use xtask::pipeline::load;
use xtask::projection::project;

use crate::import::{defects, import_into, with};
use crate::tiny::{SCHEMA, TREE, catalogue, read_tree};

/// Changes of the tiny tree that do not touch each other.
const CHANGES: [(&str, &str); 11] = [
    ("{ 'event': 'DISK_LOST' }\n", ""),
    ("['idle', 'busy']", "['idle', { 'name': 'asleep', 'if': 'SLEEP' }]"),
    ("'bus': 'str'", "'*bus': 'str', 'port': 'int'"),
    ("'*slot': 'int'", "'slot': 'int', '*lane': 'DiskState'"),
    ("['guest', 'error']", "['error', 'host']"),
    ("{ 'error': 'DiskError' }", "{ 'error': 'DiskError', 'host': 'DiskPlace' }"),
    ("'code': 'int'", "'code': 'int', '*text': { 'type': 'str', 'features': ['unstable'] }"),
    ("'id': 'str', ", ""),
    (
        "'*cause': 'DiskCause'",
        "'*cause': { 'type': 'DiskCause', 'features': ['deprecated'] }, 'all': ['DiskCause']",
    ),
    ("{ 'event': 'DISK_CHANGED',", "{ 'event': 'DISK_CHANGED', 'features': ['unstable'],"),
    (
        "{ 'event': 'DISK_LOST' }\n",
        "{ 'event': 'DISK_LOST' }\n{ 'event': 'DISK_FOUND', 'data': 'DiskError' }\n",
    ),
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever comes together: afterwards the schema has what the tree has, it still has what it had,
    /// and there is nothing left to do.
    #[test]
    fn an_import_leaves_no_difference(chosen in proptest::collection::vec(any::<bool>(), CHANGES.len())) {
        let mut text = TREE.to_owned();
        for ((old, new), _) in CHANGES.iter().zip(chosen).filter(|(_, chosen)| *chosen) {
            text = text.replace(old, new);
        }
        // A branch needs its value.
        if !text.contains("'host']") {
            text = text.replace(", 'host': 'DiskPlace' }", " }");
        }
        let tree = read_tree(&text);
        let before = catalogue();
        let imported = import_into(&before, &tree, "2.0").expect("the tree is newer");
        prop_assert_eq!(&imported.by_hand, &Vec::<String>::new());
        let after = with(before.clone(), &imported);
        prop_assert_eq!(defects(&after), "");
        let at = |files, version: &str| {
            let loaded = load(files, Path::new(SCHEMA)).expect("the catalogue is in memory");
            project(&loaded.catalogue.schema, Some(version.parse().expect("a version")))
        };
        let left: Vec<_> = compare(&at(&after, "2.0"), &tree.surface).into_iter().map(|one| one.change).collect();
        prop_assert_eq!(left, Vec::new());
        let lost = compare(&at(&before, "1.0"), &at(&after, "1.0"));
        let lost: Vec<_> = lost.into_iter().map(|one| one.change).collect();
        prop_assert!(lost.iter().all(|change| change.code() == "condition-changed"), "{:?}", lost);
        prop_assert!(import_into(&after, &tree, "2.0").expect("the same release").files.is_empty());
    }

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

#[test]
fn types_that_all_hold_each_other_are_imported() {
    let names: Vec<_> = (b'A'..=b'T').map(|letter| format!("Node{}", char::from(letter))).collect();
    let members: Vec<_> = names.iter().map(|name| format!("'*{}': '{name}'", name.to_lowercase())).collect();
    let mut tree = TREE.to_owned();
    for name in &names {
        tree.push_str(&format!("{{ 'struct': '{name}', 'data': {{ {} }} }}\n", members.join(", ")));
    }
    tree.push_str("{ 'event': 'DISK_TREE', 'data': { 'root': 'NodeA' } }\n");
    let before = catalogue();
    let imported = import_into(&before, &read_tree(&tree), "2.0").expect("the tree is newer");
    assert_eq!(defects(&with(before, &imported)), "");
}
