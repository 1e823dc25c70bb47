//! Imports of whole releases: recorded facts in, the same facts out.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use qmp_events_compare::projection::project;
use qmp_events_frontend::schema::Definition;
use serde_json::Value;
use xtask::pipeline::load;

use crate::facts::{RELEASES, of_surface, recorded, workspace};
use crate::import::{defects, generate_described, import_into, show, with};
use crate::tiny::{ReadTree, SCHEMA, Texts, read_tree_files};

/// A release that the schema does not cover yet.
const AFTER_OURS: &str = "99.0";

/// A tree without documentation that has the facts of a release.
fn tree_of(facts: &Value) -> ReadTree {
    let mut text = String::from("{ 'pragma': { 'member-name-exceptions': [");
    let object = |value: &Value| value.as_object().cloned().unwrap_or_default();
    let types = object(&facts["types"]);
    text.push_str(&types.keys().map(|name| format!("'{name}'")).collect::<Vec<_>>().join(", "));
    text.push_str("] } }\n");
    for (name, facts) in &types {
        let _ = match facts["kind"].as_str() {
            Some("enum") => writeln!(text, "{{ 'enum': '{name}', 'data': {} }}", quoted(&facts["values"])),
            Some("union") => writeln!(
                text,
                "{{ 'union': '{name}', 'base': {}, 'discriminator': {}, 'data': {} }}",
                members(&facts["base"]),
                quoted(&facts["discriminator"]),
                quoted(&facts["branches"])
            ),
            _ => {
                let base =
                    facts["base"].as_str().map(|base| format!("'base': '{base}', ")).unwrap_or_default();
                writeln!(text, "{{ 'struct': '{name}', {base}'data': {} }}", members(&facts["members"]))
            }
        };
    }
    for (name, facts) in object(&facts["events"]) {
        let data = match facts["data"].as_str() {
            Some(ty) => format!("'{ty}'"),
            None => members(&facts["members"]),
        };
        let features = match facts.get("features") {
            Some(features) => format!(", 'features': {}", quoted(features)),
            None => String::new(),
        };
        let boxed = if data.contains("'if'") { ", 'boxed': true" } else { "" };
        let _ = writeln!(text, "{{ 'event': '{name}', 'data': {data}{boxed}{features} }}");
    }
    read_tree_files(&Texts::from([(PathBuf::from("qemu/qapi-schema.json"), text.into_bytes())]))
}

/// JSON as the schema language writes it.
fn quoted(value: &Value) -> String {
    value.to_string().replace('"', "'")
}

fn members(facts: &Value) -> String {
    let member = |(name, facts): (&String, &Value)| {
        let star = if facts["optional"] == true { "*" } else { "" };
        let ty = facts["type"].as_str().expect("a type");
        let ty = match ty.strip_prefix('[').and_then(|ty| ty.strip_suffix(']')) {
            Some(element) => format!("['{element}']"),
            None => format!("'{ty}'"),
        };
        match facts["conditional"] == true {
            true => format!("'{star}{name}': {{ 'type': {ty}, 'if': 'CONFIG_SOME' }}"),
            false => format!("'{star}{name}': {ty}"),
        }
    };
    let members: Vec<_> = facts.as_object().expect("members").iter().map(member).collect();
    format!("{{ {} }}", members.join(", "))
}

/// Compares a release of a catalogue with the recorded facts.
fn assert_facts(files: &Texts, version: &str, file: &str) {
    let loaded = load(files, Path::new(SCHEMA)).expect("the catalogue is in memory");
    let surface = project(&loaded.catalogue.schema, Some(version.parse().expect("a version")));
    assert_eq!(of_surface(&surface), recorded(file), "QEMU {version}");
}

