//! The commands as people run them: what they print, and their exit status.

use std::path::Path;
use std::process::Command;

use qmp_events_frontend::printable::is_harmful;

use crate::facts::workspace;
use crate::live::Directory;
use crate::tiny::{TREE, catalogue, tree_with};

const RECORDED: &str = "tests/fixtures/qemu-7.2.22/query-qmp-schema-qemu-system-x86_64.json";

/// Requests and replies in turn, from the greeting on.
const NEWEST: &str = "tests/fixtures/qemu-11.1.3/query-qmp-schema-qemu-system-x86_64.json";

/// Runs the program at the root of the workspace: exit status, standard output, standard error.
fn xtask(arguments: &[&str]) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_xtask"))
        .args(arguments)
        .current_dir(workspace())
        .output()
        .expect("the program runs");
    let text = |bytes| String::from_utf8(bytes).expect("the output is UTF-8");
    (output.status.code().expect("no signal"), text(output.stdout), text(output.stderr))
}

#[test]
fn verify_of_the_right_release_succeeds() {
    let (status, said, _) = xtask(&["verify", "--qemu-version", "7.2", RECORDED]);
    assert_eq!((status, &*said), (0, "QEMU 7.2: 52 events compared, 0 differences, 0 notes\n"));
}

#[test]
fn verify_of_another_release_fails() {
    let (status, said, _) = xtask(&["verify", "--qemu-version", "10.0", "--schema", "schema", RECORDED]);
    assert_eq!(status, 1);
    assert!(said.contains("error[event-added]: QEMU has event 'MEM_UNPLUG_ERROR'"), "{said}");
    assert!(said.contains("schema/qapi/block-core.json:"), "{said}");
}

#[test]
fn verify_of_a_file_wants_to_know_the_release() {
    let (status, _, complaint) = xtask(&["verify", RECORDED]);
    assert_eq!(status, 2);
    assert!(complaint.contains("add --qemu-version X.Y"), "{complaint}");
}

#[test]
fn verify_of_no_source_says_so() {
    let (status, _, complaint) = xtask(&["verify", "--qemu-version", "7.2", "unix:/nonexistent/qmp"]);
    assert_eq!(status, 2);
    assert!(complaint.starts_with("error: unix:/nonexistent/qmp: "), "{complaint}");
    let (status, said, complaint) = xtask(&["verify", "--qemu-version", "7.2", "README.md"]);
    assert_eq!(status, 2, "{said}");
    assert!(complaint.contains("README.md"), "{complaint}");
}

#[test]
fn verify_of_several_sources_has_a_line_for_each_and_a_summary() {
    let (status, said, _) = xtask(&["verify", NEWEST, NEWEST]);
    let line = format!("{NEWEST}: QEMU 11.1: 57 events compared, 0 differences, 0 notes\n");
    let summary = "2 sources: 2 without a difference, 0 with differences, 0 not compared\n";
    assert_eq!((status, said), (0, format!("{line}{line}{summary}")));

    let (status, said, _) = xtask(&["verify", "--qemu-version", "7.2", RECORDED, NEWEST, "README.md"]);
    assert_eq!(status, 1);
    assert!(said.contains(&format!("{RECORDED}: QEMU 7.2: 52 events compared, 0 differences")), "{said}");
    assert!(said.contains(&format!("{NEWEST}: QEMU 7.2: 57 events compared, 18 differences")), "{said}");
    assert!(said.contains("README.md: not compared: README.md:"), "{said}");
    assert!(
        said.ends_with("3 sources: 1 without a difference, 1 with differences, 1 not compared\n"),
        "{said}"
    );

    let (status, said, _) = xtask(&["verify", NEWEST, "README.md"]);
    assert_eq!(status, 2, "{said}");
}

