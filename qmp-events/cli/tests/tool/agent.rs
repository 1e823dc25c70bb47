//! `agent`: the monitors of many machines, for many readers.

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead, Read, Write};
use std::os::unix::net::{UnixDatagram, UnixListener, UnixStream};
use std::time::Duration;

use crate::metrics::{Agent, Page, listen, program};
use crate::peer::{Directory, Identity, Peer};
use crate::run::{Running, command, run};

#[test]
fn an_agent_without_a_reader_is_refused() {
    let run = run("agent unix:/run/vm.sock");
    assert_eq!(run.status, Some(2));
    assert!(run.stderr.contains("--print"), "{run}");
}

#[test]
#[cfg(feature = "nats")]
fn a_broker_is_refused_as_a_machine() {
    let run = run("agent --print nats://127.0.0.1:1");
    assert_eq!(run.status, Some(2));
    assert!(run.stderr.contains("`watch` reads from nats://"), "{run}");
}

#[test]
fn what_to_print_is_refused_without_printing() {
    for option in ["--event STOP", "--format json", "--state"] {
        let run = run(&format!("agent unix:/run/vm.sock {option}"));
        assert_eq!(run.status, Some(2), "{option}");
        assert!(run.stderr.contains("--print"), "{option}: {run}");
    }
}

#[test]
fn it_prints_as_watch_does_and_connects_again() {
    let directory = Directory::new();
    let listener = UnixListener::bind(directory.path("vm.sock")).expect("a socket");
    let mut agent = Running::start(&format!(
        "agent --print --time none --event STOP --event SHUTDOWN unix:{}",
        directory.path("vm.sock").display()
    ));
    let mut machine = Peer::accept(&listener, Identity::default());
    machine.send("RESUME");
    machine.send("STOP");
    assert_eq!(agent.await_line(""), "vm  STOP");
    machine.kill();
    agent.await_note("vm: the server closed the connection without SHUTDOWN");
    let machine = Peer::accept(&listener, Identity::default());
    agent.await_note("vm: back after a gap");
    machine.quit();
    assert_eq!(agent.await_line(""), "vm  SHUTDOWN               guest=false reason=host-qmp-quit");
    agent.signal("TERM");
    let end = agent.end();
    assert_eq!((end.status, end.stdout.as_str()), (Some(0), ""), "{end}");
}

#[test]
fn it_ends_when_its_only_reader_leaves() {
    let directory = Directory::new();
    let listener = UnixListener::bind(directory.path("vm.sock")).expect("a socket");
    let mut agent = Running::start(&format!("agent --print unix:{}", directory.path("vm.sock").display()));
    let mut machine = Peer::accept(&listener, Identity::default());
    machine.send("STOP");
    agent.await_line("STOP");
    let Running { stdout, mut stderr, .. } = agent;
    drop(stdout);
    machine.send("RESUME");
    // Its notes have an end.
    stderr.read_to_string(&mut String::new()).expect("UTF-8");
}

#[test]
fn it_ends_cleanly_with_everything_that_was_sent_before() {
    let directory = Directory::new();
    let (listener, endpoint) = listen(&directory, "vm.sock");
    let mut agent = Running::start(&format!("agent --print --format json {endpoint}"));
    let mut machine = Peer::accept(&listener, Identity::default());
    machine.send("RESUME");
    agent.await_line("RESUME");
    for _ in 0..500 {
        machine.send("STOP");
    }
    agent.signal("TERM");
    let end = agent.end();
    assert_eq!((end.status, end.stdout.lines().count()), (Some(0), 500), "{}", end.stderr);
}

