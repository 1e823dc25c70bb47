//! What holds for every input: the same however it is cut, in linear time, in bounded memory, and
//! without a panic.

use std::time::{Duration, Instant};

use proptest::prelude::*;
use qmp_events::log::{Entry, Reader};

use super::{read, read_in_pieces, read_with};

/// Pieces of logs, whole and torn, and what they are held together by.
const PARTS: [&str; 34] = [
    r#"{"timestamp": {"seconds": 1, "microseconds": 5}, "event": "STOP"}"#,
    r#"{"event": "RESET", "data": {"guest": true, "#,
    r#""reason": "guest-reset"}}"#,
    r#"{\"timestamp\": {\"seconds\": 1, \"microseconds\": 5}, \"event\": \"STOP\"}"#,
    r#"{'timestamp': {'seconds': 1, 'microseconds': 5}, 'event': 'STOP', 'x': "it's"}"#,
    r#"{"return": {}}"#,
    r#"{"execute": "quit"}"#,
    r#"{"msg": ""#,
    r#"{"event": {"#,
    r#"{"log": "{\"event\": \"STOP\"}\n", "time": "2025-01-01T00:00:00Z"}"#,
    r#"}, "event": "RESUME"}"#,
    "event STOP at 1.000001 for domain 'web': <null>",
    "event RESET at 1.000001 for domain 'it's': {\n  \"guest\": true\n}\n",
    "1: debug : qemuMonitorJSONIOProcessLine:189 : Line [",
    "QEMU_MONITOR_RECV_EVENT: mon=0x1 event=",
    "QEMU_MONITOR_IO_PROCESS: mon=0x1 buf=",
    "QEMU_MONITOR_NEW: mon=0x1 fd=1\n",
    "Exited monitor (mon=0x1 vm=0x2 name=web)\n",
    "12:00:01 DEBUG| ",
    "# <- ",
    "\"seconds\": SECS",
    "\n",
    "\r\n",
    "\\",
    "\"",
    "'",
    "{",
    "}",
    "[",
    "]",
    ", ",
    ": ",
    "\u{e9}",
    " ",
];

fn log() -> impl Strategy<Value = Vec<u8>> {
    let part = prop_oneof![
        8 => prop::sample::select(&PARTS[..]).prop_map(|part| part.as_bytes().to_vec()),
        1 => prop::collection::vec(any::<u8>(), 1..4),
        // A part that was cut.
        2 => (prop::sample::select(&PARTS[..]), any::<prop::sample::Index>())
            .prop_map(|(part, end)| part.as_bytes()[..end.index(part.len())].to_vec()),
    ];
    prop::collection::vec(part, 0..40).prop_map(|parts| parts.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn any_cut_gives_the_same(log in log(), length in 1_usize..90) {
        prop_assert_eq!(read_in_pieces(&log, length), read(&log));
    }

    #[test]
    fn any_cut_gives_the_same_where_lines_are_longer_than_the_limit(log in log(), length in 1_usize..90) {
        let limited = || Reader::with_limit(100);
        prop_assert_eq!(read_with(limited(), &log, length), read_with(limited(), &log, 1 << 16));
    }

    #[test]
    fn what_is_given_is_an_event(log in log()) {
        let (entries, summary) = read(&log);
        let lines = log.split_inclusive(|&byte| byte == b'\n').count() as u64;
        prop_assert_eq!(summary.lines, lines);
        prop_assert!(summary.covered_lines <= lines);
        for entry in entries {
            if let Entry::Event(event) = entry {
                prop_assert!((1..=lines).contains(&event.line));
                prop_assert!(qmp_events::Envelope::decode(event.json().as_bytes()).is_ok());
            }
        }
    }
}

/// The part of the line that is looked at begins with the name, after its quote.
#[test]
fn a_member_may_be_cut_by_the_limit_right_after_its_quote() {
    let log = b"{\"event\": \"RESET\", \"data\": {\"guest\": true, 'QEMU_MONITOR_RECV_EVENT: mon=0x1 \
        event=QEMU_MONITOR_RECV_EVENT: mon=0x1 event={\"log\": \"{\\\"event\\\": \\\"STOP\\\"}\\n\", \"time\": \"20\
        {\"return\": {}}event RESET \x0b\0}, \"event\": \"RESUME\"}";
    let whole = read_with(Reader::with_limit(100), log, 1 << 16);
    assert_eq!(read_with(Reader::with_limit(100), log, 1), whole);
}

/// Texts that would cost much if anything were looked at again and again.
fn hostile() -> Vec<(&'static str, String)> {
    let fill = |part: &str| part.repeat((1 << 16) / part.len());
    let mut logs: Vec<_> = PARTS.iter().map(|part| (*part, fill(part))).collect();
    for part in [
        r#"{"event":"#,
        r#"{"event":"A","#,
        r#"{"event":"A","data":"#,
        r#"{"event":"A"} "#,
        r#""event": "A", "#,
        r#"}"event":"A","#,
        r#"{"a":1 {"event":"A" "#,
        r#"\"event\": "#,
        r#"{\"event\": "#,
        r#"{"a {"event": "#,
        r#"{"\"{\"{\"event\":"#,
        r#"{'a {"event": '"#,
        "event A for domain : ",
        "event A for domain '': {\"a",
        "event A for domain '': {': {",
        "event A at 1.1 for domain '",
        "event A for domain : {\"a\": {",
        "{\"event\": \"A\", \"x\": \"\n",
        "\"event\": \"A\",\n",
        "{\n",
        "}\n\"event\": \"A\",\n",
        "{\"event\": \"A\"}\r\n",
        "mon=0x1 QEMU_MONITOR_NEW: mon=0x",
    ] {
        logs.push((part, fill(part)));
        logs.push((part, format!("{}\n{STOP}\n", fill(part))));
    }
    logs.push(("one record", format!("{{\"list\": [{}1]}}\n", fill(&format!("{STOP}, ")))));
    logs.push(("one string", format!("{{\"log\": \"{}\"}}\n", fill(&STOP.replace('"', "\\\"")))));
    logs
}

const STOP: &str = r#"{"timestamp": {"seconds": 1, "microseconds": 5}, "event": "STOP"}"#;

#[test]
fn time_is_linear_in_the_bytes() {
    for (part, log) in hostile() {
        let (quarter, whole) = (cost(&log.as_bytes()[..log.len() / 4]), cost(log.as_bytes()));
        // Four times the text, and not sixteen times the time; very short times say nothing.
        let bound = (quarter * 10).max(Duration::from_millis(100));
        assert!(whole < bound, "{part}: {quarter:?} for a quarter, {whole:?} for the whole");
    }
}

/// The least of a few measurements.
fn cost(log: &[u8]) -> Duration {
    let measure = || {
        let start = Instant::now();
        std::hint::black_box(read(log));
        start.elapsed()
    };
    (0..2).map(|_| measure()).min().unwrap_or_default()
}

#[test]
fn memory_is_bounded_by_the_limit() {
    for (part, log) in hostile() {
        let info = allocation_counter::measure(|| {
            let mut reader = Reader::with_limit(1 << 16);
            for piece in log.as_bytes().chunks(4096) {
                reader.push(piece);
                while std::hint::black_box(reader.next_entry()).is_some() {}
            }
        });
        assert!(info.bytes_max < 4 << 20, "{part}: {} bytes", info.bytes_max);
    }
}
