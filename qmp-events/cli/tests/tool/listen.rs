//! `watch listen:…`: machines that connect to the tool.

use std::io::Write;
use std::os::unix::net::{UnixListener, UnixStream};
use std::process::Stdio;

use crate::peer::{Directory, Identity, Peer, await_end};
use crate::qemu::Qemu;
use crate::run::{Running, run};

const WEB: Identity<'_> = Identity { name: Some("web"), uuid: None, thread: 7 };

/// Starts to listen at a path without machines.
fn listen(directory: &Directory) -> (Running, std::path::PathBuf) {
    let path = directory.path("machines.sock");
    let mut watch = Running::start(&format!("watch --time none listen:unix:{}", path.display()));
    watch.await_note("waiting for machines to connect");
    (watch, path)
}

#[test]
fn a_machine_is_called_by_its_name_its_uuid_or_a_number() {
    let directory = Directory::new();
    let (mut watch, path) = listen(&directory);
    let uuid = "6f1de1c4-6d0f-4d3c-8a5e-1f0b3c2d4e5f";
    for (identity, label) in [
        (WEB, "web"),
        (Identity { uuid: Some(uuid), ..Identity::default() }, uuid),
        (Identity { thread: 1, ..Identity::default() }, "machine-1"),
        (Identity { thread: 2, ..Identity::default() }, "machine-2"),
        (WEB, "web#2"),
    ] {
        let mut peer = Peer::dial(&path, identity);
        assert_eq!(watch.await_note("connected to"), format!("{label}: connected to QEMU 10.0.0"));
        peer.send("STOP");
        let line = watch.await_line("STOP");
        assert_eq!(line.split_whitespace().collect::<Vec<_>>(), [label, "STOP"]);
        // It stays connected.
        std::mem::forget(peer);
    }
    watch.signal("TERM");
    assert_eq!(watch.end().status, Some(0));
    assert!(!path.exists(), "the socket's file is removed");
}

#[test]
fn a_machine_that_comes_back_is_told_apart_from_another_one() {
    let directory = Directory::new();
    let (mut watch, path) = listen(&directory);
    let nameless = Identity { thread: 9, ..Identity::default() };
    for (first, second, peer) in [
        (WEB, WEB, "web: back after a gap, to the same QEMU"),
        (WEB, Identity { thread: 8, ..WEB }, "web: back after a gap, to another QEMU"),
        (nameless, nameless, "machine-1: back after a gap, to the same QEMU"),
    ] {
        for (identity, note) in [(first, "connected to"), (second, peer)] {
            let peer = Peer::dial(&path, identity);
            watch.await_note(note);
            peer.kill();
            watch.await_note("without SHUTDOWN");
        }
    }
    watch.signal("TERM");
    assert_eq!(watch.end().status, Some(0));
}

#[test]
fn a_socket_is_replaced_only_if_nobody_listens_on_it() {
    let directory = Directory::new();
    let path = directory.path("machines.sock");
    let living = UnixListener::bind(&path).expect("a socket");
    let refused = run(&format!("watch listen:unix:{}", path.display()));
    assert_eq!(refused.status, Some(2), "{refused}");
    assert!(refused.stderr.contains("another program listens on this socket"), "{refused}");
    drop(living);
    let (watch, path) = listen(&directory);
    drop(Peer::dial(&path, WEB));
    watch.signal("TERM");
    assert_eq!(watch.end().status, Some(0));

    std::fs::write(&path, "data").expect("a file");
    let refused = run(&format!("watch listen:unix:{}", path.display()));
    assert_eq!(refused.status, Some(2), "{refused}");
    assert!(refused.stderr.contains("is not a socket"), "{refused}");
    assert_eq!(std::fs::read_to_string(&path).expect("it is there"), "data");
}

#[test]
fn clients_that_are_no_machines_keep_no_machine_waiting() {
    let directory = Directory::new();
    let (mut watch, path) = listen(&directory);
    // More than handshakes run at a time.
    let silent: Vec<_> = (0..200).map(|_| UnixStream::connect(&path).expect("it listens")).collect();
    let mut garbage = UnixStream::connect(&path).expect("it listens");
    // It may be refused before all is written.
    let _ = garbage.write_all(&b"HELO\r\n{\"QMP\"".repeat(1000));
    let mut peer = Peer::dial(&path, WEB);
    watch.await_note("web: connected to QEMU");
    peer.send("STOP");
    watch.await_line("STOP");
    await_end(&silent[0]);
    watch.signal("TERM");
    assert_eq!(watch.end().status, Some(0));
}

