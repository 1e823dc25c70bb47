//! Hostile input: an answer in bounded time and memory, never a panic.

use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

use proptest::prelude::*;
use qmp_events_frontend::diagnostics::Diagnostics;
use qmp_events_frontend::files::Disk;
use qmp_events_frontend::qapi::{self, Dialect, Options};
use qmp_events_frontend::schema::Kind;
use qmp_events_frontend::source::{SourceMap, Span};

use crate::{Read, inputs, memory};

/// Every place must lie in its file and on character boundaries, and the types must end.
fn check_sound(read: &Read) -> Result<(), TestCaseError> {
    let sound = |span: Span| {
        let text = read.sources.file(span.file).text();
        let position = read.sources.position(span);
        text.get(span.start as usize..span.end as usize).is_some() && position.line > 0 && position.column > 0
    };
    for diagnostic in read.diagnostics.sorted() {
        prop_assert!(sound(diagnostic.span), "{diagnostic:?}");
        prop_assert!(diagnostic.notes.iter().all(|(span, _)| sound(*span)), "{diagnostic:?}");
        prop_assert!(diagnostic.message.len() < 1000, "{diagnostic:?}");
    }
    for definition in &read.schema.definitions {
        prop_assert!(sound(definition.span) && sound(definition.extent));
        if let Kind::Struct(structure) = &definition.kind {
            let members = read.schema.members_with_base(structure);
            prop_assert!(members.iter().all(|member| sound(member.span)));
        }
    }
    prop_assert_eq!(read.rendered().is_empty(), read.errors() + read.warnings() == 0);
    Ok(())
}

fn read_both(bytes: &[u8]) -> Result<(), TestCaseError> {
    for dialect in [Dialect::CURRENT, Dialect::OLDER] {
        let read = Read::of(&memory([("a.json", bytes)]), Path::new("a.json"), Some(dialect));
        check_sound(&read)?;
    }
    Ok(())
}

/// Pieces that schemas are made of, so that soup of them gets past the lexer.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "{ ",
        "} ",
        "[ ",
        "] ",
        ": ",
        ", ",
        "'enum': ",
        "'struct': ",
        "'union': ",
        "'alternate': ",
        "'command': ",
        "'event': ",
        "'data': ",
        "'base': ",
        "'discriminator': ",
        "'if': ",
        "'features': ",
        "'type': ",
        "'name': ",
        "'include': ",
        "'pragma': ",
        "'boxed': ",
        "'returns': ",
        "'A1a'",
        "'B1b'",
        "'a'",
        "'*b'",
        "'EVT'",
        "'int'",
        "'str'",
        "'deprecated'",
        "true",
        "false",
        "\n",
        "\n##\n",
        "\n# @A1a:\n",
        "\n# @a: text\n",
        "\n#\n",
        "\n# Features:\n",
        "\n# Since: 1.0\n",
        "\n#   more (since 2.0)\n",
        "\n# Returns: x\n",
        "\n# .. qmp-example::\n",
        "\n#  <- {\"a\": ...}\n",
        "'\\",
        "'\\\\'",
        "\u{e9}",
        "\u{fffd}",
        "\0",
        "\r\n",
        "a.json",
        "\n{ 'struct': 'A1a', 'data': { 'a': 'B1b' } }\n",
        "\n{ 'union': 'B1b', 'base': 'A1a', 'discriminator': 'a', 'data': { 'x': 'B1b' } }\n",
    ]);
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

/// A legal or nearly legal input with some bytes exchanged.
fn damaged_input() -> impl Strategy<Value = Vec<u8>> {
    let mut texts = Vec::new();
    for below in ["", "accepted", "older"] {
        texts.extend(
            inputs(below).into_iter().map(|(_, path)| std::fs::read(path).expect("an input is readable")),
        );
    }
    let edit = (any::<prop::sample::Index>(), 0..8_usize, prop::collection::vec(any::<u8>(), 0..4));
    (prop::sample::select(texts), prop::collection::vec(edit, 1..6)).prop_map(|(mut text, edits)| {
        for (at, removed, inserted) in edits {
            let at = at.index(text.len() + 1);
            let end = (at + removed).min(text.len());
            text.splice(at..end, inserted);
        }
        text
    })
}

proptest! {
    #[test]
    fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        read_both(&bytes)?;
    }

    #[test]
    fn any_soup_of_pieces_is_survived(text in pieces()) {
        read_both(text.as_bytes())?;
    }

    #[test]
    fn any_damage_is_survived(bytes in damaged_input()) {
        read_both(&bytes)?;
    }
}

/// Reads a text that must be dealt with at once, whatever its size.
fn read_quickly(text: &str) -> Read {
    let started = std::time::Instant::now();
    let read = Read::text(text);
    // A hundred times what it takes: only growth beyond all proportion fails here.
    assert!(started.elapsed() < Duration::from_secs(60), "took {:?}", started.elapsed());
    check_sound(&read).expect("places are sound");
    read
}

