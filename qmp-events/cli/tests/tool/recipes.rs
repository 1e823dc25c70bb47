//! The recipes of the manual, run as they are written on a real QEMU.

use std::process::Command;

use crate::qemu::Qemu;
use crate::run::Run;

/// Runs the recipe below this heading of the README, on this machine and with other words for some.
fn follow(heading: &str, qemu: &Qemu, replacements: &[(&str, &str)]) -> Run {
    let manual = include_str!("../../README.md");
    let (_, section) = manual.split_once(&format!("### {heading}\n")).expect("the heading");
    let (_, recipe) = section.split_once("```sh\n").expect("a recipe");
    let (recipe, _) = recipe.split_once("```").expect("its end");
    let mut script = recipe.replace("unix:/run/vm.sock", &qemu.endpoint());
    for (old, new) in replacements {
        assert!(script.contains(old), "{heading} has {old}");
        script = script.replace(old, new);
    }
    let tool = std::path::Path::new(env!("CARGO_BIN_EXE_qmp-events"));
    let directory = tool.parent().expect("a directory").to_owned();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::join_paths(std::iter::once(directory).chain(std::env::split_paths(&path)));
    let mut shell = Command::new("sh");
    shell.args(["-c", &script]).env("PATH", path.expect("a path")).stdin(std::process::Stdio::null());
    Run::from(shell.output().expect("sh runs"))
}

#[test]
fn a_guest_that_does_not_shut_down_is_ended() {
    let Some(qemu) = Qemu::start() else { return };
    // There is no guest that could.
    let run = follow("Power down, but not for ever", &qemu, &[("60s", "100ms")]);
    assert_eq!((run.status, run.stdout.as_str()), (Some(0), "host-qmp-quit\n"), "{run}");
    assert!(run.stderr.contains("the machine did not end within 100ms"), "{run}");
}

#[test]
fn a_device_is_unplugged() {
    let Some(qemu) = Qemu::start() else { return };
    let run = follow("Unplug a device", &qemu, &[]);
    assert_eq!(run.status, Some(0), "{run}");
    assert!(run.stdout.contains("DEVICE_DELETED"), "{run}");
    let again = follow("Unplug a device", &qemu, &[]);
    assert_eq!(again.status, Some(1), "{again}");
}

#[test]
fn a_disk_is_mirrored_and_switched_over() {
    let Some(mut qemu) = Qemu::start() else { return };
    let heading = "Mirror a disk, and switch over when the copy is complete";
    let run = follow(heading, &qemu, &[]);
    assert_eq!(run.status, Some(0), "{run}");
    let names: Vec<_> = run.stdout.lines().filter_map(|line| line.split_whitespace().nth(1)).collect();
    assert_eq!(names, ["BLOCK_JOB_READY", "BLOCK_JOB_COMPLETED"], "{run}");
    qemu.execute("stop");
}
