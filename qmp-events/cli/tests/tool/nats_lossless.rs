//! Nothing is lost on the way to the stream, whatever dies on it.

use std::io::Write;
use std::os::unix::net::{UnixListener, UnixStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::nats_server::NatsServer;
use crate::peer::{Directory, Identity, Peer};
use crate::run::{Running, command_of};

const MACHINES: u64 = 50;

/// Of each machine.
const EVENTS: u64 = 4_000;

const BROKER_CRASHES: u64 = 20;
const AGENT_RESTARTS: u64 = 5;

/// How many events the machines may be ahead of the stream, so that they send until the end.
const AHEAD: u64 = 25_000;

/// How long nothing may arrive until something must be lost.
const STALLED: Duration = Duration::from_secs(60);

/// How far the machines and the stream are.
#[derive(Default)]
struct Progress {
    sent: AtomicU64,
    stored: AtomicU64,
}

impl Progress {
    /// Waits until a machine may send.
    fn await_turn(&self) {
        while self.sent.load(Ordering::Relaxed) > self.stored.load(Ordering::Relaxed) + AHEAD {
            thread::sleep(Duration::from_millis(2));
        }
    }
}

/// Sends all events of a machine, over as many connections as it takes.
fn play(listener: &UnixListener, progress: &Progress) {
    let mut sent = 0;
    while sent < EVENTS {
        let (stream, _) = listener.accept().expect("a connection");
        let peer = Peer::on(stream.try_clone().expect("a socket"), Identity::default());
        sent = send(stream, sent, progress);
        if sent == EVENTS {
            // It stays there until the agent leaves.
            listener.accept().map(drop).unwrap_or_default();
        }
        peer.kill();
    }
}

/// Sends the rest of the events until the connection ends. Only those count that were written.
fn send(mut stream: UnixStream, mut next: u64, progress: &Progress) -> u64 {
    while next < EVENTS {
        progress.await_turn();
        let event = format!(
            "{{\"timestamp\": {{\"seconds\": 1795396646, \"microseconds\": {next}}}, \"event\": \"RTC_CHANGE\", \
             \"data\": {{\"offset\": {next}, \"qom-path\": \"/machine\"}}}}\r\n"
        );
        match stream.write(event.as_bytes()) {
            Ok(written) if written == event.len() => next += 1,
            _ => return next,
        }
        progress.sent.fetch_add(1, Ordering::Relaxed);
    }
    next
}

/// Numbers that look like chance, the same each time.
fn chance(seed: u64) -> impl FnMut(u64) -> u64 {
    let mut state = seed;
    move |limit| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % limit
    }
}

fn start_agent(directory: &Directory, url: &str) -> Running {
    let (sockets, backlog) = (directory.path("*.qmp"), directory.path("backlog"));
    let (sockets, backlog) = (format!("unix:{}", sockets.display()), backlog.display().to_string());
    Running::spawn(&mut command_of(&[
        "agent",
        "--publish",
        url,
        "--host",
        "h",
        "--backlog",
        &backlog,
        &sockets,
    ]))
}

#[tokio::test(flavor = "multi_thread")]
async fn every_event_is_in_the_stream_once_and_in_order() {
    let Some(mut server) = NatsServer::start() else { return };
    let directory = Directory::new();
    let progress = Arc::new(Progress::default());
    for number in 0..MACHINES {
        let listener = UnixListener::bind(directory.path(&format!("m{number}.qmp"))).expect("a socket");
        let progress = progress.clone();
        thread::spawn(move || play(&listener, &progress));
    }
    let mut chance = chance(17);
    let mut moments = |count: u64| {
        let mut moments: Vec<u64> = (0..count).map(|_| chance(MACHINES * EVENTS * 9 / 10)).collect();
        moments.sort_unstable();
        moments
    };
    let (mut crashes, mut restarts) = (moments(BROKER_CRASHES), moments(AGENT_RESTARTS));
    let mut agent = start_agent(&directory, &server.url());
    let mut stream = server.stream().await;
    let mut moved = Instant::now();
    loop {
        let Ok(Ok(info)) = tokio::time::timeout(Duration::from_secs(2), stream.info()).await else {
            stream = server.stream().await;
            continue;
        };
        let stored = info.state.messages;
        if stored > progress.stored.load(Ordering::Relaxed) {
            moved = Instant::now();
        }
        assert!(moved.elapsed() < STALLED, "{stored} messages, and no more come");
        progress.stored.store(stored, Ordering::Relaxed);
        if stored >= MACHINES * EVENTS + MACHINES && crashes.is_empty() && restarts.is_empty() {
            break;
        }
        let is_due = |moments: &mut Vec<u64>| {
            let is_due = moments.first().is_some_and(|moment| *moment <= stored);
            if is_due {
                moments.remove(0);
            }
            is_due
        };
        if is_due(&mut crashes) {
            server.kill();
            server.restart();
            stream = server.stream().await;
        }
        if is_due(&mut restarts) {
            agent.signal("TERM");
            let end = agent.end();
            // One that was started just now may not listen to signals yet, and has connected to nothing.
            assert!(matches!(end.status, Some(0) | None), "{end}");
            agent = start_agent(&directory, &server.url());
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    agent.signal("TERM");
    let end = agent.end();
    assert_eq!(end.status, Some(0), "{end}");
    check(&server).await;
}

async fn check(server: &NatsServer) {
    let last = server.stream().await.info().await.expect("an answer").state.last_sequence;
    let mut count = 0;
    let mut next = vec![0; usize::try_from(MACHINES).expect("small")];
    server
        .each_message(|subject, payload| {
            count += 1;
            let mut tokens = subject.split('.').skip(3);
            let (machine, kind) = (tokens.next().expect("a machine"), tokens.next().expect("a kind"));
            assert!(!["dropped", "lagged", "malformed"].contains(&kind), "{subject}: {payload}");
            if kind == "RTC_CHANGE" {
                let number: usize = machine[1..].parse().expect("a number");
                let (_, offset) = payload.split_once("\"offset\":").expect("data");
                let offset: u64 =
                    offset.split(',').next().and_then(|offset| offset.parse().ok()).expect("a number");
                assert_eq!(offset, next[number], "of {machine}, message {count}");
                next[number] += 1;
            }
            count < last
        })
        .await;
    assert_eq!(next, vec![EVENTS; next.len()]);
}
