//! The commands as people run them: what they print, and their exit status.

use std::path::Path;
use std::process::Command;

use crate::facts::workspace;
use crate::live::Directory;
use crate::tiny::{TREE, catalogue, tree_with};

const RECORDED: &str = "tests/fixtures/qemu-7.2.22/query-qmp-schema-qemu-system-x86_64.json";

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
