//! How many connections one client process can watch; `scale.md` has a table of what came out.
//!
//! ```sh
//! ulimit -n 4096
//! cargo run --release --features tokio --example scale -- 1000 10 10    # connections, events/s each, seconds
//! cargo run --release --features tokio --example scale -- serve PATH 100 10 10
//! ```
//!
//! The first form starts the second one, a server in a process of its own, and then measures the client,
//! which is this process: events per second, events lost (every event carries a number), lag that was
//! counted, memory per idle connection, and processor time. Another client can be measured with the
//! second form alone. Needs `/proc`, so Linux.

use qmp_events::events::JobStatusChange;
use qmp_events::protocol::{Frame, Splitter};
use qmp_events::tokio::{Item, Subscription, connect};
use qmp_events::{Event, EventMessage};
use std::io::Write;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::Barrier;
use tokio::task::JoinSet;
use tokio::time::{Instant, interval_at};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// What the server does.
#[derive(Clone, Copy)]
struct Load {
    connections: usize,
    /// Events per second on each connection.
    rate: u64,
    seconds: u64,
}

/// Time for the client to measure its memory before the first event.
const IDLE: Duration = Duration::from_secs(2);

/// How often the server writes, at most.
const TICKS_PER_SECOND: u64 = 50;

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    match arguments[..] {
        ["serve", path, connections, rate, seconds] => {
            runtime.block_on(serve(path, parse_load(connections, rate, seconds)?))
        }
        [connections, rate, seconds] => {
            let load = parse_load(connections, rate, seconds)?;
            let path = std::env::temp_dir().join(format!("qmp-events-scale-{}.sock", std::process::id()));
            let path = path.display().to_string();
            let mut server = start_server(&path, load)?;
            runtime.block_on(watch(&path, load))?;
            server.wait()?;
            Ok(())
        }
        _ => Err("usage: scale [serve PATH] CONNECTIONS EVENTS-PER-SECOND SECONDS".into()),
    }
}

fn parse_load(connections: &str, rate: &str, seconds: &str) -> Result<Load> {
    Ok(Load { connections: connections.parse()?, rate: rate.parse()?, seconds: seconds.parse()? })
}

/// Starts the server and waits until it listens.
fn start_server(path: &str, load: Load) -> Result<Child> {
    let Load { connections, rate, seconds } = load;
    let mut server = Command::new(std::env::current_exe()?)
        .args(["serve", path, &connections.to_string(), &rate.to_string(), &seconds.to_string()])
        .stdout(Stdio::piped())
        .spawn()?;
    let mut line = String::new();
    let stdout = server.stdout.take().ok_or("no pipe")?;
    std::io::BufRead::read_line(&mut std::io::BufReader::new(stdout), &mut line)?;
    Ok(server)
}

async fn serve(path: &str, load: Load) -> Result<()> {
    let _ = std::fs::remove_file(path);
    let listener = UnixListener::bind(path)?;
    writeln!(std::io::stdout(), "listening")?;
    let all_connected = std::sync::Arc::new(Barrier::new(load.connections));
    let mut connections = JoinSet::new();
    for number in 0..load.connections {
        let (stream, _) = listener.accept().await?;
        connections.spawn(serve_one(stream, all_connected.clone(), load, number));
    }
    while let Some(connection) = connections.join_next().await {
        connection??;
    }
    std::fs::remove_file(path)?;
    Ok(())
}

async fn serve_one(
    mut stream: UnixStream,
    all: std::sync::Arc<Barrier>,
    load: Load,
    number: usize,
) -> Result<()> {
    stream
        .write_all(b"{\"QMP\": {\"version\": {\"qemu\": {\"micro\": 0, \"minor\": 0, \"major\": 10}, \"package\": \"\"}, \"capabilities\": []}}\r\n")
        .await?;
    let id = receive_id(&mut stream).await?;
    stream.write_all(format!("{{\"return\": {{}}, \"id\": {id}}}\r\n").as_bytes()).await?;
    all.wait().await;
    // The connections take turns within a tick.
    let period = Duration::from_secs(1) / u32::try_from(load.rate.min(TICKS_PER_SECOND))?;
    let turn = period.mul_f64(number as f64 / load.connections as f64);
    let mut ticks = interval_at(Instant::now() + IDLE + turn, period);
    let (mut sent, total, ticks_per_second) = (0, load.rate * load.seconds, load.rate.min(TICKS_PER_SECOND));
    for tick in 1..=ticks_per_second * load.seconds {
        ticks.tick().await;
        let mut bytes = String::new();
        while sent < (load.rate * tick / ticks_per_second).min(total) {
            bytes += &format!(
                "{{\"timestamp\": {{\"seconds\": 1795396646, \"microseconds\": 760167}}, \
                 \"event\": \"JOB_STATUS_CHANGE\", \"data\": {{\"status\": \"running\", \"id\": \"{sent}\"}}}}\r\n"
            );
            sent += 1;
        }
        stream.write_all(bytes.as_bytes()).await?;
    }
    stream.write_all(b"{\"event\": \"SHUTDOWN\", \"data\": {\"guest\": false}}\r\n").await?;
    Ok(())
}

