//! A monitor of one's own, which QEMU adds over another one since release 11.1.

use super::machine::{Machine, start, start_newest};
use super::reconnect::AT_ONCE;
use qmp_events::blocking;
use qmp_events::tokio::{Attach, Client, Item, Lender, Loan, Options};
use qmp_events::{Disconnected, Endpoint, Error, Event};
use serde_json::{Value, json};
use std::io::ErrorKind;
use std::os::unix::net::UnixListener;
use std::path::PathBuf;
use std::process::Command;

/// Borrows the tested monitor, and has sockets made in the machine's directory.
fn attach(machine: &Machine) -> Attach {
    let attach = Attach::to(machine.endpoint()).expect("an endpoint");
    attach.in_directories([machine.directory().to_owned()])
}

/// What was added to a QEMU and is still there.
fn additions(machine: &mut Machine) -> Vec<String> {
    let mut list = |command: &str, arguments: Value, key: &str| -> Vec<String> {
        let items = machine.control.execute(command, arguments).expect("a list");
        let names = items.as_array().into_iter().flatten().filter_map(|item| item[key].as_str());
        names.filter(|name| name.starts_with("qmp-events-")).map(str::to_owned).collect()
    };
    let mut names = list("query-chardev", Value::Null, "label");
    names.extend(list("qom-list", json!({"path": "/objects"}), "name"));
    names
}

/// Waits until QEMU has taken notice.
fn await_additions(machine: &mut Machine, count: usize) {
    while additions(machine).len() != count {
        std::thread::yield_now();
    }
}

/// Files of monitors in the machine's directory.
fn files(machine: &Machine) -> Vec<String> {
    let entries = std::fs::read_dir(machine.directory()).expect("a directory");
    let names = entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned());
    names.filter(|name| name.starts_with("qmp-events-")).collect()
}

