//! A shared monitor: what its clients get, whatever they do, and whatever the machine does.

use ::tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use ::tokio::net::UnixStream;
use qmp_events::protocol::{Greeting, Incoming, Session};
use qmp_events::testing::{MockServer, Script};
use qmp_events::tokio::{Client, Item, Options, Share, ShareOptions, connect};
use qmp_events::{Disconnected, Endpoint, Error, Event, blocking};
use serde_json::{Value, json};
use std::io::ErrorKind;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

/// How many clients one share serves at a time.
const CLIENTS: usize = 64;

const LONG: Duration = Duration::from_secs(60);

static SOCKETS: AtomicU32 = AtomicU32::new(0);

fn socket() -> PathBuf {
    let number = SOCKETS.fetch_add(1, Ordering::Relaxed);
    std::env::temp_dir().join(format!("qmp-events-share-{}-{number}.sock", std::process::id()))
}

async fn bind(options: ShareOptions) -> (Share, PathBuf) {
    let path = socket();
    (options.bind(Endpoint::from(&path)).await.expect("a socket"), path)
}

fn greeting() -> Arc<Greeting> {
    let mut session = Session::new();
    session.receive(
        br#"{"QMP": {"version": {"qemu": {"micro": 2, "minor": 1, "major": 10}, "package": "p"}, "capabilities": ["oob", "x"]}}"#,
    );
    let Some(Incoming::Greeting(greeting)) = session.next_incoming() else { panic!("no greeting") };
    Arc::new(greeting)
}

/// A client by hand.
struct Talk(BufReader<UnixStream>);

impl Talk {
    async fn open(path: &PathBuf) -> Self {
        Talk(BufReader::new(UnixStream::connect(path).await.expect("a server")))
    }

    async fn say(&mut self, text: &str) {
        self.0.get_mut().write_all(text.as_bytes()).await.expect("a server");
    }

    /// The next line; empty at the end.
    async fn line(&mut self) -> String {
        let mut line = String::new();
        self.0.read_line(&mut line).await.expect("a server");
        line.trim_end().to_owned()
    }

    /// The next line with this text, and those before it.
    async fn until(&mut self, text: &str) -> (Vec<String>, String) {
        let mut before = Vec::new();
        loop {
            let line = self.line().await;
            assert!(!line.is_empty(), "{text} after {before:?}");
            if line.contains(text) {
                return (before, line);
            }
            before.push(line);
        }
    }