/// A machine of a pattern is told of once it has said who it is, which may take a while.
#[test]
fn it_ends_with_what_a_machine_sent_before_it_said_who_it_is() {
    let directory = Directory::new();
    let (listener, _) = listen(&directory, "vm.sock");
    let pattern = directory.path("*.sock");
    let agent = Running::start(&format!("agent --print --format json unix:{}", pattern.display()));
    let (mut machine, _) = listener.accept().expect("a connection");
    let mut commands = std::io::BufReader::new(machine.try_clone().expect("a socket"));
    let mut send = |text: &str| machine.write_all(text.as_bytes()).expect("the agent reads");
    let mut await_command = |name: &str| {
        let mut line = String::new();
        commands.read_line(&mut line).expect("UTF-8");
        let command: serde_json::Value = serde_json::from_str(&line).expect("JSON");
        assert_eq!(command["execute"], name);
        command["id"].clone()
    };
    send("{\"QMP\": {}}\r\n");
    let id = await_command("qmp_capabilities");
    send(&format!("{{\"return\": {{}}, \"id\": {id}}}\r\n"));
    await_command("query-cpus-fast");
    send(&"{\"event\": \"STOP\"}\r\n".repeat(200));
    agent.signal("TERM");
    let end = agent.end();
    assert_eq!((end.status, end.stdout.lines().count()), (Some(0), 200), "{}", end.stderr);
}

