//! `verify` names every difference with its place, and nothing else.

use std::path::Path;

use qmp_events_compare::compare::compare;
use qmp_events_compare::introspection;
use qmp_events_compare::projection::project;
use qmp_events_compare::verify::{Report, report};
use qmp_events_frontend::source::Span;
use serde_json::{Value, json};

use crate::facts::{our_schema, read_schema, workspace};
use crate::tiny::{SCHEMA, TREE, catalogue, read_tree, tree_with};

/// What `verify` says of a tree and the tiny catalogue.
fn verify_tree(tree: &str) -> Report {
    let (schema, sources) = read_schema(&catalogue(), Path::new(SCHEMA));
    let ours = project(&schema, Some("1.0".parse().expect("a version")));
    let mut differences = compare(&ours, &read_tree(tree).surface);
    // The tree's places are in another map.
    differences.iter_mut().for_each(|one| one.new_place = None);
    let root = Span::new(schema.modules[0].file, 0..0);
    report(&differences, root, &sources)
}

fn recorded_introspection(binary: &str) -> Value {
    let path = workspace().join(format!("tests/fixtures/qemu-7.2.22/query-qmp-schema-{binary}.json"));
    let text = std::fs::read_to_string(path).expect("the recording is in the repository");
    serde_json::from_str(&text).expect("the recording is JSON")
}

/// What `verify` says of a reply and our schema.
pub(crate) fn verify_reply(reply: Value, version: &str) -> Report {
    let (schema, sources) = our_schema();
    let ours = project(&schema, Some(version.parse().expect("a version")));
    let theirs = introspection::parse(reply).expect("a reply to query-qmp-schema");
    let root = Span::new(schema.modules[0].file, 0..0);
    report(&compare(&ours, &theirs), root, &sources)
}

#[test]
fn the_recorded_system_emulator_has_what_the_schema_says() {
    let report = verify_reply(recorded_introspection("qemu-system-x86_64"), "7.2");
    assert_eq!((report.errors, report.notes), (0, 0), "{}", report.text);
}

#[test]
fn a_bare_list_is_read_as_well() {
    let reply = recorded_introspection("qemu-system-x86_64")["return"].clone();
    let report = verify_reply(reply, "7.2");
    assert_eq!((report.errors, report.notes), (0, 0), "{}", report.text);
}

#[test]
fn what_the_recorded_storage_daemon_leaves_out_is_a_note() {
    let report = verify_reply(recorded_introspection("qemu-storage-daemon"), "7.2");
    assert_eq!((report.errors, report.notes), (0, 52 - 13), "{}", report.text);
    assert!(report.text.contains("run-state.json"), "{}", report.text);
}

#[test]
fn another_release_than_the_recorded_one_differs() {
    let report = verify_reply(recorded_introspection("qemu-system-x86_64"), "10.0");
    // Two events are there no more; BLOCK_IO_ERROR has a new member, MigrationStatus a new value.
    assert_eq!(report.errors, 4, "{}", report.text);
}

#[test]
fn a_tree_without_differences_gives_no_line() {
    assert_eq!(verify_tree(TREE).text, "");
}

#[test]
fn replies_that_are_none_are_refused() {
    let refused = |reply: Value| introspection::parse(reply).expect_err("no reply").to_string();
    insta::assert_snapshot!(refused(json!({ "QMP": {} })), @"this is not a reply to query-qmp-schema: there is no member 'return'");
    insta::assert_snapshot!(refused(json!("x")), @"this is not a reply to query-qmp-schema: it must be a list");
    insta::assert_snapshot!(refused(json!([1])), @"element 0 of the reply is not an entity of a schema: invalid type: integer `1`, expected internally tagged enum Entity");
    let event = json!({ "name": "E", "meta-type": "event", "arg-type": "7" });
    insta::assert_snapshot!(refused(json!([event])), @"the reply does not define its type '7'");
    let list = json!({ "name": "7", "meta-type": "array", "element-type": "7" });
    let object = json!({ "name": "8", "meta-type": "object", "members": [{ "name": "m", "type": "7" }] });
    let event = json!({ "name": "E", "meta-type": "event", "arg-type": "8" });
    insta::assert_snapshot!(refused(json!([event, object, list])), @"lists nest too deep in the reply's type '7'");
}

/// One change of the tree, and what `verify` says of it.
#[test]
fn each_kind_of_difference_has_its_sentence() {
    let cases = [
        ("{ 'event': 'DISK_LOST' }", "{ 'event': 'DISK_FOUND' }"),
        ("'id': 'str',", "'id': 'str', '*name': 'str',"),
        ("'id': 'str', ", ""),
        ("'id': 'str'", "'*id': 'str'"),
        ("'*slot': 'int'", "'slot': 'int'"),
        ("'*slot': 'int'", "'*slot': 'uint8'"),
        ("'*slot': 'int'", "'*slot': ['int']"),
        ("'bus': 'str'", "'bus': { 'type': 'str', 'features': ['deprecated'], 'if': 'CONFIG_X' }"),
        ("['idle', 'busy']", "['idle', 'asleep']"),
        ("'data': { 'error': 'DiskError' }", "'data': { 'guest': 'DiskError' }"),
        ("{ 'event': 'DISK_LOST' }", "{ 'event': 'DISK_LOST', 'features': ['unstable'] }"),
        (
            "{ 'struct': 'DiskPlace', 'data': { 'bus': 'str',",
            "{ 'struct': 'DiskBus', 'data': { 'bus': 'str' } }\n{ 'struct': 'DiskPlace', 'base': 'DiskBus', 'data': {",
        ),
    ];
    let mut said = String::new();
    for (old, new) in cases {
        said.push_str(&format!("{old} => {new}\n{}\n", verify_tree(&tree_with(old, new)).text));
    }
    let renamed = TREE.replace("DiskPlace", "DiskSite");
    said.push_str(&format!("DiskPlace => DiskSite\n{}", verify_tree(&renamed).text));
    insta::assert_snapshot!(said);
}