/// The `id` of the first command; a client need not end it with a new line.
async fn receive_id(stream: &mut UnixStream) -> Result<serde_json::Value> {
    let mut splitter = Splitter::new();
    loop {
        if let Some(Frame::Message(message)) = splitter.next_frame() {
            return Ok(serde_json::from_slice::<serde_json::Value>(message.json)?["id"].clone());
        }
        let mut buffer = [0; 256];
        match stream.read(&mut buffer).await? {
            0 => return Err("the client left".into()),
            count => splitter.push(&buffer[..count]),
        }
    }
}

/// What became of the events of one connection, or of all.
#[derive(Default)]
struct Tally {
    events: u64,
    lagged: u64,
    /// Missing, and in no lag.
    lost: u64,
}

async fn watch(path: &str, load: Load) -> Result<()> {
    let endpoint = format!("unix:{path}");
    let memory_before = memory_in_kib()?;
    let mut clients = Vec::with_capacity(load.connections);
    for _ in 0..load.connections {
        clients.push(connect(&endpoint).await?);
    }
    let memory_idle = memory_in_kib()?;
    let processor_before = processor_seconds()?;
    let mut tasks = JoinSet::new();
    for (client, events) in clients {
        drop(client);
        tasks.spawn(count(events, load));
    }
    let began = Instant::now() + IDLE;
    let mut all = Tally::default();
    while let Some(tally) = tasks.join_next().await {
        let tally = tally??;
        all.events += tally.events;
        all.lagged += tally.lagged;
        all.lost += tally.lost;
    }
    let elapsed = began.elapsed().as_secs_f64();
    let processor = processor_seconds()? - processor_before;
    let kib = (memory_idle - memory_before) as f64 / load.connections as f64;
    let Load { connections, rate, .. } = load;
    let per_second = all.events as f64 / elapsed;
    let share = 100.0 * processor / elapsed;
    let (lagged, lost, after) = (all.lagged, all.lost, memory_in_kib()? / 1024);
    writeln!(
        std::io::stdout(),
        "| qmp-events | {connections} | {rate} | {per_second:.0} | {lost} | {lagged} | {kib:.1} | {after} | {share:.0} % |"
    )?;
    Ok(())
}

async fn count(mut events: Subscription, load: Load) -> Result<Tally> {
    let mut tally = Tally::default();
    let (mut expected, mut has_lagged) = (0, false);
    while let Some(item) = events.next().await {
        match item {
            Item::Event(EventMessage {
                event: Event::JobStatusChange(JobStatusChange { id, .. }), ..
            }) => {
                let number: u64 = id.parse()?;
                if !std::mem::take(&mut has_lagged) {
                    tally.lost += number - expected;
                }
                expected = number + 1;
                tally.events += 1;
            }
            Item::Lagged { missed: count } => {
                has_lagged = true;
                tally.lagged += count;
            }
            Item::Malformed(malformed) => return Err(malformed.to_string().into()),
            Item::Disconnected(cause) if !cause.is_normal() => return Err(cause.into()),
            _ => {}
        }
    }
    if !has_lagged {
        tally.lost += load.rate * load.seconds - expected;
    }
    Ok(tally)
}

fn memory_in_kib() -> Result<u64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).ok_or("no VmRSS")?;
    Ok(line.split_whitespace().nth(1).ok_or("no number")?.parse()?)
}

/// User and system time of this process; Linux counts it in hundredths of a second.
fn processor_seconds() -> Result<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    let (_, fields) = stat.rsplit_once(')').ok_or("no name")?;
    let ticks = fields.split_whitespace().skip(11).take(2).map(str::parse::<f64>);
    Ok(ticks.sum::<std::result::Result<f64, _>>()? / 100.0)
}
