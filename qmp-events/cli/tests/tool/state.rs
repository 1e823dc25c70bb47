//! `decode --state` and `watch --state`: changes of the state after the events that tell of them.

use serde_json::{Value, json};

use crate::qemu::Qemu;
use crate::run::{Running, run_with};

const EVENTS: &str = r#"{"event": "RESUME", "timestamp": {"seconds": 1, "microseconds": 0}}
{"event": "BLOCK_IO_ERROR", "timestamp": {"seconds": 2, "microseconds": 0}, "data": {"device": "vda",
 "operation": "write", "action": "stop", "nospace": true, "reason": "No space left on device"}}
{"event": "STOP", "timestamp": {"seconds": 2, "microseconds": 9}}
{"event": "SHUTDOWN", "timestamp": {"seconds": 3, "microseconds": 0}, "data": {"guest": false, "reason": "host-signal"}}
"#;

#[test]
fn states_follow_the_events_that_tell_of_them() {
    let run = run_with("decode --state --time none", EVENTS.as_bytes());
    assert_eq!(run.status, Some(0), "{run}");
    let lines: Vec<_> = run.stdout.lines().filter(|line| !line.starts_with("BLOCK_IO_ERROR")).collect();
    assert_eq!(
        lines,
        [
            "RESUME",
            "=>  running",
            "STOP",
            "=>  io-error because vda had no space left",
            "SHUTDOWN               guest=false reason=host-signal",
            "=>  about to end: QEMU got a signal (host-signal)",
        ]
    );
}

#[test]
fn states_are_told_whatever_events_are_selected() {
    let run = run_with("decode --state --time none --event SHUTDOWN", EVENTS.as_bytes());
    assert_eq!(run.stdout.lines().filter(|line| line.starts_with("=>")).count(), 3, "{run}");
    assert_eq!(run.stdout.lines().count(), 4, "{run}");
}

#[test]
fn states_as_json_have_their_part_where_events_have_their_name() {
    let run = run_with("decode --state --format json", EVENTS.as_bytes());
    let lines = run.stdout.lines().map(|line| serde_json::from_str(line).expect("JSON"));
    let states: Vec<Value> = lines.filter(|line: &Value| line.get("state").is_some()).collect();
    assert_eq!(states.len(), 3, "{run}");
    assert!(states.iter().all(|line| line.get("event").is_none()));
    assert_eq!((&states[1]["state"], &states[1]["data"]["status"]), (&json!("run"), &json!("io-error")));
    assert_eq!(states[1]["data"]["cause"]["device"], "vda");
    assert_eq!(states[1]["timestamp"], json!({"seconds": 2, "microseconds": 9}));
}

#[test]
fn states_have_no_form_as_cloudevents() {
    let run = run_with("decode --state --format cloudevents", EVENTS.as_bytes());
    assert_eq!(run.status, Some(2), "{run}");
    assert!(run.stderr.contains("--state has no form as CloudEvents"), "{run}");
}

#[test]
fn a_running_machine_is_asked_for_what_its_events_do_not_tell() {
    let Some(mut qemu) = Qemu::start() else { return };
    let mut watch = Running::start(&format!("watch --state --time none {}", qemu.endpoint()));
    watch.await_line("=>  prelaunch");
    qemu.execute("cont");
    watch.await_line("RESUME");
    watch.await_line("=>  running");
    qemu.execute("stop");
    watch.await_line("STOP");
    watch.await_line("=>  paused by command");
    qemu.execute("quit");
    watch.await_line("SHUTDOWN");
    watch.await_line("=>  ended: QEMU was told to quit (host-qmp-quit)");
    assert_eq!(watch.end().status, Some(0));
}
