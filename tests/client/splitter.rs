//! What the splitter takes for a message, and how it goes on after what is none.

use proptest::prelude::*;
use qmp_events::protocol::{Frame, SkipReason, Skipped, Splitter};

/// A frame without its borrow: the JSON text with its offset and line, or a report.
#[derive(Clone, Debug, PartialEq)]
enum Piece {
    Message(Vec<u8>, u64, u64),
    Skipped(Skipped),
}

fn take_all(splitter: &mut Splitter, pieces: &mut Vec<Piece>) {
    while let Some(frame) = splitter.next_frame() {
        pieces.push(match frame {
            Frame::Message(m) => Piece::Message(m.json.to_vec(), m.offset, m.line),
            Frame::Skipped(skipped) => Piece::Skipped(skipped),
        });
    }
}

fn split_with_limit<'a>(limit: usize, chunks: impl IntoIterator<Item = &'a [u8]>) -> Vec<Piece> {
    let mut splitter = Splitter::with_limit(limit);
    let mut pieces = Vec::new();
    for chunk in chunks {
        splitter.push(chunk);
        take_all(&mut splitter, &mut pieces);
    }
    splitter.finish();
    take_all(&mut splitter, &mut pieces);
    pieces
}

fn split(stream: &[u8]) -> Vec<Piece> {
    split_with_limit(1 << 20, [stream])
}

fn messages(pieces: &[Piece]) -> Vec<&str> {
    let mut messages = Vec::new();
    for piece in pieces {
        if let Piece::Message(json, ..) = piece {
            messages.push(std::str::from_utf8(json).expect("the stream is UTF-8"));
        }
    }
    messages
}

fn skipped(pieces: &[Piece]) -> Vec<(String, SkipReason)> {
    let report = |piece: &Piece| match piece {
        Piece::Skipped(s) => Some((s.excerpt.escape_ascii().to_string(), s.reason)),
        Piece::Message(..) => None,
    };
    pieces.iter().filter_map(report).collect()
}

const STOP: &str = r#"{"timestamp": {"seconds": 1795396646, "microseconds": 774092}, "event": "STOP"}"#;
const RESUME: &str = r#"{"timestamp": {"seconds": 1795396646, "microseconds": 774649}, "event": "RESUME"}"#;

fn recordings() -> Vec<(String, Vec<u8>)> {
    let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/qemu-7.2.22");
    let files = std::fs::read_dir(directory).expect("the fixtures are part of the repository");
    let paths = files.map(|file| file.expect("a directory entry").path());
    let mut recordings: Vec<_> = paths
        .filter(|path| path.extension().is_some_and(|e| e == "raw"))
        .map(|path| (path.display().to_string(), std::fs::read(&path).expect("a readable recording")))
        .collect();
    recordings.sort();
    recordings
}

#[test]
fn every_recording_splits_into_json_objects_and_nothing_else() {
    let recordings = recordings();
    assert!(recordings.len() > 15, "{} recordings", recordings.len());
    for (name, bytes) in recordings {
        let pieces = split(&bytes);
        assert!(!pieces.is_empty(), "{name}");
        for piece in pieces {
            let Piece::Message(json, offset, line) = piece else { panic!("{name}: {piece:?}") };
            serde_json::from_slice::<serde_json::Map<String, serde_json::Value>>(&json)
                .unwrap_or_else(|error| panic!("{name}: {error}: {}", json.escape_ascii()));
            let start = usize::try_from(offset).expect("a small file");
            assert_eq!(&bytes[start..start + json.len()], json, "{name}");
            let lines_before = bytes[..start].iter().filter(|&&b| b == b'\n').count() as u64;
            assert_eq!(line, lines_before + 1, "{name}");
        }
    }
}

#[test]
fn a_message_looks_the_same_however_it_was_cut() {
    let looks = |length: usize| {
        let mut splitter = Splitter::new();
        let mut looks = Vec::new();
        for chunk in format!("{STOP}\r\n").as_bytes().chunks(length) {
            splitter.push(chunk);
            looks.extend(splitter.next_frame().map(|frame| format!("{frame:?}")));
        }
        looks
    };
    assert_eq!(looks(7), looks(100));
    assert_eq!(looks(7), [format!("Message(RawMessage {{ json: {STOP:?}, offset: 0, line: 1 }})")]);
}

#[test]
fn messages_may_end_with_crlf_with_lf_or_with_nothing() {
    for end in ["\r\n", "\n", "", " \t\r\n\r\n"] {
        let pieces = split(format!("{STOP}{end}{RESUME}{end}").as_bytes());
        assert_eq!(messages(&pieces), [STOP, RESUME], "{end:?}");
        assert_eq!(pieces.len(), 2);
    }
}

