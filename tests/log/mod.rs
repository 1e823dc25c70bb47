//! Reading logs: inputs as people have them, the rules one by one, and what holds for every input.

mod fixtures;
mod hostile;
mod rules;

use std::fmt::Write;

use qmp_events::Envelope;
use qmp_events::log::{Entry, Reader, Summary};

/// Everything in a log that comes in pieces of this length.
fn read_in_pieces(log: &[u8], length: usize) -> (Vec<Entry>, Summary) {
    read_with(Reader::new(), log, length)
}

fn read_with(mut reader: Reader, log: &[u8], length: usize) -> (Vec<Entry>, Summary) {
    let mut entries = Vec::new();
    for piece in log.chunks(length.max(1)) {
        reader.push(piece);
        entries.extend(std::iter::from_fn(|| reader.next_entry()));
    }
    reader.finish();
    entries.extend(std::iter::from_fn(|| reader.next_entry()));
    (entries, reader.summary())
}

fn read(log: &[u8]) -> (Vec<Entry>, Summary) {
    read_in_pieces(log, 1 << 16)
}

/// The names of the events, in their order.
fn names(entries: &[Entry]) -> Vec<String> {
    let name = |entry: &Entry| match entry {
        Entry::Event(event) => {
            let envelope = Envelope::decode(event.json().as_bytes()).expect("an event");
            Some(envelope.name().to_owned())
        }
        _ => None,
    };
    entries.iter().filter_map(name).collect()
}

/// The lines of what is malformed.
fn malformed_lines(entries: &[Entry]) -> Vec<u64> {
    let line = |entry: &Entry| match entry {
        Entry::Malformed(malformed) => Some(malformed.line),
        _ => None,
    };
    entries.iter().filter_map(line).collect()
}

/// What was found, a line for each.
fn report(log: &[u8]) -> String {
    let (entries, summary) = read(log);
    let mut text = String::new();
    for entry in entries {
        let result = match entry {
            Entry::Event(event) => {
                let time = event.logged_at.as_ref().map_or("-", |time| time.as_str());
                let origin = &event.origin;
                let parts = [
                    ("monitor", &origin.monitor),
                    ("domain", &origin.domain),
                    ("unit", &origin.unit),
                    ("container", &origin.container),
                ];
                let said =
                    parts.into_iter().filter_map(|(name, value)| Some(format!("{name}={}", value.as_ref()?)));
                let said: Vec<_> = said.collect();
                writeln!(
                    text,
                    "{}: {} [{}] {time}\n    {}",
                    event.line,
                    event.form,
                    said.join(", "),
                    event.json()
                )
            }
            Entry::Malformed(malformed) => writeln!(text, "{malformed}\n    {}", malformed.text),
            other => writeln!(text, "{other:?}"),
        };
        result.expect("writing to a string works");
    }
    let Summary { lines, events, copies, malformed, foreign, .. } = summary;
    let other = summary.other_lines();
    text + &format!(
        "{lines} lines, {other} without an event; {events} events, {copies} copies, {malformed} malformed, {foreign} of other programs\n"
    )
}
