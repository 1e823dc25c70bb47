//! The blocking client against scripted servers.

use super::fixture;
use qmp_events::blocking::{Client, Options, connect};
use qmp_events::testing::{MockServer, Script};
use qmp_events::{Disconnected, Error};
use serde_json::{Value, json};
use std::io::{self, Cursor, Read, Write};
use std::time::Duration;

fn start(script: Script) -> MockServer {
    MockServer::start([script]).expect("a listening socket")
}

/// Names of events, and what was wrong in between, to the end.
fn hear<S: Read + Write>(client: &mut Client<S>) -> Vec<String> {
    let line = |message: Result<qmp_events::EventMessage, Error>| match message {
        Ok(message) => message.event.name().to_owned(),
        Err(Error::Malformed(malformed)) => format!("malformed: {malformed}"),
        Err(error) => format!("error: {error}"),
    };
    client.events().map(line).collect()
}

#[test]
fn the_iterator_ends_without_error_after_shutdown() {
    let server = start(Script::new().greet().negotiate().event("SHUTDOWN", json!({"guest": false})));
    let mut client = connect(server.endpoint()).expect("a handshake");
    assert_eq!(client.greeting().to_string(), "QEMU 10.0.0");
    assert_eq!(hear(&mut client), ["SHUTDOWN"]);
    assert!(client.next_event().expect("the normal end").is_none());
    server.finish().expect("the script was played");
}

#[test]
fn the_end_without_shutdown_is_an_error_and_then_the_iterator_ends() {
    let server = start(Script::new().greet().negotiate().event("STOP", Value::Null));
    let mut client = connect(server.endpoint()).expect("a handshake");
    assert_eq!(hear(&mut client), ["STOP", "error: the server closed the connection without SHUTDOWN"]);
}

#[test]
fn tcp_is_as_good_as_unix() {
    let script = Script::new().greet().negotiate().event("SHUTDOWN", Value::Null);
    let server = MockServer::start_tcp([script]).expect("a listening socket");
    assert_eq!(hear(&mut connect(server.endpoint()).expect("a handshake")), ["SHUTDOWN"]);
}

#[test]
fn early_events_are_delivered() {
    let script = Script::new()
        .event("STOP", Value::Null)
        .greet()
        .receive("qmp_capabilities")
        .event("RESUME", Value::Null)
        .reply(json!({}))
        .event("SHUTDOWN", Value::Null);
    let server = start(script);
    assert_eq!(hear(&mut connect(server.endpoint()).expect("a handshake")), ["STOP", "RESUME", "SHUTDOWN"]);
}

#[test]
fn single_bytes_are_as_good_as_lines() {
    let server = start(Script::new().split_into(1).greet().negotiate().event("SHUTDOWN", Value::Null));
    assert_eq!(hear(&mut connect(server.endpoint()).expect("a handshake")), ["SHUTDOWN"]);
}

#[test]
fn malformed_messages_are_errors_in_their_place_and_end_nothing() {
    let script = Script::new()
        .greet()
        .negotiate()
        .send("garbage\r\n")
        .event("STOP", Value::Null)
        .message(&json!({"event": 7}))
        .message(&json!({"hello": "world"}))
        .event("SHUTDOWN", Value::Null);
    let server = start(script);
    let heard = hear(&mut connect(server.endpoint()).expect("a handshake"));
    assert_eq!(heard.len(), 5, "{heard:?}");
    assert!(heard[0].starts_with("malformed: skipped 9 bytes"), "{heard:?}");
    assert_eq!(heard[1], "STOP");
    assert!(heard[2].starts_with("malformed: "), "{heard:?}");
    assert!(heard[3].starts_with("malformed: not a QMP message"), "{heard:?}");
    assert_eq!(heard[4], "SHUTDOWN");
}

#[test]
fn a_message_over_the_limit_is_reported_with_the_limit_and_ends_nothing() {
    let script = Script::new()
        .greet()
        .negotiate()
        .event("LARGE", json!({"text": "x".repeat(100_000)}))
        .event("SHUTDOWN", Value::Null);
    let server = start(script);
    let mut client = Options::new().message_limit(4096).connect(server.endpoint()).expect("a handshake");
    let heard = hear(&mut client);
    assert!(heard[0].contains("over the limit of 4096 bytes"), "{heard:?}");
    assert_eq!(heard[1..], ["SHUTDOWN"]);
}

#[test]
fn execute_keeps_the_events_that_come_before_the_reply() {
    let script = Script::new()
        .greet()
        .negotiate()
        .receive("stop")
        .event("STOP", Value::Null)
        .event("RESUME", Value::Null)
        .reply(json!({"done": true}))
        .event("SHUTDOWN", Value::Null);
    let server = start(script);
    let mut client = connect(server.endpoint()).expect("a handshake");
    assert_eq!(client.execute("stop", None).expect("a reply"), json!({"done": true}));
    assert_eq!(hear(&mut client), ["STOP", "RESUME", "SHUTDOWN"]);
    let commands = server.finish().expect("the script was played");
    assert_eq!(commands[1]["execute"], "stop");
    assert_eq!(commands[1].get("arguments"), None);
}

#[test]
fn a_refused_command_says_why_and_ends_nothing() {
    let script = Script::new()
        .greet()
        .negotiate()
        .receive("device_del")
        .refuse("DeviceNotFound", "Device 'x' not found")
        .event("SHUTDOWN", Value::Null);
    let server = start(script);
    let mut client = connect(server.endpoint()).expect("a handshake");
    let error = client.execute("device_del", json!({"id": "x"})).expect_err("a refusal");
    assert_eq!(error.to_string(), "Device 'x' not found (DeviceNotFound)");
    assert_eq!(hear(&mut client), ["SHUTDOWN"]);
    let commands = server.finish().expect("the script was played");
    assert_eq!(commands[1]["arguments"], json!({"id": "x"}));
}

