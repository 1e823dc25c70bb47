//! `diff` tells clients what changed, and what breaks a strict one.

use qmp_events_compare::diff::diff;
use qmp_events_compare::introspection;
use qmp_events_compare::projection::project;

use crate::facts::our_schema;
use crate::tiny::{TREE, read_tree};

#[test]
fn releases_of_our_schema_are_compared() {
    let (schema, _) = our_schema();
    let at = |version: &str| project(&schema, Some(version.parse().expect("a version")));
    let text = diff(("QEMU 2.12", &at("2.12")), ("QEMU 10.0", &at("10.0"))).render();
    insta::assert_snapshot!(text);
}

#[test]
fn nothing_changes_from_a_release_to_itself() {
    let tree = read_tree(TREE).surface;
    let diff = diff(("a", &tree), ("b", &tree));
    insta::assert_snapshot!(diff.render(), @r"
    a -> b

    nothing changed for clients that read events
    ");
}

#[test]
fn every_group_has_its_lines_and_marks() {
    let new = TREE
        .replace("{ 'event': 'DISK_LOST' }", "{ 'event': 'DISK_FOUND' }")
        .replace("'id': 'str',", "'*name': 'str',")
        .replace("'state': 'DiskState'", "'*state': { 'type': 'DiskState', 'features': ['deprecated'] }")
        .replace("'*cause'", "'cause'")
        .replace("['idle', 'busy']", "['idle', 'asleep']")
        .replace("'*slot': 'int'", "'*slot': 'str'")
        .replace("'data': { 'error': 'DiskError' }", "'data': { 'guest': 'DiskError' }")
        .replace("DiskPlace", "DiskSite");
    let diff = diff(("1.0", &read_tree(TREE).surface), ("2.0", &read_tree(&new).surface));
    insta::assert_snapshot!(diff.render());
    let json = serde_json::to_string_pretty(&diff).expect("a diff is JSON");
    insta::assert_snapshot!("every_group_as_json", json);
}

#[test]
fn two_builds_name_types_by_the_way_to_them() {
    let reply = |value: &str| {
        serde_json::json!([
            { "name": "E", "meta-type": "event", "arg-type": "1" },
            { "name": "1", "meta-type": "object", "members": [{ "name": "state", "type": "2" }] },
            { "name": "2", "meta-type": "enum", "members": [{ "name": value }], "values": [value] },
        ])
    };
    let surface = |value| introspection::parse(reply(value)).expect("a reply");
    insta::assert_snapshot!(diff(("old", &surface("a")), ("new", &surface("b"))).render());
}