#[test]
fn verify_compares_a_development_version_with_the_release_that_it_leads_to() {
    let directory = Directory::new("development");
    let text = std::fs::read_to_string(workspace().join(NEWEST)).expect("the fixture is in the repository");
    let early = text
        .replace(r#""micro": 3, "minor": 1, "major": 11"#, r#""micro": 50, "minor": 0, "major": 11"#)
        .replace(r#"{"name": "failing"}, "#, "");
    assert_ne!(early, text);
    write(&directory.0.join("early.json"), early.as_bytes());
    let early = directory.0.join("early.json").display().to_string();
    let (status, said, _) = xtask(&["verify", &early]);
    assert!(
        said.contains("note[value-removed]: QEMU has no value 'failing' in enum 'MigrationStatus'"),
        "{said}"
    );
    let line = "QEMU 11.1: 57 events compared, 0 differences, 1 notes (of 11.0.50, a development version: what it \
                lacks is a note)\n";
    assert!(said.ends_with(line), "{said}");
    assert_eq!(status, 0);
    // As the release itself, it would be wrong.
    assert_eq!(xtask(&["verify", "--qemu-version", "11.1", &early]).0, 1);
    let (status, _, complaint) = xtask(&["import", &early]);
    assert_eq!(status, 2);
    assert!(complaint.contains("add --qemu-version 11.1"), "{complaint}");
}

#[test]
fn import_takes_a_recorded_conversation_and_its_release() {
    assert_eq!(xtask(&["import", NEWEST]), (0, "nothing to edit\n".to_owned(), String::new()));
    let (status, _, complaint) = xtask(&["import", RECORDED]);
    assert_eq!(status, 2);
    assert!(complaint.contains("add --qemu-version X.Y"), "{complaint}");
}

#[test]
fn types_that_each_hold_the_next_one_twice_end_an_import() {
    const DEPTH: usize = 20;
    let object = |depth: usize| {
        let (name, next) = (format!("t{depth}"), format!("t{}", depth + 1));
        let members = serde_json::json!([{"name": "a", "type": next}, {"name": "b", "type": next}]);
        let members = if depth < DEPTH { members } else { serde_json::json!([]) };
        serde_json::json!({"meta-type": "object", "name": name, "members": members})
    };
    let event = serde_json::json!({"meta-type": "event", "name": "E", "arg-type": "t0"});
    let reply: Vec<_> = std::iter::once(event).chain((0..=DEPTH).map(object)).collect();

    let directory = Directory::new("fan");
    let schema = directory.0.join("schema");
    let source = directory.0.join("reply.json");
    std::fs::write(&source, serde_json::json!({"return": reply}).to_string()).expect("a file");
    let copied = Command::new("cp").args(["-r", "schema"]).arg(&schema).current_dir(workspace()).status();
    assert!(copied.expect("cp runs").success());
    let [schema, source] = [&schema, &source].map(|path| path.to_str().expect("UTF-8"));
    let (status, _, complaint) = xtask(&["import", "--schema", schema, "--qemu-version", "99.0", source]);
    assert_eq!(status, 2, "{complaint}");
    assert!(complaint.contains("deeper than the event document can describe"), "{complaint}");
}

#[test]
fn a_text_without_an_event_is_not_checked_in_silence() {
    let (status, _, complaint) =
        xtask(&["check", "tests/fixtures/field/03-kubevirt-virt-launcher-jsonlog.txt"]);
    assert_eq!(status, 2);
    assert!(complaint.contains("there is no event in it"), "{complaint}");
    assert_eq!(xtask(&["check", "schema/qmp-events.txt", "schema/qapi/qapi-schema.json"]).0, 0);
}

#[test]
fn diff_speaks_json() {
    let (status, said, _) = xtask(&["diff", "--from", "7.2", "--to", "10.0", "--format", "json"]);
    assert_eq!(status, 0);
    let diff: serde_json::Value = serde_json::from_str(&said).expect("JSON");
    assert_eq!(diff["changes"][0]["change"], "event-added");
}

#[test]
fn diff_wants_two_sources() {
    for arguments in [&["diff"][..], &["diff", "--to", RECORDED], &["diff", "--from", "7.2"]] {
        assert_eq!(xtask(arguments).0, 2, "{arguments:?}");
    }
    let (status, _, complaint) = xtask(&["diff", "--from", "10.0", "--to", "7.2"]);
    assert_eq!(status, 2);
    assert!(complaint.contains("changes are told forwards"), "{complaint}");
    let (status, _, complaint) = xtask(&["diff", "--from", "10.0", "--to", "README.md"]);
    assert_eq!(status, 2);
    assert!(complaint.contains("README.md"), "{complaint}");
}

#[test]
fn diff_takes_a_release_and_a_recorded_reply() {
    let (status, said, complaint) = xtask(&["diff", "--from", "7.2", "--to", RECORDED]);
    assert_eq!(status, 0, "{complaint}");
    assert!(said.ends_with("nothing changed for clients that read events\n"), "{said}");
}

fn write(path: &Path, text: &[u8]) {
    std::fs::create_dir_all(path.parent().expect("a file in a directory")).expect("a directory can be made");
    std::fs::write(path, text).expect("a file can be written");
}

#[test]
fn import_edits_files_and_codegen_refuses_what_is_not_described() {
    let directory = Directory::new("import");
    for (path, text) in catalogue() {
        write(&directory.0.join(path), &text);
    }
    let new = "{ 'event': 'DISK_LOST' }\n{ 'event': 'DISK_FOUND' }";
    let tree = tree_with("{ 'event': 'DISK_LOST' }", new);
    write(&directory.0.join("qemu/qapi-schema.json"), b"{ 'include': 'disk.json' }\n");
    write(&directory.0.join("qemu/disk.json"), tree.as_bytes());
    let place = |name: &str| directory.0.join(name).display().to_string();
    let (schema, root) = (place("schema"), place("qemu"));
    let import = ["import", &root, "--qemu-version", "2.0", "--schema", &schema];

    let (status, said, complaint) = xtask(&import);
    assert_eq!((status, &*complaint), (0, ""));
    assert!(
        said.ends_with("replace each `TODO: describe` (2 of them), then run `cargo xtask codegen`\n"),
        "{said}"
    );
    let written = std::fs::read_to_string(place("schema/qapi/disk.json")).expect("the file is there");
    assert!(written.contains("# @DISK_FOUND:"), "{written}");
    let (status, said, _) = xtask(&["verify", "--qemu-version", "2.0", "--schema", &schema, &root]);
    assert_eq!((status, &*said), (0, "QEMU 2.0: 3 events compared, 0 differences, 0 notes\n"));
    assert_eq!(xtask(&import), (0, "nothing to edit\n".to_owned(), String::new()));

    let (status, said, _) = xtask(&["codegen", "--root", &place("")]);
    assert_eq!(status, 1);
    assert_eq!(said.matches("error[undescribed]").count(), 2, "{said}");

    write(&directory.0.join("qemu/disk.json"), TREE.replace("'*slot': 'int'", "'*slot': 'str'").as_bytes());
    let (status, said, _) = xtask(&import);
    assert_eq!(status, 1);
    assert!(said.contains("'slot' has the type 'str' now, not 'int': decide by hand"), "{said}");
}

/// A name that clears the screen, forges a line, and turns the direction of writing.
const HOSTILE: &str = "\u{1b}[2J\u{9b}31m\r\nFAKE\u{202e}\u{7f}";

#[test]
fn hostile_text_reaches_no_terminal() {
    let directory = Directory::new("hostile");
    let place = |name: &str| directory.0.join(name).display().to_string();
    let reply = serde_json::json!({ "return": [
        { "name": HOSTILE, "meta-type": "event", "arg-type": "1" },
        { "name": "STOP", "meta-type": "event", "arg-type": "1" },
        { "name": "1", "meta-type": "object", "members": [{ "name": HOSTILE, "type": "str" }] },
        { "name": "str", "meta-type": "builtin", "json-type": "string" },
    ] });
    let bad =
        serde_json::json!({ "return": [{ "name": "STOP", "meta-type": "event", "arg-type": HOSTILE }] });
    let refused = serde_json::json!({ "error": { "desc": HOSTILE } });
    write(&directory.0.join("reply.json"), reply.to_string().as_bytes());
    write(&directory.0.join("bad.json"), bad.to_string().as_bytes());
    write(&directory.0.join("refused.json"), refused.to_string().as_bytes());
    write(
        &directory.0.join("events.txt"),
        format!("{HOSTILE}\n----\n\nExample:\n\n{{ \"{HOSTILE}\": ").as_bytes(),
    );
    write(&directory.0.join("schema.json"), format!("{{ 'event': '{HOSTILE}' }} {HOSTILE}").as_bytes());
    let named = directory.0.join(HOSTILE.replace('\n', "")).with_extension("txt");
    write(&named, b"X");
    let (reply, bad, refused) = (place("reply.json"), place("bad.json"), place("refused.json"));
    let (events, schema) = (place("events.txt"), place("schema.json"));
    let named = named.display().to_string();
    let commands: [&[&str]; 11] = [
        &["diff", "--from", "7.2", "--to", &reply],
        &["diff", "--from", "7.2", "--to", &reply, "--format", "json"],
        &["diff", "--from", "7.2", "--to", &bad],
        &["diff", "--from", "7.2", "--to", &refused],
        &["diff", "--from", "7.2", "--to", HOSTILE],
        &["verify", "--qemu-version", "7.2", &reply],
        &["verify", "--qemu-version", "7.2", &bad],
        &["check", &events],
        &["check", &schema],
        &["check", &named],
        &["dump", &schema],
    ];
    for arguments in commands {
        let (_, said, complaint) = xtask(arguments);
        let all = said + &complaint;
        assert!(!all.is_empty(), "{arguments:?}");
        assert!(!all.contains(|c| is_harmful(c) && c != '\n'), "{arguments:?}: {all:?}");
        assert!(!all.contains("\nFAKE"), "{arguments:?}: {all}");
    }
}
