//! `diff` tells clients what changed, and what breaks a strict one.

use qmp_events_compare::catalogue::Catalogue;
use qmp_events_compare::diff::diff;
use qmp_events_compare::input::Input;
use qmp_events_compare::introspection;
use qmp_events_compare::surface::Surface;
use qmp_events_frontend::files::Disk;
use qmp_events_frontend::source::SourceMap;

use crate::facts::workspace;
use crate::tiny::{TREE, read_tree};

fn our_catalogue() -> Catalogue {
    Catalogue::read(&Disk, &workspace().join("schema")).expect("our catalogue has no defect")
}

fn at(catalogue: &Catalogue, release: &str) -> Surface {
    catalogue.at(release.parse().expect("a release")).expect("the catalogue has it")
}

#[cfg(feature = "catalogue")]
#[test]
fn the_catalogue_that_is_built_in_is_the_one_in_the_workspace() {
    let (read, built_in) = (our_catalogue(), Catalogue::built_in());
    assert_eq!(built_in.releases, read.releases);
    let newest = read.releases.newest().to_string();
    let (old, new) = (at(&built_in, "2.12"), at(&read, &newest));
    assert_eq!(diff(("", &old), ("", &new)).render(), diff(("", &at(&read, "2.12")), ("", &new)).render());
    assert!(diff(("", &at(&built_in, &newest)), ("", &new)).changes.is_empty());
}

#[test]
fn a_release_that_the_catalogue_does_not_cover_is_refused() {
    let error = our_catalogue().at("99.0".parse().expect("a release")).expect_err("there is no QEMU 99");
    assert!(error.to_string().starts_with("QEMU 99.0 is not in the catalogue, which ends with "), "{error}");
}

#[test]
fn a_release_is_compared_with_a_recorded_reply() {
    let (catalogue, mut sources) = (our_catalogue(), SourceMap::default());
    let recorded = workspace().join("tests/fixtures/qemu-7.2.22/query-qmp-schema-qemu-system-x86_64.json");
    let mut open = |name: &str| Input::open(name, &catalogue, &mut sources).expect("a side of a comparison");
    let (release, reply) = (open("7.2"), open(&recorded.display().to_string()));
    assert_eq!(diff((&release.name, &release.surface), ("reply", &reply.surface)).changes.len(), 0);
    let old = open("7.1");
    let diff = diff((&old.name, &old.surface), ("QEMU itself", &reply.surface));
    insta::assert_snapshot!(diff.render());
}

#[test]
fn rate_limits_are_compared_where_both_sides_say_them() {
    let catalogue = our_catalogue();
    let (old, mut new) = (at(&catalogue, "9.1"), at(&catalogue, "10.0"));
    insta::assert_snapshot!(diff(("QEMU 9.1", &old), ("QEMU 10.0", &new)).render());
    new.rate_limits = None;
    assert!(!diff(("QEMU 9.1", &old), ("a tree", &new)).render().contains("rate limits"));
}

#[test]
fn releases_of_our_schema_are_compared() {
    let catalogue = our_catalogue();
    let text = diff(("QEMU 2.12", &at(&catalogue, "2.12")), ("QEMU 10.0", &at(&catalogue, "10.0"))).render();
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
