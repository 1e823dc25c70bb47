//! The program edits the checkout that it is run in, whichever one it was compiled in.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::{env, fs};

fn checkout() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the package is in a checkout")
}

/// A directory below cargo's for this test, so that what was compiled is there the next time.
fn directory(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("checkouts").join(name)
}

/// Copies what has changed only: cargo compiles nothing again for the rest.
fn copy(from: &Path, to: &Path) {
    if from.is_dir() {
        fs::create_dir_all(to).expect("a directory can be made");
        let wanted: Vec<_> =
            fs::read_dir(from).expect("a directory").map(|entry| entry.expect("an entry")).collect();
        for entry in fs::read_dir(to).expect("a directory").map(|entry| entry.expect("an entry")) {
            if !wanted.iter().any(|one| one.file_name() == entry.file_name()) {
                let path = entry.path();
                if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) }
                    .expect("removed");
            }
        }
        for entry in
            wanted.iter().filter(|entry| entry.file_name() != "target" && entry.file_name() != ".git")
        {
            copy(&entry.path(), &to.join(entry.file_name()));
        }
    } else {
        let text = fs::read(from).expect("a file of the checkout");
        if fs::read(to).ok().as_ref() != Some(&text) {
            fs::create_dir_all(to.parent().expect("a file in a directory")).expect("a directory can be made");
            fs::write(to, text).expect("a file can be written");
        }
    }
}

fn copy_of_checkout(name: &str) -> PathBuf {
    let copied = directory(name);
    copy(checkout(), &copied);
    copied
}

/// `cargo xtask …` in a checkout, with the target directory that all of them share.
fn cargo_xtask(checkout: &Path, arguments: &[&str]) -> Output {
    let mut cargo = Command::new(env::var_os("CARGO").expect("cargo runs the tests"));
    // What cargo tells this test of itself is not for the cargo that it starts.
    for (name, _) in env::vars_os() {
        let name = name.to_string_lossy();
        if name.starts_with("CARGO_") && name != "CARGO_HOME" || name == "RUSTC_WORKSPACE_WRAPPER" {
            cargo.env_remove(&*name);
        }
    }
    cargo.arg("--offline").arg("xtask").args(arguments).current_dir(checkout);
    let output = cargo.env("CARGO_TARGET_DIR", directory("target")).output().expect("cargo can be started");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output
}

const GENERATED: &str = "qmp-events/src/generated/acpi.rs";

#[test]
fn of_two_checkouts_with_one_target_directory_only_the_one_it_runs_in_is_edited() {
    let (first, second) = (copy_of_checkout("first"), copy_of_checkout("second"));
    cargo_xtask(&first, &["codegen", "--check"]);
    for checkout in [&first, &second] {
        fs::write(checkout.join(GENERATED), "// stale\n").expect("the file can be written");
    }
    let said = String::from_utf8(cargo_xtask(&second, &["codegen"]).stdout).expect("the output is UTF-8");
    assert!(said.contains(&*second.display().to_string()), "{said}");
    let text = |checkout: &Path| fs::read_to_string(checkout.join(GENERATED)).expect("the file can be read");
    assert_eq!(text(&first), "// stale\n");
    assert_eq!(text(&second), text(checkout()));
}

/// The program as it was compiled, without cargo.
fn program(here: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    command.env_remove("CARGO_MANIFEST_DIR").current_dir(here).arg("codegen").arg("--check");
    command
}

#[test]
fn without_cargo_the_checkout_around_the_working_directory_is_found() {
    let status = program(&checkout().join("schema/qapi")).status().expect("the program runs");
    assert!(status.success());
}

#[test]
fn outside_of_any_checkout_it_says_what_it_looked_for() {
    let output = program(&env::temp_dir()).output().expect("the program runs");
    let said = String::from_utf8(output.stderr).expect("the output is UTF-8");
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("is not inside a checkout of qmp-events"), "{said}");
    assert!(said.contains("schema/qapi/qapi-schema.json") && said.contains("--root"), "{said}");
}
