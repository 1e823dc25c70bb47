//! The tokio client against scripted servers.

use ::tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, DuplexStream, duplex};
use qmp_events::testing::{MockServer, Script};
use qmp_events::tokio::{Backoff, Client, DeliverAs, Item, Options, Peer, Subscription, connect};
use qmp_events::{Disconnected, Error, Event, EventMessage};
use serde_json::{Value, json};
use std::time::Duration;

const MOMENT: Duration = Duration::from_millis(20);
const LONG: Duration = Duration::from_secs(60);

fn start(scripts: impl IntoIterator<Item = Script>) -> MockServer {
    MockServer::start(scripts).expect("a listening socket")
}

fn ready() -> Script {
    Script::new().greet().negotiate()
}

fn say<M: DeliverAs>(item: Item<M>, event: impl Fn(M) -> String) -> String {
    match item {
        Item::Connected(greeting) => format!("connected to {greeting}"),
        Item::Event(message) => event(message),
        Item::Malformed(malformed) => format!("malformed: {malformed}"),
        Item::Lagged { missed: count } => format!("lagged by {count}"),
        Item::Gap(gap) => format!("gap: {}", gap.peer),
        Item::Disconnected(cause) => format!("disconnected: {cause}"),
        other => panic!("{:?}", std::mem::discriminant(&other)),
    }
}

fn name(message: EventMessage) -> String {
    message.event.name().to_owned()
}

pub(super) async fn hear(mut events: Subscription) -> Vec<String> {
    let mut heard = Vec::new();
    while let Some(item) = events.next().await {
        heard.push(say(item, name));
    }
    heard
}

const CONNECTED: &str = "connected to QEMU 10.0.0";
const ENDED: &str = "disconnected: the server closed the connection after SHUTDOWN";

#[tokio::test]
async fn a_stream_goes_from_connected_to_disconnected_and_ends() {
    let server = start([ready().event("STOP", Value::Null).event("SHUTDOWN", Value::Null)]);
    let (_client, events) = connect(server.endpoint()).await.expect("a handshake");
    assert_eq!(hear(events).await, [CONNECTED, "STOP", "SHUTDOWN", ENDED]);
    server.finish().expect("the script was played");
}

#[tokio::test]
async fn early_events_follow_connected_in_their_order() {
    let script = Script::new()
        .event("STOP", Value::Null)
        .greet()
        .receive("qmp_capabilities")
        .event("RESUME", Value::Null)
        .reply(json!({}))
        .event("SHUTDOWN", Value::Null);
    let server = start([script]);
    let (_client, events) = connect(server.endpoint()).await.expect("a handshake");
    assert_eq!(hear(events).await, [CONNECTED, "STOP", "RESUME", "SHUTDOWN", ENDED]);
}

#[tokio::test]
async fn events_of_a_handshake_that_fails_are_delivered() {
    let server = start([Script::new().event("STOP", Value::Null)]);
    let (_client, events) = Options::new().start(server.endpoint()).expect("an endpoint");
    let end = "disconnected: the server closed the connection without SHUTDOWN";
    assert_eq!(hear(events).await, ["STOP", end]);
}

#[tokio::test]
async fn a_killed_server_is_not_silence() {
    let server = start([ready().event("STOP", Value::Null).send("{\"event\": \"RES")]);
    let (client, events) = connect(server.endpoint()).await.expect("a handshake");
    let heard = hear(events).await;
    assert_eq!(heard[..2], [CONNECTED, "STOP"]);
    assert!(heard[2].starts_with("malformed: the stream ended inside a message"), "{heard:?}");
    assert_eq!(heard[3], "disconnected: the server closed the connection without SHUTDOWN");
    let error = client.execute("query-status", None).await.expect_err("no connection");
    assert!(
        matches!(error, Error::Disconnected(Disconnected::Closed { after_shutdown: false })),
        "{error:?}"
    );
    assert!(client.greeting().is_none());
}

#[tokio::test]
async fn a_command_in_flight_fails_with_the_reason_when_the_connection_ends() {
    let server = start([ready().receive("quit").event("SHUTDOWN", Value::Null)]);
    let (client, _events) = connect(server.endpoint()).await.expect("a handshake");
    let error = client.execute("quit", None).await.expect_err("no reply");
    assert!(matches!(error, Error::Disconnected(Disconnected::Closed { after_shutdown: true })), "{error:?}");
}

#[tokio::test]
async fn malformed_messages_end_nothing() {
    let script = ready().send("garbage\r\n").message(&json!({"event": 7})).event("SHUTDOWN", Value::Null);
    let server = start([script]);
    let (_client, events) = connect(server.endpoint()).await.expect("a handshake");
    let heard = hear(events).await;
    assert!(heard[1].starts_with("malformed: skipped 9 bytes"), "{heard:?}");
    assert!(heard[2].starts_with("malformed: "), "{heard:?}");
    assert_eq!(heard[3..], ["SHUTDOWN", ENDED]);
}

