//! `agent`: the monitors of many machines, for many readers.

use std::io::Read;
use std::os::unix::net::UnixListener;

use crate::peer::{Directory, Identity, Peer};
use crate::run::{Running, run};

#[test]
fn an_agent_without_a_reader_is_refused() {
    let run = run("agent unix:/run/vm.sock");
    assert_eq!(run.status, Some(2));
    assert!(run.stderr.contains("--print"), "{run}");
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
