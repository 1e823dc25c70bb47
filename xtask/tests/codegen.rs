//! Generated Rust and the defects that stop it: one small schema for each feature of the language
//! and each rule of joining.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use xtask::pipeline::{Generated, generate};

/// A section of an event document, without members.
const EMPTY_SECTION: &str =
    "KETTLE\n------\n\nThe kettle has news.\n\nExample:\n\n{ \"event\": \"KETTLE\" }\n";

fn run(schema: &str, document: &str, names: &str) -> Generated {
    let files = [("qapi/qapi-schema.json", schema), ("qmp-events.txt", document), ("names.toml", names)];
    let files: HashMap<PathBuf, Vec<u8>> =
        files.into_iter().map(|(path, text)| (PathBuf::from(path), text.as_bytes().to_vec())).collect();
    generate(&files, Path::new("")).expect("the files are in memory")
}

/// The defects of a schema whose only event is in a file of this name.
fn defects_of_file(name: &str) -> String {
    let root = format!("{{ 'include': '{name}.json' }}\n");
    let event = "##\n# @KETTLE:\n#\n# The kettle has news.\n#\n# Since: 1.0\n##\n{ 'event': 'KETTLE' }\n";
    let files = [
        ("qapi/qapi-schema.json", root.as_str()),
        (&format!("qapi/{name}.json"), event),
        ("qmp-events.txt", EMPTY_SECTION),
        ("names.toml", ""),
    ];
    let files: HashMap<PathBuf, Vec<u8>> =
        files.into_iter().map(|(path, text)| (PathBuf::from(path), text.as_bytes().to_vec())).collect();
    let generated = generate(&files, Path::new("")).expect("the files are in memory");
    generated.diagnostics.render_plain(&generated.sources)
}

/// The types of a schema in Rust, without the set of events.
fn rust(schema: &str, document: &str, names: &str) -> String {
    let generated = run(schema, document, names);
    assert_eq!(generated.diagnostics.render_plain(&generated.sources), "");
    generated.files["qapi_schema.rs"].clone()
}

fn defects(schema: &str, document: &str, names: &str) -> String {
    let generated = run(schema, document, names);
    generated.diagnostics.render_plain(&generated.sources)
}

/// An event with a member of each of some types, and the matching section.
fn event_with(members: &[(&str, &str, &str, &str)], types: &str) -> (String, String) {
    let mut schema = format!("{types}\n##\n# @KETTLE:\n#\n# The kettle has news.\n#\n");
    let mut document = "KETTLE\n------\n\nThe kettle has news.\n\nData:\n\n".to_owned();
    let mut data = Vec::new();
    let mut example = Vec::new();
    for (name, ty, json, value) in members {
        let plain = name.trim_start_matches('*');
        let optional = if plain.len() < name.len() { ", optional" } else { "" };
        schema += &format!("# @{plain}: what it says\n#\n");
        document += &format!("- \"{plain}\": what it says ({json}{optional})\n");
        data.push(format!("'{name}': {ty}"));
        example.push(format!("\"{plain}\": {value}"));
    }
    schema += &format!("# Since: 1.0\n##\n{{ 'event': 'KETTLE', 'data': {{ {} }} }}\n", data.join(", "));
    document +=
        &format!("\nExample:\n\n{{ \"event\": \"KETTLE\", \"data\": {{ {} }} }}\n", example.join(", "));
    (schema, document)
}

#[test]
fn an_event_without_data_is_an_empty_struct() {
    let schema = "##\n# @KETTLE:\n#\n# The kettle has news.\n#\n# Since: 1.0\n##\n{ 'event': 'KETTLE' }\n";
    let generated = run(schema, EMPTY_SECTION, "");
    assert_eq!(generated.diagnostics.render_plain(&generated.sources), "");
    insta::assert_snapshot!("empty-event", generated.files["qapi_schema.rs"]);
    insta::assert_snapshot!("event-set", generated.files["mod.rs"]);
}

#[test]
fn built_in_types_have_their_rust_types() {
    let members = [
        ("text", "'str'", "json-string", "\"x\""),
        ("yes", "'bool'", "json-bool", "true"),
        ("float", "'number'", "json-number", "1.5"),
        ("int", "'int'", "json-int", "-1"),
        ("small", "'int8'", "json-int", "-1"),
        ("middle", "'uint16'", "json-int", "1"),
        ("large", "'uint64'", "json-int", "18446744073709551615"),
        ("bytes", "'size'", "json-int", "1"),
        ("list", "['uint32']", "json-array", "[1]"),
        ("*maybe", "'str'", "json-string", "\"x\""),
    ];
    let (schema, document) = event_with(&members, "");
    insta::assert_snapshot!("built-in-types", rust(&schema, &document, ""));
}

