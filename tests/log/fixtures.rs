//! Inputs as people have them.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;

use flate2::read::GzDecoder;
use qmp_events::log::{Entry, Form};
use serde_json::Value;
use tests::{fixture, read_fixture};

use super::{malformed_lines, names, read, report};

fn libvirtd_log() -> Vec<u8> {
    let file = fs::File::open(fixture("libvirt-9.0/libvirtd-debug.log.gz")).expect("the recording is there");
    let mut log = Vec::new();
    GzDecoder::new(file).read_to_end(&mut log).expect("the recording is whole");
    log
}

#[test]
fn every_field_file_gives_its_events_once_and_in_order() {
    let expected: BTreeMap<String, Vec<String>> =
        serde_json::from_str(&read_fixture("field/expected.json")).expect("lists of names");
    assert!(expected.len() > 20);
    for (file, expected) in expected {
        let log = fs::read(fixture("field").join(&file)).expect("the file is there");
        assert_eq!(names(&read(&log).0), expected, "{file}");
    }
}

#[test]
fn only_what_is_damaged_is_malformed() {
    let damaged: BTreeMap<&str, Vec<u64>> = BTreeMap::from([
        ("05-iotests-185-out.txt", vec![10]),
        ("12-qemu-old-events-doc.txt", vec![3]),
        ("17-cloud-hypervisor-event.txt", vec![3]),
        ("20-truncated-rotated.txt", vec![1, 2, 3]),
    ]);
    for entry in fs::read_dir(fixture("field")).expect("the directory is there") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        let log = fs::read(&path).expect("the file is there");
        let expected = damaged.get(name.as_str()).cloned().unwrap_or_default();
        assert_eq!(malformed_lines(&read(&log).0), expected, "{name}");
    }
}

#[test]
fn field_files_say_of_whom_and_when() {
    let mut files: Vec<_> = fs::read_dir(fixture("field")).expect("the directory is there").collect();
    files.sort_by_key(|file| file.as_ref().map(|file| file.file_name()).ok());
    let mut text = String::new();
    for file in files {
        let path = file.expect("an entry").path();
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        if name.ends_with(".txt") {
            text += &format!("== {name}\n{}", report(&fs::read(&path).expect("the file is there")));
        }
    }
    insta::assert_snapshot!("field", text);
}

/// The events as virsh shows them: name, time and data.
fn as_virsh_shows(entries: &[Entry], with_time: bool) -> Vec<(Value, Value, Value)> {
    let members = |entry: &Entry| match entry {
        Entry::Event(event) => {
            let mut message: Value = serde_json::from_str(event.json()).expect("JSON");
            let time = if with_time { message["timestamp"].take() } else { Value::Null };
            (message["event"].take(), time, message["data"].take())
        }
        other => panic!("{other:?}"),
    };
    entries.iter().map(members).collect()
}

#[test]
fn a_libvirtd_log_gives_what_virsh_printed_at_the_same_time() {
    let (from_log, summary) = read(&libvirtd_log());
    assert_eq!((summary.events, summary.copies, summary.malformed), (20, 20, 0));
    for (file, has_time) in [("plain", true), ("pretty", true), ("ts", false)] {
        let text = read_fixture(&format!("libvirt-9.0/qemu-monitor-event-{file}.txt"));
        let (from_virsh, summary) = read(text.as_bytes());
        assert_eq!(summary.malformed, 0);
        assert_eq!(as_virsh_shows(&from_virsh, has_time), as_virsh_shows(&from_log, has_time), "{file}");
    }
}

#[test]
fn each_event_of_a_libvirtd_log_has_its_monitor() {
    for entry in read(&libvirtd_log()).0 {
        let Entry::Event(event) = entry else { panic!("{entry:?}") };
        assert_eq!(event.form, Form::Libvirt);
        assert_eq!(event.origin.monitor.as_deref(), Some("0x7f196c0322f0"));
        let logged =
            event.logged_at.as_ref().and_then(|time| time.timestamp()).expect("a time with an offset");
        let own = event.decode().expect("an event").timestamp.expect("QEMU's time");
        assert!((own.seconds - logged.seconds).abs() <= 1);
    }
}
