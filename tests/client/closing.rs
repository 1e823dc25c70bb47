//! A client that is closed hands on everything that the server has sent.

use ::tokio::runtime::Builder;
use qmp_events::tokio::{Client, Item, Options, Subscription};
use qmp_events::{Disconnected, Error};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::net::{UnixListener, UnixStream};
use std::sync::mpsc;
use std::thread;

const EVENTS: usize = 500;
const EVENT: &[u8] = b"{\"event\": \"STOP\"}\r\n";

/// Greets and agrees.
fn negotiate(stream: &mut (impl Read + Write)) {
    stream.write_all(b"{\"QMP\": {}}\r\n").expect("a client");
    let mut command = String::new();
    BufReader::new(&mut *stream).read_line(&mut command).expect("a command");
    assert!(command.contains("qmp_capabilities"), "{command}");
    stream.write_all(b"{\"return\": {}, \"id\": 1}\r\n").expect("a client");
}

/// The items until the end: how many events, and the end.
async fn rest_of(mut items: Subscription) -> (usize, Option<Disconnected>) {
    let (mut events, mut end) = (0, None);
    while let Some(item) = items.next().await {
        match item {
            Item::Event(_) => events += 1,
            Item::Disconnected(cause) => end = Some(cause),
            Item::Connected(_) | Item::Lagged { .. } => {}
            other => panic!("{other:?}"),
        }
    }
    (events, end)
}

/// Connects in a runtime of one thread, which reads nothing while this blocks it until the server has sent all
/// events. Then it closes the client.
fn close_after_burst<S: Read + Write + Send + 'static>(
    mut server: S,
    connect: impl AsyncFnOnce() -> Result<(Client, Subscription), Error>,
) -> (usize, Option<Disconnected>, std::io::Result<()>) {
    let (go, wait) = mpsc::channel();
    let (sent, all_sent) = mpsc::channel();
    let thread = thread::spawn(move || {
        negotiate(&mut server);
        wait.recv().expect("the test");
        server.write_all(&EVENT.repeat(EVENTS)).expect("room for all");
        sent.send(()).expect("the test");
        wait.recv().expect("the test");
        server.write_all(EVENT)
    });
    let (events, end) =
        Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(async {
            let (client, items) = connect().await.expect("a handshake");
            go.send(()).expect("the server");
            all_sent.recv().expect("the server");
            client.close();
            rest_of(items).await
        });
    go.send(()).expect("the server");
    (events, end, thread.join().expect("no panic"))
}

#[test]
fn what_was_sent_over_a_unix_socket_is_handed_on_and_no_more_can_be_sent() {
    let (ours, theirs) = UnixStream::pair().expect("sockets");
    ours.set_nonblocking(true).expect("it");
    let (events, end, last) = close_after_burst(theirs, async || {
        let stream = ::tokio::net::UnixStream::from_std(ours).expect("a socket");
        Options::new().from_socket(stream).await
    });
    assert_eq!(events, EVENTS);
    assert!(matches!(end, Some(Disconnected::Released)), "{end:?}");
    assert_eq!(last.expect_err("nobody reads").kind(), std::io::ErrorKind::BrokenPipe);
}

/// A server may say much before the client has read that it agreed.
#[test]
fn what_was_sent_before_the_negotiation_was_noticed_is_handed_on() {
    let path = std::env::temp_dir().join(format!("qmp-events-closing-{}", std::process::id()));
    let listener = UnixListener::bind(&path).expect("a socket");
    let ((asked, is_asked), (go, wait), (sent, all_sent)) =
        (mpsc::channel(), mpsc::channel(), mpsc::channel());
    let server = thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a client");
        stream.write_all(b"{\"QMP\": {}}\r\n").expect("a client");
        let mut command = String::new();
        BufReader::new(&mut stream).read_line(&mut command).expect("a command");
        asked.send(()).expect("the test");
        wait.recv().expect("the test");
        stream.write_all(b"{\"return\": {}, \"id\": 1}\r\n").expect("a client");
        stream.write_all(&EVENT.repeat(EVENTS)).expect("room for all");
        sent.send(()).expect("the test");
        wait.recv().expect("the test");
    });
    let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
    let (events, end) = runtime.block_on(async {
        let (client, items) = Options::new().start(&*path).expect("an endpoint");
        while is_asked.try_recv().is_err() {
            ::tokio::task::yield_now().await;
        }
        // The client's task does not run until it is closed.
        go.send(()).expect("the server");
        all_sent.recv().expect("the server");
        client.close();
        rest_of(items).await
    });
    go.send(()).expect("the server");
    server.join().expect("no panic");
    std::fs::remove_file(&path).expect("it was there");
    assert_eq!(events, EVENTS);
    assert!(matches!(end, Some(Disconnected::Released)), "{end:?}");
}

#[test]
fn what_came_over_tcp_is_handed_on() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let theirs = TcpStream::connect(address).expect("a connection");
    theirs.set_nodelay(true).expect("it");
    let (ours, _) = listener.accept().expect("a connection");
    ours.set_nonblocking(true).expect("it");
    let (events, end, _) = close_after_burst(theirs, async || {
        let stream = ::tokio::net::TcpStream::from_std(ours).expect("a socket");
        Options::new().from_stream(stream).await
    });
    assert_eq!(events, EVENTS);
    assert!(matches!(end, Some(Disconnected::Released)), "{end:?}");
}

#[::tokio::test]
async fn a_server_that_never_stops_keeps_no_client_from_its_end() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let endpoint = format!("tcp:{}", listener.local_addr().expect("an address"));
    let server = thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a client");
        negotiate(&mut stream);
        while stream.write_all(EVENT).is_ok() {}
    });
    let (client, mut items) = Options::new().connect(&*endpoint).await.expect("a handshake");
    while !matches!(items.next().await, Some(Item::Event(_))) {}
    client.close();
    let (_, end) = rest_of(items).await;
    assert!(matches!(end, Some(Disconnected::Released)), "{end:?}");
    server.join().expect("no panic");
}

#[::tokio::test]
async fn a_client_that_waits_for_its_server_is_closed_at_once() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let endpoint = format!("tcp:{}", listener.local_addr().expect("an address"));
    let (client, items) = Options::new().start(&*endpoint).expect("an endpoint");
    client.close();
    let (events, end) = rest_of(items).await;
    assert_eq!(events, 0);
    assert!(matches!(end, Some(Disconnected::Released)), "{end:?}");
    assert!(matches!(client.execute("stop", None).await, Err(Error::Disconnected(Disconnected::Released))));
}