#[test]
fn deep_nesting_is_one_error() {
    for open in ["[", "{ 'not': "] {
        let text = format!("{{ 'struct': 'A1a', 'data': {{}}, 'if': {}", open.repeat(200_000));
        let read = read_quickly(&text);
        assert_eq!(read.errors(), 1, "{}", read.rendered());
        assert!(read.rendered().contains("nested more than 64 levels deep"));
    }
}

#[test]
fn huge_tokens_are_quoted_in_part_only() {
    let long = "x".repeat(1_000_000);
    let read = read_quickly(&format!("{long}\n{{ 'enum': '{long}', 'data': [ '{long}_' ] }}\n"));
    assert_eq!(read.errors(), 3);
    assert!(read.rendered().len() < 2_000);
}

#[test]
fn a_file_of_defects_is_given_up() {
    let read = read_quickly(&"{ 'enum' }\n".repeat(100_000));
    assert_eq!(read.errors(), 201);
    assert!(read.rendered().contains("error[too-many-defects]"));
}

#[test]
fn many_broken_definitions_take_linear_time() {
    let mut text = String::new();
    for number in 0..20_000 {
        let _ = writeln!(text, "{{ 'struct': 'a{number}', 'data': {{ 'x': 'Unknown{number}' }} }}");
    }
    assert_eq!(read_quickly(&text).errors(), 40_000);
}

#[test]
fn many_members_take_linear_time() {
    let mut described = "##\n# @Many:\n#\n".to_owned();
    let mut members = String::new();
    for number in 0..200_000 {
        let _ = writeln!(described, "# @m{number}: x");
        let _ = writeln!(members, "  'm{number}': 'int',");
    }
    let text = format!("{described}##\n{{ 'struct': 'Many', 'data': {{\n{members}  'last': 'int' }} }}\n");
    assert_eq!(read_quickly(&text).errors(), 1);
}

#[test]
fn a_long_chain_of_bases_is_cut() {
    let mut text = String::new();
    for number in 0..3_000 {
        let _ = writeln!(
            text,
            "{{ 'struct': 'A{number}a', 'base': 'A{}a', 'data': {{ 'm{number}': 'int' }} }}",
            number + 1
        );
    }
    text += "{ 'struct': 'A3000a', 'data': {} }\n";
    assert!(read_quickly(&text).errors() > 0);
}

#[test]
fn unions_that_multiply_paths_take_no_longer() {
    let mut text =
        "{ 'enum': 'Tag', 'data': [ 'a', 'b' ] }\n{ 'struct': 'End', 'data': { 'end': 'int' } }\n".to_owned();
    for number in 0..60 {
        let next = if number == 59 { "End".to_owned() } else { format!("U{}u", number + 1) };
        let _ = writeln!(
            text,
            "{{ 'union': 'U{number}u', 'base': {{ 't{number}': 'Tag' }}, 'discriminator': 't{number}', \
             'data': {{ 'a': '{next}', 'b': '{next}' }} }}"
        );
    }
    assert_eq!(read_quickly(&text).rendered(), "");
}

#[test]
fn a_long_comment_of_rejected_restarts_takes_linear_time() {
    let text = format!("{{ 'enum' }}\n{}x\n", "##\n".repeat(300_000));
    assert!(read_quickly(&text).errors() > 0);
}

#[test]
fn a_long_example_takes_linear_time() {
    for line in ["#     }\n", "#     {\n", "#     <- { \"a\": [ } ]\n", "#     (since 1.0) (since 1.0)\n"] {
        let example =
            format!("##\n# @A:\n#\n# .. qmp-example::\n#\n#     -> [\n{}##\n", line.repeat(100_000));
        assert_eq!(read_quickly(&format!("{example}{{ 'event': 'A' }}\n")).rendered(), "");
    }
}

#[test]
fn long_descriptions_take_linear_time() {
    let text = "(since 1.0) ".repeat(100_000);
    let event = format!("##\n# @A:\n#\n# @b: {text}\n##\n{{ 'event': 'A', 'data': {{ 'b': 'int' }} }}\n");
    let read = read_quickly(&event);
    assert_eq!(read.errors(), 1, "the line is too long, and nothing else is wrong");
}

#[test]
fn an_include_bomb_is_stopped() {
    let name = |number: usize| format!("f{number}.json");
    let files = memory((0..3_000).map(|number| {
        let includes =
            [2 * number + 1, 2 * number + 2].map(|next| format!("{{ 'include': '{}' }}\n", name(next)));
        (name(number), includes.concat())
    }));
    let read = Read::of(&files, Path::new("f0.json"), None);
    assert!(read.rendered().contains("more than 1000 files"), "{}", read.rendered());
    check_sound(&read).expect("places are sound");
}

