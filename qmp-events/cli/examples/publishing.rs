//! What it costs to publish the events of a host: processor, memory, disk and delay of `agent --publish`.
//!
//! ```sh
//! ulimit -n 8192
//! cargo build --release -p qmp-events-cli
//! cargo run --release -p qmp-events-cli --example publishing -- target/release/qmp-events 1000 10 60
//! ```
//!
//! The arguments are the tool, how many machines, events a second of each (0 for as many as go), and seconds. It starts a
//! `nats-server` with JetStream, that many scripted machines in this process, and the agent; then it prints a row
//! for the table: what the agent took, and how long after an event was sent the stream had it. Needs `/proc`, so
//! Linux.

use std::error::Error;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use async_nats::jetstream::consumer::pull::OrderedConfig;
use async_nats::jetstream::stream::Stream;
use futures_core::Stream as _;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixListener;
use tokio::time::{Instant, MissedTickBehavior, interval_at};

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

const GREETING: &str = "{\"QMP\": {\"version\": {\"qemu\": {\"micro\": 0, \"minor\": 0, \"major\": 10}, \"package\": \"\"}, \
     \"capabilities\": []}}\r\n";

/// Time for the agent to connect to all machines.
const IDLE: Duration = Duration::from_secs(5);

#[derive(Clone, Copy)]
struct Load {
    machines: u64,
    rate: u64,
    seconds: u64,
}

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [tool, machines, rate, seconds] = &arguments[..] else {
        return Err("usage: publishing TOOL MACHINES EVENTS-PER-SECOND SECONDS".into());
    };
    let load = Load { machines: machines.parse()?, rate: rate.parse()?, seconds: seconds.parse()? };
    let directory = std::env::temp_dir().join(format!("qmp-events-publishing-{}", std::process::id()));
    fs::create_dir_all(&directory)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let measured = runtime.block_on(measure(tool, &directory, load));
    fs::remove_dir_all(&directory)?;
    measured
}

/// A process that ends with this one.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

async fn measure(tool: &str, directory: &Path, load: Load) -> Result<()> {
    let port = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    let store = directory.join("jetstream");
    let server = Command::new("nats-server")
        .args(["-js", "-a", "127.0.0.1", "-p", &port.to_string(), "-sd"])
        .arg(&store)
        .stderr(Stdio::null())
        .spawn()?;
    let server = Process(server);
    let sent = Arc::new(AtomicU64::new(0));
    let begin = Instant::now() + IDLE;
    for number in 0..load.machines {
        let listener = UnixListener::bind(directory.join(format!("m{number}.qmp")))?;
        tokio::spawn(play(listener, number, load, begin, sent.clone()));
    }
    let url = format!("nats://127.0.0.1:{port}");
    let agent = Command::new(tool)
        .args(["agent", "--publish", &url, "--host", "h", "--backlog"])
        .arg(directory.join("backlog"))
        .arg(format!("unix:{}", directory.join("*.qmp").display()))
        .stderr(Stdio::null())
        .spawn()?;
    let agent = Process(agent);
    tokio::time::sleep_until(begin).await;
    let (before, server_before) = (Usage::of(&agent.0)?, Usage::of(&server.0)?);
    tokio::time::sleep(Duration::from_secs(load.seconds)).await;
    let (after, server_after) = (Usage::of(&agent.0)?, Usage::of(&server.0)?);
    let seconds = load.seconds as f64;
    let delays = delays(&stream(&url).await?, sent.load(Ordering::Relaxed)).await?;
    let total = begin.elapsed().as_secs_f64();
    let quantile = |part: f64| delays.get((delays.len() as f64 * part) as usize).copied().unwrap_or_default();
    writeln!(
        std::io::stdout(),
        "| {} | {} | {} | {:.0} | {:.0} % | {} MiB | {:.1} MiB/s | {:.1} ms | {:.1} ms | {:.0} % |",
        load.machines,
        load.rate,
        delays.len(),
        delays.len() as f64 / total,
        100.0 * (after.processor - before.processor) / seconds,
        after.memory >> 10,
        (after.written - before.written) / seconds / f64::from(1 << 20),
        quantile(0.5) * 1e3,
        quantile(0.99) * 1e3,
        100.0 * (server_after.processor - server_before.processor) / seconds,
    )?;
    Ok(())
}

