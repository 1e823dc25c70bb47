//! Replies over the message limit: whoever waits for one is told, on every way to the server.

use ::tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use qmp_events::protocol::{CommandError, CommandId, Incoming, Session};
use qmp_events::testing::{MockServer, Script};
use qmp_events::tokio::{Item, Options, ShareOptions};
use qmp_events::{Disconnected, Endpoint, Error, Event, blocking};
use serde_json::{Value, json};
use std::time::Duration;

const LIMIT: usize = 4096;
const LONG: Duration = Duration::from_secs(60);
const READY: &[u8] = br#"{"QMP": {}} {"return": {}, "id": 1}"#;

fn ready() -> Script {
    Script::new().greet().negotiate()
}

fn start(script: Script) -> MockServer {
    MockServer::start([script]).expect("a listening socket")
}

fn long() -> Value {
    json!("x".repeat(100_000))
}

fn too_long() -> CommandError {
    let problem = format!("the reply is longer than the limit of {LIMIT} bytes");
    CommandError::Undecodable { problem }
}

fn is_too_long<T>(result: &Result<T, Error>) -> bool {
    matches!(result, Err(Error::Command(error)) if *error == too_long())
}

/// A session after the negotiation.
fn session() -> Session {
    let mut session = Session::with_message_limit(LIMIT);
    session.receive(READY);
    while session.next_incoming().is_some() {}
    session
}

/// What a session makes of a stream, one word each.
fn hear(session: &mut Session, stream: &str) -> Vec<String> {
    session.receive(stream.as_bytes());
    let mut heard = Vec::new();
    while let Some(incoming) = session.next_incoming() {
        heard.push(match incoming {
            Incoming::Reply { id, result } => {
                format!("{id:?} {}", if result.is_ok() { "ok" } else { "lost" })
            }
            Incoming::Event(event) => event.name.into_owned(),
            Incoming::Skipped(_) => "skipped".to_owned(),
            other => format!("{other:?}"),
        });
    }
    heard
}

fn lost(id: CommandId) -> String {
    format!("{id:?} lost")
}