#[test]
fn an_enum_is_open() {
    let types = "##\n# @Heat:\n#\n# How hot it is.\n#\n# @cold: not at all\n#\n# @very-hot: take care (since 2.0)\n#\n\
                 # @2x: twice (removed 3.0)\n#\n# Since: 1.0\n##\n\
                 { 'enum': 'Heat', 'data': [ 'cold', { 'name': 'very-hot', 'if': 'FIRE' }, '2x' ] }\n";
    let (schema, document) = event_with(&[("heat", "'Heat'", "json-string", "\"cold\"")], types);
    insta::assert_snapshot!("enum", rust(&schema, &document, ""));
}

#[test]
fn a_struct_holds_the_members_of_its_base() {
    let types = "##\n# @Base:\n#\n# What all have.\n#\n# @id: which one\n#\n# Since: 1.0\n##\n\
                 { 'struct': 'Base', 'data': { 'id': 'str' } }\n\
                 ##\n# @Pot:\n#\n# A pot.\n#\n# @size: in litres\n#\n# Since: 1.0\n##\n\
                 { 'struct': 'Pot', 'base': 'Base', 'data': { '*size': 'int' } }\n";
    let (schema, document) = event_with(&[("pot", "'Pot'", "json-object", "{ \"id\": \"a\" }")], types);
    insta::assert_snapshot!("struct-with-base", rust(&schema, &document, ""));
}

const UNION: &str = "##\n# @Fuel:\n#\n# What it burns.\n#\n# @gas: from a pipe\n#\n# @wood: in logs (since 2.0)\n#\n\
                     # Since: 1.0\n##\n{ 'enum': 'Fuel', 'data': [ 'gas', 'wood' ] }\n\
                     ##\n# @Wood:\n#\n# Wood.\n#\n# @logs: how many\n#\n# Since: 1.0\n##\n\
                     { 'struct': 'Wood', 'data': { 'logs': 'int' } }\n";

#[test]
fn a_union_with_only_a_tag_is_an_enum() {
    let types = format!(
        "{UNION}##\n# @Fire:\n#\n# A fire.\n#\n# @fuel: what it burns\n#\n# Since: 1.0\n##\n\
         {{ 'union': 'Fire', 'base': {{ 'fuel': 'Fuel' }}, 'discriminator': 'fuel', 'data': {{ 'wood': 'Wood' }} }}\n"
    );
    let value = "{ \"fuel\": \"wood\", \"logs\": 3 }";
    let (schema, document) = event_with(&[("fire", "'Fire'", "json-object", value)], &types);
    insta::assert_snapshot!("union", rust(&schema, &document, ""));
}

#[test]
fn a_union_with_more_members_is_a_struct_with_branches() {
    let types = format!(
        "{UNION}##\n# @Fire:\n#\n# A fire.\n#\n# @fuel: what it burns\n#\n# @id: which one\n#\n# Since: 1.0\n##\n\
         {{ 'union': 'Fire', 'base': {{ 'fuel': 'Fuel', 'id': 'str' }}, 'discriminator': 'fuel',\n  \
         'data': {{ 'wood': 'Wood' }} }}\n"
    );
    let value = "{ \"fuel\": \"gas\", \"id\": \"a\" }";
    let (schema, document) = event_with(&[("fire", "'Fire'", "json-object", value)], &types);
    insta::assert_snapshot!("union-with-base", rust(&schema, &document, ""));
}

#[test]
fn an_alternate_has_a_variant_for_each_json_type() {
    let types = "##\n# @Pot:\n#\n# A pot.\n#\n# @id: which one\n#\n# Since: 1.0\n##\n\
                 { 'struct': 'Pot', 'data': { 'id': 'str' } }\n\
                 ##\n# @Level:\n#\n# How full it is.\n#\n# @litres: in litres\n#\n# @like: as another pot\n#\n\
                 # Since: 1.0\n##\n{ 'alternate': 'Level', 'data': { 'litres': 'int', 'like': 'Pot' } }\n";
    let (schema, document) = event_with(&[("level", "'Level'", "json-int", "3")], types);
    insta::assert_snapshot!("alternate", rust(&schema, &document, ""));
}

