//! Machines that are saved and loaded by the human monitor's commands, and machines that come in: what is
//! known of them is what `query-status` says on a second monitor.

use crate::live::machine::{Machine as Process, PATIENCE, start};
use qmp_events::machine::blocking::Tracker;
use serde_json::{Value, json};

fn execute(process: &mut Process, command: &str, arguments: Value) -> Value {
    process.control.execute_within(command, arguments, PATIENCE).expect(command)
}

fn track(process: &Process) -> Tracker {
    Tracker::new(qmp_events::blocking::connect(process.endpoint()).expect("a handshake"))
}

/// The run state that is known, which is the one that QEMU says.
fn status(tracker: &mut Tracker, process: &mut Process) -> String {
    let known = tracker.update().expect("a machine").run().status.clone();
    let said = execute(process, "query-status", json!({}));
    assert_eq!(known.map(|status| status.to_string()).as_deref(), said["status"].as_str());
    said["status"].as_str().expect("a name").to_owned()
}

/// A node in which snapshots can be saved.
fn add_snapshot_node(process: &mut Process) {
    let path = process.directory().join("disk");
    std::fs::write(&path, []).expect("a file");
    execute(process, "blockdev-add", json!({"driver": "file", "node-name": "file", "filename": path}));
    let options = json!({"driver": "qcow2", "file": "file", "size": 64 << 20});
    execute(process, "blockdev-create", json!({"job-id": "create", "options": options}));
    while execute(process, "query-jobs", json!({}))[0]["status"] != "concluded" {}
    execute(process, "job-dismiss", json!({"id": "create"}));
    execute(process, "blockdev-add", json!({"driver": "qcow2", "node-name": "disk", "file": "file"}));
}

#[test]
fn the_state_is_known_after_snapshots_by_the_human_monitor() {
    let Some(mut process) = start(&[]) else { return };
    add_snapshot_node(&mut process);
    let mut tracker = track(&process);
    let mut human = |process: &mut Process, line: &str| {
        let said = execute(process, "human-monitor-command", json!({"command-line": line}));
        (said.as_str().expect("a text").to_owned(), status(&mut tracker, process))
    };
    assert_eq!(human(&mut process, "cont"), (String::new(), "running".to_owned()));
    for (line, then) in [
        ("savevm running", "running"),
        ("loadvm running", "running"),
        ("stop", "paused"),
        ("savevm stopped", "paused"),
        ("loadvm running", "paused"),
        ("cont", "running"),
        ("loadvm stopped", "running"),
        ("delvm stopped", "running"),
    ] {
        assert_eq!(human(&mut process, line), (String::new(), then.to_owned()), "after {line}");
    }
    // What QEMU does then differs between releases; what is known is what it says.
    let (complaint, _) = human(&mut process, "loadvm nothing");
    assert!(complaint.contains("nothing"), "{complaint}");
}

#[test]
fn the_state_is_known_while_a_machine_comes_in() {
    let (Some(mut source), Some(mut destination)) = (start(&[]), start(&["-incoming", "defer"])) else {
        return;
    };
    let mut tracker = track(&destination);
    assert_eq!(status(&mut tracker, &mut destination), "inmigrate");
    let uri = format!("unix:{}", destination.directory().join("stream.sock").display());
    execute(&mut destination, "migrate-incoming", json!({"uri": uri}));
    assert_eq!(status(&mut tracker, &mut destination), "inmigrate");
    execute(&mut source, "cont", json!({}));
    execute(&mut source, "migrate", json!({"uri": uri}));
    // It was started with -S, and stays stopped.
    let stopped = tracker.wait_for(|machine| {
        let status = machine.run().status.as_ref()?.to_string();
        (status != "inmigrate").then_some(status)
    });
    assert_eq!(stopped.expect("a machine"), "paused");
    assert_eq!(status(&mut tracker, &mut destination), "paused");
    execute(&mut destination, "cont", json!({}));
    assert_eq!(status(&mut tracker, &mut destination), "running");
}
