//! A server that greets again, as a proxy does which has connected to another QEMU.

use qmp_events::machine::{Query, blocking::Tracker};
use qmp_events::protocol::{CommandError, CommandId, Incoming, Session};
use qmp_events::testing::{MockServer, Script};
use qmp_events::{Disconnected, Error, blocking};
use serde_json::{Value, json};
use std::time::Duration;

const LONG: Duration = Duration::from_secs(60);
const GREETING: &[u8] = br#"{"QMP": {}}"#;

/// What comes next, one word each.
fn heard(session: &mut Session) -> Vec<String> {
    let mut heard = Vec::new();
    while let Some(incoming) = session.next_incoming() {
        heard.push(match incoming {
            Incoming::Reply { id, result } => format!("{id:?} {result:?}"),
            Incoming::Greeting(_) => "greeting".to_owned(),
            other => format!("{other:?}"),
        });
    }
    heard
}

/// A session after the negotiation, with nothing left to be sent.
fn ready() -> Session {
    let mut session = Session::new();
    session.receive(GREETING);
    session.receive(br#"{"return": {}, "id": 1}"#);
    assert_eq!(heard(&mut session), ["greeting", "Ready"]);
    session.advance_output(session.output().len());
    session
}

fn unanswered(id: CommandId) -> String {
    format!("{id:?} {:?}", Err::<(), _>(CommandError::Unanswered))
}

#[test]
fn commands_that_were_sent_before_have_no_result_and_those_after_are_sent() {
    let mut session = ready();
    let [first, second] = ["stop", "cont"].map(|name| session.execute(name, None));
    session.advance_output(session.output().len());
    session.receive(GREETING);
    assert_eq!(heard(&mut session), ["greeting".to_owned(), unanswered(first), unanswered(second)]);
    let queued = session.execute("query-status", None);
    // Yet another server, while the one before had not agreed.
    session.receive(GREETING);
    assert_eq!(heard(&mut session), ["greeting"]);
    session.receive(br#"{"return": {}, "id": 6}"#);
    assert_eq!(heard(&mut session), ["Ready"]);
    assert!(session.output().ends_with(b"{\"execute\":\"query-status\",\"id\":5}\n"));
    session.receive(br#"{"return": {}, "id": 2} {"return": 7, "id": 5}"#);
    let replies = heard(&mut session);
    assert!(replies[0].starts_with("StrayReply"), "{replies:?}");
    assert_eq!(replies[1..], [format!("{queued:?} Ok(\"7\")")]);
}

#[test]
fn what_was_not_sent_before_is_sent_to_the_other_server() {
    let mut session = ready();
    let [sent, begun, unsent] = ["stop", "cont", "query-name"].map(|name| session.execute(name, None));
    let stop = session.output().iter().position(|byte| *byte == b'\n').expect("a line");
    session.advance_output(stop + 5);
    session.receive(GREETING);
    assert_eq!(heard(&mut session), ["greeting".to_owned(), unanswered(sent), unanswered(begun)]);
    let output = String::from_utf8_lossy(session.output()).into_owned();
    assert!(output.starts_with("ecute\":\"cont\",\"id\":3}\n{\"execute\":\"qmp_capabilities\""), "{output}");
    assert_eq!(output.lines().count(), 2, "{output}");
    session.receive(br#"{"return": {}, "id": 5}"#);
    assert_eq!(heard(&mut session), ["Ready"]);
    assert!(session.output().ends_with(b"{\"execute\":\"query-name\",\"id\":4}\n"));
    session.receive(br#"{"return": 7, "id": 4}"#);
    assert_eq!(heard(&mut session), [format!("{unsent:?} Ok(\"7\")")]);
}

#[test]
fn the_first_agreement_counts_whichever_server_was_asked() {
    let mut session = Session::new();
    session.receive(&GREETING.repeat(2));
    assert_eq!(heard(&mut session), ["greeting", "greeting"]);
    assert_eq!(session.output(), b"{\"execute\":\"qmp_capabilities\",\"id\":2}\n");
    session.advance_output(session.output().len());
    session.receive(GREETING);
    assert_eq!(heard(&mut session), ["greeting"]);
    session.receive(
        br#"{"return": {}, "id": 2} {"error": {"class": "CommandNotFound", "desc": "again"}, "id": 3}"#,
    );
    let replies = heard(&mut session);
    assert_eq!(replies[0], "Ready");
    assert!(replies[1].starts_with("StrayReply"), "{replies:?}");
}

#[test]
fn a_blocking_client_ends_if_the_other_server_refuses() {
    let script = Script::new().greet().negotiate().receive("stop").greet();
    let script = script.receive("qmp_capabilities").refuse("GenericError", "no").hold();
    let server = MockServer::start([script]).expect("a listening socket");
    let mut client = blocking::connect(server.endpoint()).expect("a handshake");
    assert!(is_unanswered(&client.execute_within("stop", None, LONG)));
    for _ in 0..2 {
        let result = client.execute_within("cont", None, LONG);
        assert!(matches!(&result, Err(Error::Disconnected(Disconnected::Refused(_)))), "{result:?}");
        let result = client.next_event_within(LONG);
        assert!(matches!(&result, Err(Error::Disconnected(Disconnected::Refused(_)))), "{result:?}");
    }
}

fn taken_over() -> MockServer {
    let script = Script::new().greet().negotiate().receive("stop");
    let script = script.greet().negotiate().receive("query-name").reply(json!({"name": "vm"}));
    MockServer::start([script.hold()]).expect("a listening socket")
}

fn is_unanswered(result: &Result<Value, Error>) -> bool {
    matches!(result, Err(Error::Command(CommandError::Unanswered)))
}

#[test]
fn the_blocking_client_is_told_and_goes_on() {
    let server = taken_over();
    let mut client = blocking::connect(server.endpoint()).expect("a handshake");
    let result = client.execute_within("stop", None, LONG);
    assert!(is_unanswered(&result), "{result:?}");
    assert_eq!(client.execute("query-name", None).expect("a reply"), json!({"name": "vm"}));
}

#[tokio::test]
async fn so_is_the_tokio_client() {
    let server = taken_over();
    let (client, _items) = qmp_events::tokio::connect(server.endpoint()).await.expect("a handshake");
    let result = client.execute("stop", None).await;
    assert!(is_unanswered(&result), "{result:?}");
    assert_eq!(client.execute("query-name", None).await.expect("a reply"), json!({"name": "vm"}));
}

/// Another server takes over before the machine is known, and knows nothing but its name.
#[test]
fn a_blocking_tracker_asks_the_other_server() {
    let script = Script::new().greet().negotiate().receive("query-status").greet().negotiate();
    let script = Query::ALL.into_iter().fold(script, |script, query| {
        let script = script.receive(query.command());
        match query {
            Query::Name => script.reply(json!({"name": "second"})),
            _ => script.refuse("CommandNotFound", "unknown"),
        }
    });
    let server = MockServer::start([script.hold()]).expect("a listening socket");
    let mut tracker = Tracker::new(blocking::connect(server.endpoint()).expect("a handshake"));
    let machine = tracker.settle().expect("a machine");
    assert!(machine.is_up_to_date());
    assert_eq!(machine.name(), Some("second"));
}
