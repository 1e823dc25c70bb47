//! The endpoints of an agent: what is refused, and what a list that is read again changes.

use crate::agent::write_list;
#[cfg(feature = "nats")]
use crate::metrics::listen;
use crate::peer::{Directory, Identity, Peer};
use crate::run::Running;
#[cfg(feature = "nats")]
use crate::run::run;

#[test]
#[cfg(feature = "nats")]
fn a_list_that_names_a_broker_changes_nothing() {
    let directory = Directory::new();
    let (listener, endpoint) = listen(&directory, "vm.sock");
    let list = write_list(&directory, &[&endpoint]);
    let mut agent = Running::start(&format!("agent --print --time none --endpoints {list}"));
    let mut machine = Peer::accept(&listener, Identity::default());
    write_list(&directory, &["# a broker", "x=nats://127.0.0.1:1"]);
    agent.signal("HUP");
    let note = agent.await_note("error");
    assert!(note.contains("endpoints:2: ") && note.contains("`watch` reads from nats://"), "{note}");
    machine.send("STOP");
    assert_eq!(agent.await_line(""), "vm  STOP");
    agent.signal("TERM");
    assert_eq!(agent.end().status, Some(0));
    let run = run(&format!("agent --print --endpoints {list}"));
    assert_eq!(run.status, Some(2), "{run}");
    assert!(run.stderr.contains("endpoints:2: "), "{run}");
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

