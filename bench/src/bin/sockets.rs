//! `sockets FILE`: nanoseconds an event that comes through a unix socket, for both clients and for a program
//! that only counts lines.
//!
//! A server in a thread writes the same bytes for each. All rows take turns, and a ratio is the median of
//! the ratios of the rounds.

use std::env;
use std::io::{Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Instant;

use anyhow::Context as _;
use bench::corpus::Corpus;
use bench::{median, median_ratio};
use qmp_events::tokio::Item;
use serde_json::json;

/// How many events come through a connection, at least.
const EVENTS: usize = 200_000;

const ROUNDS: usize = 9;

/// The row that others are measured by.
const COUNTER: &str = "a program that counts lines";

/// Connects to the socket, reads to its end, and says how many events came.
type Receive = fn(&Path) -> anyhow::Result<usize>;

const ROWS: [(&str, Receive); 3] = [
    (COUNTER, count_lines),
    ("blocking client", receive_blocking),
    ("tokio client, one subscriber", receive_tokio),
];

fn main() -> anyhow::Result<()> {
    let path = env::args_os().nth(1).map(PathBuf::from).context("usage: sockets FILE")?;
    let corpus = Corpus::read(&path)?;
    let lines = corpus.lines();
    let passes = EVENTS.div_ceil(lines.len());
    let pass = lines.iter().flat_map(|line| [*line, b"\r\n"]).collect::<Vec<_>>().concat();
    let (stream, events) = (pass.repeat(passes), lines.len() * passes);
    let socket = env::temp_dir().join(format!("qmp-events-bench-{}.sock", std::process::id()));
    let listener = UnixListener::bind(&socket)?;
    let mut times = vec![Vec::new(); ROWS.len()];
    for _ in 0..ROUNDS {
        for ((name, receive), times) in ROWS.iter().zip(&mut times) {
            let elapsed = thread::scope(|scope| {
                scope.spawn(|| serve(&listener, &stream));
                let start = Instant::now();
                let received = receive(&socket)?;
                anyhow::ensure!(received == events, "{name}: {received} of {events} events");
                Ok(start.elapsed())
            })?;
            times.push(elapsed.as_nanos() as f64 / events as f64);
        }
    }
    std::fs::remove_file(&socket)?;
    for ((name, _), row) in ROWS.iter().zip(&times) {
        let part = median_ratio(&times[0], row);
        println!("{}", json!({ "row": name, "ns": median(row.clone()), "rate_of_counter": part }));
    }
    Ok(())
}

/// Greets, waits for the negotiation, and sends the events. A client that leaves early is found out by what
/// it received.
fn serve(listener: &UnixListener, stream: &[u8]) {
    let Ok((mut socket, _)) = listener.accept() else { return };
    let mut command = [0; 256];
    let _ = socket
        .write_all(b"{\"QMP\": {}}\r\n")
        .and_then(|()| socket.read(&mut command))
        .and_then(|_| socket.write_all(b"{\"return\": {}, \"id\": 1}\r\n"))
        .and_then(|()| socket.write_all(stream));
}

fn count_lines(path: &Path) -> anyhow::Result<usize> {
    let mut socket = UnixStream::connect(path)?;
    socket.write_all(b"{\"execute\": \"qmp_capabilities\", \"id\": 1}\n")?;
    let (mut buffer, mut count) = (vec![0; 64 << 10], 0);
    loop {
        match socket.read(&mut buffer)? {
            // The greeting and the reply are lines too.
            0 => return Ok(count - 2),
            read => count += memchr::memchr_iter(b'\n', &buffer[..read]).count(),
        }
    }
}

fn receive_blocking(path: &Path) -> anyhow::Result<usize> {
    let mut client = qmp_events::blocking::connect(path)?;
    Ok(client.events().filter(Result::is_ok).count())
}

fn receive_tokio(path: &Path) -> anyhow::Result<usize> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let (_client, mut items) = qmp_events::tokio::connect(path).await?;
        let mut count = 0;
        while let Some(item) = items.next().await {
            count += usize::from(matches!(item, Item::Event(_)));
        }
        Ok(count)
    })
}
