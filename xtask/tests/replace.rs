//! Files that the commands write are whole at any time, whatever ends the run.

#![cfg(unix)]

#[cfg(target_os = "linux")]
#[path = "../../tests/full_disk.rs"]
mod full_disk;

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use xtask::replace::{Replacements, remove_partial};
use xtask::write::write_tree;

/// A directory of its own for each test, removed with everything in it.
struct Directory(PathBuf);

impl Directory {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("xtask-replace-{name}-{}", std::process::id()));
        fs::create_dir_all(&path).expect("a temporary directory can be made");
        Self(path)
    }

    /// The files with their texts.
    fn files(&self, below: &str) -> BTreeMap<String, String> {
        let entries = fs::read_dir(self.0.join(below)).expect("the directory is there");
        let file = |entry: std::io::Result<fs::DirEntry>| {
            let path = entry.expect("an entry").path();
            let name = path.file_name().expect("a file").to_string_lossy().into_owned();
            (name, fs::read_to_string(path).expect("a text"))
        };
        entries.map(file).collect()
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn nothing_is_in_place_before_everything_is_written() {
    let directory = Directory::new("stage");
    let (a, b) = (directory.0.join("a"), directory.0.join("b"));
    fs::write(&a, "old").expect("a file can be written");
    let mut replacements = Replacements::default();
    replacements.stage(&a, "new").expect("there is room");
    let error = replacements.stage(&directory.0.join("missing/c"), "new").expect_err("there is no directory");
    assert!(error.to_string().contains("missing/c"), "{error}");
    assert_eq!(directory.files("")["a"], "old");
    drop(replacements);
    assert_eq!(directory.files(""), BTreeMap::from([("a".to_owned(), "old".to_owned())]));

    let mut replacements = Replacements::default();
    replacements.stage(&a, "new").expect("there is room");
    replacements.stage(&b, "new too").expect("there is room");
    replacements.commit().expect("both can be replaced");
    let expected = [("a".to_owned(), "new".to_owned()), ("b".to_owned(), "new too".to_owned())];
    assert_eq!(directory.files(""), BTreeMap::from(expected));
}

#[test]
fn permissions_and_links_stay() {
    let directory = Directory::new("permissions");
    let (file, link) = (directory.0.join("file"), directory.0.join("link"));
    fs::write(&file, "old").expect("a file can be written");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).expect("permissions can be set");
    symlink(&file, &link).expect("a link can be made");
    let mut replacements = Replacements::default();
    replacements.stage(&link, "new").expect("there is room");
    replacements.commit().expect("it can be replaced");
    assert!(link.is_symlink());
    assert_eq!(fs::read_to_string(&file).expect("a text"), "new");
    assert_eq!(fs::metadata(&file).expect("a file").permissions().mode() & 0o777, 0o640);
}

#[test]
fn what_a_killed_run_left_is_removed() {
    let directory = Directory::new("litter");
    fs::write(directory.0.join("a.json.partial"), "half").expect("a file can be written");
    fs::write(directory.0.join("a.json"), "whole").expect("a file can be written");
    remove_partial(&directory.0).expect("it can be removed");
    assert_eq!(directory.files(""), BTreeMap::from([("a.json".to_owned(), "whole".to_owned())]));
}

/// A copy of our schema whose generated files are all out of date.
fn stale_checkout(name: &str) -> Directory {
    let directory = Directory::new(name);
    let checkout = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the package is in a checkout");
    let copied = Command::new("cp").arg("-R").arg(checkout.join("schema")).arg(&directory.0).status();
    assert!(copied.expect("cp can be started").success());
    let generated = directory.0.join("qmp-events/src/generated");
    fs::create_dir_all(&generated).expect("a directory can be made");
    for name in written_files() {
        fs::write(generated.join(name), OLD).expect("a file can be written");
    }
    directory
}

const OLD: &str = "// old\n";
const GENERATED: &str = "qmp-events/src/generated";

fn written_files() -> Vec<String> {
    let checkout = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the package is in a checkout");
    let entries = fs::read_dir(checkout.join(GENERATED)).expect("the generated files");
    entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect()
}

fn new_text(name: &str) -> String {
    let checkout = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the package is in a checkout");
    fs::read_to_string(checkout.join(GENERATED).join(name)).expect("a generated file")
}

/// On a disk that is full, a command fails with these words, and changes nothing.
#[cfg(target_os = "linux")]
fn assert_needs_room(checkout: &Directory, arguments: &[&str], words: &str) {
    let xtask = env!("CARGO_BIN_EXE_xtask");
    let Some(output) = full_disk::run_on_full_disk(&checkout.0, xtask, arguments) else { return };
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.code() == Some(2) && said.contains(words), "{arguments:?}: {output:?}");
}

