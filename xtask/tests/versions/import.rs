//! `import` edits what changed, where it stands, and nothing else.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use similar::TextDiff;
use xtask::import::{Imported, QemuSchema, import};
use xtask::pipeline::{generate, load};

use crate::tiny::{ReadTree, SCHEMA, TREE, Texts, catalogue, read_tree, tree_with};

/// Imports a tree into a catalogue.
pub(crate) fn import_into(files: &Texts, tree: &ReadTree, version: &str) -> anyhow::Result<Imported> {
    let ReadTree { schema, surface, sources } = tree;
    let tree = QemuSchema { schema, surface, sources, unnamed: &BTreeSet::new() };
    import(files, Path::new(SCHEMA), &tree, version.parse().expect("a version"))
}

/// The files with the changed ones in their places.
pub(crate) fn with(mut files: Texts, imported: &Imported) -> Texts {
    let edited = imported.files.iter().chain(imported.releases.as_ref().map(|(path, text)| (path, text)));
    files.extend(edited.map(|(path, text)| (path.clone(), text.clone().into_bytes())));
    files
}

/// The defects of a catalogue.
pub(crate) fn defects(files: &Texts) -> String {
    let loaded = load(files, Path::new(SCHEMA)).expect("the catalogue is in memory");
    loaded.diagnostics.render_plain(&loaded.sources)
}

/// The edits that a tree of 2.0 makes in the tiny catalogue. Whatever the tree: the result has no
/// defect, a second import changes nothing, and no line is longer than ours are.
fn edits(tree: &str) -> String {
    let files = catalogue();
    let tree = read_tree(tree);
    let imported = import_into(&files, &tree, "2.0").expect("the tree is newer");
    let after = with(files.clone(), &imported);
    assert_eq!(defects(&after), "");
    let again = import_into(&after, &tree, "2.0").expect("the same release");
    assert!(again.files.is_empty(), "the second import edits {:?}", again.files.keys());
    assert_eq!(again.by_hand, imported.by_hand);
    for (path, text) in &imported.files {
        let too_long = text.lines().find(|line| line.len() > 70);
        assert_eq!(too_long, None, "in {}", path.display());
    }
    show(&files, &imported)
}

/// The edits as a diff.
pub(crate) fn show(files: &Texts, imported: &Imported) -> String {
    let mut shown = String::new();
    for (path, text) in &imported.files {
        let before = files.get(path).map(|bytes| String::from_utf8_lossy(bytes)).unwrap_or_default();
        let diff = TextDiff::from_lines(before.as_ref(), text);
        shown.push_str(&format!("{}\n{}", path.display(), diff.unified_diff().context_radius(2)));
    }
    shown.extend(imported.by_hand.iter().map(|line| format!("by hand: {line}\n")));
    shown
}

#[test]
fn the_same_tree_edits_nothing() {
    assert_eq!(edits(TREE), "");
}

#[test]
fn new_event_with_new_types() {
    let new = "{ 'enum': 'DiskSpeed', 'data': ['slow', { 'name': 'fast', 'if': 'CONFIG_FAST' }] }
{ 'struct': 'DiskBase', 'data': { 'name': 'str' } }
{ 'struct': 'DiskReport', 'base': 'DiskBase', 'data': { 'speeds': ['DiskSpeed'],
  '*size': { 'type': 'size', 'if': { 'all': ['HAVE_A', { 'not': 'HAVE_B' }] } } } }
{ 'event': 'DISK_FOUND', 'data': { 'report': 'DiskReport', '*note': 'str' }, 'features': ['unstable'],
  'if': 'CONFIG_DISK' }
{ 'event': 'DISK_LOST' }";
    insta::assert_snapshot!(edits(&tree_with("{ 'event': 'DISK_LOST' }", new)));
}

#[test]
fn new_event_with_the_data_of_a_union() {
    let new = "{ 'event': 'DISK_LOST' }\n{ 'event': 'ZONE_LOST', 'boxed': true, 'data': 'DiskCause' }";
    insta::assert_snapshot!(edits(&tree_with("{ 'event': 'DISK_LOST' }", new)));
}

#[test]
fn gone_event() {
    insta::assert_snapshot!(edits(&tree_with("{ 'event': 'DISK_LOST' }", "")));
}

#[test]
fn new_members_of_an_event() {
    let new = "'first': 'bool', 'id': 'str', '*name': 'str', 'state': 'DiskState', ";
    insta::assert_snapshot!(edits(&tree_with("'id': 'str', 'state': 'DiskState',", new)));
}

#[test]
fn first_members_of_an_event() {
    let new = "{ 'event': 'DISK_LOST', 'data': { 'id': 'str', '*why': 'DiskCause' } }";
    insta::assert_snapshot!(edits(&tree_with("{ 'event': 'DISK_LOST' }", new)));
}

