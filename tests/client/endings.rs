//! However the task of a tokio client ends, its end is told.

use ::tokio::io::{AsyncWriteExt, DuplexStream};
use qmp_events::testing::{MockServer, Script};
use qmp_events::tokio::{Backoff, Item, Options, Subscription, connect};
use qmp_events::{Disconnected, Error};
use serde_json::{Value, json};
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::Poll;
use std::time::Duration;

fn start(script: Script) -> MockServer {
    MockServer::start([script]).expect("a listening socket")
}

fn ready() -> Script {
    Script::new().greet().negotiate()
}

/// The last item of a stream, which must end.
async fn end_of(mut events: Subscription) -> Disconnected {
    let mut last = None;
    while let Some(item) = events.next().await {
        last = Some(item);
    }
    match last {
        Some(Item::Disconnected(cause)) => cause,
        other => panic!("{other:?}"),
    }
}

#[::tokio::test]
async fn a_filter_that_panics_ends_every_subscriber_wait_and_command_with_what_it_said() {
    let server = start(ready().receive("go").pause().event("STOP", Value::Null).hold());
    let (client, events) = connect(server.endpoint()).await.expect("a handshake");
    let _filtered =
        client.subscribe().with_filter(|name| if name == "STOP" { panic!("no {name}") } else { true });
    let wait = ::tokio::spawn(client.wait_for(|_| None::<()>).after_command("go", None).into_future());
    let other = client.clone();
    let command = ::tokio::spawn(async move { other.execute("never", None).await });
    ::tokio::task::yield_now().await;
    server.resume();
    let is_panic =
        |cause: &Disconnected| matches!(cause, Disconnected::Panicked { message } if message == "no STOP");
    let cause = end_of(events).await;
    assert!(is_panic(&cause), "{cause}");
    for result in [wait.await.expect("no panic"), command.await.expect("no panic").map(drop)] {
        assert!(matches!(&result, Err(Error::Disconnected(cause)) if is_panic(cause)), "{result:?}");
    }
    let cause = end_of(client.subscribe()).await;
    assert!(is_panic(&cause), "a late subscriber is told too: {cause}");
}

#[::tokio::test]
async fn a_connector_that_panics_is_told() {
    async fn no_stream() -> io::Result<DuplexStream> {
        panic!("no stream")
    }
    let (client, events) = Options::new().start_with(no_stream);
    let error = client.execute("query-status", None).await.expect_err("no connection");
    assert!(error.to_string().ends_with("panicked: no stream"), "{error}");
    assert!(matches!(end_of(events).await, Disconnected::Panicked { .. }));
    let error = Options::new().connect_with(no_stream).await.expect_err("no connection");
    assert!(error.to_string().ends_with("panicked: no stream"), "{error}");
}

#[::tokio::test]
async fn the_end_of_the_clients_runtime_is_told() {
    let server = start(ready().receive("never").hold());
    let inner =
        ::tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("it");
    let endpoint = server.endpoint().clone();
    let (client, events) =
        inner.spawn(async move { connect(endpoint).await }).await.expect("no panic").expect("a handshake");
    let other = client.clone();
    let command = ::tokio::spawn(async move { other.execute("never", None).await });
    let wait = ::tokio::spawn(client.wait_for(|_| None::<()>).into_future());
    ::tokio::task::yield_now().await;
    inner.shutdown_background();
    assert!(matches!(end_of(events).await, Disconnected::RuntimeShutDown));
    for result in [wait.await.expect("no panic"), command.await.expect("no panic").map(drop)] {
        let is_told = matches!(result, Err(Error::Disconnected(Disconnected::RuntimeShutDown)));
        assert!(is_told, "{result:?}");
    }
}

#[::tokio::test]
async fn a_filter_may_call_its_client() {
    let script =
        ready().receive("go").event("STOP", Value::Null).event("RESET", Value::Null).reply(Value::Null);
    let server = start(script.event("SHUTDOWN", Value::Null));
    let (client, events) = connect(server.endpoint()).await.expect("a handshake");
    let handle = client.clone();
    let mut events = events.with_filter(move |name| {
        drop(handle.subscribe().with_filter(|_| true));
        handle.greeting().is_some() && name != "STOP"
    });
    client.execute("go", None).await.expect("a reply");
    let mut names = Vec::new();
    while names.last() != Some(&"SHUTDOWN") {
        if let Some(Item::Event(message)) = events.next().await {
            names.push(message.event.name().to_owned().leak() as &str);
        }
    }
    assert_eq!(names, ["RESET", "SHUTDOWN"]);
}