#[cfg(target_os = "linux")]
#[test]
fn on_a_full_disk_all_files_stay_and_the_error_names_one() {
    let checkout = stale_checkout("full-disk");
    assert_needs_room(&checkout, &["codegen", "--root", "."], ".rs: No space left on device");

    let reply = r#"{"return": [{"meta-type": "event", "name": "NEW", "arg-type": "1"},
        {"meta-type": "object", "name": "1", "members": []}]}"#;
    fs::write(checkout.0.join("reply.json"), reply).expect("a file can be written");
    let import = ["import", "--schema", "schema", "--qemu-version", "99.0", "reply.json"];
    assert_needs_room(&checkout, &import, "qmp-events.txt: No space left on device");

    let reference = ["reference", "--schema", "schema", "--output"];
    let site = checkout.0.join("site");
    fs::create_dir(&site).expect("a directory can be made");
    fs::write(site.join(".nojekyll"), "").expect("a file can be written");
    for file in [site.join("index.html"), checkout.0.join("events.json")] {
        fs::write(file, OLD).expect("a file can be written");
    }
    for place in ["site", "new"] {
        let arguments = [&reference[..], &[place]].concat();
        assert_needs_room(&checkout, &arguments, &format!("{place}: assets/"));
    }
    for place in ["events.json", "new.json"] {
        let words = format!("{place}: No space left on device");
        let arguments = [&reference[..], &[place, "--format", "events"]].concat();
        assert_needs_room(&checkout, &arguments, &words);
    }
}

#[test]
fn a_site_replaces_the_one_before() {
    let directory = Directory::new("site");
    let site = directory.0.join("site");
    let tree = |names: &[&str]| names.iter().map(|name| ((*name).to_owned(), (*name).to_owned())).collect();
    write_tree(&site, &tree(&["a.html", "old/b.html", "both/c.html"])).expect("there is room");
    fs::create_dir(site.join(".partial")).expect("as a run that was killed leaves it");
    write_tree(&site, &tree(&["a.html", "new/b.html", "both/d.html"])).expect("there is room");
    let find = Command::new("find").args([".", "-type", "f"]).current_dir(&site).output().expect("find runs");
    let found = String::from_utf8(find.stdout).expect("UTF-8");
    let mut found: Vec<&str> = found.lines().collect();
    found.sort_unstable();
    assert_eq!(found, ["./.nojekyll", "./a.html", "./both/d.html", "./new/b.html"]);
    assert!(!site.join(".partial").exists() && !site.join("old").exists());

    fs::remove_file(site.join(".nojekyll")).expect("the mark is there");
    let error = write_tree(&site, &tree(&["a.html"])).expect_err("it may be anyone's");
    assert!(error.to_string().contains("not written by this command"), "{error}");
    assert!(site.join("both/d.html").is_file());
}

#[test]
fn a_limit_of_lengths_changes_nothing() {
    let directory = stale_checkout("full");
    let before = directory.files(GENERATED);
    // No file may be longer than a kibibyte, which the first ones are not.
    let script = "trap '' XFSZ; ulimit -f 2; exec \"$0\" codegen --root \"$1\"";
    let run = Command::new("sh").args(["-c", script, env!("CARGO_BIN_EXE_xtask")]).arg(&directory.0).output();
    let output = run.expect("sh can be started");
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains(".rs: File too large"), "{said}");
    assert_eq!(directory.files(GENERATED), before);
}

#[test]
fn of_a_killed_run_every_file_is_whole() {
    let directory = stale_checkout("killed");
    for step in 0..40 {
        let mut run = Command::new(env!("CARGO_BIN_EXE_xtask"))
            .args(["codegen", "--root"])
            .arg(&directory.0)
            .stdout(Stdio::null())
            .spawn()
            .expect("the program runs");
        // Wherever that is: before, while, or after it writes.
        std::thread::sleep(Duration::from_millis(step * 3));
        run.kill().expect("it can be killed");
        run.wait().expect("it can be waited for");
        for name in written_files() {
            let text =
                fs::read_to_string(directory.0.join(GENERATED).join(&name)).expect("the file is there");
            assert!(text == OLD || text == new_text(&name), "{name} is cut short");
        }
        for name in written_files().iter().step_by(3) {
            fs::write(directory.0.join(GENERATED).join(name), OLD).expect("a file can be written");
        }
    }
    let status =
        Command::new(env!("CARGO_BIN_EXE_xtask")).args(["codegen", "--root"]).arg(&directory.0).status();
    assert!(status.expect("the program runs").success());
    let expected: BTreeMap<_, _> =
        written_files().into_iter().map(|name| (name.clone(), new_text(&name))).collect();
    assert_eq!(directory.files(GENERATED), expected);
}