#[test]
fn new_members_of_a_nested_struct() {
    let new = "'bus': 'str', 'port': 'int', '*slot': 'int', '*lane': { 'type': 'int', 'if': 'CONFIG_LANE' }";
    insta::assert_snapshot!(edits(&tree_with("'bus': 'str', '*slot': 'int'", new)));
}

#[test]
fn gone_member() {
    insta::assert_snapshot!(edits(&tree_with("'bus': 'str', '*slot': 'int'", "'bus': 'str'")));
}

#[test]
fn member_made_optional() {
    let new = "'*bus': 'str', '*slot': 'int'";
    insta::assert_snapshot!(edits(&tree_with("'bus': 'str', '*slot': 'int'", new)));
}

#[test]
fn member_made_mandatory() {
    insta::assert_snapshot!(edits(&tree_with("'*slot': 'int'", "'slot': 'int'")));
}

#[test]
fn member_with_another_type_is_left_to_people() {
    insta::assert_snapshot!(edits(&tree_with("'*slot': 'int'", "'*slot': 'str'")), @"by hand: schema/qapi/disk.json:33:13: 'slot' has the type 'str' now, not 'int'");
}

#[test]
fn new_and_gone_values() {
    let tree = tree_with("['idle', 'busy']", "['asleep', 'idle', 'awake', 'Gone_wild']");
    let pragma = "{ 'pragma': { 'member-name-exceptions': ['DiskState'] } }\n";
    insta::assert_snapshot!(edits(&format!("{pragma}{tree}")));
}

#[test]
fn new_branch_of_a_union() {
    let new = "{ 'struct': 'DiskGuest', 'data': { 'driver': 'str' } }
{ 'union': 'DiskCause', 'base': { 'kind': 'DiskCauseKind', '*text': 'str' },
  'discriminator': 'kind', 'data': { 'guest': 'DiskGuest', 'error': 'DiskError', 'host': 'DiskGuest' } }";
    let old = "{ 'union': 'DiskCause', 'base': { 'kind': 'DiskCauseKind' },
  'discriminator': 'kind', 'data': { 'error': 'DiskError' } }";
    let tree = tree_with(old, new).replace("['guest', 'error']", "['guest', 'error', 'host']");
    insta::assert_snapshot!(edits(&tree));
}

#[test]
fn features_that_came() {
    let tree = tree_with("{ 'event': 'DISK_LOST' }", "{ 'event': 'DISK_LOST', 'features': ['deprecated'] }");
    let tree = tree.replace("'id': 'str'", "'id': { 'type': 'str', 'features': ['unstable'] }");
    let tree = tree.replace("'idle', 'busy'", "'idle', { 'name': 'busy', 'features': ['unstable'] }");
    insta::assert_snapshot!(edits(&tree));
}

#[test]
fn conditions_that_came() {
    let tree = tree_with("{ 'event': 'DISK_LOST' }", "{ 'event': 'DISK_LOST', 'if': { 'any': ['A', 'B'] } }");
    let tree = tree.replace("'bus': 'str'", "'bus': { 'type': 'str', 'if': 'CONFIG_BUS' }");
    insta::assert_snapshot!(edits(&tree));
}

#[test]
fn features_and_conditions_that_went() {
    let tree = tree_with(
        "{ 'event': 'DISK_LOST' }",
        "{ 'event': 'DISK_LOST', 'features': ['unstable'], 'if': 'CONFIG_DISK' }",
    );
    let files = catalogue();
    let imported = import_into(&files, &read_tree(&tree), "1.5").expect("newer");
    let files = with(files, &imported);
    let imported = import_into(&files, &read_tree(TREE), "2.0").expect("newer");
    assert_eq!(imported.by_hand, Vec::<String>::new());
    let path = PathBuf::from("schema/qapi/disk.json");
    let text = &imported.files[&path];
    insta::assert_snapshot!(&text[text.find("# @DISK_LOST").expect("the event is kept")..]);
}

#[test]
fn renamed_type() {
    insta::assert_snapshot!(edits(&TREE.replace("DiskState", "DiskActivity")));
}

#[test]
fn base_that_was_split_off_changes_nothing() {
    let tree = tree_with(
        "{ 'struct': 'DiskPlace', 'data': { 'bus': 'str',",
        "{ 'struct': 'DiskBus', 'data': { 'bus': 'str' } }\n{ 'struct': 'DiskPlace', 'base': 'DiskBus', 'data': {",
    );
    insta::assert_snapshot!(edits(&tree), @"");
}

