//! `stream FILE`: nanoseconds an event of a stream of lines, from bytes as they are read to what comes out.
//!
//! All rows take turns, round after round, over the same bytes. A ratio is the median of the ratios of the
//! rounds.

use std::env;
use std::hint::black_box;
use std::path::PathBuf;
use std::time::Instant;

use anyhow::Context as _;
use bench::corpus::{self, Corpus};
use bench::{median, median_ratio};
use qmp_events::protocol::{Frame, Incoming, Session, Splitter};
use qmp_events::{Event, EventMessage};
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::{Deserializer, Value, json};

/// How many lines the stream has, at least.
const LINES: usize = 20_000;

const ROUNDS: usize = 21;

/// How many bytes come at once.
const CHUNK: usize = 64 << 10;

/// The rows that others are measured by.
const DECODE: &str = "EventMessage::decode of a line";
const IGNORED_ANY: &str = "serde_json StreamDeserializer<IgnoredAny>";

/// The same events as one text, and as lines for those who are handed lines.
struct Stream<'a> {
    bytes: &'a [u8],
    lines: &'a [&'a [u8]],
}

/// Reads the whole stream, and says how many events it found.
type Read = fn(&Stream<'_>) -> usize;

const ROWS: [(&str, Read); 7] = [
    (DECODE, decode_lines),
    ("Splitter", split),
    ("Session, events raw", hear),
    ("Session, events decoded", hear_decoded),
    ("serde_json StreamDeserializer<Value>", deserialize::<Value>),
    (IGNORED_ANY, deserialize::<IgnoredAny>),
    ("memchr over the lines", count_lines),
];

fn main() -> anyhow::Result<()> {
    let path = env::args_os().nth(1).map(PathBuf::from).context("usage: stream FILE")?;
    let corpus = Corpus::read(&path)?;
    let lines = corpus.lines();
    let passes = LINES.div_ceil(lines.len());
    let pass = lines.iter().flat_map(|line| [*line, b"\r\n"]).collect::<Vec<_>>().concat();
    let (bytes, events) = (pass.repeat(passes), lines.len() * passes);
    let lines = corpus::lines(&bytes);
    let stream = Stream { bytes: &bytes, lines: &lines };
    let mut times = vec![Vec::new(); ROWS.len()];
    for _ in 0..ROUNDS {
        for ((name, read), times) in ROWS.iter().zip(&mut times) {
            let start = Instant::now();
            let found = read(black_box(&stream));
            times.push(start.elapsed().as_nanos() as f64 / events as f64);
            assert_eq!(found, events, "{name}");
        }
    }
    let of = |name: &str| ROWS.iter().zip(&times).find(|((row, _), _)| *row == name).map(|(_, times)| times);
    let ratio = |times: &[f64], name| of(name).map(|base| median_ratio(times, base));
    for ((name, _), times) in ROWS.iter().zip(&times) {
        println!("{}", json!({
            "row": name,
            "ns": median(times.clone()),
            "of_decode": ratio(times, DECODE),
            "of_ignored_any": ratio(times, IGNORED_ANY),
        }));
    }
    Ok(())
}

fn decode_lines(stream: &Stream<'_>) -> usize {
    let decoded = stream.lines.iter().map(|line| <EventMessage>::decode(black_box(line)));
    decoded.filter(|decoded| black_box(decoded).is_ok()).count()
}

fn split(stream: &Stream<'_>) -> usize {
    let mut splitter = Splitter::new();
    let mut count = 0;
    for chunk in stream.bytes.chunks(CHUNK) {
        splitter.push(chunk);
        while let Some(frame) = splitter.next_frame() {
            count += usize::from(matches!(black_box(&frame), Frame::Message(_)));
        }
    }
    count
}

fn hear(stream: &Stream<'_>) -> usize {
    let mut session = Session::new();
    let mut count = 0;
    for chunk in stream.bytes.chunks(CHUNK) {
        session.receive(chunk);
        while let Some(incoming) = session.next_incoming() {
            count += usize::from(matches!(black_box(&incoming), Incoming::Event(_)));
        }
    }
    count
}

fn hear_decoded(stream: &Stream<'_>) -> usize {
    let mut session = Session::new();
    let mut count = 0;
    for chunk in stream.bytes.chunks(CHUNK) {
        session.receive(chunk);
        while let Some(incoming) = session.next_decoded::<Event>() {
            count += usize::from(matches!(black_box(&incoming), Incoming::Event(Ok(_))));
        }
    }
    count
}

fn deserialize<T: DeserializeOwned>(stream: &Stream<'_>) -> usize {
    Deserializer::from_slice(stream.bytes).into_iter::<T>().filter(|value| black_box(value).is_ok()).count()
}

fn count_lines(stream: &Stream<'_>) -> usize {
    memchr::memchr_iter(b'\n', stream.bytes).filter(|at| *black_box(at) > 0).count()
}
