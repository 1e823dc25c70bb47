//! Facts that hold for any input.

use std::path::Path;

use proptest::prelude::*;
use qmp_events_compare::compare::compare;
use qmp_events_compare::projection::project;
use xtask::pipeline::load;

use crate::import::{defects, import_into, with};
use crate::tiny::{SCHEMA, TREE, catalogue, read_tree};

/// Changes of the tiny tree that do not touch each other.
pub(crate) const CHANGES: [(&str, &str); 11] = [
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

/// The tiny tree with the chosen changes.
pub(crate) fn changed_tree(chosen: &[bool]) -> String {
    let mut text = TREE.to_owned();
    for ((old, new), _) in CHANGES.iter().zip(chosen).filter(|(_, chosen)| **chosen) {
        text = text.replace(old, new);
    }
    // A branch needs its value.
    if !text.contains("'host']") {
        text = text.replace(", 'host': 'DiskPlace' }", " }");
    }
    text
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever comes together: afterwards the schema has what the tree has, it still has what it had,
    /// and there is nothing left to do.
    #[test]
    fn an_import_leaves_no_difference(chosen in proptest::collection::vec(any::<bool>(), CHANGES.len())) {
        let tree = read_tree(&changed_tree(&chosen));
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
