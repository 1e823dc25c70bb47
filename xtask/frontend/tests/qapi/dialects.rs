//! Each rule has a release that it began with: before that, what it forbids is legal.

use std::path::Path;

use qmp_events_frontend::files::Disk;
use qmp_events_frontend::qapi::Dialect;

use crate::{Read, directory, memory};

fn read(text: &str, release: &str) -> Read {
    let dialect = release.parse().expect("a release");
    Read::of(&memory([("schema.json", text)]), Path::new("schema.json"), Some(dialect))
}

/// What a rule forbids, the last release without the rule, the first one with it, and its code.
const RULES: [(&str, &str, &str, &str); 17] = [
    (
        "##\n# @MOVED:\n# It moved.\n# @x: where\n# to\n##\n{ 'event': 'MOVED', 'data': { 'x': 'int' } }\n",
        "5.1",
        "5.2",
        "doc-de-indent",
    ),
    ("{ 'pragma': { 'name-case-whitelist': [] } }\n", "5.2", "6.0", "pragma-unknown"),
    ("{ 'enum': 'Colour', 'data': [ 'RED' ] }\n", "5.2", "6.0", "name-case"),
    ("{ 'union': 'Either', 'data': { 'number': 'int' } }\n", "6.1", "6.2", "key-missing"),
    ("{ 'event': 'MOVED', 'if': 'defined(CONFIG_X)' }\n", "6.1", "6.2", "if-not-identifier"),
    ("{ 'event': 'MOVED', 'if': [ 'defined(A)', 'defined(B)' ] }\n", "6.1", "6.2", "if-type"),
    (
        "{ 'event': 'MOVED', 'data': { 'x': { 'type': 'int', 'if': 'A' } } }\n",
        "7.2",
        "8.0",
        "conditional-needs-boxed",
    ),
    (
        "{ 'command': 'move', 'data': { 'x': { 'type': 'int', 'if': 'A' } } }\n",
        "7.2",
        "8.0",
        "conditional-needs-boxed",
    ),
    ("##\n# Words first.\n#\n# = Heading\n##\n", "8.0", "8.1", "doc-heading"),
    (
        "##\n# @MOVED:\n#\n# @x:\n##\n{ 'event': 'MOVED', 'data': { 'x': 'int' } }\n",
        "8.2",
        "9.0",
        "doc-empty-section",
    ),
    (
        "##\n# @MOVED:\n#\n# @x:\n# where to\n##\n{ 'event': 'MOVED', 'data': { 'x': 'int' } }\n",
        "8.2",
        "9.0",
        "doc-empty-section",
    ),
    (
        "##\n# @MOVED:\n#\n# It moved.\n##\n{ 'event': 'MOVED', 'data': { 'x': 'int' } }\n",
        "8.2",
        "9.0",
        "doc-undocumented",
    ),
    ("##\n# @MOVED:\n#\n# Note: it moved.\n##\n{ 'event': 'MOVED' }\n", "9.0", "9.1", "doc-old-tag"),
    ("##\n# @MOVED:\n#\n# Example:\n#\n#     <- {}\n##\n{ 'event': 'MOVED' }\n", "9.0", "9.1", "doc-old-tag"),
    ("##\n# @move:\n#\n# Returns: nothing\n##\n{ 'command': 'move' }\n", "9.0", "9.1", "doc-results"),
    (
        "##\n# @MOVED:\n#\n# It moved. Somewhere else.\n##\n{ 'event': 'MOVED' }\n",
        "10.1",
        "10.2",
        "doc-single-space",
    ),
    (
        "##\n# @MOVED:\n#\n# It moved, in a sentence that is much longer than seventy columns are.\n##\n{ 'event': 'MOVED' }\n",
        "10.1",
        "10.2",
        "doc-long-line",
    ),
];

#[test]
fn a_rule_begins_with_its_release() {
    let mut wrong = String::new();
    for (text, before, began, code) in RULES {
        let (old, new) = (read(text, before), read(text, began));
        let rendered = new.rendered();
        if old.errors() != 0 || new.errors() != 1 || !rendered.contains(&format!("error[{code}]")) {
            wrong += &format!("{text}{before}:\n{}\n{began}:\n{rendered}\n", old.rendered());
        }
    }
    assert_eq!(wrong, "");
}

