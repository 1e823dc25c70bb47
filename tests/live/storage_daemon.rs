//! `qemu-storage-daemon` speaks QMP too, with fewer events and no SHUTDOWN.

use super::machine::{PATIENCE, start_storage_daemon};
use qmp_events::tokio::{Item, connect};
use qmp_events::{Event, blocking};
use serde_json::json;

const EXPORT: [&str; 6] = [
    "--blockdev",
    "null-co,node-name=disk,size=65536,read-zeroes=on",
    "--nbd-server",
    "addr.type=unix,addr.path=nbd.sock",
    "--export",
    "type=nbd,id=export,node-name=disk",
];

#[tokio::test]
async fn an_export_that_is_deleted_is_told() {
    let Some(machine) = start_storage_daemon(&EXPORT) else { return };
    let (client, _events) = connect(machine.endpoint()).await.expect("a handshake");
    let id = client
        .wait_for(|message| match message.event {
            Event::BlockExportDeleted(event) => Some(event.id),
            _ => None,
        })
        .after_command("block-export-del", json!({"id": "export"}))
        .timeout(PATIENCE)
        .await
        .expect("the export goes");
    assert_eq!(id, "export");
}

#[tokio::test]
async fn the_daemon_ends_without_shutdown() {
    let Some(machine) = start_storage_daemon(&EXPORT) else { return };
    let (client, mut events) = connect(machine.endpoint()).await.expect("a handshake");
    let _ = client.execute("quit", None).await;
    let mut last = None;
    while let Some(item) = events.next().await {
        last = Some(item);
    }
    let Some(Item::Disconnected(cause)) = last else { panic!("{last:?}") };
    assert!(!cause.is_normal() && cause.to_string().contains("without SHUTDOWN"), "{cause}");
}

#[test]
fn a_job_of_the_daemon_tells_its_states() {
    let Some(machine) = start_storage_daemon(&EXPORT) else { return };
    let mut client = blocking::connect(machine.endpoint()).expect("a handshake");
    let target = json!({"driver": "null-co", "node-name": "target", "size": 65536});
    client.execute_within("blockdev-add", target, PATIENCE).expect("a node");
    let job = json!({"job-id": "copy", "device": "disk", "target": "target", "sync": "full"});
    client.execute_within("blockdev-backup", job, PATIENCE).expect("a job");
    let mut states = 0;
    loop {
        let message = client.next_event_within(PATIENCE).expect("an event").expect("not the end");
        match message.event {
            Event::JobStatusChange(_) => states += 1,
            Event::BlockJobCompleted(event) => {
                assert_eq!(event.device, "copy");
                break;
            }
            _ => {}
        }
    }
    assert!(states >= 3, "created, running and more: {states}");
}
