//! How a connection ends.

use super::machine::{PATIENCE, quit, start};
use qmp_events::tokio::{Item, connect};
use qmp_events::{Disconnected, Error, EventKind, blocking};
use serde_json::json;

#[test]
fn a_killed_qemu_is_an_end_without_shutdown() {
    let Some(mut machine) = start(&[]) else { return };
    let mut client = blocking::connect(machine.endpoint()).expect("a handshake");
    machine.kill();
    let error = client.next_event_within(PATIENCE).expect_err("the end");
    let Error::Disconnected(cause) = error else { panic!("{error:?}") };
    assert!(!cause.is_normal(), "{cause:?}");
    assert!(cause.to_string().contains("without SHUTDOWN"), "{cause}");
}

#[tokio::test]
async fn a_killed_qemu_ends_the_stream_the_commands_and_the_waits() {
    let Some(mut machine) = start(&[]) else { return };
    let (client, mut events) = connect(machine.endpoint()).await.expect("a handshake");
    let wait = client.wait_for(|_| Some(())).timeout(PATIENCE);
    machine.kill();
    let error = wait.await.expect_err("the end");
    assert!(matches!(error, Error::Disconnected(_)), "{error:?}");
    assert!(matches!(events.next().await, Some(Item::Connected(_))));
    let item = events.next().await;
    let Some(Item::Disconnected(cause)) = item else { panic!("{item:?}") };
    assert!(!cause.is_normal(), "{cause:?}");
    assert!(events.next().await.is_none());
    assert!(client.execute("query-status", None).await.is_err());
}

/// `-no-reboot` makes a shutdown of a reset, and `-no-shutdown` a pause of that.
const PAUSES_ON_RESET: [&str; 2] = ["-no-reboot", "-no-shutdown"];

#[test]
fn shutdown_may_come_twice() {
    let Some(machine) = start(&PAUSES_ON_RESET) else { return };
    let mut client = blocking::connect(machine.endpoint()).expect("a handshake");
    client.execute_within("system_reset", None, PATIENCE).expect("a reply");
    let first = client.next_event_within(PATIENCE).expect("an event").expect("not the end");
    assert_eq!(first.event.kind(), Some(EventKind::Shutdown));
    quit(&mut client);
    let rest: Vec<_> = client.events().map(|message| message.expect("a normal end").event.kind()).collect();
    assert_eq!(rest.last(), Some(&Some(EventKind::Shutdown)), "{rest:?}");
}

#[test]
fn an_end_after_shutdown_and_resume_is_not_normal() {
    let Some(mut machine) = start(&PAUSES_ON_RESET) else { return };
    let mut client = blocking::connect(machine.endpoint()).expect("a handshake");
    client.execute_within("system_reset", None, PATIENCE).expect("a reply");
    let is_shutdown = |client: &mut blocking::Client| {
        let message = client.next_event_within(PATIENCE).expect("an event").expect("not the end");
        message.event.kind() == Some(EventKind::Shutdown)
    };
    while !is_shutdown(&mut client) {}
    client.execute_within("set-action", json!({"reboot": "reset"}), PATIENCE).expect("a reply");
    for command in ["stop", "system_reset", "cont"] {
        client.execute_within(command, None, PATIENCE).expect(command);
    }
    machine.kill();
    let last = client.events().last().expect("the end");
    let Err(Error::Disconnected(cause)) = last else { panic!("{last:?}") };
    assert!(!cause.is_normal(), "{cause:?}");
}

#[tokio::test]
async fn the_reply_to_quit_may_be_lost_but_not_its_event() {
    let Some(machine) = start(&[]) else { return };
    let (client, mut events) = connect(machine.endpoint()).await.expect("a handshake");
    match client.execute("quit", None).await {
        Ok(_) | Err(Error::Disconnected(Disconnected::Closed { after_shutdown: true })) => {}
        Err(Error::Disconnected(Disconnected::Failed { after_shutdown: true, .. })) => {}
        Err(error) => panic!("{error}"),
    }
    let mut last = None;
    let mut shutdowns = 0;
    while let Some(item) = events.next().await {
        shutdowns +=
            usize::from(matches!(&item, Item::Event(m) if m.event.kind() == Some(EventKind::Shutdown)));
        last = Some(item);
    }
    assert_eq!(shutdowns, 1);
    assert!(matches!(&last, Some(Item::Disconnected(cause)) if cause.is_normal()), "{last:?}");
}