#[test]
fn a_pretty_printed_message_spans_many_lines() {
    let pretty = "{\r\n    \"event\": \"STOP\",\r\n    \"data\": {\r\n    }\r\n}";
    let pieces = split(format!("{pretty}\r\n{STOP}\r\n").as_bytes());
    assert_eq!(messages(&pieces), [pretty, STOP]);
    assert!(matches!(pieces[1], Piece::Message(_, _, 6)), "{pieces:?}");
}

#[test]
fn braces_and_quotes_inside_of_strings_do_not_count() {
    let tricky = r#"{"event": "a}{\"}\\", "data": {"b": "\u007B[\\\""}}"#;
    assert_eq!(messages(&split(format!("{tricky}{STOP}").as_bytes())), [tricky, STOP]);
}

#[test]
fn garbage_before_a_message_is_reported_and_the_message_kept() {
    let pieces = split(format!("\u{0}telnet noise {STOP}\r\n").as_bytes());
    assert_eq!(skipped(&pieces), [("\\x00telnet noise ".to_owned(), SkipReason::NotAMessage)]);
    assert_eq!(messages(&pieces), [STOP]);
}

#[test]
fn a_line_of_garbage_is_one_report() {
    let pieces = split(format!("usage: {{x}} {{ \"seconds\": 1 }}\nsecond\n{STOP}\n").as_bytes());
    let reports: Vec<_> = skipped(&pieces).into_iter().map(|(excerpt, _)| excerpt).collect();
    assert_eq!(reports, ["usage: {x} { \\\"seconds\\\": 1 }\\n", "second\\n"]);
    assert_eq!(messages(&pieces), [STOP]);
}

/// The stream is a message that lost its end at any place, then a whole one in the same line.
#[test]
fn a_message_cut_off_in_its_line_costs_at_most_the_one_behind_it() {
    for cut in 1..STOP.len() {
        let pieces = split(format!("{}{RESUME}\r\n{RESUME}\r\n{STOP}", &STOP[..cut]).as_bytes());
        let messages = messages(&pieces);
        let whole = messages.iter().filter(|m| **m == RESUME || **m == STOP).count();
        assert!(whole >= 2, "cut at {cut}: {pieces:?}");
        assert_eq!(skipped(&pieces).len(), 1, "cut at {cut}: {pieces:?}");
        assert_eq!(messages.len(), whole, "cut at {cut}: no fragment is a message: {pieces:?}");
    }
}

#[test]
fn a_message_cut_off_inside_of_a_string_costs_nothing_else() {
    let cut = &STOP[..STOP.len() - 4];
    assert!(cut.ends_with("\"ST"));
    let pieces = split(format!("{cut}{RESUME}\r\n").as_bytes());
    assert_eq!(messages(&pieces), [RESUME]);
}

#[test]
fn a_message_cut_off_in_its_line_costs_no_message_of_the_next_line() {
    for cut in 1..STOP.len() {
        let pieces = split(format!("{}\r\n{RESUME}\r\n{RESUME}\r\n", &STOP[..cut]).as_bytes());
        assert_eq!(messages(&pieces), [RESUME, RESUME], "cut at {cut}");
    }
}

#[test]
fn the_end_of_the_stream_inside_of_a_message_is_reported() {
    let pieces = split(&STOP.as_bytes()[..STOP.len() - 1]);
    let [Piece::Skipped(report)] = &pieces[..] else { panic!("{pieces:?}") };
    assert_eq!((report.reason, report.length), (SkipReason::Incomplete, STOP.len() as u64 - 1));
    assert!(report.to_string().starts_with("the stream ended inside a message, after "), "{report}");
}

