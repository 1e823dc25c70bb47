//! CloudEvents: what is written is what is read, whoever writes it otherwise is understood, and nothing that is
//! read does harm.
#![cfg(feature = "cloud-event")]

use std::io;
use std::time::Duration;

use proptest::prelude::*;
use qmp_events::cloud_event::{CloudEvent, CloudEventError, Content};
use qmp_events::machine::{Connection, EndCause, Machine};
use qmp_events::protocol::{Greeting, Incoming, Session};
use qmp_events::{DecodeErrorKind, Disconnected, Event, EventMessage, Gap, Malformed, Peer, Timestamp};
use serde_json::{Value, json};

const ATTRIBUTES: &str = r#""specversion":"1.0","source":"s","id":"1""#;

fn read(members: &str) -> Result<CloudEvent, CloudEventError> {
    CloudEvent::decode(format!("{{{ATTRIBUTES},{members}}}").as_bytes())
}

fn message(members: &str) -> EventMessage {
    match read(members).unwrap_or_else(|error| panic!("{error}: {members}")).content {
        Content::Event(message) => message,
        notice => panic!("{notice:?}"),
    }
}

fn error(members: &str) -> String {
    read(members).expect_err("an error").to_string()
}

fn written(content: Content) -> Value {
    serde_json::to_value(CloudEvent::new("1", "s", content)).expect("JSON")
}

/// The content after it was written and read.
fn sent(content: Content) -> Content {
    CloudEvent::decode(written(content).to_string().as_bytes()).expect("a CloudEvent").content
}

fn greeting(json: &str) -> Greeting {
    let mut session = Session::new();
    session.receive(json.as_bytes());
    let Some(Incoming::Greeting(greeting)) = session.next_incoming() else { panic!("no greeting") };
    greeting
}

fn greeting_of_qemu() -> Greeting {
    greeting(
        r#"{"QMP": {"version": {"qemu": {"micro": 22, "minor": 2, "major": 7}, "package": "Debian 1:7.2"},
            "capabilities": ["oob"]}}"#,
    )
}

#[test]
fn every_recorded_event_is_the_same_after_it_was_a_cloud_event() {
    for name in ["qemu-7.2.22/events.ndjson", "seed-examples.ndjson"] {
        let path = format!("{}/../tests/fixtures/{name}", env!("CARGO_MANIFEST_DIR"));
        for line in std::fs::read_to_string(path).expect("a fixture").lines() {
            let message = EventMessage::decode(line.as_bytes()).expect("an event");
            let raw = serde_json::to_value(&message).expect("JSON");
            let written = written(message.clone().into());
            assert_eq!(written["type"], format!("org.qemu.qmp.{}", raw["event"].as_str().expect("a name")));
            assert_eq!(written.get("data"), raw.get("data"), "{line}");
            assert_eq!(written.get("qmpunknown"), None, "{line}");
            let Content::Event(read) = sent(message.clone().into()) else { panic!("{line}") };
            assert_eq!(read, message);
        }
    }
}

#[test]
fn all_attributes_are_kept() {
    let text = r#"{"specversion":"1.0","type":"org.qemu.qmp.__com.example_FAN","source":"tcp:h:1","subject":"web","id":"7-1","time":"2023-11-14T22:13:20.000001Z","qmpunknown":"{\"x\":[1,{\"y\":null}],\"timestamp\":{\"zone\":\"UTC\"}}","datacontenttype":"application/json","data":{"speed":18446744073709551616},"traceparent":"00-1","sequence":5}"#;
    let event = CloudEvent::decode(text.as_bytes()).expect("a CloudEvent");
    assert_eq!((&*event.id, &*event.source, event.subject.as_deref()), ("7-1", "tcp:h:1", Some("web")));
    assert_eq!(event.time, Some(Timestamp { seconds: 1_700_000_000, microseconds: 1 }));
    assert_eq!(event.extensions.get("sequence").map(|value| value.to_string()).as_deref(), Some("5"));
    assert_eq!(event.to_string(), text);
    let Content::Event(message) = event.content else { panic!("a notice") };
    assert_eq!(
        message.to_string(),
        r#"{"timestamp":{"seconds":1700000000,"microseconds":1,"zone":"UTC"},"event":"__com.example_FAN","data":{"speed":18446744073709551616},"x":[1,{"y":null}]}"#
    );
}