fn empty() -> Texts {
    let files = [
        ("qapi/qapi-schema.json", "# SPDX-License-Identifier: MIT OR Apache-2.0\n"),
        ("qmp-events.txt", ""),
        ("names.toml", ""),
        ("releases.json", r#"{ "releases": ["1.0"] }"#),
    ];
    files.into_iter().map(|(name, text)| (Path::new(SCHEMA).join(name), text.as_bytes().to_vec())).collect()
}

fn import_release(files: Texts, version: &str, file: &str) -> Texts {
    let tree = tree_of(&recorded(file));
    let imported = import_into(&files, &tree, version).expect("the release is newer");
    assert_eq!(imported.by_hand, Vec::<String>::new(), "QEMU {version}");
    let files = with(files, &imported);
    assert_eq!(defects(&files), "", "QEMU {version}");
    let again = import_into(&files, &tree, version).expect("the same release");
    assert!(again.files.is_empty(), "QEMU {version}: the second import edits {:?}", again.files.keys());
    files
}

/// A schema that ends with QEMU 10.0 and knows its facts.
pub(crate) fn catalogue_of_10_0() -> Texts {
    import_release(import_release(empty(), "7.2", "7.2.0"), "10.0", "10.0.2")
}

#[test]
fn an_older_catalogue_and_a_newer_tree_give_the_facts_of_both() {
    let old = import_release(empty(), "7.2", "7.2.0");
    assert_facts(&old, "7.2", "7.2.0");
    let new = import_release(old, "10.0", "10.0.2");
    assert_facts(&new, "10.0", "10.0.2");
    assert_eq!(generate_described(&new), "");
}

#[test]
fn importing_two_releases_ends_where_our_catalogue_stands() {
    let today = schema_files();
    let new = catalogue_of_10_0();
    let of = |files: &Texts| {
        let loaded = load(files, Path::new(SCHEMA)).expect("the catalogue is in memory");
        of_surface(&project(&loaded.catalogue.schema, Some("10.0".parse().expect("a version"))))
    };
    assert_eq!(of(&new), of(&today));
}

/// Our schema, in memory.
pub(crate) fn schema_files() -> Texts {
    let directory = workspace().join("schema");
    let mut files = Texts::new();
    let mut take = |path: PathBuf| {
        let name = path.strip_prefix(&directory).expect("a file below schema/").to_owned();
        files.insert(Path::new(SCHEMA).join(name), std::fs::read(&path).expect("a file of the schema"));
    };
    for entry in std::fs::read_dir(directory.join("qapi")).expect("schema/qapi") {
        take(entry.expect("an entry").path());
    }
    take(directory.join("qmp-events.txt"));
    take(directory.join("names.toml"));
    take(directory.join("releases.json"));
    files
}

#[test]
fn twelve_releases_one_after_the_other_keep_the_facts_of_all() {
    let mut files = empty();
    for (version, file) in RELEASES {
        files = import_release(files, version, file);
    }
    for (version, file) in RELEASES {
        assert_facts(&files, version, file);
    }
    assert_eq!(generate_described(&files), "");
}

#[test]
fn our_own_catalogue_has_nothing_to_import() {
    let tree = tree_of(&recorded("10.0.2"));
    let files = schema_files();
    let imported = import_into(&files, &tree, "10.0").expect("the release is known");
    assert_eq!(imported.files.into_keys().collect::<Vec<_>>(), Vec::<PathBuf>::new());
    assert_eq!(imported.by_hand, Vec::<String>::new());
}

/// Our schema as if QEMU had written it: without what is gone, and with `replacements` in its texts.
fn tree_of_ours(replacements: &[(&str, &str, &str)]) -> ReadTree {
    let files = schema_files();
    let loaded = load(&files, Path::new(SCHEMA)).expect("the schema is in memory");
    let schema = &loaded.catalogue.schema;
    let mut tree = Texts::new();
    for module in &schema.modules {
        let mut text = loaded.sources.file(module.file).text().to_owned();
        let gone = |definition: &&Definition| {
            definition.extent.file == module.file && definition.lifetime.removed.is_some()
        };
        for definition in schema.definitions.iter().filter(gone).rev() {
            let comment = definition.documentation.as_ref().and_then(|comment| comment.span);
            let start = comment.expect("our definitions are documented").start;
            text.replace_range(start as usize..definition.extent.end as usize, "");
        }
        for (_, old, new) in replacements.iter().filter(|(name, ..)| *name == module.name) {
            assert_eq!(text.matches(old).count(), 1, "{old} is in {} once", module.name);
            text = text.replace(old, new);
        }
        tree.insert(PathBuf::from(format!("qemu/{}.json", module.name)), text.into_bytes());
    }
    read_tree_files(&tree)
}

#[test]
fn our_own_schema_as_a_tree_has_nothing_to_import() {
    let imported = import_into(&schema_files(), &tree_of_ours(&[]), AFTER_OURS).expect("newer");
    assert_eq!((imported.files.len(), imported.by_hand.len()), (0, 0));
}

#[test]
fn a_newer_tree_leaves_all_that_we_wrote() {
    let tree = tree_of_ours(&[
        ("run-state", "'tdx', 'sev' ]", "'tdx', 'sev', 'cca' ]"),
        ("run-state", "# @tdx:", "# @cca: their words\n#\n# @tdx:"),
        (
            "run-state",
            "'sev': 'GuestPanicInformationSev' } }",
            "'sev': 'GuestPanicInformationSev', 'cca': 'GuestPanicInformationCca' } }\n\n##\n\
             # @GuestPanicInformationCca:\n#\n# Their words.\n#\n# @error-code: their words\n#\n\
             # @gpa: their words\n##\n\
             { 'struct': 'GuestPanicInformationCca', 'data': { 'error-code': 'uint32', '*gpa': 'uint64' } }\n",
        ),
        ("sockets", "'*keep-alive': 'bool',", "'*keep-alive': 'bool', '*keep-alive-user': 'uint32',"),
        ("sockets", "# @mptcp:", "# @keep-alive-user: their words\n#\n# @mptcp:"),
        ("char", "'open': 'bool' }", "'open': 'bool', 'qom-path': 'str' }"),
        ("char", "# @open:", "# @qom-path: their words\n#\n# @open:"),
    ]);
    let before = schema_files();
    let imported = import_into(&before, &tree, AFTER_OURS).expect("newer");
    let shown = show(&before, &imported);
    // Only what changes: the prose around it is no concern of this test.
    let changed: Vec<_> = shown.lines().filter(|line| !line.starts_with([' ', '@'])).collect();
    insta::assert_snapshot!(changed.join("\n"));
    let after = with(before, &imported);
    assert_eq!(generate_described(&after), "");
    for (version, file) in RELEASES {
        assert_facts(&after, version, file);
    }
    let loaded = load(&after, Path::new(SCHEMA)).expect("the catalogue is in memory");
    let surface = project(&loaded.catalogue.schema, Some(AFTER_OURS.parse().expect("a version")));
    assert_eq!(of_surface(&surface), of_surface(&tree.surface));
}

/// Our schema has the dates of four releases, in the words that a tree would have them: an import of
/// the last one, over the first, dates everything as ours is dated.
#[test]
fn what_came_with_releases_in_between_is_dated_by_the_words_of_the_tree() {
    let before = catalogue_of_10_0();
    let imported = import_into(&before, &tree_of_ours(&[]), "11.1").expect("newer");
    assert_eq!(imported.by_hand, Vec::<String>::new());
    let after = with(before, &imported);
    let of = |files: &Texts, version: &str| {
        let loaded = load(files, Path::new(SCHEMA)).expect("the catalogue is in memory");
        of_surface(&project(&loaded.catalogue.schema, Some(version.parse().expect("a version"))))
    };
    let today = schema_files();
    for version in ["10.0", "10.1", "10.2", "11.0", "11.1"] {
        assert_eq!(of(&after, version), of(&today, version), "QEMU {version}");
    }
}

/// A tree that says a date which our schema contradicts.
#[test]
fn a_date_that_our_schema_contradicts_is_reported_and_not_taken() {
    let tree = tree_of_ours(&[
        ("run-state", "'tdx', 'sev' ]", "'tdx', 'sev', 'cca' ]"),
        ("run-state", "# @tdx:", "# @cca: their words (since 9.0)\n#\n# @tdx:"),
    ]);
    let imported = import_into(&schema_files(), &tree, AFTER_OURS).expect("newer");
    let text: String = imported.files.values().map(String::as_str).collect();
    assert!(text.contains("# @cca: TODO: describe (since 99.0)"), "{text}");
    let note = imported.notes.iter().find(|note| note.contains("'cca'")).expect("a note");
    assert!(note.contains("since QEMU 9.0"), "{note}");
}

#[test]
fn a_date_of_what_is_known_that_differs_from_ours_is_a_note() {
    let tree = tree_of_ours(&[(
        "vfio",
        "# @pre-copy-p2p-prepare: like @pre-copy, about to stop transfers to\n#     other devices (since 11.0)",
        "# @pre-copy-p2p-prepare: their words (since 10.2)",
    )]);
    let imported = import_into(&schema_files(), &tree, AFTER_OURS).expect("newer");
    assert!(imported.files.is_empty());
    assert_eq!(
        imported.notes,
        [
            "value 'pre-copy-p2p-prepare' of 'QapiVfioMigrationState': the tree says since QEMU 10.2, our schema since 11.0"
        ]
    );
}
