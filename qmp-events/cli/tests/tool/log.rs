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
fn one_input_without_an_event_is_not_what_strict_wants() {
    let files = format!("{} -", path("field/23-socat-transcript.txt"));
    assert_eq!(run_with(&format!("decode --strict {files}"), b"nothing here\n").status, Some(1));
    assert_eq!(run_with(&format!("decode {files}"), b"nothing here\n").status, Some(0));
    assert_eq!(run_with("decode --strict", b"").status, Some(0));
}

#[test]
fn the_event_of_another_program_is_named_with_its_line() {
    let run = run(&format!("decode {}", path("field/17-cloud-hypervisor-event.txt")));
    assert_eq!((run.status, run.stdout.as_str()), (Some(1), ""), "{run}");
    assert!(run.stderr.contains("of other programs with a member `event`, the first in line 2"), "{run}");
}

#[test]
fn a_stream_of_messages_is_held_to_qmp_and_a_log_is_not() {
    let stream = b"{\"event\": \"STOP\"}\n{\"neither\": 1}\n";
    let strict = run_with("decode --strict", stream);
    assert_eq!(strict.status, Some(1), "{strict}");
    assert!(strict.stderr.contains("line 2"), "{strict}");
    let log = [b"{\"msg\": \"a JSON log\"}\n".as_slice(), b"12:00 got {\"event\": \"STOP\"}\n"].concat();
    assert_eq!(run_with("decode --strict", &log).status, Some(0));
}

#[test]
fn the_time_of_the_log_counts_if_it_is_chosen() {
    let log = b"2026-11-28T08:00:05Z got {\"timestamp\": {\"seconds\": 1, \"microseconds\": 0}, \"event\": \"STOP\"}\n";
    let stdout = |arguments: &str| run_with(&format!("decode --time utc {arguments}"), log).stdout;
    assert!(stdout("").starts_with("1970-01-01\n00:00:01.000  STOP"));
    assert!(stdout("--clock log").starts_with("2026-11-28\n08:00:05.000  STOP"));
    assert_eq!(stdout("--since 2000-01-01"), "");
    assert!(stdout("--clock log --since 2000-01-01").contains("STOP"));
}

#[test]
#[cfg(unix)]
fn a_file_is_followed_when_it_grows_is_rotated_and_is_emptied() {
    use std::io::Write;

    let directory = std::env::temp_dir().join(format!("qmp-events-follow-{}", std::process::id()));
    std::fs::create_dir_all(&directory).expect("a directory");
    let log = directory.join("vm.log");
    let event = |name: &str| format!("{{\"event\": \"{name}\"}}\n");
    let append = |name: &str| {
        let mut file = std::fs::File::options().append(true).create(true).open(&log).expect("a file");
        file.write_all(event(name).as_bytes()).expect("it is written");
    };
    append("STOP");
    let mut decode = Running::start(&format!("decode --format json --follow {}", log.display()));
    decode.await_line("STOP");
    append("RESUME");
    decode.await_line("RESUME");
    std::fs::rename(&log, directory.join("vm.log.1")).expect("it is there");
    append("WAKEUP");
    decode.await_line("WAKEUP");
    std::fs::write(&log, event("RESET")).expect("it is written");
    decode.await_line("RESET");
    decode.signal("TERM");
    let run = decode.end();
    std::fs::remove_dir_all(&directory).expect("it is there");
    assert_eq!(run.status, Some(0), "{run}");
    assert!(run.stderr.contains("4 events"), "{run}");
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
