//! The endpoints of an agent: what is refused, and what a list that is read again changes.

use std::fs;
use std::io::BufRead;

use crate::agent::write_list;
use crate::metrics::{Agent, listen};
use crate::peer::{Directory, Identity, Peer};
use crate::run::{Running, run};

/// Reads a list anew whose second line is at fault, and then begins with it.
fn assert_changes_nothing(fault: &str, reason: &str) {
    let directory = Directory::new();
    let (listener, endpoint) = listen(&directory, "vm.sock");
    let list = write_list(&directory, &[&endpoint]);
    let mut agent = Running::start(&format!("agent --print --time none --endpoints {list}"));
    let mut machine = Peer::accept(&listener, Identity::default());
    write_list(&directory, &["# a comment", fault]);
    agent.signal("HUP");
    let note = agent.await_note("error");
    assert!(note.contains("endpoints:2: ") && note.contains(reason), "{note}");
    machine.send("STOP");
    assert_eq!(agent.await_line(""), "vm  STOP");
    agent.signal("TERM");
    assert_eq!(agent.end().status, Some(0));
    // At the start, there is nothing to stay with.
    let run = run(&format!("agent --print --endpoints {list}"));
    assert_eq!(run.status, Some(2), "{run}");
    assert!(run.stderr.contains("endpoints:2: "), "{run}");
}

#[test]
fn a_list_with_a_fault_changes_nothing() {
    assert_changes_nothing("/run/vm.sock", "write unix:PATH or tcp:HOST:PORT");
}

#[test]
#[cfg(feature = "nats")]
fn a_list_that_names_a_broker_changes_nothing() {
    assert_changes_nothing("x=nats://127.0.0.1:1", "`watch` reads from nats://");
}

#[test]
#[cfg(feature = "nats")]
fn a_broker_on_the_command_line_is_refused_before_anything_begins() {
    let directory = Directory::new();
    let shared = directory.path("shared");
    let run = run(&format!("agent --share {} unix:/run/vm.sock nats://127.0.0.1:1", shared.display()));
    assert_eq!(run.status, Some(2), "{run}");
    assert!(run.stderr.contains("`watch` reads from nats://"), "{run}");
    assert!(!shared.exists());
}

/// Has the list read again; nothing may go wrong.
fn reload(agent: &mut Running) {
    agent.signal("HUP");
    loop {
        let mut note = String::new();
        agent.stderr.read_line(&mut note).expect("UTF-8");
        assert!(!note.is_empty() && !note.contains("error"), "{note}");
        if note.contains("the endpoints are read again") {
            return;
        }
    }
}

#[test]
fn a_listener_can_be_given_another_label_again_and_again() {
    let directory = Directory::new();
    let listening = directory.path("listening");
    let free = std::net::TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr());
    let tcp = free.expect("a port");
    let write = |round: u32| {
        let unix = format!("u{round}=listen:unix:{}", listening.display());
        write_list(&directory, &[&unix, &format!("t{round}=listen:tcp:{tcp}")])
    };
    let list = write(0);
    let mut agent = Agent::start(&["--endpoints", &list]);
    for _ in 0..2 {
        agent.running.await_note("waiting for machines to connect");
    }
    let named = Identity { name: Some("dials"), ..Identity::default() };
    for round in 1..=10 {
        let dials = Peer::dial(&listening, named);
        agent.page.await_line(&format!(r#"qmp_events_connection_up{{machine="u{}/dials"}} 1"#, round - 1));
        write(round);
        reload(&mut agent.running);
        std::net::TcpStream::connect(tcp).expect("somebody listens");
        drop(dials);
    }
    agent.end();
}

#[test]
fn a_byte_order_mark_is_no_part_of_the_first_label() {
    let directory = Directory::new();
    let (listener, endpoint) = listen(&directory, "vm.sock");
    let list = directory.path("endpoints");
    fs::write(&list, format!("\u{feff}web={endpoint}\r\n")).expect("a file");
    let mut agent = Running::start(&format!("agent --print --time none --endpoints {}", list.display()));
    let mut machine = Peer::accept(&listener, Identity::default());
    machine.send("STOP");
    assert_eq!(agent.await_line(""), "web  STOP");
    agent.signal("TERM");
    assert_eq!(agent.end().status, Some(0));
}