#[test]
fn lines_are_warned_of_in_the_years_before_their_rule() {
    let (text, before, ..) = RULES[15];
    assert_eq!(read(text, before).warnings(), 1);
    assert_eq!(read(text, "8.2").warnings(), 0);
}

/// A comment as QEMU 7.2 had many, with what today's rules forbid.
const LOOSE: &str = "\
##
# Words first.
#
# = Heading
##

##
# @move:
# Moves something.
# @x: where to,
#     in pixels
# @y:
# Where to.  Without indentation,
# over two lines.
#
# @z is not described, which is no @z: section.
#
# Returns: nothing
# Note: without a blank line.
#
#       And with a second paragraph.
# Example:
#
# -> { \"execute\": \"move\" }
#
# <- { \"return\": {} }
#
# Since: 1.2
##
{ 'command': 'move', 'data': { 'x': 'int', 'y': 'int', '*z': { 'type': 'int', 'if': 'CONFIG_Z' } } }
";

#[test]
fn loose_comments_are_understood_by_the_rules_of_7_2() {
    let read = read(LOOSE, "7.2");
    assert_eq!(read.rendered(), "");
    let command = read.schema.get(read.schema.find("move").expect("the command"));
    assert_eq!(command.lifetime.since.map(|since| since.to_string()).as_deref(), Some("1.2"));
    insta::assert_debug_snapshot!(command.documentation.as_ref().map(|text| &text.overview));
}

#[test]
fn comments_of_7_2_still_have_rules() {
    for (text, code) in [
        (
            "##\n# @MOVED:\n# @x: where\n# to\n##\n{ 'event': 'MOVED', 'data': { 'x': 'int' } }\n",
            "doc-de-indent",
        ),
        (
            "##\n# @MOVED:\n# @y: where to\n##\n{ 'event': 'MOVED', 'data': { 'x': 'int' } }\n",
            "doc-unknown-name",
        ),
        ("##\n# @MOVED:\n# Since: 1.0\n# Since: 1.1\n##\n{ 'event': 'MOVED' }\n", "doc-duplicate-section"),
        ("##\n# @MOVED:\n# Since:\n##\n{ 'event': 'MOVED' }\n", "doc-empty-section"),
        ("##\n# @MOVED:\n# = Heading\n##\n{ 'event': 'MOVED' }\n", "doc-heading"),
        (
            "##\n# @MOVED:\n# Since: 1.0\n# @x: where\n##\n{ 'event': 'MOVED', 'data': { 'x': 'int' } }\n",
            "doc-member-after-section",
        ),
        ("##\n# @MOVED:\n##\n{ 'event': 'MOVED', 'features': [ 'unstable' ] }\n", "doc-undocumented"),
    ] {
        let read = read(text, "7.2");
        assert_eq!(read.errors(), 1, "{text}{}", read.rendered());
        assert!(read.rendered().contains(&format!("error[{code}]")), "{text}{}", read.rendered());
    }
}

#[test]
fn the_newest_date_of_many_tells_the_release() {
    let dated = |number: usize| {
        format!(
            "##\n# @E{number}:\n#\n# It moved. Somewhere else.\n#\n# Since: {}.{}\n##\n{{ 'event': 'E{number}' }}\n",
            number % 10,
            number % 3
        )
    };
    let tree: String = (0..60).map(dated).collect();
    let read = Read::text(tree.as_str());
    assert_eq!((read.errors(), read.warnings()), (0, 60), "the rules of 9.2");
    let newer = tree.clone() + &dated(1).replace("E1", "LAST").replace("Since: 1.1", "Since: 10.2");
    assert_eq!(Read::text(newer.as_str()).errors(), 61, "the rules of 10.2");
    let few: String = (0..10).map(dated).collect();
    assert_eq!(Read::text(few.as_str()).errors(), 10, "today's rules");
}

#[test]
fn every_legal_schema_of_these_tests_is_legal_by_the_rules_of_10_0() {
    let directory = directory("accepted");
    for entry in std::fs::read_dir(directory).expect("the inputs") {
        let path = entry.expect("an entry").path();
        if path.extension().is_some_and(|extension| extension == "json") {
            let dialect = Some(Dialect::of_release("10.0".parse().expect("a release")));
            assert_eq!(Read::of(&Disk, &path, dialect).rendered(), "", "{}", path.display());
        }
    }
}
