//! Waiting for states of a real machine.

use crate::live::machine::{Machine as Process, PATIENCE, start};
use qmp_events::machine::{Cause, EndCause, Outcome, RunState, blocking, tokio as asynchronous};
use qmp_events::tokio::connect;
use serde_json::json;

fn add_nodes(process: &mut Process) {
    for name in ["source", "target"] {
        let node = json!({"driver": "null-co", "node-name": name, "size": 1 << 20, "read-zeroes": true});
        process.control.execute_within("blockdev-add", node, PATIENCE).expect("a node");
    }
}

#[tokio::test]
async fn the_tokio_tracker_waits_for_states() {
    let Some(mut process) = start(&["-device", "pvpanic"]) else { return };
    add_nodes(&mut process);
    let (client, items) = connect(process.endpoint()).await.expect("a handshake");
    let mut tracker = asynchronous::Tracker::new(client.clone(), items);
    let stopped = tracker.wait_until_stopped().await.expect("a machine");
    assert_eq!((stopped.status, stopped.cause), (Some(RunState::Prelaunch), None));
    tracker.execute("cont", None).await.expect("it goes on");
    tracker.wait_until_running().await.expect("a machine");
    client.execute("stop", None).await.expect("it stops");
    let stopped = tracker.wait_until_stopped().await.expect("a machine");
    assert_eq!((stopped.status, stopped.cause), (Some(RunState::Paused), Some(Cause::Command)));
    let job = json!({"job-id": "copy", "device": "source", "target": "target", "sync": "full"});
    tracker.execute("blockdev-backup", job).await.expect("a job");
    let job = tracker.wait_for_job("copy").await.expect("a machine");
    assert_eq!((job.outcome, job.offset), (Some(Outcome::Completed), Some(1 << 20)));
    // Without the capability `events`, no event tells of it.
    tracker.execute("migrate", json!({"uri": "exec:cat >/dev/null"})).await.expect("it begins");
    let migration = tracker.wait_for_migration().await.expect("a machine");
    assert_eq!((migration.is_successful(), migration.is_announced), (Some(true), Some(false)));
    let machine = tracker.update().await.expect("a machine");
    assert_eq!(machine.run().status, Some(RunState::Postmigrate));
    let _ = client.execute("quit", None).await;
    let end = tracker.wait_until_ended().await.expect("an end");
    assert!(matches!(end.cause, EndCause::Shutdown { guest: Some(false), .. }), "{end:?}");
}

#[test]
fn the_blocking_tracker_waits_for_states() {
    let Some(mut process) = start(&["-device", "pvpanic"]) else { return };
    add_nodes(&mut process);
    let client = qmp_events::blocking::connect(process.endpoint()).expect("a handshake");
    let mut tracker = blocking::Tracker::new(client);
    process.control.execute_within("cont", None, PATIENCE).expect("it goes on");
    tracker.wait_until_running().expect("a machine");
    process.control.execute_within("stop", None, PATIENCE).expect("it stops");
    let stopped = tracker.wait_until_stopped().expect("a machine");
    assert_eq!(stopped.status, Some(RunState::Paused));
    let job = json!({"job-id": "copy", "device": "source", "target": "target", "sync": "full"});
    tracker.execute("blockdev-backup", job).expect("a job");
    assert_eq!(tracker.wait_for_job("copy").expect("a machine").outcome, Some(Outcome::Completed));
    let events = json!({"capabilities": [{"capability": "events", "state": true}]});
    tracker.execute("migrate-set-capabilities", events).expect("a capability");
    tracker.execute("migrate", json!({"uri": "exec:false"})).expect("it begins");
    let migration = tracker.wait_for_migration().expect("a machine");
    assert_eq!((migration.is_successful(), migration.is_announced), (Some(false), Some(true)));
    process.kill();
    let end = tracker.wait_until_ended().expect("an end");
    assert_eq!(end.cause, EndCause::Unexplained);
    assert!(tracker.into_machine().end().is_some());
}
