//! What large messages cost. A message may have 16 MiB; the tests make do with less.
#![cfg(target_os = "linux")]

use std::fmt::Write as _;
use std::io::BufRead;

use crate::run::Running;

/// About how long the messages are, in bytes.
const SIZE: usize = 1 << 20;

/// How many times its size a message may cost.
const FACTOR: u64 = 8;

/// Reads a message of known size after a small one, and says what the large one cost at most, as times
/// its size.
fn cost(arguments: &str, message: &str) -> f64 {
    let mut tool = Running::start(&format!("decode {arguments}"));
    tool.send(b"{\"event\": \"STOP\"}\n");
    let mut line = String::new();
    tool.stdout.read_line(&mut line).expect("a line");
    let before = tool.peak_memory();
    tool.send(message.as_bytes());
    tool.send(b"\n");
    // Of another program's memory: nothing is kept here.
    skip_line(&mut tool.stdout);
    let cost = tool.peak_memory() - before;
    assert_eq!(tool.end().status, Some(0));
    cost as f64 / message.len() as f64
}

fn skip_line(reader: &mut impl BufRead) {
    loop {
        let part = reader.fill_buf().expect("the tool writes");
        let end = part.iter().position(|byte| *byte == b'\n');
        let length = end.map_or(part.len(), |end| end + 1);
        assert!(length > 0, "the tool ended");
        reader.consume(length);
        if end.is_some() {
            return;
        }
    }
}

/// Messages of about the size, in several shapes.
fn messages() -> Vec<(&'static str, String)> {
    let repeated = |item: &str| item.repeat(SIZE / item.len());
    let event = |name: &str, data: &str| format!(r#"{{"event":"{name}","data":{{{data}}}}}"#);
    let mut members = String::new();
    for index in 0..SIZE / 20 {
        let _ = write!(members, r#""member{index}": "","#);
    }
    let nesting = format!("{}{},", "[".repeat(60), "]".repeat(60));
    vec![
        ("small values", event("ALIEN", &format!(r#""a":[{}0]"#, repeated("0,")))),
        ("objects", event("ALIEN", &format!(r#""a":[{}0]"#, repeated(r#"{"b":[]},"#)))),
        ("nesting", event("ALIEN", &format!(r#""a":[{}0]"#, repeated(&nesting)))),
        ("members", event("ALIEN", &format!(r#"{members}"a":0"#))),
        ("tiny members of a known event", event("STOP", &format!(r#"{}"a":0"#, repeated(r#""m":1,"#)))),
        ("a long string", event("ALIEN", &format!(r#""a":"{}""#, repeated("x")))),
        ("escapes", event("ALIEN", &format!(r#""a":"{}""#, repeated("\\n")))),
    ]
}

#[test]
fn a_message_of_any_shape_costs_at_most_eight_times_its_size() {
    for (shape, message) in messages() {
        for format in ["human", "json", "cloudevents"] {
            let factor = cost(&format!("--format {format}"), &message);
            assert!(factor <= FACTOR as f64, "{shape} as {format}: {factor:.1} times");
        }
    }
}