#[test]
fn new_module_is_included() {
    let files = catalogue();
    let tree = Texts::from([
        (
            PathBuf::from("qemu/qapi-schema.json"),
            b"{ 'include': 'disk.json' }\n{ 'include': 'tape.json' }\n".to_vec(),
        ),
        (PathBuf::from("qemu/disk.json"), TREE.as_bytes().to_vec()),
        (PathBuf::from("qemu/tape.json"), b"{ 'event': 'TAPE_LOST', 'data': { 'id': 'str' } }\n".to_vec()),
    ]);
    let tree = crate::tiny::read_tree_files(&tree);
    let imported = import_into(&files, &tree, "2.0").expect("newer");
    let path = |name: &str| Path::new(SCHEMA).join(name);
    assert_eq!(defects(&with(files, &imported)), "");
    insta::assert_snapshot!("included_module", imported.files[&path("qapi/tape.json")]);
    insta::assert_snapshot!(imported.files[&path("qapi/qapi-schema.json")], @r"
    { 'include': 'disk.json' }
    { 'include': 'tape.json' }
    ");
}

#[test]
fn an_event_that_comes_back_is_left_to_people() {
    let files = catalogue();
    let gone = read_tree(&tree_with("{ 'event': 'DISK_LOST' }", ""));
    let imported = import_into(&files, &gone, "1.5").expect("newer");
    let files = with(files, &imported);
    let imported = import_into(&files, &read_tree(TREE), "2.0").expect("newer");
    assert!(imported.files.is_empty());
    insta::assert_snapshot!(imported.by_hand.join("\n"), @"schema/qapi/disk.json:106:12: QEMU has event 'DISK_LOST', but its dates say otherwise");
}

#[test]
fn an_older_tree_is_refused_unless_it_agrees() {
    let files = catalogue();
    let newer = read_tree(&tree_with("{ 'event': 'DISK_LOST' }", ""));
    let files = with(files.clone(), &import_into(&files, &newer, "2.0").expect("newer"));
    let agrees = import_into(&files, &read_tree(TREE), "1.5").expect("1.5 had the event still");
    assert!(agrees.files.is_empty());
    let error = import_into(&files, &newer, "1.5").expect_err("1.5 had the event still");
    insta::assert_snapshot!(error, @"the schema covers QEMU 2.0 already, and import only goes forwards: `cargo xtask verify --qemu-version 1.5` shows how this tree differs");
}

#[test]
fn generating_refuses_what_is_not_described() {
    let files = catalogue();
    let tree = tree_with("'bus': 'str', '*slot': 'int'", "'bus': 'str', '*slot': 'int', '*port': 'int'");
    let imported = import_into(&files, &read_tree(&tree), "2.0").expect("newer");
    let files = with(files, &imported);
    let generated = generate(&files, Path::new(SCHEMA)).expect("the catalogue is in memory");
    insta::assert_snapshot!(generated.diagnostics.render_plain(&generated.sources));
    assert_eq!(generate_described(&files), "");
}

/// The defects when people have described everything.
pub(crate) fn generate_described(files: &Texts) -> String {
    let describe = |(path, text): (&PathBuf, &Vec<u8>)| {
        let text = String::from_utf8_lossy(text).replace("TODO: describe", "what it is");
        (path.clone(), text.into_bytes())
    };
    let files: Texts = files.iter().map(describe).collect();
    let generated = generate(&files, Path::new(SCHEMA)).expect("the catalogue is in memory");
    generated.diagnostics.render_plain(&generated.sources)
}

#[test]
fn exceptions_follow_a_renamed_type_and_take_in_new_ones() {
    let mut files = catalogue();
    let file = |name: &str| Path::new(SCHEMA).join(name);
    let pragma = "{ 'pragma': {\n    'member-name-exceptions': [\n        'DiskState'             # READY\n    ] } }\n";
    let root = String::from_utf8_lossy(&files[&file("qapi/qapi-schema.json")]).into_owned();
    files.insert(file("qapi/qapi-schema.json"), format!("{pragma}{root}").into_bytes());
    let names = "[rust]\nDiskState = \"StateOfDisk\"\n\n[alias]\n\"DiskState.idle\" = [\"lazy\"]\n";
    files.insert(file("names.toml"), names.into());
    assert_eq!(defects(&files), "");
    let rules = "{ 'pragma': { 'member-name-exceptions': ['DiskPlace'] } }\n";
    let tree = rules.to_owned()
        + &TREE.replace("DiskState", "DiskActivity").replace("'*slot'", "'Port': 'int', '*slot'");
    let imported = import_into(&files, &read_tree(&tree), "2.0").expect("newer");
    assert_eq!(defects(&with(files, &imported)), "");
    insta::assert_snapshot!(imported.files[&file("names.toml")], @r#"
    [rust]
    DiskActivity = "StateOfDisk"

    [alias]
    "DiskActivity.idle" = ["lazy"]
    "#);
    insta::assert_snapshot!(imported.files[&file("qapi/qapi-schema.json")], @r"
    { 'pragma': {
        'member-name-exceptions': [
            'DiskPlace',
            'DiskActivity'             # READY
        ] } }
    { 'include': 'disk.json' }
    ");
}
