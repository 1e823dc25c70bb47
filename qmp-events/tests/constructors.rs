//! Events that a program makes itself, for its tests.

use qmp_events::{Event, EventKind, EventMessage, QapiEvent, QapiEvents, Timestamp, UnknownEvent, events};

#[test]
fn an_event_is_made_from_the_members_that_every_qemu_sends() {
    let stop: EventMessage = events::Stop::new().into();
    assert_eq!(stop, r#"{"event": "STOP"}"#.parse().expect("a message"));
    let mut error = events::BlockIoError::new("drive0", events::IoOperationType::Read, "stop".into());
    error.nospace = Some(true);
    let message = EventMessage::from(error).with_timestamp(Timestamp::UNKNOWN);
    let text = r#"{"timestamp": {"seconds": -1, "microseconds": -1}, "event": "BLOCK_IO_ERROR",
        "data": {"device": "drive0", "operation": "read", "action": "stop", "nospace": true}}"#;
    assert_eq!(message, text.parse().expect("a message"));
    assert_eq!(message.to_string().parse().as_ref(), Ok(&message));
}

#[test]
fn nested_types_are_made_the_same_way() {
    let address = events::InetSocketAddress::new("localhost", "4444");
    let event = events::NetdevStreamConnected::new("net0", events::SocketAddress::Inet(address));
    let text = r#"{"event": "NETDEV_STREAM_CONNECTED",
        "data": {"netdev-id": "net0", "addr": {"type": "inet", "host": "localhost", "port": "4444"}}}"#;
    assert_eq!(EventMessage::from(event), text.parse().expect("a message"));
}

#[test]
fn an_event_without_mandatory_members_is_a_default() {
    assert_eq!(events::Shutdown::default(), events::Shutdown::new());
}

#[test]
fn structs_sets_and_messages_convert_into_each_other() {
    let event = Event::from(events::Resume::new());
    let message = EventMessage::new(event.clone());
    assert_eq!(EventMessage::from(event.clone()), message);
    assert_eq!(EventMessage::from(events::Resume::new()), message);
    assert_eq!(Event::from(message), event);
}

#[test]
fn every_kind_has_examples_as_decoded_messages() {
    for kind in EventKind::ALL {
        let examples: Vec<EventMessage> = kind.examples().collect();
        assert_eq!(examples.len(), kind.info().examples.len(), "{kind}");
        assert!(!examples.is_empty() && examples.iter().all(|example| example.event.kind() == Some(*kind)));
    }
}

#[test]
fn open_enums_are_parsed_without_an_error() {
    assert_eq!("guest-reset".parse(), Ok(events::ShutdownCause::GuestReset));
    let alien: events::ShutdownCause = "alien".parse().expect("any text");
    assert_eq!(alien.to_string(), "alien");
}

#[derive(Clone, Debug, PartialEq, QapiEvent)]
#[qapi(name = "__com.example_FAN_FAILED", new)]
struct FanFailed {
    fan: String,
    speed: u8,
    cause: Option<String>,
}

#[derive(Clone, Debug, PartialEq, QapiEvents)]
enum MyEvent {
    #[qapi(name = "__com.example_FAN_FAILED")]
    Fan(FanFailed),
    #[qapi(unknown)]
    Other(UnknownEvent),
}

#[test]
fn a_vendor_has_the_same_for_a_set_of_its_own() {
    let message: EventMessage<MyEvent> = MyEvent::from(FanFailed::new("left", 3)).into();
    let text = br#"{"event": "__com.example_FAN_FAILED", "data": {"fan": "left", "speed": 3}}"#;
    assert_eq!(MyEvent::decode(text), Ok(message));
}
