//! Clients over connections that a server made: the listener, and sockets that were accepted.

use super::tokio::hear;
use qmp_events::testing::{MockServer, Script};
use qmp_events::tokio::{Listener, Options, Peer};
use qmp_events::{Disconnected, Endpoint, Error, blocking};
use serde_json::json;
use std::io::ErrorKind;
use std::net::TcpListener;
use std::os::unix::net::UnixListener;
use std::path::PathBuf;
use std::time::Duration;

/// A path for a socket, which is removed after the test.
struct SocketPath(PathBuf);

impl SocketPath {
    fn of(test: &str) -> Self {
        let name = format!("qmp-events-listener-{}-{test}.sock", std::process::id());
        SocketPath(std::env::temp_dir().join(name))
    }
}

impl Drop for SocketPath {
    fn drop(&mut self) {
        // The test may have removed it.
        let _ = std::fs::remove_file(&self.0);
    }
}

fn ready() -> Script {
    Script::new().greet().negotiate()
}

fn end(script: Script) -> Script {
    script.event("SHUTDOWN", json!({"guest": true}))
}

fn dial(endpoint: impl Into<Endpoint>, script: Script) -> MockServer {
    MockServer::dial(endpoint, [script]).expect("a thread")
}

#[::tokio::test]
async fn machines_that_connect_become_clients() {
    let socket = SocketPath::of("clients");
    let path = &socket.0;
    let by_path = Listener::bind(path).await.expect("it listens");
    let by_port = Listener::bind("tcp:127.0.0.1:0").await.expect("it listens");
    let _machines = [&by_path, &by_port].map(|listener| dial(listener.endpoint(), end(ready())));
    for listener in [by_path, by_port] {
        let accepted = listener.accept().await.expect("a connection");
        let (_client, items) = Options::new().from_socket(accepted).await.expect("a handshake");
        assert_eq!(
            hear(items).await,
            [
                "connected to QEMU 10.0.0",
                "SHUTDOWN",
                "disconnected: the server closed the connection after SHUTDOWN"
            ]
        );
    }
    assert!(!path.exists(), "its file is removed with the listener");
}

#[::tokio::test]
async fn the_identities_of_two_connections_tell_whether_it_is_the_same_machine() {
    let socket = SocketPath::of("identities");
    let path = &socket.0;
    let listener = Listener::bind(path).await.expect("it listens");
    let mut identities = Vec::new();
    for thread in [7, 7, 8] {
        let script = ready().receive("query-cpus-fast").reply(json!([{"thread-id": thread}])).hold();
        let _machine = dial(path, script);
        let accepted = listener.accept().await.expect("a connection");
        let (client, _items) = Options::new().from_socket(accepted).await.expect("a handshake");
        identities.push(client.identity().await.expect("an answer"));
    }
    let [first, second, third] = identities[..] else { panic!("three identities") };
    let same = if cfg!(target_os = "linux") { Peer::Same } else { Peer::Unknown };
    assert_eq!((second.compare(first), third.compare(second)), (same, Peer::Different));
}

#[::tokio::test]
async fn only_a_socket_on_which_nobody_listens_is_replaced() {
    let socket = SocketPath::of("stale");
    let path = &socket.0;
    drop(UnixListener::bind(path).expect("a socket"));
    let listener = Listener::bind(path).await.expect("nobody listens");
    let error = Listener::bind(path).await.expect_err("somebody listens");
    assert_eq!(error.kind(), ErrorKind::AddrInUse, "{error}");

    // What another program put in its place is not removed.
    std::fs::remove_file(path).expect("it is there");
    std::fs::write(path, "data").expect("a file");
    drop(listener);
    let error = Listener::bind(path).await.expect_err("that is a file");
    assert_eq!(error.kind(), ErrorKind::AlreadyExists, "{error}");
    assert_eq!(std::fs::read_to_string(path).expect("it is there"), "data");

    let error = Listener::bind("/run/machines.sock").await.expect_err("that is not an endpoint");
    assert_eq!(error.kind(), ErrorKind::InvalidInput, "{error}");
    assert!(error.to_string().contains("write unix:PATH"), "{error}");
}

#[test]
fn the_blocking_client_takes_accepted_sockets_with_its_time_outs() {
    let socket = SocketPath::of("blocking");
    let path = &socket.0;
    let (unix, tcp) =
        (UnixListener::bind(path).expect("a socket"), TcpListener::bind("127.0.0.1:0").expect("a socket"));
    let address = format!("tcp:{}", tcp.local_addr().expect("bound"));
    let _machines =
        [dial(path, end(ready())), dial(Endpoint::try_from(address).expect("an endpoint"), end(ready()))];
    let options = blocking::Options::new();
    for client in [
        options.from_socket(unix.accept().expect("a connection").0),
        options.from_socket(tcp.accept().expect("a connection").0),
    ] {
        let mut client = client.expect("a handshake");
        let events: Vec<_> = client.events().collect();
        assert!(matches!(&events[..], [Ok(message)] if message.event.name() == "SHUTDOWN"), "{events:?}");
    }

    let silent = dial(path, Script::new().hold());
    let options = options.handshake_timeout(Duration::from_millis(20));
    let error = options.from_socket(unix.accept().expect("a connection").0).expect_err("it says nothing");
    assert!(matches!(error, Error::Disconnected(Disconnected::HandshakeTimedOut { .. })), "{error}");
    drop(silent);
}