#[test]
fn a_long_chain_of_includes_is_stopped() {
    let files = memory((0..500).map(|number: usize| {
        (format!("f{number}.json"), format!("{{ 'include': 'f{}.json' }}\n", number + 1))
    }));
    let read = Read::of(&files, Path::new("f0.json"), None);
    assert_eq!(read.errors(), 1);
    assert!(read.rendered().contains("nest more than 64 levels deep"));
}

#[test]
fn a_file_too_large_is_not_read() {
    let files =
        memory([("a.json", b"{ 'include': 'b.json' }\n".to_vec()), ("b.json", vec![b'\n'; (8 << 20) + 1])]);
    let read = Read::of(&files, Path::new("a.json"), None);
    assert!(read.rendered().contains("more than 8 MiB in a file"), "{}", read.rendered());
}

/// A root that includes something, alone in a fresh directory.
#[cfg(unix)]
fn write_root(directory: &str, include: &str) -> std::path::PathBuf {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join(directory);
    if directory.exists() {
        std::fs::remove_dir_all(&directory).expect("the last run's directory goes away");
    }
    std::fs::create_dir(&directory).expect("a directory for the test");
    let root = directory.join("root.json");
    std::fs::write(&root, format!("{{ 'include': '{include}' }}\n")).expect("a file for the test");
    root
}

#[cfg(unix)]
#[test]
fn a_cycle_of_includes_through_a_link_is_found() {
    let root = write_root("qapi-link", "link.json");
    std::os::unix::fs::symlink(&root, root.with_file_name("link.json")).expect("a link for the test");
    let read = Read::of(&Disk, &root, None);
    assert_eq!(read.errors(), 1);
    assert!(read.rendered().contains("error[include-cycle]"), "{}", read.rendered());
}

#[cfg(unix)]
#[test]
fn an_include_stays_inside_of_the_tree() {
    let outside = "{ 'event': 'SECRET' }\n";
    for (include, path) in [("../outside.json", "outside.json"), ("/outside.json", "/outside.json")] {
        let root = format!("{{ 'include': '{include}' }}\n{{ 'include': 'inner/a.json' }}\n");
        let files = memory([
            ("tree/schema.json", root.as_str()),
            ("tree/inner/a.json", "{ 'include': '../b.json' }\n"),
            ("tree/b.json", "{ 'event': 'INSIDE' }\n"),
            (path, outside),
        ]);
        let read = Read::of(&files, Path::new("tree/schema.json"), None);
        let said = read.rendered();
        assert!(said.contains("error[include-outside]") && !said.contains("SECRET"), "{said}");
        let names: Vec<_> = read.schema.events().map(|(event, _)| event.name.as_str()).collect();
        assert_eq!(names, ["INSIDE"]);
    }
}

#[cfg(unix)]
#[test]
fn a_link_that_leads_out_of_the_tree_is_not_followed() {
    let root = write_root("link-out", "link.json");
    let directory = root.parent().expect("the root is in a directory");
    let outside = directory.with_file_name("link-out-target.json");
    std::fs::write(&outside, "{ 'event': 'SECRET' }\n").expect("a file can be written");
    let link = directory.join("link.json");
    let _ = std::fs::remove_file(&link);
    std::os::unix::fs::symlink(&outside, &link).expect("a link can be made");
    let read = Read::of(&Disk, &root, None);
    assert!(read.rendered().contains("error[include-outside]"), "{}", read.rendered());
    assert_eq!(read.schema.events().count(), 0);
}

#[test]
fn a_tree_wider_than_the_directory_of_its_root_can_be_named() {
    let files = memory([
        ("tree/daemon/schema.json", "{ 'include': '../common.json' }\n"),
        ("tree/common.json", "{ 'event': 'SHARED' }\n"),
    ]);
    let (mut sources, mut diagnostics) = (SourceMap::default(), Diagnostics::default());
    let options = Options { within: Some(Path::new("tree")), ..Options::default() };
    let root = Path::new("tree/daemon/schema.json");
    let schema = qapi::read_from(&files, root, &mut sources, &mut diagnostics, options).expect("in memory");
    assert_eq!(schema.events().count(), 1, "{}", diagnostics.render_plain(&sources));
}

#[test]
#[cfg(unix)]
fn what_is_not_a_regular_file_is_not_read() {
    let root = write_root("qapi-socket", "socket");
    // The path of a socket is short: bind it where it is not.
    let here = std::env::temp_dir().join(format!("qapi-socket-{}", std::process::id()));
    let _socket = std::os::unix::net::UnixListener::bind(&here).expect("a socket can be bound");
    std::fs::rename(&here, root.with_file_name("socket")).expect("a socket can be moved");
    let read = Read::of(&Disk, &root, None);
    assert!(read.rendered().contains("not a regular file"), "{}", read.rendered());
}
