//! `decode` of logs: what they are is found by looking.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::run::{Running, fixture, run, run_with};

fn names(stdout: &str) -> Vec<String> {
    let name = |line: &str| {
        let message: Value = serde_json::from_str(line).expect("JSON");
        message["event"].as_str().expect("a name").to_owned()
    };
    stdout.lines().map(name).collect()
}

fn path(name: &str) -> String {
    fixture(name).to_str().expect("UTF-8").to_owned()
}

#[test]
fn every_field_file_gives_its_events_without_noise() {
    let expected = std::fs::read(fixture("field/expected.json")).expect("the file is there");
    let expected: BTreeMap<String, Vec<String>> = serde_json::from_slice(&expected).expect("lists of names");
    let damaged = BTreeMap::from([("05", 1), ("12", 1), ("20", 3)]);
    for (file, expected) in expected {
        let run = run(&format!("decode --format json {}", path(&format!("field/{file}"))));
        assert_eq!(names(&run.stdout), expected, "{file}: {run}");
        let malformed = run.stderr.lines().filter(|line| line.starts_with("malformed: ")).count();
        assert_eq!(malformed, damaged.get(&file[..2]).copied().unwrap_or(0), "{file}: {run}");
        assert_eq!(run.status, Some(0), "{file}: {run}");
    }
}

#[test]
fn a_packed_log_of_libvirt_gives_each_event_once_with_its_monitor() {
    let file = path("libvirt-9.0/libvirtd-debug.log.gz");
    let from_log = run(&format!("decode --strict --format json {file}"));
    let from_virsh =
        run(&format!("decode --format json {}", path("libvirt-9.0/qemu-monitor-event-plain.txt")));
    assert_eq!(names(&from_log.stdout).len(), 20);
    assert_eq!(names(&from_log.stdout), names(&from_virsh.stdout));
    insta::assert_snapshot!("libvirt_summary", from_log.stderr);
    insta::assert_snapshot!("libvirt", run(&format!("decode --time utc {file}")).stdout);
}

#[test]
fn a_log_says_when_events_came_that_do_not_say_it_themselves() {
    let file = path("libvirt-9.0/qemu-monitor-event-ts.txt");
    insta::assert_snapshot!("virsh_timestamp", run(&format!("decode --time utc {file}")));
}

#[test]
fn packed_inputs_are_told_by_their_first_bytes_and_may_have_several_parts() {
    for ending in ["gz", "zst", "xz"] {
        let file = path(&format!("log/two-parts.{ending}"));
        let run = run(&format!("decode --format json {file}"));
        assert_eq!(names(&run.stdout), ["STOP", "RESUME"], "{ending}: {run}");
        let bytes = std::fs::read(&file).expect("the file is there");
        let cut = run_with("decode --format json", &bytes[..bytes.len() - 9]);
        assert_eq!(cut.status, Some(2), "{ending}: {cut}");
        assert!(cut.stderr.contains("cannot read standard input"), "{ending}: {cut}");
    }
}

#[test]
fn several_inputs_are_read_in_their_order_and_marked() {
    let files = format!(
        "{} {}",
        path("field/26-two-machines-one-libvirtd-log.txt"),
        path("field/15-virsh-timestamp.txt")
    );
    let run = run(&format!("decode --format json {files}"));
    assert_eq!(names(&run.stdout), ["RESET", "SHUTDOWN", "DEVICE_DELETED", "STOP"]);
    assert!(
        run.stderr.contains("15-virsh-timestamp.txt: taken for output of virsh qemu-monitor-event"),
        "{run}"
    );
}

#[test]
fn a_part_of_a_log_is_chosen_by_time() {
    let file = path("libvirt-9.0/libvirtd-debug.log.gz");
    let count = |period: &str| run(&format!("decode --format json {period} {file}")).stdout.lines().count();
    assert_eq!(count("--since 2026-11-28T08:02:30Z"), 8);
    assert_eq!(count("--until 2026-11-28T08:02:30Z"), 12);
    assert_eq!(count("--since 2026-11-28T08:02:30.7 --until 2026-11-28T08:02:31"), 3);
    let by_log = path("libvirt-9.0/qemu-monitor-event-ts.txt");
    assert_eq!(
        run(&format!("decode --format json --since 2026-11-28T08:02:33Z {by_log}")).stdout.lines().count(),
        1
    );
    assert_eq!(run("decode --since yesterday -").status, Some(2));
}

#[test]
fn a_form_may_be_asked_for() {
    let file = path("field/23-socat-transcript.txt");
    assert_eq!(run(&format!("decode --strict {file}")).status, Some(0));
    assert_eq!(run(&format!("decode --strict --input qmp {file}")).status, Some(1));
    let run = run(&format!("decode --strict --input virsh {file}"));
    assert_eq!((run.status, run.stdout.as_str()), (Some(1), ""), "{run}");
    assert!(run.stderr.contains("no events as in output of virsh"), "{run}");
}

#[test]
fn a_text_without_an_event_is_not_what_strict_wants() {
    assert_eq!(run_with("decode --strict", b"nothing here\n").status, Some(1));
    assert_eq!(run_with("decode", b"nothing here\n").status, Some(0));
    assert_eq!(run_with("decode --strict", b"").status, Some(0));
}

#[test]
fn each_event_of_a_live_log_comes_out_when_it_goes_in() {
    let mut decode = Running::start("decode --format json");
    for name in ["STOP", "RESUME"] {
        decode.send(format!("12:00:01 event={{\"event\": \"{name}\"}}\n").as_bytes());
        decode.await_line(name);
    }
    // A copy may follow that names the monitor; not if nothing follows.
    decode.send(b"1: debug : qemuMonitorJSONIOProcessLine:189 : Line [{\"event\": \"RESET\"}]\n");
    decode.await_line("RESET");
    assert_eq!(decode.end().status, Some(0));
}
