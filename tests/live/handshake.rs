//! Who is served, and what comes before the negotiation is done.

use super::machine::{PATIENCE, quit, start};
use qmp_events::protocol::{Incoming, Session, SessionState};
use qmp_events::{Disconnected, Error, EventMessage, blocking, tokio as asynchronous};
use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

/// Long enough for a monitor that is free, as the last part of the test shows.
const SHORT: Duration = Duration::from_millis(300);

#[test]
fn a_second_client_is_told_that_the_monitor_serves_another_one() {
    let Some(machine) = start(&[]) else { return };
    let first = blocking::connect(machine.endpoint()).expect("a handshake");
    // The queue of the socket holds a client or two; the next cannot even connect.
    for _ in 0..4 {
        let options = blocking::Options::new().handshake_timeout(SHORT);
        let error = options.connect(machine.endpoint()).expect_err("no greeting");
        let is_busy = |error: &Error| {
            matches!(error, Error::Disconnected(Disconnected::HandshakeTimedOut { greeted: false, .. }))
        };
        assert!(is_busy(&error), "{error:?}");
        assert!(error.to_string().contains("probably serves another client"), "{error}");
    }
    drop(first);
    blocking::connect(machine.endpoint()).expect("a handshake, after the first client left");
}

#[tokio::test]
async fn the_tokio_client_says_the_same() {
    let Some(machine) = start(&[]) else { return };
    let (first, events) = asynchronous::connect(machine.endpoint()).await.expect("a handshake");
    for _ in 0..4 {
        let options = asynchronous::Options::new().handshake_timeout(SHORT);
        let error = options.connect(machine.endpoint()).await.expect_err("no greeting");
        assert!(error.to_string().contains("probably serves another client"), "{error}");
    }
    drop((first, events));
    asynchronous::connect(machine.endpoint()).await.expect("a handshake, after the first client left");
}

/// What one connection under load saw: events before and after its negotiation was done, as JSON.
#[derive(Default)]
struct Seen {
    early: Vec<Vec<u8>>,
    after: Vec<Vec<u8>>,
}

fn connect_and_watch(path: &str, events: usize) -> Seen {
    let mut stream = UnixStream::connect(path).expect("a connection");
    stream.set_read_timeout(Some(PATIENCE)).expect("a time-out");
    let (mut session, mut seen) = (Session::new(), Seen::default());
    while seen.after.len() < events {
        let is_ready = session.state() == SessionState::Ready;
        match session.next_incoming() {
            Some(Incoming::Event(event)) if is_ready => seen.after.push(event.json.to_vec()),
            Some(Incoming::Event(event)) => seen.early.push(event.json.to_vec()),
            Some(Incoming::Greeting(_) | Incoming::Ready) => {}
            Some(other) => panic!("{other:?}"),
            None => {
                stream.write_all(session.output()).expect("a server that reads");
                session.advance_output(session.output().len());
                let mut buffer = [0; 4096];
                match stream.read(&mut buffer).expect("bytes in time") {
                    0 => panic!("the server closed the connection"),
                    count => session.receive(&buffer[..count]),
                }
            }
        }
    }
    seen
}

#[test]
fn a_thousand_connects_under_load_lose_no_event_after_the_negotiation() {
    let Some(mut machine) = start(&[]) else { return };
    let path = machine.endpoint().strip_prefix("unix:").expect("a unix socket").to_owned();
    let (stop, stopped) = mpsc::channel::<()>();
    let load = thread::spawn(move || {
        while stopped.try_recv() == Err(mpsc::TryRecvError::Empty) {
            machine.control.execute("cont", None).expect("a reply");
            machine.control.execute("stop", None).expect("a reply");
        }
        quit(&mut machine.control);
        let events = machine.control.events();
        events.map(|message| message.expect("an event")).collect::<Vec<EventMessage>>()
    });
    let seen: Vec<Seen> = (0..1000).map(|_| connect_and_watch(&path, 3)).collect();
    drop(stop);
    let all = load.join().expect("the load ends well");
    let early: usize = seen.iter().map(|seen| seen.early.len()).sum();
    let mut at = 0;
    for (number, Seen { after, .. }) in seen.iter().enumerate() {
        let after: Vec<EventMessage> =
            after.iter().map(|json| EventMessage::decode(json).expect("an event")).collect();
        let found = all[at..].windows(after.len()).position(|window| window == after);
        let found = found.unwrap_or_else(|| panic!("connection {number} lost an event of {after:?}"));
        at += found;
    }
    let mut out = std::io::stderr();
    let _ = writeln!(out, "1000 connects, {} events made, {early} of them seen early", all.len());
}

#[test]
#[cfg(target_os = "linux")]
fn connecting_in_vain_leaves_no_thread() {
    let Some(machine) = start(&[]) else { return };
    let _first = blocking::connect(machine.endpoint()).expect("a handshake");
    // Threads inherit the name of the one that starts them; other tests run in this process too.
    let name = "in-vain";
    let threads = move || {
        let tasks = std::fs::read_dir("/proc/self/task").expect("threads").flatten();
        let names = tasks.filter_map(|task| std::fs::read_to_string(task.path().join("comm")).ok());
        names.filter(|other| other.trim_end() == name || other.starts_with("qmp-con")).count()
    };
    let endpoint = machine.endpoint();
    let connecting = std::thread::Builder::new().name(name.to_owned()).spawn(move || {
        for _ in 0..50 {
            let options = blocking::Options::new().handshake_timeout(Duration::from_millis(5));
            options.connect(endpoint.clone()).expect_err("no greeting");
        }
        assert_eq!(threads(), 1, "only this one");
    });
    connecting.expect("a thread").join().expect("no panic");
}
