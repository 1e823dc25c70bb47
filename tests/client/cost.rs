//! What a connection costs while nothing happens.

use qmp_events::tokio::{Client, Item, Subscription, connect};
use serde_json::json;
use std::io::{Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::sync::mpsc;
use std::thread;
use tokio::runtime;

const CONNECTIONS: usize = 64;

/// The project's promise, in bytes.
const LIMIT: i64 = 16 << 10;

/// Greets and agrees, and gives the stream.
fn serve(listener: &UnixListener) -> UnixStream {
    let (mut stream, _) = listener.accept().expect("a client");
    stream.write_all(b"{\"QMP\": {}}\r\n").expect("a client that reads");
    let mut command = [0; 256];
    assert!(stream.read(&mut command).expect("qmp_capabilities") > 0);
    stream.write_all(b"{\"return\": {}, \"id\": 1}\r\n").expect("a client that reads");
    stream
}

/// Only this thread's allocations count; the client runs in it, and the server elsewhere.
#[test]
fn an_idle_connection_costs_less_than_16_kib_even_after_a_large_event() {
    let path = std::env::temp_dir().join(format!("qmp-events-cost-{}.sock", std::process::id()));
    let _ = std::fs::remove_file(&path);
    let listener = UnixListener::bind(&path).expect("a listening socket");
    let (done, wait) = mpsc::channel::<()>();
    let server = thread::spawn(move || {
        let event = format!("{}\r\n", json!({"event": "LARGE", "data": {"text": "x".repeat(1 << 20)}}));
        let streams: Vec<UnixStream> = (0..CONNECTIONS)
            .map(|_| {
                let mut stream = serve(&listener);
                stream.write_all(event.as_bytes()).expect("a client that reads");
                stream
            })
            .collect();
        let _ = wait.recv();
        drop(streams);
    });
    let runtime = runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let endpoint = format!("unix:{}", path.display());
    let mut idle: Vec<(Client, Subscription)> = Vec::with_capacity(CONNECTIONS);
    let used = allocation_counter::measure(|| {
        runtime.block_on(async {
            for _ in 0..CONNECTIONS {
                let (client, mut events) = connect(&endpoint).await.expect("a handshake");
                assert!(matches!(events.next().await, Some(Item::Connected(_))));
                assert!(matches!(events.next().await, Some(Item::Event(_))));
                idle.push((client, events));
            }
        });
    });
    let each = used.bytes_current / i64::try_from(CONNECTIONS).expect("a small number");
    assert!(used.bytes_total > 1 << 26, "the large events were not counted: {used:?}");
    assert!((1..LIMIT).contains(&each), "{each} bytes for each connection: {used:?}");
    drop((idle, done));
    server.join().expect("the server ends");
    std::fs::remove_file(path).expect("the socket is still there");
}