#[::tokio::test]
async fn a_wait_prefers_the_event_to_the_end_of_its_command() {
    // Both are there before the wait looks: the refusal must not win.
    for _ in 0..50 {
        let script = ready().receive("go").event("STOP", Value::Null).refuse("GenericError", "no");
        let script = script.receive("end").reply(json!({})).hold();
        let server = start(script);
        let (client, _events) = connect(server.endpoint()).await.expect("a handshake");
        let wait = client.wait_for(|message| Some(message.event.name().to_owned())).after_command("go", None);
        let mut wait = std::pin::pin!(wait.into_future());
        // Sends the command, and does not look again before the event and the refusal have arrived.
        assert!(poll_once(wait.as_mut()).await.is_none());
        client.execute("end", None).await.expect("a reply, after the refusal");
        assert_eq!(wait.await.expect("the event"), "STOP");
    }
}

/// Polls once.
async fn poll_once<F: Future + Unpin>(mut future: F) -> Option<F::Output> {
    std::future::poll_fn(|context| {
        std::task::Poll::Ready(match std::pin::Pin::new(&mut future).poll(context) {
            std::task::Poll::Ready(output) => Some(output),
            std::task::Poll::Pending => None,
        })
    })
    .await
}

#[::tokio::test]
async fn no_limit_is_a_legal_wish() {
    let server = start(ready().receive("go").event("STOP", Value::Null).reply(Value::Null).hold());
    let options = Options::new().handshake_timeout(Duration::MAX);
    let (client, _events) = options.connect(server.endpoint()).await.expect("a handshake");
    client.wait_for(Some).after_command("go", None).timeout(Duration::MAX).await.expect("the event");

    let script = ready().receive("go").event("STOP", Value::Null).reply(Value::Null).hold();
    let server = start(script);
    let blocking = ::tokio::task::spawn_blocking(move || {
        let options = qmp_events::blocking::Options::new().handshake_timeout(Duration::MAX);
        let mut client = options.connect(server.endpoint()).expect("a handshake");
        client.execute_within("go", None, Duration::MAX).expect("a reply");
        client.next_event_within(Duration::MAX).expect("an event").expect("not the end");
    });
    blocking.await.expect("no panic");
}

#[::tokio::test(start_paused = true)]
async fn a_server_that_negotiates_and_closes_is_asked_ever_more_rarely() {
    let attempts = Arc::new(AtomicU32::new(0));
    let counted = attempts.clone();
    let connector = move || {
        counted.fetch_add(1, Ordering::Relaxed);
        let (near, mut far) = ::tokio::io::duplex(1 << 10);
        ::tokio::spawn(async move {
            far.write_all(br#"{"QMP": {}}{"return": {}, "id": 1}"#).await.expect("a reader");
        });
        async { Ok::<_, io::Error>(near) }
    };
    let (client, events) = Options::new().reconnect(Backoff::default()).start_with(connector);
    ::tokio::time::sleep(Duration::from_secs(60)).await;
    let attempts = attempts.load(Ordering::Relaxed);
    assert!((5..20).contains(&attempts), "{attempts} attempts in a minute");
    drop((client, events));
}

#[::tokio::test]
async fn reading_a_flood_takes_from_the_budget_of_its_task() {
    let mut script = ready().receive("go");
    for _ in 0..1000 {
        script = script.event("STOP", Value::Null);
    }
    let server = start(script.reply(json!({})).hold());
    let (client, mut events) = connect(server.endpoint()).await.expect("a handshake");
    client.execute("go", None).await.expect("a reply, after all events");
    ::tokio::task::yield_now().await; // with a new budget
    let taken = std::future::poll_fn(|context| {
        let mut next = || std::pin::pin!(events.next()).poll(context).is_ready();
        Poll::Ready((0..1001).take_while(|_| next()).count())
    });
    let taken = taken.await;
    assert!((1..1000).contains(&taken), "{taken} items without a pause");
    let mut rest = 0;
    while taken + rest < 1001 {
        events.next().await.expect("an item");
        rest += 1;
    }
}