#[test]
fn a_type_that_contains_itself_is_boxed() {
    let types = "##\n# @Node:\n#\n# A node.\n#\n# @next: the next one\n#\n# @all: further ones\n#\n# Since: 1.0\n##\n\
                 { 'struct': 'Node', 'data': { '*next': 'Node', '*all': [ 'Node' ] } }\n";
    let (schema, document) = event_with(&[("node", "'Node'", "json-object", "{}")], types);
    insta::assert_snapshot!("recursive", rust(&schema, &document, ""));
}

#[test]
fn what_was_not_always_there_is_an_option() {
    let schema = "##\n# @KETTLE:\n#\n# The kettle has news.\n#\n\
                  # @old: from the start\n#\n# @new: later (since 2.0)\n#\n# @gone: not any more (removed 3.0)\n#\n\
                  # Features:\n#\n# @deprecated: for good\n#\n# Since: 1.0\n##\n\
                  { 'event': 'KETTLE',\n  'features': [ 'deprecated' ],\n  'data': { 'old': 'str', 'new': 'str', 'gone': 'str' } }\n";
    let document = "KETTLE\n------\n\nThe kettle has news.\n\nData:\n\n- \"old\": a (json-string)\n\
                    - \"new\": b (json-string)\n- \"gone\": c (json-string, optional)\n\n\
                    Example:\n\n{ \"event\": \"KETTLE\", \"data\": { \"old\": \"1\", \"new\": \"2\" } }\n";
    insta::assert_snapshot!("lifetimes", rust(schema, document, ""));
}

#[test]
fn rate_limits_and_names_and_the_shown_form_become_attributes() {
    let types = "##\n# @POTInfo:\n#\n# A pot.\n#\n# @size: in litres\n#\n# Since: 1.0\n##\n\
                 { 'struct': 'POTInfo', 'data': { 'size': 'int' } }\n";
    let (schema, document) = event_with(&[("pot", "'POTInfo'", "json-object", "{ \"size\": 1 }")], types);
    let document = document
        .replace("Data:\n\n", "Data:\n\n- data: POTInfo type as described in the schema\n")
        + "\nNote: this event is rate-limited separately for each \"pot\".  The limit began with QEMU 2.0.\n";
    let names =
        "[rust]\nPOTInfo = \"PotInformation\"\n[alias]\nKETTLE = [\"TEAPOT\"]\n\"KETTLE.pot\" = [\"cup\"]\n";
    insta::assert_snapshot!("attributes", rust(&schema, &document, names));
}

#[test]
fn every_disagreement_of_the_sources_is_an_error() {
    let (schema, document) = event_with(
        &[
            ("a", "'str'", "json-int", "1"),
            ("b", "'int'", "json-int", "1"),
            ("*c", "'bool'", "json-bool", "true"),
        ],
        "",
    );
    let document = document
        .replace("- \"b\": what it says (json-int)\n", "- \"z\": what it says (json-int)\n")
        .replace(", optional", "")
        + "\nLID\n---\n\nThe lid moved.\n\nExample:\n\n{ \"event\": \"LID\" }\n";
    insta::assert_snapshot!("disagreements", defects(&schema, &document, ""));
}

#[test]
fn an_example_that_the_schema_does_not_allow_is_an_error() {
    let types = "##\n# @Heat:\n#\n# How hot it is.\n#\n# @cold: not at all\n#\n# Since: 1.0\n##\n\
                 { 'enum': 'Heat', 'data': [ 'cold' ] }\n";
    let members = [
        ("heat", "'Heat'", "json-string", "\"hot\""),
        ("small", "'uint8'", "json-int", "256"),
        ("list", "['str']", "json-array", "[1]"),
    ];
    let (schema, document) = event_with(&members, types);
    insta::assert_snapshot!("examples", defects(&schema, &document, ""));
}

#[test]
fn an_entry_of_names_that_matches_nothing_is_an_error() {
    let schema = "##\n# @KETTLE:\n#\n# The kettle has news.\n#\n# Since: 1.0\n##\n{ 'event': 'KETTLE' }\n";
    let names = "[rust]\nTEAPOT = \"Teapot\"\nKETTLE = \"Kettle\"\n[alias]\n\"KETTLE.lid\" = [\"cover\"]\n";
    insta::assert_snapshot!("names", defects(schema, EMPTY_SECTION, names));
    insta::assert_snapshot!("names-syntax", defects(schema, EMPTY_SECTION, "[rust\n"));
}