/// Greets, answers, and sends events with the time at which they are sent.
async fn play(
    listener: UnixListener,
    number: u64,
    load: Load,
    begin: Instant,
    sent: Arc<AtomicU64>,
) -> Result<()> {
    let (stream, _) = listener.accept().await?;
    let (mut reader, mut writer) = stream.into_split();
    writer.write_all(GREETING.as_bytes()).await?;
    let (replies, mut commands) = tokio::sync::mpsc::channel::<String>(16);
    tokio::spawn(async move {
        let (mut buffer, mut text) = ([0; 4096], Vec::new());
        while let Ok(count @ 1..) = reader.read(&mut buffer).await {
            text.extend_from_slice(&buffer[..count]);
            let mut values = serde_json::Deserializer::from_slice(&text).into_iter::<serde_json::Value>();
            let mut read = 0;
            while let Some(Ok(command)) = values.next() {
                read = values.byte_offset();
                let is_negotiation = command["execute"] == "qmp_capabilities";
                let result = if is_negotiation {
                    "\"return\": {}"
                } else {
                    "\"error\": {\"class\": \"CommandNotFound\", \"desc\": \"\"}"
                };
                // The connection ends with the program.
                let _ = replies.send(format!("{{{result}, \"id\": {}}}\r\n", command["id"])).await;
            }
            text.drain(..read);
        }
    });
    let rate = if load.rate == 0 { 1000 } else { load.rate };
    let period = Duration::from_secs(1) / u32::try_from(rate)?;
    let turn = period.mul_f64(number as f64 / load.machines as f64);
    let mut ticks = interval_at(begin + turn, period);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let end = begin + Duration::from_secs(load.seconds);
    loop {
        tokio::select! {
            Some(reply) = commands.recv() => writer.write_all(reply.as_bytes()).await?,
            _ = ticks.tick(), if Instant::now() < end => {
                let now = SystemTime::now().duration_since(UNIX_EPOCH)?;
                let event = format!(
                    "{{\"timestamp\": {{\"seconds\": {}, \"microseconds\": {}}}, \"event\": \"RTC_CHANGE\", \
                     \"data\": {{\"offset\": 1, \"qom-path\": \"/machine/rtc\"}}}}\r\n",
                    now.as_secs(), now.subsec_micros()
                );
                writer.write_all(event.as_bytes()).await?;
                sent.fetch_add(1, Ordering::Relaxed);
            }
            // The agent has left, and the time is over.
            else => return Ok(()),
        }
    }
}

async fn stream(url: &str) -> Result<Stream> {
    let context = async_nats::jetstream::new(async_nats::connect(url).await?);
    Ok(context.get_stream("QMP_EVENTS").await?)
}

/// How long after they were sent the stream had the events, sorted, in seconds.
async fn delays(stream: &Stream, sent: u64) -> Result<Vec<f64>> {
    let filter_subject = "qmp.events.h.*.RTC_CHANGE".to_owned();
    let config = OrderedConfig { filter_subject, ..OrderedConfig::default() };
    let mut messages = Box::pin(stream.create_consumer(config).await?.messages().await?);
    let mut delays = Vec::new();
    while (delays.len() as u64) < sent {
        let next = std::future::poll_fn(|context| Pin::new(&mut messages).poll_next(context)).await;
        let message = next.ok_or("the stream ended")??;
        let stored =
            message.info().map_err(|error| error.to_string())?.published.unix_timestamp_nanos() as f64 / 1e9;
        let event: serde_json::Value = serde_json::from_slice(&message.payload)?;
        let time: jiff::Timestamp = event["time"].as_str().ok_or("no time")?.parse()?;
        delays.push(stored - time.as_microsecond() as f64 / 1e6);
    }
    delays.sort_by(f64::total_cmp);
    Ok(delays)
}

/// What a process has used.
struct Usage {
    /// Seconds.
    processor: f64,
    /// KiB.
    memory: u64,
    /// Bytes that went to the disk.
    written: f64,
}

impl Usage {
    fn of(process: &Child) -> Result<Self> {
        let directory = PathBuf::from(format!("/proc/{}", process.id()));
        let stat = fs::read_to_string(directory.join("stat"))?;
        let (_, fields) = stat.rsplit_once(')').ok_or("no name")?;
        let ticks = fields.split_whitespace().skip(11).take(2).map(str::parse::<f64>);
        let number = |file: &str, name: &str| -> Result<u64> {
            let text = fs::read_to_string(directory.join(file))?;
            let line = text.lines().find_map(|line| line.strip_prefix(name)).ok_or("no such line")?;
            Ok(line.split_whitespace().next().ok_or("no number")?.parse()?)
        };
        Ok(Usage {
            processor: ticks.sum::<std::result::Result<f64, _>>()? / 100.0,
            memory: number("status", "VmHWM:")?,
            written: number("io", "write_bytes:")? as f64,
        })
    }
}