#[test]
fn a_reply_over_the_limit_is_reported_and_ends_the_oldest_command() {
    let mut session = session();
    let [first, second] = ["first", "second"].map(|name| session.execute(name, None));
    let stream = format!("{{\"return\": {}, \"id\": 2}}\r\n{{\"event\": \"STOP\"}}", long());
    assert_eq!(hear(&mut session, &stream), ["skipped", &lost(first), "STOP"]);
    assert_eq!(hear(&mut session, r#"{"return": 1, "id": 3}"#), [format!("{second:?} ok")]);
    // With nothing to be answered, it ends nothing.
    assert_eq!(hear(&mut session, &format!("{{\"return\": {}}}\r\n", long())), ["skipped"]);
}

#[test]
fn the_command_ends_before_the_next_event_is_handed_out_decoded() {
    let mut session = session();
    let id = session.execute("first", None);
    let stream = format!("{{\"return\": {}, \"id\": 2}}\r\n{{\"event\": \"STOP\"}}\r\n", long());
    session.receive(stream.as_bytes());
    assert!(matches!(session.next_decoded::<Event>(), Some(Incoming::Skipped(_))));
    let lost = Incoming::Reply { id, result: Err(too_long()) };
    assert_eq!(session.next_decoded::<Event>(), Some(lost));
    assert!(matches!(session.next_decoded::<Event>(), Some(Incoming::Event(Ok(_)))));
}

#[test]
fn an_event_over_the_limit_ends_no_command() {
    let timestamp = json!({"seconds": 1, "microseconds": 0});
    for head in
        [format!("\"timestamp\": {timestamp}, \"event\": \"LARGE\""), "\"event\": \"LARGE\"".to_owned()]
    {
        let mut session = session();
        let id = session.execute("first", None);
        let event = format!("{{{head}, \"data\": {{\"text\": {}}}}}\r\n", long());
        assert_eq!(hear(&mut session, &event), ["skipped"]);
        assert_eq!(hear(&mut session, r#"{"return": 1, "id": 2}"#), [format!("{id:?} ok")]);
    }
}

#[test]
fn a_command_that_waits_for_the_negotiation_is_not_ended_by_what_comes_before_it() {
    let mut session = Session::with_message_limit(LIMIT);
    let id = session.execute("early", None);
    let message = format!("{{\"return\": {}}}\r\n", long());
    assert_eq!(hear(&mut session, &message), ["skipped"]);
    session.receive(br#"{"QMP": {}}"#);
    assert!(matches!(session.next_incoming(), Some(Incoming::Greeting(_))));
    assert_eq!(hear(&mut session, &message), ["skipped"]);
    let heard = hear(&mut session, r#"{"return": {}, "id": 2} {"return": 1, "id": 1}"#);
    assert_eq!(heard, ["Ready".to_owned(), format!("{id:?} ok")]);
}

#[test]
fn the_blocking_client_fails_the_command_and_goes_on() {
    let script = ready().receive("long").reply(long()).receive("short").reply(json!(1));
    let server = start(script.event("SHUTDOWN", Value::Null));
    let mut client = blocking::Options::new().message_limit(LIMIT).connect(server.endpoint()).expect("it");
    // For ever would be a reason of its own to fail.
    let result = client.execute_within("long", None, LONG);
    assert!(is_too_long(&result), "{result:?}");
    assert_eq!(client.execute("short", None).expect("a reply"), 1);
    let error = client.next_event().expect_err("the report").to_string();
    assert!(error.contains("over the limit of 4096 bytes"), "{error}");
    assert!(client.next_event().expect("an event").is_some());
    server.finish().expect("the script was played");
}

#[tokio::test]
async fn the_tokio_client_fails_the_command_and_goes_on() {
    let script = ready().receive("long").receive("short").reply(long()).reply(json!(1));
    let server = start(script.event("SHUTDOWN", Value::Null));
    let options = Options::new().message_limit(LIMIT);
    let (client, mut items) = options.connect(server.endpoint()).await.expect("a handshake");
    let (long, short) = ::tokio::join!(client.execute("long", None), client.execute("short", None));
    assert!(is_too_long(&long), "{long:?}");
    assert_eq!(short.expect("a reply"), 1);
    assert!(matches!(items.next().await, Some(Item::Connected(_))));
    let report = items.next().await;
    assert!(
        matches!(&report, Some(Item::Malformed(it)) if it.to_string().contains("over the limit")),
        "{report:?}"
    );
    assert!(matches!(items.next().await, Some(Item::Event(_))));
    assert!(matches!(items.next().await, Some(Item::Disconnected(Disconnected::Closed { .. }))));
}

#[cfg(unix)]
#[tokio::test]
async fn a_client_of_a_shared_socket_is_told() {
    let server = start(ready().receive("long").reply(long()).hold());
    let options = Options::new().message_limit(LIMIT);
    let (client, items) = options.connect(server.endpoint()).await.expect("a handshake");
    let path = std::env::temp_dir().join(format!("qmp-events-overlong-{}.sock", std::process::id()));
    let mut share = ShareOptions::new().allow(["long"]).bind(Endpoint::from(&path)).await.expect("a socket");
    let forwarding = client.clone();
    let forward = ::tokio::spawn(async move { share.forward(forwarding, items).await });
    let mut talk = BufReader::new(::tokio::net::UnixStream::connect(&path).await.expect("a server"));
    let said = br#"{"execute": "qmp_capabilities"} {"execute": "long", "id": "a"}"#;
    talk.get_mut().write_all(said).await.expect("a server");
    let mut line = String::new();
    for _ in 0..3 {
        line.clear();
        ::tokio::time::timeout(LONG, talk.read_line(&mut line)).await.expect("a line").expect("a server");
    }
    let reply: Value = serde_json::from_str(&line).expect("JSON");
    assert_eq!((&reply["id"], &reply["error"]["desc"]), (&json!("a"), &json!(too_long().to_string())));
    client.close();
    forward.await.expect("no panic");
}
