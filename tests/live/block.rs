//! Block jobs, rate-limited events, and a device that leaves.

use super::machine::{PATIENCE, start};
use qmp_events::events::{BlockJobCompleted, JobStatus};
use qmp_events::tokio::{Client, connect};
use qmp_events::{Event, EventMessage};
use serde_json::{Value, json};
use std::time::SystemTime;

async fn execute(client: &Client, name: &str, arguments: Value) {
    client.execute(name, arguments).await.unwrap_or_else(|error| panic!("{name}: {error}"));
}

async fn add_null_node(client: &Client, name: &str) {
    let node = json!({"driver": "null-co", "node-name": name, "size": 65536, "read-zeroes": true});
    execute(client, "blockdev-add", node).await;
}

fn completed(message: EventMessage) -> Option<BlockJobCompleted> {
    if let Event::BlockJobCompleted(event) = message.event { Some(event) } else { None }
}

#[tokio::test]
async fn a_block_job_tells_its_states_and_its_end() {
    let Some(machine) = start(&[]) else { return };
    let (client, events) = connect(machine.endpoint()).await.expect("a handshake");
    add_null_node(&client, "source").await;
    add_null_node(&client, "target").await;
    let job = json!({"job-id": "copy", "device": "source", "target": "target", "sync": "full", "auto-finalize": false});
    client
        .wait_for(|message| matches!(message.event, Event::BlockJobReady(_)).then_some(()))
        .after_command("blockdev-mirror", job)
        .timeout(PATIENCE)
        .await
        .expect("the mirror gets ready");
    client
        .wait_for(|message| matches!(message.event, Event::BlockJobPending(_)).then_some(()))
        .after_command("job-complete", json!({"id": "copy"}))
        .timeout(PATIENCE)
        .await
        .expect("the job waits to be finalized");
    let end =
        client.wait_for(completed).after_command("job-finalize", json!({"id": "copy"})).timeout(PATIENCE);
    let end = end.await.expect("the job completes");
    assert_eq!((end.device.as_str(), end.error), ("copy", None));

    // The reply may be lost with the connection.
    let _ = client.execute("quit", None).await;
    let mut events = events;
    let mut states = Vec::new();
    while let Some(item) = events.next().await {
        if let qmp_events::tokio::Item::Event(EventMessage {
            event: Event::JobStatusChange(change), ..
        }) = item
        {
            states.push(change.status);
        }
    }
    for state in
        [JobStatus::Created, JobStatus::Running, JobStatus::Ready, JobStatus::Pending, JobStatus::Concluded]
    {
        assert!(states.contains(&state), "{state:?} is missing: {states:?}");
    }
}

fn created(message: &EventMessage) -> SystemTime {
    let timestamp = message.timestamp.expect("a timestamp");
    SystemTime::try_from(timestamp).expect("a time that is known")
}

/// The first report comes at once, the second is held for the rest of its second; what comes meanwhile
/// is created later and delivered earlier.
#[tokio::test]
async fn a_throttled_event_comes_late_with_the_time_of_its_creation() {
    let Some(machine) = start(&[]) else { return };
    let (client, _events) = connect(machine.endpoint()).await.expect("a handshake");
    for node in ["good-1", "good-2", "image"] {
        add_null_node(&client, node).await;
    }
    let error = json!([{"event": "none", "iotype": "read", "errno": 5, "once": false}]);
    let bad = json!({"driver": "blkdebug", "node-name": "bad", "image": "image", "inject-error": error});
    execute(&client, "blockdev-add", bad).await;
    let children = json!(["good-1", "good-2", "bad"]);
    let quorum =
        json!({"driver": "quorum", "node-name": "quorum", "children": children, "vote-threshold": 2});
    execute(&client, "blockdev-add", quorum).await;

    let is_report =
        |message: EventMessage| matches!(message.event, Event::QuorumReportBad(_)).then_some(message);
    let read = || json!({"command-line": "qemu-io quorum \"read 0 512\""});
    let first = client.wait_for(is_report).after_command("human-monitor-command", read()).timeout(PATIENCE);
    let first = first.await.expect("the first report comes at once");
    let second = client.wait_for(is_report).timeout(PATIENCE);
    let resume = client.wait_for(|message| matches!(message.event, Event::Resume(_)).then_some(message));
    execute(&client, "human-monitor-command", read()).await;
    let resume = resume.after_command("cont", None).timeout(PATIENCE).await.expect("RESUME overtakes");
    let second = second.await.expect("the second report comes late");
    assert!(created(&first) < created(&second));
    assert!(created(&second) < created(&resume), "the timestamps on the wire do not go back");
    let Event::QuorumReportBad(report) = second.event else { panic!("{second:?}") };
    assert_eq!(report.node_name, "bad");
}

#[tokio::test]
async fn a_device_that_leaves_is_awaited_with_its_alternative() {
    let Some(machine) = start(&["-device", "piix3-usb-uhci,id=usb"]) else { return };
    let (client, _events) = connect(machine.endpoint()).await.expect("a handshake");
    execute(&client, "device_add", json!({"driver": "usb-tablet", "id": "tablet", "bus": "usb.0"})).await;
    let is_gone = client
        .wait_for(|message| match message.event {
            Event::DeviceDeleted(event) if event.device.as_deref() == Some("tablet") => Some(true),
            Event::DeviceUnplugGuestError(event) if event.device.as_deref() == Some("tablet") => Some(false),
            _ => None,
        })
        .after_command("device_del", json!({"id": "tablet"}))
        .timeout(PATIENCE)
        .await
        .expect("the device leaves");
    assert!(is_gone);
    let error = client
        .wait_for(|message| matches!(message.event, Event::DeviceDeleted(_)).then_some(()))
        .after_command("device_del", json!({"id": "tablet"}))
        .await
        .expect_err("it is gone already");
    assert!(error.to_string().contains("DeviceNotFound"), "{error}");
}
