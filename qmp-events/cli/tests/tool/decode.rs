//! `decode` and `watch --demo`: streams that somebody kept.

use std::io::Write;
use std::process::Stdio;

use serde_json::{Value, json};

use crate::run::{Running, command, fixture, recording, run, run_with};

/// All recordings of the oldest and the newest QEMU, as paths.
fn recordings() -> Vec<String> {
    let names = |server: &str| std::fs::read_dir(fixture(server)).expect("the fixtures are there");
    let paths = ["qemu-7.2.22", "qemu-11.1.3"].into_iter().flat_map(names);
    let paths = paths.map(|entry| entry.expect("an entry").path().display().to_string());
    let mut paths: Vec<String> =
        paths.filter(|path| path.ends_with(".raw") || path.ends_with(".ndjson")).collect();
    paths.sort();
    assert!(paths.len() >= 23, "recordings are missing");
    paths
}

fn values(text: &str) -> Vec<Value> {
    let values = serde_json::Deserializer::from_str(text).into_iter();
    values.collect::<Result<_, _>>().expect("JSON")
}

#[test]
fn recordings_round_trip_typed_and_nothing_in_them_is_unknown() {
    for path in recordings() {
        let run = run(&format!("decode --strict --format json {path}"));
        assert_eq!(run.status, Some(0), "{path}: {}", run.stderr);
        let text = std::fs::read_to_string(&path).expect("a recording");
        let expected: Vec<Value> =
            values(&text).into_iter().filter(|value| value.get("event").is_some()).collect();
        assert_eq!(run.stdout.lines().count(), expected.len(), "{path}");
        for (line, expected) in run.stdout.lines().zip(&expected) {
            assert_eq!(values(line), std::slice::from_ref(expected), "{path}");
        }
        assert!(run.stderr.contains(&format!("{} event", expected.len())), "{path}: {}", run.stderr);
    }
}

/// What 10.1 to 11.1 brought.
#[test]
fn newer_events_values_and_members_are_typed() {
    let text: String = ["migration-source.raw", "migration-destination.raw", "written.ndjson"]
        .map(|name| std::fs::read_to_string(fixture("qemu-11.1.3").join(name)).expect("a recording"))
        .concat();
    for new in ["failing", "postcopy-device", "SCLP_CPI_INFO_AVAILABLE", "tdx", "sev", "pre-copy-p2p-prepare"]
    {
        assert!(text.contains(&format!("\"{new}\"")), "{new} is not in the recordings");
    }
    insta::assert_snapshot!(run_with("decode --strict --time utc", text.as_bytes()));
}

#[test]
fn events_stand_in_columns() {
    for name in ["lifecycle", "linux-virtio", "pretty", "pipelined", "quorum", "vnc", "s390x-panic"] {
        let run = run(&format!("decode --time utc {}", recording(&format!("{name}.raw"))));
        insta::assert_snapshot!(format!("columns_{name}"), run);
    }
}

/// That takes a third of the time, and people who ask for one event do not ask about the others.
#[test]
fn of_events_with_other_names_nothing_but_the_name_is_read() {
    let input = b"{\"event\": \"STOP\", \"alien\": 1}\r\ngarbage\r\n\
        {\"timestamp\": {\"seconds\": 1700000000, \"microseconds\": 1}, \"event\": \"RTC_CHANGE\", \"data\": {}}\r\n\
        {\"event\": \"ALIEN_LANDED\"}\r\n{\"event\": \"RESUME\"}\r\n";
    insta::assert_snapshot!(run_with("decode --input qmp --event RESUME", input));
    let none = run_with("decode --event SHUTDOWN", b"{\"event\": \"STOP\"}\r\n");
    assert_eq!((none.status, none.stdout.as_str()), (Some(0), ""), "{}", none.stderr);
    let strict = run_with("decode --strict --input qmp --event RESUME", input);
    assert_eq!(strict.status, Some(1));
    assert!(strict.stderr.contains("3 events, 1 unknown, 1 unknown member"), "{}", strict.stderr);
}