#[test]
fn a_reply_nested_too_deep_to_decode_is_an_error_of_its_command() {
    let deep = format!(r#"{{"return": {}1{}, "id": 2}}"#, "[".repeat(100_000), "]".repeat(100_000));
    let script =
        Script::new().greet().negotiate().receive("query-status").send(deep).event("SHUTDOWN", Value::Null);
    let server = start(script);
    let mut client = connect(server.endpoint()).expect("a handshake");
    let error = client.execute("query-status", None).expect_err("too deep");
    assert!(error.to_string().starts_with("the reply cannot be decoded: "), "{error}");
    assert_eq!(hear(&mut client), ["SHUTDOWN"]);
}

#[test]
fn a_foreign_reply_does_not_answer_a_command() {
    let script = Script::new()
        .greet()
        .negotiate()
        .receive("query-status")
        .send(r#"{"return": "foreign", "id": "other"}{"return": "nameless"}"#)
        .reply(json!("mine"))
        .hold();
    let server = start(script);
    let mut client = connect(server.endpoint()).expect("a handshake");
    assert_eq!(client.execute("query-status", None).expect("a reply"), json!("mine"));
}

#[test]
fn a_command_that_outlives_the_connection_fails_and_its_events_stay() {
    let script = Script::new().greet().negotiate().receive("quit").event("SHUTDOWN", Value::Null);
    let server = start(script);
    let mut client = connect(server.endpoint()).expect("a handshake");
    let error = client.execute("quit", None).expect_err("no reply");
    assert!(matches!(error, Error::Disconnected(Disconnected::Closed { after_shutdown: true })), "{error:?}");
    assert_eq!(hear(&mut client), ["SHUTDOWN"]);
}

#[test]
fn a_monitor_that_serves_another_client_is_named_as_the_probable_cause() {
    let server = start(Script::new().hold());
    let options = Options::new().handshake_timeout(Duration::from_millis(20));
    let error = options.connect(server.endpoint()).expect_err("no greeting");
    assert!(matches!(&error, Error::Disconnected(Disconnected::HandshakeTimedOut { greeted: false, .. })));
    assert!(error.to_string().contains("probably serves another client"), "{error}");
}

#[test]
fn a_time_out_leaves_the_connection_as_it_was() {
    let script = Script::new().greet().negotiate().pause().event("STOP", Value::Null).receive("stop").hold();
    let server = start(script);
    let mut client = connect(server.endpoint()).expect("a handshake");
    let error = client.next_event_within(Duration::from_millis(1)).expect_err("nothing comes");
    assert_eq!(error.to_string(), "nothing came within 1ms");
    server.resume();
    let message = client.next_event_within(Duration::from_secs(60)).expect("an event").expect("not the end");
    assert_eq!(message.event.name(), "STOP");
    let error = client.execute_within("stop", None, Duration::from_millis(20)).expect_err("no reply");
    assert!(matches!(error, Error::TimedOut { .. }), "{error:?}");
}

#[test]
fn an_endpoint_that_is_none_says_what_to_write() {
    for (text, hint) in [
        ("/run/vm.sock", "write unix:PATH or tcp:HOST:PORT"),
        ("unix:", "the path is missing"),
        ("unix:/run/vm.sock,server=on,wait=off", "options for QEMU"),
        ("tcp:localhost", "the port is missing"),
        ("tcp:localhost:http", "not a number from 0 to 65535"),
        ("tcp::1:4444", "needs brackets"),
        ("tcp::4444", "the host is missing"),
    ] {
        let error = connect(text).expect_err(text);
        assert!(matches!(error, Error::Endpoint(_)) && error.to_string().contains(hint), "{text}: {error}");
    }
    let error = connect("unix:/nonexistent/socket").expect_err("no such file");
    assert!(matches!(error, Error::Disconnected(Disconnected::NotConnected(_))), "{error:?}");
}

/// A stream of the user's own: what is read is a recording, what is written goes nowhere.
struct Recorded(Cursor<Vec<u8>>);

impl Read for Recorded {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer)
    }
}

impl Write for Recorded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn any_read_and_write_will_do() {
    let mut client =
        Client::from_stream(Recorded(Cursor::new(fixture("lifecycle.raw")))).expect("a handshake");
    assert_eq!(hear(&mut client), ["RESUME", "STOP", "RESUME", "RESET", "POWERDOWN", "SHUTDOWN"]);
}

#[test]
fn a_recording_can_be_replayed_to_a_client() {
    for name in ["lifecycle.raw", "pretty.raw", "flood.raw", "qsd-blockjobs.raw"] {
        let direct =
            hear(&mut Client::from_stream(Recorded(Cursor::new(fixture(name)))).expect("a handshake"));
        let server = start(Script::replay(&fixture(name)));
        let replayed = hear(&mut connect(server.endpoint()).expect("a handshake"));
        assert!(direct.len() > 3, "{name}");
        assert_eq!(direct, replayed, "{name}");
        server.finish().expect("the script was played");
    }
}

#[test]
fn a_script_says_which_command_it_did_not_expect() {
    let server = start(Script::new().greet().negotiate().receive("cont"));
    let mut client = connect(server.endpoint()).expect("a handshake");
    client.execute("stop", None).expect_err("the server gives up");
    let error = server.finish().expect_err("the wrong command");
    assert!(error.to_string().starts_with("the script expects the command `cont`"), "{error}");
}
