//! What follows from each event of a recording, as snapshots that a person has read.

use qmp_events::EventMessage;
use qmp_events::log::{Entry, Reader};
use qmp_events::machine::Machine;
use qmp_events::protocol::{Frame, ServerMessage, Splitter};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::io::Read;

/// The event, and each member of the state that is another one now.
fn describe(machine: &mut Machine, message: &EventMessage, text: &mut String) {
    let before = machine.to_json();
    machine.apply(message);
    let after = machine.to_json();
    let data = serde_json::to_value(message).expect("an event");
    let data = data.get("data").map(Value::to_string).unwrap_or_default();
    writeln!(text, "{} {data}", message.event.name()).expect("a string takes all");
    let members = after.as_object().expect("an object");
    for (name, now) in members.iter().filter(|(name, now)| before[*name] != **now && *name != "events") {
        match now.as_array() {
            Some(entries) => {
                writeln!(text, "    {name}:").expect("a string takes all");
                let old = before[name].as_array().cloned().unwrap_or_default();
                for entry in entries.iter().filter(|entry| !old.contains(entry)) {
                    writeln!(text, "      {entry}").expect("a string takes all");
                }
                writeln!(text, "      ({} in all)", entries.len()).expect("a string takes all");
            }
            None => writeln!(text, "    {name}: {now}").expect("a string takes all"),
        }
    }
}

/// Follows a recording. Where someone asked for the run state in it, the answer is the one that was known.
fn follow(recording: &[u8]) -> String {
    let (mut machine, mut splitter, mut text) = (Machine::new(), Splitter::new(), String::new());
    splitter.push(recording);
    splitter.finish();
    while let Some(frame) = splitter.next_frame() {
        let Frame::Message(message) = frame else { continue };
        match ServerMessage::classify(message.json) {
            ServerMessage::Event(event) => {
                let message = EventMessage::decode(event.json).expect("an event");
                describe(&mut machine, &message, &mut text);
            }
            ServerMessage::Reply(reply) => {
                let value: Value = serde_json::from_str(reply.result.unwrap_or("null")).expect("JSON");
                if let (Some(status), Some(known)) = (value.get("status"), &machine.run().status)
                    && value.get("running").is_some()
                {
                    assert_eq!(known.to_string(), *status, "{text}");
                }
            }
            _ => {}
        }
    }
    text
}

/// Follows the machines of a log, each on its own.
fn follow_log(log: &[u8]) -> String {
    let mut machines: BTreeMap<String, (Machine, String)> = BTreeMap::new();
    let mut reader = Reader::new();
    reader.push(log);
    reader.finish();
    while let Some(entry) = reader.next_entry() {
        let Entry::Event(event) = entry else { panic!("{entry:?}") };
        let name = event.origin.label().unwrap_or("no name").to_owned();
        let message = EventMessage::decode(event.json().as_bytes()).expect("an event");
        let (machine, text) = machines.entry(name).or_default();
        describe(machine, &message, text);
    }
    machines.into_iter().map(|(name, (_, text))| format!("=== {name}\n{text}")).collect()
}

#[test]
fn the_state_after_each_event_of_a_log_of_libvirt_is_right() {
    let file = std::fs::File::open(tests::fixture("libvirt-9.0/libvirtd-debug.log.gz")).expect("a log");
    let mut log = Vec::new();
    flate2::read::GzDecoder::new(file).read_to_end(&mut log).expect("a packed log");
    insta::assert_snapshot!("libvirtd-debug", follow_log(&log));
    let printed = std::fs::read(tests::fixture("libvirt-9.0/qemu-monitor-event-plain.txt")).expect("a log");
    insta::assert_snapshot!("virsh", follow_log(&printed));
}

#[test]
fn the_state_after_each_event_of_a_recording_is_right() {
    let mut names: Vec<_> = std::fs::read_dir(tests::fixture("qemu-7.2.22"))
        .expect("the recordings")
        .map(|entry| entry.expect("a file").file_name().to_string_lossy().into_owned())
        .filter(|name| name.ends_with(".raw"))
        .collect();
    names.sort();
    assert_eq!(names.len(), 22);
    for name in names {
        let recording = std::fs::read(tests::fixture(&format!("qemu-7.2.22/{name}"))).expect("a recording");
        insta::assert_snapshot!(name.replace(".raw", ""), follow(&recording));
    }
}