#[test]
fn standard_output_that_is_closed_leaves_the_other_readers_alone() {
    let directory = Directory::new();
    let (listener, endpoint) = listen(&directory, "vm.sock");
    let mut agent = Agent::start(&["--print", &endpoint]);
    let mut machine = Peer::accept(&listener, Identity::default());
    machine.send("STOP");
    agent.running.await_line("STOP");
    let Agent { running: Running { stdout, mut stderr, .. }, page } = agent;
    drop(stdout);
    for count in 2..5 {
        machine.send("STOP");
        let line = format!(r#"qmp_events_events_total{{machine="vm",event="STOP"}} {count}"#);
        while !page.scrape().lines().any(|found| found == line) {
            std::thread::yield_now();
        }
    }
    machine.kill();
    // Notes go on as well.
    loop {
        let mut note = String::new();
        std::io::BufRead::read_line(&mut stderr, &mut note).expect("UTF-8");
        assert!(!note.is_empty(), "there was no note of it");
        if note.starts_with("vm: the server closed the connection") {
            break;
        }
    }
}

/// The list of endpoints in a file.
pub(crate) fn write_list(directory: &Directory, lines: &[&str]) -> String {
    let path = directory.path("endpoints");
    fs::write(&path, lines.join("\n")).expect("a file");
    path.display().to_string()
}

#[test]
fn a_list_that_is_read_again_begins_what_is_new_and_ends_what_is_gone() {
    let directory = Directory::new();
    let [(old, old_endpoint), (kept, kept_endpoint), (new, new_endpoint)] =
        ["old.sock", "kept.sock", "new.sock"].map(|name| listen(&directory, name));
    let list = write_list(&directory, &["# machines", "", &old_endpoint, &format!(" k={kept_endpoint}")]);
    let mut agent = Agent::start(&["--print", "--time", "none", "--endpoints", &list]);
    let gone = Peer::accept(&old, Identity::default());
    let mut stays = Peer::accept(&kept, Identity::default());
    agent.page.await_line(r#"qmp_events_connection_up{machine="k"} 1"#);
    agent.page.await_line(r#"qmp_events_connection_up{machine="old"} 1"#);
    write_list(&directory, &[&format!("k={kept_endpoint}"), &new_endpoint]);
    agent.running.signal("HUP");
    let mut comes = Peer::accept(&new, Identity::default());
    agent.running.await_note("the endpoints are read again: 2 in the list");
    let text = agent.page.await_line(r#"qmp_events_connection_up{machine="new"} 1"#);
    assert!(text.contains(r#"qmp_events_connection_up{machine="k"} 1"#), "{text}");
    while agent.page.scrape().contains(r#"machine="old""#) {
        std::thread::yield_now();
    }
    stays.send("STOP");
    assert!(agent.running.await_line("STOP").starts_with("k "));
    comes.send("RESUME");
    assert!(agent.running.await_line("RESUME").starts_with("new "));
    drop(gone);
    agent.running.signal("TERM");
    let end = agent.running.end();
    assert_eq!(end.status, Some(0), "{end}");
    assert!(!end.stderr.contains("k: back after a gap"), "{end}");
}

#[test]
fn sources_of_many_machines_end_with_all_that_they_brought() {
    let directory = Directory::new();
    let (listening, pattern) = (directory.path("listening"), directory.path("*.qmp"));
    let list = write_list(
        &directory,
        &[&format!("listen:unix:{}", listening.display()), &format!("unix:{}", pattern.display())],
    );
    let mut agent = Agent::start(&["--endpoints", &list]);
    let named = Identity { name: Some("dials"), ..Identity::default() };
    agent.running.await_note("waiting for machines to connect");
    let dials = UnixStream::connect(&listening).expect("somebody listens");
    let peer = Peer::on(dials.try_clone().expect("a socket"), named);
    let (listener, _) = listen(&directory, "found.qmp");
    let (found, _) = listener.accept().expect("a connection");
    let other = Peer::on(found.try_clone().expect("a socket"), Identity::default());
    for name in ["dials", "found"] {
        agent.page.await_line(&format!(r#"qmp_events_connection_up{{machine="{name}"}} 1"#));
    }
    write_list(&directory, &["# nothing is left"]);
    agent.running.signal("HUP");
    agent.running.await_note("the endpoints are read again: 0 in the list");
    while agent.page.scrape().contains("connection_up{") {
        std::thread::yield_now();
    }
    assert!(!listening.exists());
    peer.kill();
    other.kill();
    // They can come back.
    write_list(&directory, &[&format!("listen:unix:{}", listening.display())]);
    agent.running.signal("HUP");
    agent.running.await_note("waiting for machines to connect");
    let peer = Peer::dial(&listening, named);
    agent.page.await_line(r#"qmp_events_connection_up{machine="dials"} 1"#);
    drop(peer);
    agent.end();
}

#[test]
fn fifty_machines_come_and_go_in_a_directory() {
    let directory = Directory::new();
    let agent = Agent::start(&[&format!("unix:{}", directory.path("*.qmp").display())]);
    let names: BTreeSet<String> = (0..50).map(|number| format!("vm{number}.qmp")).collect();
    let listeners: Vec<_> = names.iter().map(|name| listen(&directory, name).0).collect();
    let machines: Vec<_> =
        listeners.iter().map(|listener| Peer::accept(listener, Identity::default())).collect();
    let up = |text: &str| text.lines().filter(|line| line.starts_with("qmp_events_connection_up{")).count();
    while up(&agent.page.scrape()) < 50 {
        std::thread::yield_now();
    }
    for (name, machine) in names.iter().zip(machines) {
        fs::remove_file(directory.path(name)).expect("it is there");
        machine.quit();
    }
    while up(&agent.page.scrape()) > 0 {
        std::thread::yield_now();
    }
    agent.end();
}

/// A service manager that listens.
struct Manager {
    socket: UnixDatagram,
}

impl Manager {
    fn await_state(&self, state: &str) -> String {
        let mut buffer = [0; 4096];
        loop {
            let length = self.socket.recv(&mut buffer).expect("a notification");
            let text = String::from_utf8_lossy(&buffer[..length]).into_owned();
            if text.lines().any(|line| line == state) {
                return text;
            }
        }
    }
}

#[test]
fn systemd_is_told_how_the_service_is() {
    let directory = Directory::new();
    let manager = Manager { socket: UnixDatagram::bind(directory.path("notify")).expect("a socket") };
    manager.socket.set_read_timeout(Some(Duration::from_secs(60))).expect("a socket");
    let (listener, endpoint) = listen(&directory, "vm.sock");
    let list = write_list(&directory, &[&endpoint]);
    let mut command = command(&format!("agent --print --endpoints {list}"));
    command.env("NOTIFY_SOCKET", directory.path("notify")).env("WATCHDOG_USEC", "100000");
    let agent = Running::spawn(&mut command);
    manager.await_state("READY=1");
    manager.await_state("WATCHDOG=1");
    let machine = Peer::accept(&listener, Identity::default());
    manager.await_state("STATUS=1 of 1 connections are up");
    machine.kill();
    manager.await_state("STATUS=0 of 1 connections are up");
    agent.signal("HUP");
    let text = manager.await_state("RELOADING=1");
    assert!(text.contains("MONOTONIC_USEC="), "{text}");
    manager.await_state("READY=1");
    manager.await_state("WATCHDOG=1");
    agent.signal("TERM");
    manager.await_state("STOPPING=1");
    assert_eq!(agent.end().status, Some(0));
}

#[test]
fn the_example_of_units_has_no_fault_and_exposes_little() {
    let directory = Directory::new();
    let read = |name: &str| {
        let path = format!("{}/systemd/qmp-events-agent.{name}", env!("CARGO_MANIFEST_DIR"));
        fs::read_to_string(path).expect("a unit")
    };
    let unit = |name: &str| directory.path(&format!("qmp-events-agent.{name}"));
    // The program is not installed here.
    let service = read("service").replace("/usr/bin/qmp-events", env!("CARGO_BIN_EXE_qmp-events"));
    fs::write(unit("service"), service).expect("a file");
    fs::write(unit("socket"), read("socket")).expect("a file");
    for arguments in [["verify", "--man=no"], ["security", "--offline=true"]] {
        let Some(mut analyze) = program("systemd-analyze") else { return };
        analyze.args(arguments).arg(unit("service"));
        match arguments[0] {
            "verify" => analyze.arg(unit("socket")),
            // Tenths: what systemd calls OK ends at 4.
            _ => analyze.args(["--threshold=20", "--no-pager"]),
        };
        let output = analyze.output().expect("it runs");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && (arguments[0] != "verify" || said.is_empty()), "{said}");
    }
}

#[test]
fn metrics_are_shown_at_a_socket_of_systemd() {
    let Some(mut activate) = program("systemd-socket-activate") else { return };
    // A port that is free now.
    let free = std::net::TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr());
    let address = free.expect("a port").to_string();
    activate
        .args(["--listen", &address, "--fdname=metrics", env!("CARGO_BIN_EXE_qmp-events")])
        .args(["agent", "--metrics", "systemd:metrics", "vm=unix:/no/such/socket"])
        .stdin(std::process::Stdio::null())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped());
    let mut agent = Running::spawn(&mut activate);
    agent.await_note("Listening on");
    // The first connection starts it.
    let page = Page::at(&address);
    page.await_line(r#"qmp_events_connection_up{machine="vm"} 0"#);
    agent.await_note(&format!("metrics at http://{address}/metrics"));
    agent.signal("TERM");
    assert_eq!(agent.end().status, Some(0));
    let run = run("agent --metrics systemd:metrics unix:/no/such/socket");
    assert_eq!(run.status, Some(2), "{run}");
    assert!(run.stderr.contains("no socket with FileDescriptorName=metrics"), "{run}");
}

#[test]
fn machines_connect_to_a_socket_of_systemd_which_stays_when_the_agent_ends() {
    let Some(mut activate) = program("systemd-socket-activate") else { return };
    let directory = Directory::new();
    let path = directory.path("machines");
    activate
        .args([
            "--listen",
            path.to_str().expect("UTF-8"),
            "--fdname=machines",
            env!("CARGO_BIN_EXE_qmp-events"),
        ])
        .args(["agent", "--print", "--time", "none", "listen:systemd:machines"])
        .stdin(std::process::Stdio::null())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped());
    let mut agent = Running::spawn(&mut activate);
    agent.await_note("Listening on");
    // The first connection starts it.
    let named = Identity { name: Some("dials"), ..Identity::default() };
    let mut machine = Peer::dial(&path, named);
    agent.await_note("dials: connected to QEMU");
    machine.send("STOP");
    assert_eq!(agent.await_line(""), "dials  STOP");
    agent.signal("TERM");
    assert_eq!(agent.end().status, Some(0));
    assert!(path.exists());
}