#[test]
fn two_names_that_are_one_in_rust_are_an_error() {
    let types = "##\n# @Kettle:\n#\n# A kettle.\n#\n# @x: what\n#\n# Since: 1.0\n##\n\
                 { 'struct': 'Kettle', 'data': { 'x': 'int' } }\n";
    let (schema, document) = event_with(&[("pot", "'Kettle'", "json-object", "{ \"x\": 1 }")], types);
    insta::assert_snapshot!("rust-name-clash", defects(&schema, &document, ""));
}

#[test]
fn a_value_that_has_no_name_of_its_own_in_rust_needs_one_from_names() {
    let types = "##\n# @Heat:\n#\n# How hot it is.\n#\n# @other: not hot\n#\n# @a1: a\n#\n# @a-1: b\n#\n# @self: c\n#\n\
                 # Since: 1.0\n##\n{ 'enum': 'Heat', 'data': [ 'other', 'a1', 'a-1', 'self' ] }\n";
    let (schema, document) = event_with(&[("heat", "'Heat'", "json-string", "\"a1\"")], types);
    insta::assert_snapshot!("part-clash", defects(&schema, &document, ""));
    let names =
        "[rust]\n\"Heat.other\" = \"NotHot\"\n\"Heat.a-1\" = \"AMinus1\"\n\"Heat.self\" = \"Itself\"\n";
    insta::assert_snapshot!("part-names", rust(&schema, &document, names));
}

#[test]
fn a_definition_without_a_date_is_an_error() {
    let schema = "##\n# @KETTLE:\n#\n# The kettle has news.\n##\n{ 'event': 'KETTLE' }\n";
    insta::assert_snapshot!("missing-since", defects(schema, EMPTY_SECTION, ""));
}

#[test]
fn a_file_whose_name_cannot_be_a_module_is_an_error() {
    for name in ["fn", "self", "super", "crate", "mod"] {
        let said = defects_of_file(name);
        let expected = format!("qapi/{name}.json:1:1: error[rust-module]: '{name}.json' cannot be a module");
        assert!(said.starts_with(&expected), "{said}");
        assert!(said.contains("help: rename the file"), "{said}");
    }
    assert_eq!(defects_of_file("fnord"), "");
}

#[test]
fn two_files_of_one_module_are_an_error() {
    let event = |name: &str| {
        format!("##\n# @{name}:\n#\n# News.\n#\n# Since: 1.0\n##\n{{ 'event': '{name}' }}\n").into_bytes()
    };
    let section =
        |name: &str| EMPTY_SECTION.replace("KETTLE", name).replace("------", &"-".repeat(name.len()));
    let files = HashMap::from([
        (
            PathBuf::from("qapi/qapi-schema.json"),
            b"{ 'include': 'a-b.json' }\n{ 'include': 'a_b.json' }\n".to_vec(),
        ),
        (PathBuf::from("qapi/a-b.json"), event("LAMP")),
        (PathBuf::from("qapi/a_b.json"), event("KETTLE")),
        (PathBuf::from("qmp-events.txt"), (section("KETTLE") + "\n" + &section("LAMP")).into_bytes()),
        (PathBuf::from("names.toml"), Vec::new()),
    ]);
    let generated = generate(&files, Path::new("")).expect("the files are in memory");
    let said = generated.diagnostics.render_plain(&generated.sources);
    assert!(said.starts_with("qapi/a_b.json:1:1: error[rust-module]: 'a_b.json' is a second file"), "{said}");
}

#[test]
fn an_event_with_a_name_that_generated_code_has_is_an_error() {
    for (name, ident) in
        [("UNKNOWN", "Unknown"), ("EVENT", "Event"), ("OPTION", "Option"), ("EVENT_KIND", "EventKind")]
    {
        let schema = format!("##\n# @{name}:\n#\n# News.\n#\n# Since: 1.0\n##\n{{ 'event': '{name}' }}\n");
        let section = EMPTY_SECTION.replace("KETTLE", name).replace("------", &"-".repeat(name.len()));
        let said = defects(&schema, &section, "");
        let expected = format!("error[rust-name-reserved]: '{name}' is '{ident}' in Rust");
        assert!(said.contains(&expected) && said.contains("names.toml"), "{said}");
        assert_eq!(defects(&schema, &section, &format!("[rust]\n{name} = \"Kettle\"\n")), "");
    }
}