#[test]
fn members_come_in_any_order_and_null_is_absent() {
    let text = r#" {"data" : {"actual" : 5}, "time": null, "subject": null, "id": "1", "datacontenttype": null,
        "type": "org.qemu.qmp.BALLOON_CHANGE", "source": "s", "qmpunknown": null, "specversion": "1.0"} "#;
    let event = CloudEvent::decode(text.as_bytes()).expect("a CloudEvent");
    assert_eq!((event.time, event.subject), (None, None));
    let Content::Event(message) = event.content else { panic!("a notice") };
    assert!(matches!(message.event, Event::BalloonChange(event) if event.actual == 5));
    for data in ["", r#","data":null"#, r#","data":{}"#] {
        let message = message_of_stop(data);
        assert!(matches!(message.event, Event::Stop(_)), "{data}");
        let Content::Event(again) = sent(message.clone().into()) else { panic!("{data}") };
        assert_eq!(again, message);
    }
}

fn message_of_stop(more: &str) -> EventMessage {
    message(&format!(r#""type":"org.qemu.qmp.STOP"{more}"#))
}

#[test]
fn times_have_any_offset_and_any_number_of_digits() {
    for (text, seconds, microseconds) in [
        ("2023-11-14T22:13:20Z", 1_700_000_000, 0),
        ("2023-11-14T22:13:20.5Z", 1_700_000_000, 500_000),
        ("2023-11-14t22:13:20.123456789z", 1_700_000_000, 123_456),
        ("2023-11-15T00:13:20.000001+02:00", 1_700_000_000, 1),
        ("2023-11-14T12:43:20-09:30", 1_700_000_000, 0),
        ("2023-11-14T22:13:20-00:00", 1_700_000_000, 0),
        ("1969-12-31T23:59:59.9999999Z", -1, 999_999),
        ("2016-12-31T23:59:60Z", 1_483_228_799, 0),
    ] {
        let message = message_of_stop(&format!(r#","time":"{text}""#));
        assert_eq!(message.timestamp, Some(Timestamp { seconds, microseconds }), "{text}");
    }
    for text in
        ["", "now", "2023-11-14", "2023-13-14T22:13:20Z", "2023-11-14T22:13:20", "2023-11-14T22:13:20+99:00"]
    {
        let problem = error(&format!(r#""type":"org.qemu.qmp.STOP","time":"{text}""#));
        assert!(problem.starts_with("attribute `time`: "), "{text}: {problem}");
    }
}

#[test]
fn a_timestamp_that_is_not_a_time_is_kept() {
    for (seconds, microseconds) in
        [(-1, -1), (5, 1_000_000), (5, -1), (i64::MIN, i64::MAX), (i64::MAX, 0), (-99_999_999_999, 7)]
    {
        let stop = r#"{"event":"STOP"}"#.parse::<EventMessage>().expect("an event");
        let stop = stop.with_timestamp(Timestamp { seconds, microseconds });
        let written = written(stop.clone().into());
        assert_eq!(written.get("time"), None, "{written}");
        let unknown = format!(r#"{{"timestamp":{{"seconds":{seconds},"microseconds":{microseconds}}}}}"#);
        assert_eq!(written["qmpunknown"], unknown);
        let Content::Event(read) = sent(stop.clone().into()) else { panic!("{written}") };
        assert_eq!(read, stop);
    }
    // Before 1970, and as far back as there is a form.
    for seconds in [-1, -62_167_219_200] {
        let stop = r#"{"event":"STOP"}"#.parse::<EventMessage>().expect("an event");
        let stop = stop.with_timestamp(Timestamp { seconds, microseconds: 999_999 });
        let written = written(stop.clone().into());
        assert_eq!(written.get("qmpunknown"), None, "{written}");
        let Content::Event(read) = sent(stop.clone().into()) else { panic!("{written}") };
        assert_eq!(read, stop);
    }
}

#[test]
fn an_event_without_time_gets_that_of_the_cloud_event() {
    let stop: EventMessage = r#"{"event":"STOP"}"#.parse().expect("an event");
    let time = Timestamp { seconds: 5, microseconds: 6 };
    let event = CloudEvent::new("1", "s", Content::from(stop)).with_time(time);
    let read = CloudEvent::decode(event.to_string().as_bytes()).expect("a CloudEvent");
    let Content::Event(message) = read.content else { panic!("a notice") };
    assert_eq!((read.time, message.timestamp), (Some(time), Some(time)));
}

#[test]
fn data_may_come_as_bytes() {
    let event = message(r#""type":"org.qemu.qmp.BALLOON_CHANGE","data_base64":"eyJhY3R1YWwiOiA1fQ==""#);
    assert!(matches!(event.event, Event::BalloonChange(event) if event.actual == 5));
    let of = |members: &str| error(&format!(r#""type":"org.qemu.qmp.BALLOON_CHANGE",{members}"#));
    assert!(of(r#""data_base64":"eyJhY3R1YWwiOiA1fQ""#).starts_with("attribute `data_base64`: "));
    assert!(of(r#""data_base64":"","data":{}"#).contains("only one of them"));
    assert!(of(r#""data_base64":"eyJhY3R1YWwiOiA1fQ==","data":null"#).contains("only one of them"));
    assert!(of(r#""data_base64":"eyJhY3R1YWwiOiA1fX0=""#).contains("expected the end of the message"));
    assert!(of(r#""data_base64":"/w==""#).contains("BALLOON_CHANGE"));
}

#[test]
fn others_cloud_events_are_an_error_of_their_own() {
    for name in ["com.example.object.deleted", "org.qemu.qmp", "qmp-events.tomorrow", "STOP"] {
        let found = read(&format!(r#""type":"{name}","data":{{}}"#)).expect_err("an error");
        assert_eq!(found, CloudEventError::Foreign { r#type: name.to_owned() });
    }
    assert_eq!(error(r#""type":"a\u001bb""#), r"a CloudEvent of another kind: its type is `a\u{1b}b`");
}

#[test]
fn damaged_ones_are_errors_that_say_where() {
    for attribute in ["specversion", "type", "id", "source"] {
        let mut event = json!({"specversion": "1.0", "type": "org.qemu.qmp.STOP", "id": "1", "source": "s"});
        event.as_object_mut().expect("an object").remove(attribute);
        let found = CloudEvent::decode(event.to_string().as_bytes()).expect_err("an error");
        assert_eq!(found, CloudEventError::Missing { attribute });
    }
    assert_eq!(
        error(r#""type":"org.qemu.qmp.STOP","specversion":"0.3""#),
        "attribute `specversion`: only 1.0 can be read"
    );
    assert_eq!(
        error(r#""type":"org.qemu.qmp.BALLOON_CHANGE","data":{"actual":"much"}"#),
        "BALLOON_CHANGE: member `actual`: expected an integer, found a string (at byte 97)"
    );
    let missing = read(r#""type":"org.qemu.qmp.BALLOON_CHANGE""#).expect_err("an error");
    let CloudEventError::Decode(missing) = missing else { panic!("{missing}") };
    assert_eq!((missing.kind(), missing.event()), (DecodeErrorKind::Missing, Some("BALLOON_CHANGE")));
    assert!(error(r#""type":"org.qemu.qmp.STOP","data":[]"#).contains("expected an object, found a list"));
    assert!(error(r#""type":5"#).contains("member `type`: expected a string"));
    assert!(error(r#""type":"org.qemu.qmp.STOP","x":"#).contains("at byte"));
    assert_eq!(error(r#""type":"qmp-events.lagged""#), "not a CloudEvent of a machine: `data` is missing");
    assert!(error(r#""type":"qmp-events.lagged","data":{}"#).contains("`missed`"));
    for unknown in [
        "",
        "[]",
        "{",
        r#"{\"event\":\"X\"}"#,
        r#"{\"data\":{}}"#,
        r#"{\"timestamp\":5}"#,
        r#"{\"timestamp\":{\"seconds\":5}}"#,
        r#"{\"timestamp\":{\"zone\":1}}"#,
    ] {
        let problem = error(&format!(r#""type":"org.qemu.qmp.STOP","qmpunknown":"{unknown}""#));
        assert!(problem.starts_with("attribute `qmpunknown`: "), "{unknown}: {problem}");
    }
}

#[test]
fn nesting_ends_at_a_limit_with_a_clear_error() {
    for text in
        [format!(r#""x":{}"#, "[".repeat(1 << 20)), format!(r#""data":{}"#, r#"{"a":"#.repeat(1 << 16))]
    {
        assert!(error(&text).contains("nest deeper than 127 levels"));
    }
    let unknown = format!(r#""type":"org.qemu.qmp.STOP","qmpunknown":"{}""#, "[".repeat(1 << 16));
    assert!(error(&unknown).contains("nest deeper than 127 levels"));
}

#[test]
fn notices_are_the_same_after_they_were_sent() {
    assert!(matches!(sent(Content::Lagged { missed: u64::MAX }), Content::Lagged { missed: u64::MAX }));
    assert!(matches!(sent(Content::Dropped { count: 3 }), Content::Dropped { count: 3 }));
    for peer in [Peer::Same, Peer::Different, Peer::Unknown] {
        assert!(matches!(sent(Content::Gap(Gap::new(peer))), Content::Gap(gap) if gap.peer == peer));
    }
    for greeting in [greeting_of_qemu(), Greeting::default()] {
        let Content::Connected(read) = sent(Content::Connected(greeting.clone())) else {
            panic!("{greeting}")
        };
        assert_eq!(read, greeting);
    }
    let malformed = Malformed::Unrecognized { json: "{}".to_owned(), problem: "empty".to_owned() };
    let Content::Malformed { problem, raw } = sent(Content::from(&malformed)) else { panic!("{malformed}") };
    assert_eq!((&*problem, &*raw), ("not a QMP message: empty", "{}"));
}

#[test]
fn the_form_of_notices_is_this() {
    let reset = || io::Error::from(io::ErrorKind::ConnectionReset);
    let contents: [Content; 7] = [
        Content::Connected(greeting_of_qemu()),
        Content::Gap(Gap::new(Peer::Different)),
        Content::Lagged { missed: 7 },
        Content::Malformed { problem: "why".to_owned(), raw: "what".to_owned() },
        Content::Disconnected(Disconnected::Closed { after_shutdown: true }),
        Content::Disconnected(Disconnected::Failed { error: reset().into(), after_shutdown: false }),
        Content::Dropped { count: 9 },
    ];
    let lines: Vec<String> =
        contents.into_iter().map(|content| CloudEvent::new("1", "s", content).to_string()).collect();
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn what_programs_ask_of_an_end_is_the_same_after_it_was_sent() {
    let error = |kind| io::Error::new(kind, "some words").into();
    let mut session = Session::new();
    session.receive(b"login: ");
    session.finish();
    let Some(Incoming::Skipped(skipped)) = session.next_incoming() else { panic!("no text") };
    for cause in [
        Disconnected::Closed { after_shutdown: true },
        Disconnected::Closed { after_shutdown: false },
        Disconnected::Failed { error: error(io::ErrorKind::ConnectionReset), after_shutdown: false },
        Disconnected::Failed { error: error(io::ErrorKind::TimedOut), after_shutdown: true },
        Disconnected::NotConnected(error(io::ErrorKind::NotFound)),
        Disconnected::Released,
        Disconnected::RuntimeShutDown,
        Disconnected::Panicked { message: "no".to_owned() },
        Disconnected::HandshakeTimedOut { after: Duration::from_secs(5), greeted: false },
        Disconnected::NoGreeting { received: Box::new(skipped.into()) },
    ] {
        let (mut here, mut there) = (Machine::new(), Machine::new());
        let greeting = greeting_of_qemu();
        for machine in [&mut here, &mut there] {
            machine.apply(&Content::Connected(greeting.clone()));
        }
        here.apply(&Content::Disconnected(cause.clone()));
        let read = sent(Content::Disconnected(cause.clone()));
        there.apply(&read);
        assert_eq!((here.end(), here.connection()), (there.end(), there.connection()), "{cause}");
        let Content::Disconnected(read) = read else { panic!("{cause}") };
        assert_eq!((read.to_string(), read.is_normal()), (cause.to_string(), cause.is_normal()));
        let Content::Disconnected(again) = sent(Content::Disconnected(read)) else { panic!("{cause}") };
        assert_eq!((again.to_string(), again.is_normal()), (cause.to_string(), cause.is_normal()));
    }
}

#[test]
fn a_machine_is_followed_by_what_was_sent() {
    let mut machine = Machine::new();
    let resume: EventMessage = r#"{"event":"RESUME"}"#.parse().expect("an event");
    machine.apply(&sent(Content::Connected(greeting_of_qemu())));
    machine.apply(&sent(Content::Event(resume)));
    assert_eq!((machine.run().running, machine.connection()), (Some(true), Connection::Connected));
    machine.apply(&sent(Content::Dropped { count: 1 }));
    assert_eq!(machine.run().running, None);
    machine.apply(&sent(Content::Disconnected(Disconnected::Closed { after_shutdown: false })));
    assert!(matches!(machine.end(), Some(end) if end.cause == EndCause::Unexplained));
}

#[test]
fn a_set_of_events_of_ones_own_is_read() {
    use qmp_events::{QapiEvents, UnknownEvent, events};
    #[derive(Clone, Debug, PartialEq, QapiEvents)]
    enum Power {
        #[qapi(name = "SHUTDOWN")]
        Shutdown(events::Shutdown),
        #[qapi(unknown)]
        Other(UnknownEvent),
    }
    let text = format!(r#"{{{ATTRIBUTES},"type":"org.qemu.qmp.SHUTDOWN","data":{{"guest":true}}}}"#);
    let event: CloudEvent<EventMessage<Power>> = text.parse().expect("a CloudEvent");
    assert!(matches!(&event.content, Content::Event(message) if matches!(message.event, Power::Shutdown(_))));
    assert_eq!(
        event.to_string().parse::<CloudEvent>().expect("a CloudEvent").content.type_name(),
        "org.qemu.qmp.SHUTDOWN"
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_bytes_do_no_harm(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        let _ = CloudEvent::decode(&bytes);
    }

    /// What is read of damaged ones, can be written and read again.
    #[test]
    fn damaged_cloud_events_do_no_harm(
        which in 0_usize..5,
        edits in prop::collection::vec((any::<prop::sample::Index>(), 0_u8..4, any::<u8>()), 1..4),
    ) {
        let members = [
            r#""type":"org.qemu.qmp.RTC_CHANGE","time":"2023-11-15T00:13:20.000001+02:00","data":{"offset":5},"qmpunknown":"{\"timestamp\":{\"seconds\":5,\"microseconds\":6,\"x\":7},\"y\":[8]}""#,
            r#""type":"org.qemu.qmp.BALLOON_CHANGE","data_base64":"eyJhY3R1YWwiOiA1fQ==","x":{"y":[1,2]}"#,
            r#""type":"qmp-events.connected","data":{"version":{"qemu":{"micro":1,"minor":2,"major":3},"package":""},"capabilities":["oob"]}"#,
            r#""type":"qmp-events.disconnected","data":{"cause":"failed","text":"a","normal":false,"after-shutdown":true,"error":"b","error-kind":"broken-pipe"}"#,
            r#""type":"qmp-events.gap","data":{"peer":"same"}"#,
        ];
        let mut text = format!("{{{ATTRIBUTES},{}}}", members[which]).into_bytes();
        for (at, edit, byte) in edits {
            let at = at.index(text.len());
            match edit {
                0 => text[at] = byte,
                1 if text.len() > 1 => drop(text.remove(at)),
                2 => text.insert(at, text[at]),
                _ => text.truncate(at + 1),
            }
        }
        if let Ok(event) = CloudEvent::decode(&text) {
            let written = event.to_string();
            let again = CloudEvent::decode(written.as_bytes()).expect("what was written");
            prop_assert_eq!(again.to_string(), written);
        }
    }
}
