//! The life of a machine, seen by both clients.

use super::machine::{PATIENCE, quit, start, start_with_monitor};
use qmp_events::events::ShutdownCause;
use qmp_events::tokio::Item;
use qmp_events::{Event, blocking, tokio as asynchronous};

#[test]
fn the_life_of_a_machine_goes_from_resume_to_shutdown() {
    let Some(machine) = start(&[]) else { return };
    let mut client = blocking::connect(machine.endpoint()).expect("a handshake");
    assert!(client.greeting().version.is_some());
    for command in ["cont", "stop", "system_reset", "cont", "system_powerdown"] {
        client.execute_within(command, None, PATIENCE).expect(command);
    }
    quit(&mut client);
    let mut events: Vec<Event> = Vec::new();
    for message in client.events() {
        let message = message.expect("an event, and the normal end after SHUTDOWN");
        assert!(message.timestamp.is_some_and(|time| time.is_known()), "{message:?}");
        events.push(message.event);
    }
    let mut kinds: Vec<_> = events.iter().map(|event| format!("{:?}", event.kind())).collect();
    kinds.dedup(); // a machine type may reset twice
    assert_eq!(
        kinds.join(" "),
        "Some(Resume) Some(Stop) Some(Reset) Some(Resume) Some(Powerdown) Some(Shutdown)"
    );
    let Some(Event::Shutdown(shutdown)) = events.last() else { panic!("{events:?}") };
    assert_eq!(shutdown.guest, Some(false));
    assert_eq!(shutdown.reason, Some(ShutdownCause::HostQmpQuit));
}

#[test]
fn a_command_s_event_precedes_its_reply() {
    let Some(machine) = start(&[]) else { return };
    let mut client = blocking::connect(machine.endpoint()).expect("a handshake");
    for _ in 0..20 {
        client.execute("cont", None).expect("a reply");
        let event = client.next_event_within(PATIENCE).expect("an event").expect("not the end").event;
        assert!(matches!(event, Event::Resume(_)), "{event:?}");
        client.execute("stop", None).expect("a reply");
        let event = client.next_event_within(PATIENCE).expect("an event").expect("not the end").event;
        assert!(matches!(event, Event::Stop(_)), "{event:?}");
    }
}

#[tokio::test]
async fn pretty_printing_changes_nothing() {
    let arguments = [
        "-chardev",
        "socket,id=pretty,path=pretty.sock,server=on,wait=off",
        "-mon",
        "chardev=pretty,mode=control,pretty=on",
    ];
    let Some(machine) = start(&arguments) else { return };
    let endpoint = machine.endpoint().replace("qmp.sock", "pretty.sock");
    let (client, events) = asynchronous::connect(endpoint).await.expect("a handshake");
    let mut events = events.raw();
    client.execute("cont", None).await.expect("a reply");
    let Some(Item::Connected(_)) = events.next().await else { panic!("connected comes first") };
    let Some(Item::Event(json)) = events.next().await else { panic!("an event follows") };
    assert!(json.starts_with(b"{\r\n    \""), "{}", json.escape_ascii());
    let status = client.execute("query-status", None).await.expect("a reply");
    assert_eq!(status["running"], true);
}

#[test]
fn tcp_is_as_good_as_unix() {
    let monitor = "tcp:127.0.0.1:0,server=on,wait=off";
    let Some(mut machine) = start_with_monitor(monitor, &[]) else { return };
    let devices = machine.control.execute("query-chardev", None).expect("a reply");
    let names = devices.as_array().into_iter().flatten().filter_map(|device| device["filename"].as_str());
    let address = names
        .filter_map(|name| name.split_once("tcp:"))
        .map(|(_, rest)| rest.split(',').next().unwrap_or_default())
        .next()
        .expect("a TCP monitor");
    let mut client = blocking::connect(format!("tcp:{address}")).expect("a handshake");
    quit(&mut client);
    let events: Vec<_> = client.events().map(|message| message.expect("an event").event).collect();
    assert!(matches!(events[..], [Event::Shutdown(_)]), "{events:?}");
}

#[test]
fn what_a_qemu_can_emit_is_asked_with_the_same_client() {
    let Some(mut machine) = start(&[]) else { return };
    let schema = machine.control.execute("query-qmp-schema", None).expect("a reply");
    let entities = schema.as_array().expect("a list");
    let events = entities.iter().filter(|entity| entity["meta-type"] == "event").count();
    assert!(events > 40, "{events} events");
}