#[test]
fn a_message_over_the_limit_is_skipped_by_an_error_that_names_both_sizes() {
    let long = format!(r#"{{"event": "X", "data": {{"text": "{}"}}}}"#, "x".repeat(5000));
    let stream = format!("{long}\r\n{STOP}\r\n");
    for chunk in [1, 7, 4096, 1 << 20] {
        let pieces = split_with_limit(STOP.len(), stream.as_bytes().chunks(chunk));
        let [Piece::Skipped(report), Piece::Message(json, ..)] = &pieces[..] else { panic!("{pieces:?}") };
        assert_eq!(json, STOP.as_bytes());
        assert_eq!(report.reason, SkipReason::TooLong { limit: STOP.len() });
        let text = format!("of {} bytes, which is over the limit of {} bytes", long.len(), STOP.len());
        assert!(report.to_string().contains(&text), "{report}");
    }
}

#[test]
fn a_message_of_exactly_the_limit_is_kept() {
    assert_eq!(messages(&split_with_limit(STOP.len(), [STOP.as_bytes()])), [STOP]);
    assert!(messages(&split_with_limit(STOP.len() - 1, [STOP.as_bytes()])).is_empty());
}

#[test]
fn hostile_nesting_ends_in_a_report() {
    for opening in ["[", "{\"a\":", "{", "{\"a\":\n", "{\"a\":{\"event\":"] {
        let hostile = format!("{{\"a\":{}", opening.repeat(50_000));
        for limit in [1 << 10, 1 << 30] {
            let pieces = split_with_limit(limit, [hostile.as_bytes(), b"\n", STOP.as_bytes(), b"\n"]);
            assert!(!skipped(&pieces).is_empty(), "{opening:?}");
        }
    }
}

/// Counts instead of a clock: each byte costs a push of its own, so a splitter that rescans would need
/// two hundred thousand times two hundred thousand steps, which is hours.
#[test]
fn a_long_message_in_single_bytes_is_read_once() {
    let long = format!(r#"{{"event": "X", "data": {{"text": "{}"}}}}"#, "{".repeat(200_000));
    let pieces = split_with_limit(1 << 20, long.as_bytes().chunks(1));
    assert_eq!(messages(&pieces), [long]);
}

#[test]
fn garbage_without_end_needs_no_memory() {
    let mut splitter = Splitter::new();
    for _ in 0..1000 {
        splitter.push(&[b'x'; 4096]);
        assert!(splitter.next_frame().is_none());
    }
    splitter.finish();
    let Some(Frame::Skipped(report)) = splitter.next_frame() else { panic!("no report") };
    assert_eq!((report.length, report.excerpt.len()), (4_096_000, 80));
    assert!(format!("{splitter:?}").len() < 64 << 10, "the splitter kept what it skipped");
}

/// Parts of streams that meet in every order: good, damaged, and worse.
fn any_stream() -> impl Strategy<Value = Vec<u8>> {
    let part = prop_oneof![
        Just(STOP.as_bytes().to_vec()),
        Just(b"\r\n".to_vec()),
        Just(b"{\r\n    \"event\": \"STOP\"\r\n}\r\n".to_vec()),
        (0..STOP.len()).prop_map(|cut| STOP.as_bytes()[..cut].to_vec()),
        (0..RESUME.len()).prop_map(|cut| RESUME.as_bytes()[cut..].to_vec()),
        proptest::collection::vec(any::<u8>(), 0..8),
        "[{}\\[\\]\",:\\\\ tn\n1-]{0,12}".prop_map(String::into_bytes),
    ];
    proptest::collection::vec(part, 0..12).prop_map(|parts| parts.concat())
}

proptest! {
    #[test]
    fn any_chunking_gives_the_same_frames(
        stream in any_stream(),
        cuts in proptest::collection::vec(1..40_usize, 1..40),
        limit in prop_oneof![Just(20_usize), Just(1 << 20)],
    ) {
        let mut rest = &stream[..];
        let mut chunks = Vec::new();
        for cut in cuts.iter().cycle() {
            if rest.is_empty() { break }
            let (chunk, after) = rest.split_at((*cut).min(rest.len()));
            chunks.push(chunk);
            rest = after;
        }
        let whole = split_with_limit(limit, [&stream[..]]);
        prop_assert_eq!(split_with_limit(limit, chunks), whole);
    }

    #[test]
    fn every_byte_is_white_space_or_in_exactly_one_frame(stream in any_stream()) {
        let mut at = 0_u64;
        for piece in split(&stream) {
            let (offset, length) = match &piece {
                Piece::Message(json, offset, _) => (*offset, json.len() as u64),
                Piece::Skipped(report) => (report.offset, report.length),
            };
            let gap = &stream[usize::try_from(at).unwrap_or(0)..usize::try_from(offset).unwrap_or(0)];
            prop_assert!(gap.iter().all(u8::is_ascii_whitespace), "{:?} is lost", gap.escape_ascii());
            at = offset + length;
        }
        let rest = &stream[usize::try_from(at).unwrap_or(0)..];
        prop_assert!(rest.iter().all(u8::is_ascii_whitespace), "{:?} is lost", rest.escape_ascii());
    }

    #[test]
    fn good_lines_survive_any_garbage_lines_between_them(
        garbage in proptest::collection::vec("[^\n]{0,40}", 0..8),
    ) {
        let mut stream = String::new();
        for line in &garbage {
            // A first-column brace begins a message, so garbage that has one may swallow what follows.
            stream += &format!("{STOP}\r\n?{line}\n");
        }
        stream += STOP;
        let pieces = split(stream.as_bytes());
        let found = messages(&pieces).into_iter().filter(|m| *m == STOP).count();
        prop_assert_eq!(found, garbage.len() + 1);
    }
}