#[test]
fn running_out_of_files_ends_nothing() {
    let directory = Directory::new();
    let path = directory.path("machines.sock");
    let limited = format!(
        "ulimit -n 40; exec {} watch --time none listen:unix:{}",
        env!("CARGO_BIN_EXE_qmp-events"),
        path.display()
    );
    let mut command = std::process::Command::new("sh");
    command.args(["-c", &limited]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut watch = Running::spawn(&mut command);
    watch.await_note("waiting for machines to connect");
    let crowd: Vec<_> = (0..60).map(|_| UnixStream::connect(&path).expect("it listens")).collect();
    watch.await_note("cannot accept a connection: Too many open files");
    drop(crowd);
    let mut peer = Peer::dial(&path, WEB);
    watch.await_note("web: connected to QEMU");
    peer.send("STOP");
    watch.await_line("STOP");
    watch.signal("TERM");
    assert_eq!(watch.end().status, Some(0));
}

#[test]
fn machines_that_connect_are_for_watching_only() {
    for command in ["wait --event STOP", "status", "check"] {
        let run = run(&format!("{command} listen:unix:/run/machines.sock"));
        assert_eq!(run.status, Some(2), "{run}");
        assert!(run.stderr.contains("only `watch` takes machines that connect"), "{run}");
    }
}

#[test]
fn cloudevents_name_the_machine_that_connected() {
    let directory = Directory::new();
    let path = directory.path("machines.sock");
    let mut watch =
        Running::start(&format!("watch --format cloudevents host=listen:unix:{}", path.display()));
    watch.await_note("waiting for machines to connect");
    let mut peer = Peer::dial(&path, WEB);
    peer.send("STOP");
    let event: serde_json::Value = serde_json::from_str(&watch.await_line("STOP")).expect("JSON");
    assert_eq!(event["subject"], "host/web");
    assert_eq!(event["source"], format!("listen:unix:{}#web", path.display()));
    watch.signal("TERM");
    assert_eq!(watch.end().status, Some(0));
}

#[test]
fn real_machines_connect_and_come_back() {
    let directory = Directory::new();
    let (mut watch, path) = listen(&directory);
    let address = format!("path={}", path.display());
    let uuid = "6f1de1c4-6d0f-4d3c-8a5e-1f0b3c2d4e5f";
    let machines = [["-name", "web"], ["-uuid", uuid]].map(|arguments| Qemu::dialing(&address, &arguments));
    let [Some(mut web), Some(mut db)] = machines else { return watch.signal("TERM") };
    let mut labels = [(); 2].map(|()| watch.await_note("connected to QEMU"));
    labels.sort();
    assert!(labels[0].starts_with(uuid) && labels[1].starts_with("web"), "{labels:?}");
    for (qemu, label) in [(&mut web, "web"), (&mut db, uuid)] {
        qemu.execute("cont");
        assert!(watch.await_line("RESUME").starts_with(label));
    }
    web.restart();
    assert!(watch.await_line("SHUTDOWN").starts_with("web"));
    watch.await_note("web: back after a gap, to another QEMU; events may be missing here");
    watch.await_note("web: connected to QEMU");

    // The machines come to the next program that listens.
    watch.signal("TERM");
    assert_eq!(watch.end().status, Some(0));
    let (mut watch, _) = listen(&directory);
    let mut labels = [(); 2].map(|()| watch.await_note("connected to QEMU"));
    labels.sort();
    assert!(labels[0].starts_with(uuid) && labels[1].starts_with("web"), "{labels:?}");
    web.execute("cont");
    assert!(watch.await_line("RESUME").starts_with("web"));
    watch.signal("TERM");
    assert_eq!(watch.end().status, Some(0));
}

#[test]
fn a_real_machine_connects_by_tcp() {
    let mut watch = Running::start("watch --time none listen:tcp:127.0.0.1:0");
    let note = watch.await_note("waiting for machines to connect");
    let port = note.split(": ").next().and_then(|address| address.rsplit(':').next()).expect("a port");
    if let Some(mut nameless) = Qemu::dialing(&format!("host=127.0.0.1,port={port}"), &[]) {
        watch.await_note("machine-1: connected to QEMU");
        nameless.execute("quit");
        watch.await_line("SHUTDOWN");
    }
    watch.signal("TERM");
    assert_eq!(watch.end().status, Some(0));
}