#[test]
fn times_are_relative_or_left_out() {
    let path = recording("lifecycle.raw");
    insta::assert_snapshot!("time_relative", run(&format!("decode --time relative {path}")).stdout);
    insta::assert_snapshot!("time_none", run(&format!("decode --time none {path}")).stdout);
}

#[test]
fn local_time_is_the_default() {
    let path = recording("lifecycle.raw");
    let output = command(&format!("decode {path}")).env("TZ", "UTC+3").output().expect("the tool runs");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    assert!(text.starts_with("2026-11-22\n22:17:26.760  RESUME\n"), "{text}");
}

#[test]
fn cloud_events_have_what_their_specification_requires() {
    let run = run_with(
        "decode --format cloudevents",
        &std::fs::read(recording("lifecycle.raw")).expect("it is there"),
    );
    insta::assert_snapshot!("cloudevents", run);
    let mut ids: Vec<Value> = values(&run.stdout).into_iter().map(|event| event["id"].clone()).collect();
    let count = ids.len();
    ids.sort_by_key(Value::to_string);
    ids.dedup();
    assert_eq!(ids.len(), count);
}

/// An unknown event, an unknown member and value, a malformed event, a line of garbage.
const STRANGE: &[u8] = br#"{"QMP": {"version": {"qemu": {"micro": 0, "minor": 0, "major": 11}}, "capabilities": []}}
{"event": "ALIEN_LANDED", "data": {"crew": [{"name": "x y"}], "ship": "\u001b[2J"}, "timestamp": {"seconds": 1, "microseconds": 0}}
{"event": "SHUTDOWN", "data": {"guest": true, "extra": {"a": 1}, "reason": "alien"}, "timestamp": {"seconds": -1, "microseconds": -1}}
{"event": "BALLOON_CHANGE", "data": {"actual": "much"}}
garbage
{"return": {}}
{"event": "STOP"}
{"neither": "event", "nor": "reply"}
{"event": "RES"#;

#[test]
fn what_is_unknown_is_marked_and_what_is_malformed_is_told_by_line() {
    insta::assert_snapshot!("strange", run_with("decode --input qmp --time utc", STRANGE));
    insta::assert_snapshot!("strange_json", run_with("decode --input qmp --format json", STRANGE).stdout);
}

#[test]
fn strict_fails_on_each_kind_of_surprise_and_on_nothing_else() {
    assert_eq!(run_with("decode", STRANGE).status, Some(0));
    for (input, status) in [
        (r#"{"event": "STOP"} {"return": {}, "id": 1}"#, 0),
        ("", 0),
        (r#"{"event": "ALIEN_LANDED"}"#, 1),
        (r#"{"event": "STOP", "data": {"extra": 1}}"#, 1),
        (r#"{"event": "SHUTDOWN", "data": {"guest": true, "reason": "alien"}}"#, 1),
        (r#"{"event": "SHUTDOWN", "data": {}}"#, 0),
        (r#"{"event": "BALLOON_CHANGE"}"#, 1),
        ("garbage", 1),
        (r#"{"event": "STOP""#, 1),
        (r#"{"neither": 1}"#, 1),
    ] {
        let run = run_with("decode --input qmp --strict --format json", input.as_bytes());
        assert_eq!(run.status, Some(status), "{input}: {}", run.stderr);
    }
}

#[test]
fn members_old_and_new_are_no_surprise() {
    let old = json!({"event": "BLOCK_IO_ERROR",
        "data": {"device": "d", "operation": "read", "action": "report"}});
    let new = json!({"event": "BLOCK_IO_ERROR", "data": {"device": "", "node-name": "n", "qom-path": "/m",
        "operation": "read", "action": "report", "nospace": false, "reason": "x"}});
    let bare = json!({"event": "ACPI_DEVICE_OST",
        "data": {"device": "d", "slot": "0", "slot-type": "DIMM", "source": 1, "status": 0}});
    for message in [old, new, bare] {
        let run = run_with("decode --strict", message.to_string().as_bytes());
        assert_eq!(run.status, Some(0), "{}", run.stderr);
    }
}

#[test]
fn a_limit_is_marked_only_where_it_holds() {
    let event = |action: &str| {
        format!(
            r#"{{"event": "BLOCK_IO_ERROR", "data": {{"device": "d", "operation": "read", "action": "{action}"}}}}"#
        )
    };
    let greeting = |major: u8, minor: u8| {
        format!(r#"{{"QMP": {{"version": {{"qemu": {{"major": {major}, "minor": {minor}, "micro": 0}}}}}}}}"#)
    };
    let is_marked =
        |input: String| run_with("decode", input.as_bytes()).stdout.contains("(max 1/s per qom-path)");
    assert!(is_marked(event("report")), "the version is not known");
    assert!(is_marked(greeting(10, 0) + &event("report")));
    assert!(!is_marked(greeting(10, 0) + &event("stop")), "the limit does not hold for stop");
    assert!(!is_marked(greeting(7, 2) + &event("report")), "the limit began later");
}

#[test]
fn events_are_chosen_by_name_and_member() {
    let path = recording("blockjobs.raw");
    let count =
        |selection: &str| run(&format!("decode --format json {selection} {path}")).stdout.lines().count();
    let all = count("");
    let jobs = count("--event BLOCK_JOB_*");
    assert!(jobs > 0 && jobs < all);
    assert_eq!(
        jobs + count("--event JOB_STATUS_CHANGE"),
        count("--event BLOCK_JOB_* --event JOB_STATUS_CHANGE")
    );
    let ready = count("--event JOB_STATUS_CHANGE --where status=ready");
    assert!(ready > 0 && ready < count("--event JOB_STATUS_CHANGE"));
    assert_eq!(ready, count("--event JOB_* --where status=ready --where id!=nobody"));
    assert_eq!(count("--where status=no-such-status"), 0);
}

#[test]
fn colours_are_for_terminals_and_for_those_who_ask() {
    let path = recording("pvpanic.raw");
    assert!(!run(&format!("decode {path}")).stdout.contains('\x1b'));
    let coloured = run(&format!("decode --color always --time utc {path}")).stdout;
    insta::assert_snapshot!("colours", coloured.replace('\x1b', "␛"));
    assert!(!run(&format!("decode --color always --format json {path}")).stdout.contains('\x1b'));
    let output = command(&format!("decode {path}")).env("NO_COLOR", "1").output().expect("the tool runs");
    assert!(!output.stdout.contains(&0x1b));
}

#[test]
fn a_reader_that_leaves_ends_the_program_well() {
    let mut child = command("decode").stdin(Stdio::piped()).spawn().expect("the tool runs");
    drop(child.stdout.take());
    let mut stdin = child.stdin.take().expect("a pipe");
    let events = "{\"event\": \"STOP\"}\n".repeat(1000);
    // It reads until it notices; then this pipe breaks as well.
    while stdin.write_all(events.as_bytes()).is_ok() {}
    assert_eq!(child.wait().expect("it ends").code(), Some(0));
}

#[test]
fn events_are_printed_while_the_input_is_still_open() {
    for format in ["human", "json", "cloudevents"] {
        let mut decode = Running::start(&format!("decode --format {format}"));
        for name in ["STOP", "RESUME", "__com.example_NEWS"] {
            decode.send(format!("{{\"event\": \"{name}\"}}\n").as_bytes());
            decode.await_line(name);
        }
        decode.send(b"garbage\n{");
        decode.await_note("garbage");
        let end = decode.end();
        assert_eq!(end.status, Some(0), "{end}");
    }
}

#[test]
#[cfg(unix)]
fn a_signal_ends_decoding_with_all_that_was_read_and_the_summary() {
    for signal in ["INT", "TERM"] {
        let mut decode = Running::start("decode --format json");
        // So few bytes arrive at once.
        decode.send("{\"event\": \"STOP\"}\n".repeat(50).as_bytes());
        decode.await_line("STOP");
        decode.signal(signal);
        decode.await_note("50 events");
        let end = decode.end();
        assert_eq!((end.status, end.stdout.lines().count()), (Some(0), 49), "{signal}: {end}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_is_told_as_an_output_that_cannot_be_written() {
    let full = || std::fs::File::options().write(true).open("/dev/full").expect("it is always there");
    let path = recording("lifecycle.raw");
    for arguments in [format!("decode --format json {path}"), "list".to_owned(), "watch --demo".to_owned()] {
        let output = command(&arguments).stdout(full()).output().expect("the tool runs");
        let text = String::from_utf8(output.stderr).expect("UTF-8");
        assert!(
            text.ends_with("cannot write to standard output: No space left on device (os error 28)\n"),
            "{text}"
        );
        assert!(!text.contains("cannot read"), "{text}");
        assert_eq!(output.status.code(), Some(2));
    }
}

#[test]
#[cfg(target_os = "linux")]
fn memory_does_not_grow_with_the_stream() {
    let mut child = command("decode --format json")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .expect("the tool runs");
    let mut stdin = child.stdin.take().expect("a pipe");
    let events = std::fs::read(recording("events.ndjson")).expect("a recording");
    for _ in 0..100 {
        stdin.write_all(&events).expect("it reads");
        stdin.write_all(b"garbage\n{\"event\": \"A\"}\n").expect("it reads");
    }
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).expect("it runs");
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("a peak");
    let kib: u64 = peak.trim().trim_end_matches(" kB").parse().expect("a number");
    // Most of it is the program itself, unoptimised.
    assert!(kib < 28 << 10, "{kib} KiB for a stream of {} KiB", (events.len() * 100) >> 10);
    drop(stdin);
    let output = child.wait_with_output().expect("it ends");
    let summary = String::from_utf8(output.stderr).expect("UTF-8");
    assert!(summary.contains("149200 events, 100 unknown, 100 malformed"), "{summary}");
}

#[test]
fn a_file_that_is_not_there_is_told_by_name() {
    let run = run("decode no-such-file.raw");
    assert_eq!(run.status, Some(2));
    assert!(run.stderr.starts_with("error: cannot open no-such-file.raw: "), "{}", run.stderr);
}

#[test]
fn the_demo_shows_several_machines() {
    insta::assert_snapshot!("demo", run("watch --demo --time utc"));
    insta::assert_snapshot!(
        "demo_errors",
        run("watch --demo --time none --event *ERROR --event *FAILURE").stdout
    );
    let events = values(&run("watch --demo --format cloudevents").stdout);
    let mut subjects: Vec<&str> = events.iter().filter_map(|event| event["subject"].as_str()).collect();
    subjects.dedup();
    assert_eq!(subjects, ["panic", "disk", "mirror", "move", "guest"]);
}

#[test]
fn an_input_without_a_message_of_qmp_ends_with_1_and_says_what_it_may_be() {
    let inputs: [(&[u8], &str); 5] = [
        (b"BZh91AY&SY", "compressed with bzip2"),
        (b"\x04\x22\x4d\x18\x64\x40\xa7", "compressed with lz4"),
        (b"PK\x03\x04\x14\0", "a ZIP archive"),
        (b"LPKSHHRH\0\0", "the journal's own format"),
        (b"\xff\xfe{\0\"\0e\0", "UTF-16"),
    ];
    for (input, advice) in inputs {
        let run = run_with("decode", input);
        assert_eq!((run.status, run.stdout.as_str()), (Some(1), ""), "{run}");
        assert!(run.stderr.contains("no message of QMP") && run.stderr.contains(advice), "{run}");
    }
    let other = run_with("decode", b"[client] hello\n");
    assert!(other.status == Some(1) && other.stderr.ends_with("no message of QMP in the input\n"), "{other}");
    let malformed = run_with("decode", b"{\"event\": \"RTC_CHANGE\", \"data\": {\"offset\": \"x\"}}\n");
    assert!(malformed.stderr.ends_with("no message of QMP in the input is well-formed\n"), "{malformed}");
}

#[test]
fn one_message_of_qmp_makes_an_input_worth_status_0() {
    for input in ["", "garbage {\"event\": \"STOP\"}", "{\"return\": {}}"] {
        let run = run_with("decode", input.as_bytes());
        assert_eq!(run.status, Some(0), "{run}");
        assert!(!run.stderr.contains("no message of QMP"), "{run}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_is_told_for_notes_and_manual_pages_as_well() {
    let full = std::fs::File::options().write(true).open("/dev/full").expect("it is always there");
    let output = command("watch --demo").stderr(full).output().expect("the tool runs");
    assert_eq!(output.status.code(), Some(2));
    assert!(!output.stdout.is_empty());
    let run = run("man /dev/full");
    assert!(run.status == Some(2) && run.stderr.contains("cannot write to /dev/full"), "{run}");
}

#[test]
fn events_are_left_out_by_name() {
    let path = recording("blockjobs.raw");
    let names = |selection: &str| -> Vec<String> {
        let run = run(&format!("decode --format json {selection} {path}"));
        values(&run.stdout).iter().map(|event| event["event"].as_str().expect("a name").to_owned()).collect()
    };
    let all = names("");
    let expected: Vec<_> = all.iter().filter(|name| *name != "JOB_STATUS_CHANGE").cloned().collect();
    assert!(!expected.is_empty() && expected.len() < all.len());
    assert_eq!(names("--event !JOB_STATUS_CHANGE"), expected);
    let jobs = names("--event *JOB_* --event !JOB_*");
    assert!(!jobs.is_empty() && jobs.iter().all(|name| name.starts_with("BLOCK_JOB_")), "{jobs:?}");
}

#[test]
fn a_name_that_is_left_out_is_checked_for_typing_errors() {
    let run = run_with("decode --event !RTC_CHANGED", b"{\"event\": \"STOP\"}");
    assert!(run.stderr.contains("no event \"RTC_CHANGED\"; did you mean RTC_CHANGE"), "{run}");
    assert_eq!(run_with("decode --event !", b"").status, Some(2));
}

#[test]
fn events_are_selected_by_severity() {
    let input = br#"{"event": "STOP"} {"event": "ALIEN_LANDED"} {"event": "BALLOON_CHANGE", "data": {"actual": 1}}
        {"event": "GUEST_PANICKED", "data": {"action": "pause"}} {"event": "WATCHDOG", "data": {"action": "reset"}}"#;
    for (selection, names) in [
        ("--severity error", vec!["GUEST_PANICKED"]),
        ("--severity error,warning", vec!["GUEST_PANICKED", "WATCHDOG"]),
        ("--severity lifecycle --severity unknown", vec!["STOP", "ALIEN_LANDED"]),
        ("--severity notice", vec!["BALLOON_CHANGE"]),
    ] {
        let run = run_with(&format!("decode --format json {selection}"), input);
        let found: Vec<Value> = values(&run.stdout).iter().map(|event| event["event"].clone()).collect();
        assert_eq!(found, names, "{selection}");
    }
    assert_eq!(run_with("decode --severity awful", input).status, Some(2));
}

#[test]
fn replies_with_errors_are_shown_where_they_came_if_they_are_wanted() {
    let input = br#"{"return": {}, "id": 1}
{"id": "libvirt-17", "error": {"class": "GenericError", "desc": "Device 'x' not found"}}
{"event": "STOP"}
"#;
    let quiet = run_with("decode", input);
    assert!(!quiet.stderr.contains("GenericError"), "{quiet}");
    let shown = run_with("decode --replies", input);
    assert!(
        shown
            .stderr
            .starts_with("line 2: error reply to \"libvirt-17\": GenericError: Device 'x' not found\n"),
        "{shown}"
    );
    assert_eq!((shown.stdout.lines().count(), shown.status), (1, Some(0)), "{shown}");
}

#[test]
fn large_integers_are_shown_in_hexadecimal_too() {
    let panic = br#"{"event": "GUEST_PANICKED", "data": {"action": "pause", "info": {"type": "hyper-v",
        "arg1": 30, "arg2": 18446735287519186944, "arg3": 999999999999999, "arg4": 1000000000000000, "arg5": 0}}}"#;
    let run = run_with("decode --time none", panic);
    for part in [
        "arg1=30 ",
        "arg2=18446735287519186944 (0xfffff8024e3e9000) ",
        "arg3=999999999999999 ",
        "arg4=1000000000000000 (0x38d7ea4c68000) ",
    ] {
        assert!(run.stdout.contains(part), "{part} is not in {run}");
    }
}
