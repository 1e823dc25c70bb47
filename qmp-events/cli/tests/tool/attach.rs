//! A monitor of the tool's own, which a QEMU from 11.1 on adds over a borrowed one.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::qemu::Qemu;
use crate::run::{Run, Running, command};

/// The tool, which has the machine make its sockets in the machine's directory.
fn tool(arguments: &str, directory: &Path) -> Command {
    let mut command = command(arguments);
    command.env("XDG_RUNTIME_DIR", directory);
    command
}

fn run(arguments: &str, qemu: &Qemu) -> Run {
    Run::from(tool(arguments, qemu.directory()).output().expect("the tool runs"))
}

/// Whether a machine has something that was added, and is in use. QEMU 11.1.3 now and then forgets to remove a monitor
/// whose client has left, and says itself that it is disconnected.
fn has_additions(character_devices: &Value) -> bool {
    let is_used = |device: &Value| {
        let says =
            |member: &str, start: &str| device[member].as_str().is_some_and(|text| text.starts_with(start));
        says("label", "qmp-events-") && !says("filename", "disconnected:")
    };
    character_devices.as_array().into_iter().flatten().any(is_used)
}

fn await_removal(qemu: &mut Qemu) {
    // No event tells of it.
    while has_additions(&qemu.query("query-chardev")) {
        std::thread::yield_now();
    }
}

#[test]
fn what_watches_by_a_monitor_of_its_own_leaves_the_borrowed_one_free() {
    let Some(mut qemu) = Qemu::start_newest() else { return };
    let arguments = format!("watch --format json --state attach:{}", qemu.endpoint());
    let mut watch = Running::spawn(&mut tool(&arguments, qemu.directory()));
    watch.await_note("connected to QEMU");
    assert!(has_additions(&qemu.query("query-chardev")));

    let status = run(&format!("execute {} query-status", qemu.endpoint()), &qemu);
    assert_eq!(status.status, Some(0), "{status}");
    qemu.execute("cont");
    assert!(watch.await_line("RESUME").contains("timestamp"));
    watch.signal("KILL");
    await_removal(&mut qemu);
    let left = std::fs::read_dir(qemu.directory()).expect("a directory");
    let is_left = |path: std::path::PathBuf| path.extension().is_some_and(|end| end == "monitor");
    let left = left.filter(|entry| entry.as_ref().is_ok_and(|entry| is_left(entry.path())));
    assert_eq!(left.count(), 0);
}

#[test]
fn every_command_can_attach() {
    let Some(mut qemu) = Qemu::start_newest() else { return };
    let endpoint = format!("attach:{}", qemu.endpoint());
    let status = run(&format!("status {endpoint}"), &qemu);
    assert_eq!(status.status, Some(1), "it does not run yet: {status}");
    assert!(status.stdout.contains("prelaunch"), "{status}");
    let reply = run(&format!("execute {endpoint} query-status"), &qemu);
    assert_eq!(reply.status, Some(0), "{reply}");
    let wait = run(&format!("wait {endpoint} --execute cont --event RESUME"), &qemu);
    assert_eq!(wait.status, Some(0), "{wait}");
    await_removal(&mut qemu);
}

#[test]
fn a_watch_attaches_again_to_the_next_qemu() {
    let Some(mut qemu) = Qemu::start_newest() else { return };
    let arguments = format!("watch --reconnect attach:{}", qemu.endpoint());
    let mut watch = Running::spawn(&mut tool(&arguments, qemu.directory()));
    watch.await_note("connected to QEMU");
    qemu.restart();
    watch.await_note("back after a gap, to another QEMU");
    watch.await_note("connected to QEMU");
    qemu.execute("cont");
    watch.await_line("RESUME");
    watch.signal("TERM");
    assert_eq!(watch.end().status, Some(0));
}

#[test]
fn an_older_qemu_is_told_with_the_release_and_what_to_do() {
    let Some(mut qemu) = Qemu::start() else { return };
    let version = &qemu.query("query-version")["qemu"];
    if (version["major"].as_u64(), version["minor"].as_u64()) >= (Some(11), Some(1)) {
        return;
    }
    let watch = run(&format!("watch attach:{}", qemu.endpoint()), &qemu);
    assert_eq!((watch.status, watch.stdout.as_str()), (Some(3), ""), "{watch}");
    assert!(watch.stderr.contains("since release 11.1") && watch.stderr.contains("-qmp unix:"), "{watch}");
    assert!(!has_additions(&qemu.query("query-chardev")));
}