fn not_connected(error: Error) -> std::sync::Arc<std::io::Error> {
    match error {
        Error::Disconnected(Disconnected::NotConnected(error)) => error,
        other => panic!("{other}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_monitor_of_ones_own_leaves_the_borrowed_one_free() {
    let Some(mut machine) = start_newest() else { return };
    let (client, mut events) = Options::new().connect_with(attach(&machine)).await.expect("a monitor");
    assert_eq!(additions(&mut machine).len(), 2, "a character device and a monitor");
    assert!(files(&machine).is_empty(), "the file is gone once it is of no use");

    let mut borrowed = blocking::connect(machine.endpoint()).expect("it is free");
    borrowed.execute("cont", None).expect("it works");
    loop {
        if let Some(Item::Event(message)) = events.next().await
            && matches!(message.event, Event::Resume(_))
        {
            break;
        }
    }
    assert_eq!(client.execute("query-status", None).await.expect("a reply")["running"], true);

    drop((client, events));
    await_additions(&mut machine, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn several_attach_to_one_machine() {
    let Some(mut machine) = start_newest() else { return };
    let first = Options::new().connect_with(attach(&machine)).await.expect("a monitor");
    let second = Options::new().connect_with(attach(&machine)).await.expect("another one");
    assert_eq!(additions(&mut machine).len(), 4);
    drop(first);
    await_additions(&mut machine, 2);
    second.0.execute("query-status", None).await.expect("a reply");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_older_qemu_refuses_and_keeps_nothing() {
    let Some(mut machine) = start(&[]) else { return };
    let version = machine.control.greeting().version.expect("a version");
    if (version.major, version.minor) >= (11, 1) {
        return;
    }
    let error = Options::new().connect_with(attach(&machine)).await.expect_err("too old");
    let error = not_connected(error);
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert!(error.to_string().contains("since release 11.1"), "{error}");
    assert_eq!(additions(&mut machine), Vec::<String>::new());
    assert!(files(&machine).is_empty());
    blocking::connect(machine.endpoint()).expect("the borrowed monitor is free");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_reconnects_attaches_again() {
    let Some(machine) = start_newest() else { return };
    let options = Options::new().reconnect(AT_ONCE);
    let (_client, mut events) = options.connect_with(attach(&machine)).await.expect("a monitor");
    let mut machine = machine.replace_with(start_newest().expect("it was there before"));
    loop {
        if let Item::Gap(_) = events.next().await.expect("a reconnecting stream does not end") {
            break;
        }
    }
    assert!(matches!(events.next().await, Some(Item::Connected(_))));
    await_additions(&mut machine, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_directory_that_qemu_can_use_is_taken() {
    let Some(mut machine) = start_newest() else { return };
    let nowhere = machine.directory().join("nowhere");
    let directories = [nowhere.clone(), machine.directory().to_owned()];
    let some = Attach::to(machine.endpoint()).expect("an endpoint").in_directories(directories);
    drop(Options::new().connect_with(some).await.expect("a monitor"));
    await_additions(&mut machine, 0);

    let none = Attach::to(machine.endpoint()).expect("an endpoint").in_directories([nowhere]);
    let error = not_connected(Options::new().connect_with(none).await.expect_err("no directory"));
    assert!(error.to_string().contains("No such file or directory"), "{error}");
    assert_eq!(additions(&mut machine), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_killed_process_left_is_removed_by_the_next() {
    let Some(mut machine) = start_newest() else { return };
    let left = |name: &str| machine.directory().join(name);
    // No process has that number.
    let (dead, alive) = (left("qmp-events-4294967295-0.monitor"), left("qmp-events-1-0.monitor"));
    let monitor: PathBuf = left("qmp-events-4294967294-0.monitor");
    for file in [&dead, &alive] {
        drop(UnixListener::bind(file).expect("a socket"));
    }
    let address = json!({"type": "unix", "data": {"path": monitor}});
    let socket = json!({"addr": address, "server": true, "wait": false});
    let chardev = json!({"id": "qmp-events-left", "backend": {"type": "socket", "data": socket}});
    machine.control.execute("chardev-add", chardev).expect("a character device");
    let object = json!({"qom-type": "monitor-qmp", "id": "qmp-events-left", "chardev": "qmp-events-left",
        "close-action": "delete"});
    machine.control.execute("object-add", object).expect("a monitor");
    let mut touch = Command::new("touch");
    let status = touch.args(["-d", "1 hour ago"]).args([&dead, &alive, &monitor]).status();
    assert!(status.expect("touch runs").success());

    drop(Options::new().connect_with(attach(&machine)).await.expect("a monitor"));
    await_additions(&mut machine, 0);
    assert_eq!(files(&machine), ["qmp-events-1-0.monitor"], "process 1 is alive");
}

/// Lends a monitor, and has QEMU make the socket where nobody looks for it.
struct Misleading(Endpoint);

struct Misled(Client);

impl Lender for Misleading {
    type Loan = Misled;

    async fn lend(&mut self) -> Result<Misled, Error> {
        self.0.lend().await.map(Misled)
    }
}

impl Loan for Misled {
    async fn execute(&mut self, command: &str, mut arguments: Value) -> Result<Value, Error> {
        if let Some(path) = arguments.pointer_mut("/backend/data/addr/data/path") {
            *path = format!("{}.elsewhere", path.as_str().unwrap_or_default()).into();
        }
        self.0.execute(command, arguments).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_monitor_that_cannot_be_reached_is_removed() {
    let Some(mut machine) = start_newest() else { return };
    let lender = Misleading(machine.endpoint().parse().expect("an endpoint"));
    let attach = Attach::by(lender).in_directories([machine.directory().to_owned()]);
    let error = not_connected(Options::new().connect_with(attach).await.expect_err("no such file"));
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert!(error.to_string().contains("QEMU must run on this machine"), "{error}");
    assert_eq!(additions(&mut machine), Vec::<String>::new());
}