    async fn negotiated(path: &PathBuf) -> Self {
        let mut talk = Self::open(path).await;
        assert!(talk.line().await.starts_with("{\"QMP\": "));
        talk.say("{\"execute\": \"qmp_capabilities\"}").await;
        assert_eq!(talk.line().await, r#"{"return": {}}"#);
        talk
    }
}

#[::tokio::test]
async fn a_client_is_greeted_as_by_the_monitor_and_gets_the_events_as_they_came_each_in_a_line() {
    let (mut share, path) = bind(ShareOptions::new()).await;
    share.connected(greeting());
    share.event(b"{\"event\": \"EARLY\"}");
    let mut talk = Talk::open(&path).await;
    let greeting: Value = serde_json::from_str(&talk.line().await).expect("JSON");
    assert_eq!(
        greeting,
        json!({"QMP": {"version": {"qemu": {"micro": 2, "minor": 1, "major": 10}, "package": "p"}, "capabilities": ["x"]}})
    );
    share.event(b"{\"event\": \"TOO_EARLY\"}");
    talk.say("{\"execute\": \"query-status\", \"id\": 1}\n{\"execute\": \"qmp_capabilities\", \"id\": {}}")
        .await;
    assert!(talk.line().await.contains("CommandNotFound"));
    assert_eq!(talk.line().await, r#"{"return": {}, "id": {}}"#);
    let odd = "{ \"event\" :\t\"ODD\", \"data\": {\"n\": 1.50, \"text\": \"\\u00e9\"} }";
    share.event(odd.as_bytes());
    assert_eq!(talk.line().await, odd);
    // As QEMU writes them with pretty=on.
    share.event(b"{\r\n    \"event\": \"STOP\"\r\n}");
    assert_eq!(talk.line().await, "{      \"event\": \"STOP\"  }");
}

#[::tokio::test]
async fn both_clients_of_this_crate_connect() {
    let (mut share, path) = bind(ShareOptions::new()).await;
    share.connected(greeting());
    let endpoint = share.endpoint().clone();
    let (client, mut items) = connect(endpoint.clone()).await.expect("a handshake");
    let refused = client.execute("stop", None).await.expect_err("no client executes it");
    assert!(refused.to_string().contains("only the events of this machine are shared"), "{refused}");
    let blocking = ::tokio::task::spawn_blocking(|| blocking::connect(endpoint).expect("a handshake"));
    let mut blocking = blocking.await.expect("no panic");
    share.event(b"{\"event\": \"STOP\"}");
    let Some(Item::Connected(connected)) = items.next().await else { panic!("no connection") };
    assert_eq!((connected.version, &*connected.package), (greeting().version, "p"));
    assert!(
        matches!(items.next().await, Some(Item::Event(message)) if matches!(message.event, Event::Stop(_)))
    );
    let message = ::tokio::task::spawn_blocking(move || blocking.events().next());
    assert!(matches!(message.await, Ok(Some(Ok(message))) if matches!(message.event, Event::Stop(_))));
    share.close().await;
    assert!(matches!(items.next().await, Some(Item::Disconnected(Disconnected::Closed { .. }))));
    assert!(!path.exists());
}

#[::tokio::test]
async fn clients_end_with_the_machine_and_later_ones_wait_for_it() {
    let (mut share, path) = bind(ShareOptions::new()).await;
    let mut early = Talk::open(&path).await;
    early.say("{\"execute\": \"qmp_capabilities\"}").await;
    share.connected(greeting());
    assert!(early.line().await.starts_with("{\"QMP\""));
    assert_eq!(early.line().await, r#"{"return": {}}"#);
    let mut silent = Talk::open(&path).await;
    assert!(silent.line().await.starts_with("{\"QMP\""));
    for name in ["A", "B", "SHUTDOWN"] {
        share.event(format!("{{\"event\": \"{name}\"}}").as_bytes());
    }
    share.disconnected();
    for name in ["A", "B", "SHUTDOWN"] {
        assert_eq!(early.line().await, format!("{{\"event\": \"{name}\"}}"));
    }
    for talk in [&mut early, &mut silent] {
        assert_eq!(talk.line().await, "");
    }
    let mut next = Talk::open(&path).await;
    share.event(b"{\"event\": \"NOBODY\"}");
    share.connected(greeting());
    assert!(next.line().await.starts_with("{\"QMP\""));
}

#[::tokio::test]
async fn a_client_that_says_all_at_once_and_leaves_is_answered() {
    let (mut share, path) = bind(ShareOptions::new()).await;
    share.connected(greeting());
    let mut talk = Talk::open(&path).await;
    talk.say("{\"execute\": \"qmp_capabilities\"} garbage\r\n{\"execute\": \"x\", \"id\": 2} {\"exec").await;
    talk.0.get_mut().shutdown().await.expect("a server");
    let mut text = String::new();
    talk.0.read_to_string(&mut text).await.expect("a server");
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 5, "{text}");
    assert!(lines[2].contains("GenericError") && lines[3].ends_with(", \"id\": 2}"), "{text}");
}

#[::tokio::test]
async fn allowed_commands_are_executed_and_replies_go_to_who_asked() {
    let script = Script::new().greet().negotiate();
    let script = script.receive("query-name").event("FIRST", Value::Null);
    let script = script.receive("blockdev-add").event("SECOND", Value::Null).receive("query-name");
    let script = script.reply(json!({"name": "web"})).refuse("DeviceNotFound", "no such device");
    let script = script.event("LAST", Value::Null).reply(json!({"name": "db"})).hold();
    let server = MockServer::start([script]).expect("a socket");
    let (client, items) = connect(server.endpoint()).await.expect("a handshake");
    let (mut share, path) = bind(ShareOptions::new().allow(["query-name"]).allow(["blockdev-add"])).await;
    let forwarding = client.clone();
    let forward = ::tokio::spawn(async move { share.forward(forwarding, items).await });

    let [mut one, mut two, mut three] =
        [Talk::negotiated(&path).await, Talk::negotiated(&path).await, Talk::negotiated(&path).await];
    one.say(r#"{"execute": "quit", "id": 0}"#).await;
    let refused = one.line().await;
    assert!(refused.contains("CommandNotFound") && refused.contains("quit is not allowed"), "{refused}");
    one.say(r#"{"execute": "query-name", "id": "one"}"#).await;
    one.until("FIRST").await;
    two.say(r#"{"execute": "blockdev-add", "arguments": {"n": 18446744073709551615}, "id": 7}"#).await;
    two.until("SECOND").await;
    three.say(r#"{"execute": "query-name"}"#).await;
    assert_eq!(one.until("one").await.1, r#"{"return": {"name":"web"}, "id": "one"}"#);
    let refused = two.until("no such device").await.1;
    assert_eq!(refused, r#"{"error": {"class": "DeviceNotFound", "desc": "no such device"}, "id": 7}"#);
    let (before, reply) = three.until("return").await;
    assert_eq!(reply, r#"{"return": {"name":"db"}}"#);
    assert!(
        before.last().is_some_and(|event| event.contains("LAST")),
        "an event precedes the reply: {before:?}"
    );
    client.close();
    forward.await.expect("no panic");
    drop((one, two, three));
    let commands = server.finish().expect("the script");
    assert_eq!(commands[2]["arguments"], json!({"n": 18_446_744_073_709_551_615_u64}));
}

#[::tokio::test]
async fn a_client_that_never_reads_lags_by_itself() {
    const EVENTS: usize = 1500;
    let (mut share, path) = bind(ShareOptions::new().capacity(100)).await;
    share.connected(greeting());
    let mut slow = Talk::negotiated(&path).await;
    let (_, mut items) = Options::new().connect(Endpoint::from(&path)).await.expect("a handshake");
    assert!(matches!(items.next().await, Some(Item::Connected(_))));
    let padding = "x".repeat(1000);
    for number in 0..EVENTS {
        share.event(
            format!("{{\"event\": \"E\", \"data\": {{\"n\": {number}, \"x\": \"{padding}\"}}}}").as_bytes(),
        );
        // The one that reads keeps up, whatever the other does.
        let Some(Item::Event(message)) = items.next().await else { panic!("event {number}") };
        let Event::Unknown(event) = message.event else { panic!("a known event") };
        assert_eq!(event.data.expect("data").to_value()["n"], number);
    }
    share.disconnected();
    let (mut next, mut missed, mut lags) = (0, 0, 0);
    loop {
        let line = slow.line().await;
        if line.is_empty() {
            break;
        }
        let event: Value = serde_json::from_str(&line).expect("JSON");
        if event["event"] == "__org.qmp-events_LAGGED" {
            let decoded: qmp_events::EventMessage = line.parse().expect("an event");
            assert!(decoded.timestamp.is_some_and(|time| time.is_known()));
            let count = event["data"]["missed"].as_u64().expect("a number");
            (next, missed, lags) = (next + count, missed + count, lags + 1);
        } else {
            assert_eq!(event["data"]["n"], next, "in order, and none is missing without a word");
            next += 1;
        }
    }
    assert_eq!(next, EVENTS as u64);
    assert!(lags > 0 && missed > 500, "{lags} lags, {missed} missed");
}

#[::tokio::test]
async fn a_client_over_the_bound_waits_and_is_greeted_when_another_leaves() {
    let (mut share, path) = bind(ShareOptions::new()).await;
    share.connected(greeting());
    let mut talks = Vec::new();
    for _ in 0..CLIENTS {
        talks.push(Talk::negotiated(&path).await);
    }
    let mut late = Talk::open(&path).await;
    share.event(b"{\"event\": \"STOP\"}");
    for talk in &mut talks {
        assert_eq!(talk.line().await, "{\"event\": \"STOP\"}");
    }
    // All others were served meanwhile.
    let read = late.0.get_ref().try_read(&mut [0; 100]);
    assert!(matches!(&read, Err(error) if error.kind() == ErrorKind::WouldBlock), "{read:?}");
    talks.pop();
    let line = ::tokio::time::timeout(LONG, late.line()).await.expect("a greeting");
    assert!(line.starts_with("{\"QMP\": "), "{line}");
    late.say("{\"execute\": \"qmp_capabilities\"}").await;
    assert_eq!(late.line().await, r#"{"return": {}}"#);
}

#[::tokio::test]
async fn nothing_is_kept_for_a_client_that_floods_and_has_not_negotiated() {
    let (mut share, path) = bind(ShareOptions::new()).await;
    share.connected(greeting());
    let mut flood = Talk::open(&path).await;
    // It comes in one read, and the answers are more than a socket takes.
    flood.say(&("x\n".repeat(2000) + "{\"execute\": \"qmp_capabilities\"}\n")).await;
    let mut talk = Talk::negotiated(&path).await;
    share.event(b"{\"event\": \"EARLY\"}");
    assert_eq!(talk.line().await, "{\"event\": \"EARLY\"}");
    flood.until(r#"{"return": {}}"#).await;
    share.event(b"{\"event\": \"LATE\"}");
    assert_eq!(flood.line().await, "{\"event\": \"LATE\"}");
}

#[::tokio::test]
async fn closing_gives_clients_what_waits_for_them() {
    let (mut share, path) = bind(ShareOptions::new()).await;
    let mut waiting = Talk::open(&path).await;
    share.connected(greeting());
    let mut talk = Talk::negotiated(&path).await;
    assert!(waiting.line().await.starts_with("{\"QMP\""));
    for _ in 0..1000 {
        share.event(b"{\"event\": \"STOP\"}");
    }
    let closing = ::tokio::spawn(share.close());
    for _ in 0..1000 {
        assert_eq!(talk.line().await, "{\"event\": \"STOP\"}");
    }
    assert_eq!(talk.line().await, "");
    assert_eq!(waiting.line().await, "");
    closing.await.expect("no panic");
    assert!(!path.exists());
    // Nor does one that was never greeted keep it.
    let (share, path) = bind(ShareOptions::new()).await;
    let mut waiting = Talk::open(&path).await;
    share.close().await;
    // It may not even have been accepted.
    waiting.0.read_u8().await.expect_err("the end");
}

#[::tokio::test]
async fn lag_of_the_monitors_own_reader_is_told_to_all() {
    let (mut share, path) = bind(ShareOptions::new()).await;
    share.connected(greeting());
    let mut talk = Talk::negotiated(&path).await;
    share.lagged(5);
    let line = talk.line().await;
    assert!(line.contains("__org.qmp-events_LAGGED") && line.contains("\"missed\":5"), "{line}");
}

#[::tokio::test]
async fn over_tcp_it_is_shared_as_well_and_a_used_address_is_an_error() {
    let mut share = ShareOptions::new().bind("tcp:127.0.0.1:0").await.expect("a port");
    share.connected(greeting());
    let (client, _items) = connect(share.endpoint().clone()).await.expect("a handshake");
    assert!(matches!(client.execute("x", None).await, Err(Error::Command(_))));
    ShareOptions::new().bind(share.endpoint().clone()).await.expect_err("the port is taken");
    let (_share, path) = bind(ShareOptions::new()).await;
    ShareOptions::new().bind(Endpoint::from(&path)).await.expect_err("somebody listens");
}

#[::tokio::test]
async fn a_reconnecting_monitor_ends_its_clients_and_greets_them_again() {
    // A client that reconnects asks each server who it is.
    let script = || Script::new().greet().negotiate().receive("query-cpus-fast").reply(json!([])).pause();
    let server = MockServer::start([script(), script()]).expect("a socket");
    let backoff = qmp_events::tokio::Backoff::new(
        std::time::Duration::from_millis(1),
        std::time::Duration::from_millis(2),
    );
    let (client, mut items): (Client, _) =
        Options::new().reconnect(backoff).connect(server.endpoint()).await.expect("a handshake");
    let others = client.subscribe();
    let (mut share, path) = bind(ShareOptions::new()).await;
    ::tokio::spawn(async move { share.forward(client, others).await });
    let mut talk = Talk::negotiated(&path).await;
    server.resume();
    assert_eq!(talk.line().await, "");
    while !matches!(items.next().await.expect("it goes on"), Item::Gap(_)) {}
    Talk::negotiated(&path).await;
    server.resume();
}