#[tokio::test]
async fn replies_reach_their_commands_even_out_of_order() {
    let script = ready()
        .receive("first")
        .receive("second")
        .send(r#"{"return": "foreign", "id": "x"}{"return": 2, "id": 3}"#)
        .reply(json!(1))
        .hold();
    let server = start([script]);
    let (client, _events) = connect(server.endpoint()).await.expect("a handshake");
    let first = client.execute("first", None);
    let second = client.execute("second", json!({"a": 1}));
    let (first, second) = tokio::join!(first, second);
    assert_eq!(second.expect("a reply"), 2);
    assert_eq!(first.expect("a reply"), 1);
}

#[tokio::test]
async fn a_busy_monitor_is_named_as_the_probable_cause() {
    let server = start([Script::new().hold()]);
    let options = Options::new().handshake_timeout(MOMENT);
    let error = options.connect(server.endpoint()).await.expect_err("no greeting");
    assert!(error.to_string().contains("probably serves another client"), "{error}");
}

#[tokio::test]
async fn a_negotiation_without_answer_times_out() {
    let server = start([Script::new().greet().hold()]);
    let options = Options::new().handshake_timeout(MOMENT);
    let error = options.connect(server.endpoint()).await.expect_err("no reply");
    let greeted =
        |e: &Error| matches!(e, Error::Disconnected(Disconnected::HandshakeTimedOut { greeted: true, .. }));
    assert!(greeted(&error), "{error:?}");
}

#[tokio::test]
async fn a_slow_subscriber_lags_and_is_told_by_how_many() {
    let mut script = ready().receive("go");
    for number in 0..100 {
        script = script.event("E", json!({"number": number}));
    }
    let server = start([script.event("SHUTDOWN", Value::Null)]);
    let (client, fast) = connect(server.endpoint()).await.expect("a handshake");
    let slow = client.subscribe().with_capacity(10);
    let _ = client.execute("go", None).await;
    let fast = hear(fast).await;
    assert_eq!(fast.len(), 1 + 100 + 2, "the fast subscriber misses nothing: {fast:?}");
    let slow = hear(slow).await;
    assert_eq!(slow.len(), 1 + 10, "{slow:?}");
    assert!(slow[0].starts_with("connected"), "what is said of the connection is kept: {slow:?}");
    assert_eq!(slow[1], "lagged by 93", "all but the last seven of a hundred events");
    assert_eq!(slow[9..], ["SHUTDOWN", ENDED]);
}

#[tokio::test]
async fn a_subscriber_that_never_reads_stalls_neither_commands_nor_others() {
    let mut script = ready();
    for round in 0..50 {
        script = script.receive("go").event("E", json!({"text": "x".repeat(100_000)})).reply(json!(round));
    }
    let server = start([script.hold()]);
    let (client, mut fast) = connect(server.endpoint()).await.expect("a handshake");
    let _stuck = client.subscribe().with_capacity(1);
    assert!(matches!(fast.next().await, Some(Item::Connected(_))));
    for round in 0..50 {
        assert_eq!(client.execute("go", None).await.expect("a reply"), round);
        assert!(matches!(fast.next().await, Some(Item::Event(_))));
    }
}

#[tokio::test]
async fn a_queue_is_bounded_in_bytes_too() {
    let mut script = ready().receive("go");
    for _ in 0..18 {
        script = script.event("LARGE", json!({"text": "x".repeat(1 << 20)}));
    }
    let server = start([script.event("SHUTDOWN", Value::Null)]);
    let (client, stuck) = connect(server.endpoint()).await.expect("a handshake");
    let _ = client.execute("go", None).await;
    let heard = hear(stuck).await;
    let events = heard.iter().filter(|line| *line == "LARGE").count();
    assert_eq!(events, 15, "of a MiB and some each, under a limit of 16 MiB");
    assert_eq!(heard[1], "lagged by 3");
}

#[tokio::test]
async fn a_late_subscriber_begins_with_the_state_of_the_connection() {
    let server = start([ready().receive("quit").event("SHUTDOWN", Value::Null)]);
    let (client, mut events) = connect(server.endpoint()).await.expect("a handshake");
    let late = client.subscribe();
    let _ = client.execute("quit", None).await;
    while events.next().await.is_some() {}
    assert_eq!(hear(late).await, [CONNECTED, "SHUTDOWN", ENDED]);
    assert_eq!(hear(client.subscribe()).await, [ENDED]);
}

#[tokio::test]
async fn a_filter_leaves_events_out_and_nothing_else() {
    let script =
        ready().event("STOP", Value::Null).event("RESET", Value::Null).event("SHUTDOWN", Value::Null);
    let server = start([script]);
    let (_client, events) = connect(server.endpoint()).await.expect("a handshake");
    let events = events.with_filter(|name| name.starts_with('R'));
    assert_eq!(hear(events).await, [CONNECTED, "RESET", ENDED]);
}

#[tokio::test]
async fn events_can_be_had_as_they_came() {
    let server = start([ready().send("{ \"event\" : \"SHUTDOWN\" }")]);
    let (_client, events) = connect(server.endpoint()).await.expect("a handshake");
    let mut events = events.raw();
    let mut heard = Vec::new();
    while let Some(item) = events.next().await {
        heard.push(say(item, |json| String::from_utf8_lossy(&json).into_owned()));
    }
    assert_eq!(heard, [CONNECTED, "{ \"event\" : \"SHUTDOWN\" }", ENDED]);
}

fn unplugged(message: EventMessage) -> Option<bool> {
    match message.event {
        Event::DeviceDeleted(e) if e.device.as_deref() == Some("net0") => Some(true),
        Event::DeviceUnplugGuestError(e) if e.device.as_deref() == Some("net0") => Some(false),
        _ => None,
    }
}

#[tokio::test]
async fn a_wait_sees_the_event_that_comes_before_the_reply() {
    let script = ready()
        .receive("device_del")
        .event("DEVICE_DELETED", json!({"path": "/machine/peripheral/net0/virtio-backend"}))
        .event("DEVICE_DELETED", json!({"device": "net0", "path": "/machine/peripheral/net0"}))
        .reply(json!({}))
        .hold();
    let server = start([script]);
    let (client, _events) = connect(server.endpoint()).await.expect("a handshake");
    let wait = client.wait_for(unplugged).after_command("device_del", json!({"id": "net0"})).timeout(LONG);
    assert!(wait.await.expect("the event"));
}

#[tokio::test]
async fn a_wait_takes_the_alternative() {
    let script = ready()
        .receive("device_del")
        .reply(json!({}))
        .event("DEVICE_UNPLUG_GUEST_ERROR", json!({"device": "net0", "path": "/machine/peripheral/net0"}))
        .hold();
    let server = start([script]);
    let (client, _events) = connect(server.endpoint()).await.expect("a handshake");
    let wait = client.wait_for(unplugged).after_command("device_del", json!({"id": "net0"}));
    assert!(!wait.await.expect("the alternative"));
}

#[tokio::test]
async fn a_wait_ends_with_the_refusal_of_its_command() {
    let server = start([ready().receive("device_del").refuse("DeviceNotFound", "no net0").hold()]);
    let (client, _events) = connect(server.endpoint()).await.expect("a handshake");
    let error =
        client.wait_for(unplugged).after_command("device_del", json!({"id": "net0"})).await.expect_err("no");
    assert_eq!(error.to_string(), "no net0 (DeviceNotFound)");
}

#[tokio::test]
async fn a_wait_ends_at_its_deadline() {
    let server = start([ready().hold()]);
    let (client, _events) = connect(server.endpoint()).await.expect("a handshake");
    let error = client.wait_for(unplugged).timeout(MOMENT).await.expect_err("nothing comes");
    assert!(matches!(error, Error::TimedOut { after: Some(MOMENT) }), "{error:?}");
}

#[tokio::test]
async fn a_wait_ends_with_the_reason_when_the_connection_does_even_if_it_is_made_again() {
    let first = identified(ready(), 100).receive("device_del").reply(json!({}));
    let server = start([first, identified(ready(), 100).hold()]);
    let options = Options::new().reconnect(Backoff::new(Duration::ZERO, Duration::ZERO));
    let (client, _events) = options.connect(server.endpoint()).await.expect("a handshake");
    let error = client
        .wait_for(unplugged)
        .after_command("device_del", json!({"id": "net0"}))
        .await
        .expect_err("the end");
    assert!(
        matches!(error, Error::Disconnected(Disconnected::Closed { after_shutdown: false })),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_dropped_wait_or_command_leaves_the_connection_as_it_was() {
    let script = ready().receive("slow").receive("fast").reply(json!("slow")).reply(json!("fast")).hold();
    let server = start([script]);
    let (client, _events) = connect(server.endpoint()).await.expect("a handshake");
    let slow = tokio::time::timeout(MOMENT, client.execute("slow", None)).await;
    assert!(slow.is_err(), "no reply comes");
    drop(client.wait_for(unplugged));
    assert_eq!(client.execute("fast", None).await.expect("a reply"), "fast");
}

/// What a reconnecting client asks first.
fn identified(script: Script, thread: u32) -> Script {
    script.receive("query-cpus-fast").reply(json!([{"cpu-index": 0, "thread-id": thread}]))
}

#[tokio::test]
async fn a_reconnect_tells_the_same_qemu_after_a_gap_from_another_one() {
    let server = start([
        identified(ready(), 100).event("STOP", Value::Null),
        identified(ready().event("EARLY", Value::Null), 100).event("RESUME", Value::Null),
        identified(ready(), 200).event("RESET", Value::Null),
        ready()
            .receive("query-cpus-fast")
            .refuse("CommandNotFound", "")
            .event("SHUTDOWN", Value::Null)
            .hold(),
    ]);
    let options = Options::new().reconnect(Backoff::new(Duration::ZERO, Duration::ZERO));
    let (client, mut events) = options.connect(server.endpoint()).await.expect("a handshake");
    let mut heard = Vec::new();
    while heard.last().is_none_or(|line| line != "SHUTDOWN") {
        heard.push(say(events.next().await.expect("a reconnecting stream does not end"), name));
    }
    let closed = "disconnected: the server closed the connection without SHUTDOWN";
    let same = if cfg!(target_os = "linux") { "gap: the same QEMU" } else { "gap: perhaps another QEMU" };
    let connections = [
        vec![CONNECTED, "STOP", closed],
        vec![same, CONNECTED, "EARLY", "RESUME", closed],
        vec!["gap: another QEMU", CONNECTED, "RESET", closed],
        vec![same, CONNECTED, "SHUTDOWN"],
    ];
    assert_eq!(heard, connections.concat());
    client.close();
    assert_eq!(hear(events).await, ["disconnected: the connection was closed on this side"]);
}

#[tokio::test]
async fn over_tcp_the_same_qemu_cannot_be_proved() {
    let scripts = [identified(ready(), 100), identified(ready(), 100).hold()];
    let server = MockServer::start_tcp(scripts).expect("a listening socket");
    let options = Options::new().reconnect(Backoff::new(Duration::ZERO, Duration::ZERO));
    let (_client, mut events) = options.connect(server.endpoint()).await.expect("a handshake");
    loop {
        if let Some(Item::Gap(gap)) = events.next().await {
            return assert_eq!(gap.peer, Peer::Unknown);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_client_waits_for_a_server_that_does_not_run_yet() {
    let (sender, mut streams) = tokio::sync::mpsc::channel::<DuplexStream>(1);
    let connector = move || {
        let stream = streams.try_recv().map_err(|_| std::io::ErrorKind::ConnectionRefused.into());
        std::future::ready(stream)
    };
    let options = Options::new().reconnect(Backoff::default());
    let (client, mut events) = options.start_with(connector);
    assert!(matches!(events.next().await, Some(Item::Disconnected(Disconnected::NotConnected(_)))));
    let error = client.execute("query-status", None).await.expect_err("no connection");
    assert!(matches!(error, Error::Disconnected(Disconnected::NotConnected(_))), "{error:?}");
    let (near, mut far) = duplex(4096);
    sender.send(near).await.expect("the connector lives");
    far.write_all(br#"{"QMP": {}}{"return": {}, "id": 1}{"return": [], "id": 2}"#).await.expect("room");
    let item = events.next().await.expect("a connection");
    assert!(matches!(item, Item::Connected(_)), "the same failure is not said twice: {item:?}");
}

#[tokio::test]
async fn any_asynchronous_stream_will_do_and_is_closed_with_the_last_handle() {
    let (near, mut far) = duplex(16);
    let server = tokio::spawn(async move {
        far.write_all(br#"{"QMP": {}}"#).await.expect("a reader");
        let mut far = BufReader::new(far);
        let mut sent = String::new();
        far.read_line(&mut sent).await.expect("a command");
        far.write_all(br#"{"return": {}, "id": 1}{"event": "STOP"}"#).await.expect("a reader");
        far.read_to_string(&mut sent).await.expect("text");
        sent
    });
    let (client, mut events) = Options::new().from_stream(near).await.expect("a handshake");
    assert!(matches!(events.next().await, Some(Item::Connected(_))));
    drop(client);
    assert!(matches!(events.next().await, Some(Item::Event(_))), "a subscription keeps the connection");
    drop(events);
    assert_eq!(server.await.expect("the end"), "{\"execute\":\"qmp_capabilities\",\"id\":1}\n");
}

#[tokio::test]
async fn closing_ends_all_streams_and_commands() {
    let server = start([ready().receive("slow").hold()]);
    let (client, events) = connect(server.endpoint()).await.expect("a handshake");
    let other: Client = client.clone();
    let command = tokio::spawn(async move { other.execute("slow", None).await });
    tokio::task::yield_now().await;
    client.close();
    let released = "disconnected: the connection was closed on this side";
    assert_eq!(hear(events).await, [CONNECTED, released]);
    let error = command.await.expect("no panic").expect_err("no reply");
    assert!(matches!(error, Error::Disconnected(Disconnected::Released)), "{error:?}");
}
