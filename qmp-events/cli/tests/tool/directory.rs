//! `watch unix:DIRECTORY/PATTERN`: machines that come and go with their sockets.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::net::UnixListener;
use std::path::Path;

use crate::peer::{Directory, Identity, Peer};
use crate::qemu::Qemu;
use crate::run::{Running, run};

fn watch(directory: &Directory, pattern: &str) -> Running {
    Running::start(&format!("watch --time none unix:{}", directory.path(pattern).display()))
}

/// A machine that listens on a socket, once it is connected to.
fn serve(path: &Path, thread: u32) -> Peer {
    let listener = UnixListener::bind(path).expect("a socket");
    Peer::accept(&listener, Identity { thread, ..Identity::default() })
}

/// A socket on which nobody listens.
fn leave_behind(path: &Path) {
    drop(UnixListener::bind(path).expect("a socket"));
}

fn end(watch: Running) {
    watch.signal("TERM");
    let end = watch.end();
    assert_eq!((end.status, end.stderr.as_str()), (Some(0), ""), "{end}");
}

/// Numbers in an order that looks like chance, the same each time.
fn shuffled(count: u64, seed: u64) -> Vec<u64> {
    let mut numbers: Vec<u64> = (0..count).collect();
    numbers.sort_by_key(|number| (number + seed).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(29));
    numbers
}

/// The labels of so many notes with this text.
fn labels(watch: &mut Running, count: usize, text: &str) -> BTreeSet<String> {
    let note = |_| watch.await_note(text).split(": ").next().expect("a label").to_owned();
    (0..count).map(note).collect()
}

#[test]
fn fifty_machines_come_and_go() {
    let directory = Directory::new();
    let mut watch = watch(&directory, "*.qmp");
    let path = |number: &u64| directory.path(&format!("vm{number}.qmp"));
    let all: BTreeSet<String> = (0..50).map(|number| format!("vm{number}")).collect();

    let bind = |number: u64| (number, UnixListener::bind(path(&number)).expect("a socket"));
    let listeners: Vec<_> = shuffled(50, 1).into_iter().map(bind).collect();
    let accept = |(number, listener): &(u64, UnixListener)| {
        let identity = Identity { thread: u32::try_from(*number).expect("small"), ..Identity::default() };
        (*number, Peer::accept(listener, identity))
    };
    let mut machines: Vec<_> = listeners.iter().map(accept).collect();
    assert_eq!(labels(&mut watch, 50, "connected to QEMU"), all);
    machines.iter_mut().for_each(|(_, machine)| machine.send("STOP"));
    let stopped = (0..50).map(|_| watch.await_line("STOP").split(' ').next().expect("a label").to_owned());
    assert_eq!(stopped.collect::<BTreeSet<_>>(), all);

    // Half of them end well, and the sockets of the others stay behind.
    drop(listeners);
    machines.sort_by_key(|(number, _)| (number * 7) % 50);
    for (number, machine) in machines {
        if number % 2 == 0 {
            fs::remove_file(path(&number)).expect("it is there");
            machine.quit();
        } else {
            machine.kill();
        }
    }
    assert_eq!(labels(&mut watch, 50, "the server closed the connection"), all);

    // Others come in their places.
    for number in shuffled(50, 2) {
        let listener = UnixListener::bind(directory.path("next")).expect("a socket");
        fs::rename(directory.path("next"), path(&number)).expect("it is there");
        let machine = Peer::accept(&listener, Identity { thread: 1000, ..Identity::default() });
        if number % 2 == 1 {
            watch.await_note(&format!("vm{number}: back after a gap, to another QEMU"));
        }
        watch.await_note(&format!("vm{number}: connected to QEMU"));
        machine.kill();
        fs::remove_file(path(&number)).expect("it is there");
    }
    watch.signal("TERM");
    assert_eq!(watch.end().status, Some(0));
}

#[test]
fn two_thousand_sockets_without_a_listener_are_not_worth_a_word() {
    let directory = Directory::new();
    (0..2000).for_each(|number| leave_behind(&directory.path(&format!("{number}.qmp"))));
    fs::write(directory.path("a.qmp"), "no socket").expect("a file");
    let hidden = UnixListener::bind(directory.path(".hidden.qmp")).expect("a socket");
    leave_behind(&directory.path("other.sock"));
    let mut watch = watch(&directory, "*.qmp");
    let mut machine = serve(&directory.path("living.qmp"), 1);
    assert_eq!(watch.await_note(""), "living: connected to QEMU 10.0.0");
    machine.send("STOP");
    assert_eq!(watch.await_line(""), "living  STOP");
    // One of them is used again.
    fs::remove_file(directory.path("1000.qmp")).expect("it is there");
    let revived = serve(&directory.path("1000.qmp"), 2);
    assert_eq!(watch.await_note(""), "1000: connected to QEMU 10.0.0");
    end(watch);
    drop((hidden, machine, revived));
}

#[test]
fn a_machine_whose_socket_is_renamed_is_called_by_the_new_name() {
    let directory = Directory::new();
    let mut watch = watch(&directory, "*");
    let mut machine = serve(&directory.path("old.qmp"), 1);
    watch.await_note("old.qmp: connected to QEMU");
    fs::rename(directory.path("old.qmp"), directory.path("new.qmp")).expect("it is there");
    // How long the tool takes to learn of it, nobody says.
    loop {
        machine.send("STOP");
        if watch.await_line("STOP").starts_with("new.qmp") {
            break;
        }
    }
    end(watch);
    drop(machine);
}

#[test]
fn a_connection_outlives_its_socket_file() {
    let directory = Directory::new();
    let mut watch = watch(&directory, "*.qmp");
    let listener = UnixListener::bind(directory.path("vm.qmp")).expect("a socket");
    let (stream, _) = listener.accept().expect("a connection");
    fs::remove_file(directory.path("vm.qmp")).expect("it is there");
    let mut machine = Peer::on(stream, Identity::default());
    watch.await_note("vm: connected to QEMU");
    machine.send("STOP");
    watch.await_line("vm  STOP");
    machine.quit();
    watch.await_note("vm: the server closed the connection after SHUTDOWN");
    end(watch);
}

#[test]
fn a_socket_that_is_deleted_before_it_greets_leaves_no_word() {
    let directory = Directory::new();
    let mut watch = watch(&directory, "*.qmp");
    let listener = UnixListener::bind(directory.path("vm.qmp")).expect("a socket");
    let stream = listener.accept().expect("a connection");
    fs::remove_file(directory.path("vm.qmp")).expect("it is there");
    drop((stream, listener));
    let machine = serve(&directory.path("next.qmp"), 1);
    assert_eq!(watch.await_note(""), "next: connected to QEMU 10.0.0");
    end(watch);
    drop(machine);
}

#[test]
fn a_directory_may_come_later_and_again() {
    let directory = Directory::new();
    let mut watch = watch(&directory, "run/vms/*.qmp");
    for thread in 0..3 {
        fs::create_dir_all(directory.path("run/vms")).expect("a directory");
        let path = directory.path("run/vms/vm.qmp");
        let machine = serve(&path, thread);
        watch.await_note("vm: connected to QEMU");
        fs::remove_dir_all(directory.path("run")).expect("it is there");
        machine.quit();
        watch.await_note("after SHUTDOWN");
    }
    end(watch);
}

#[test]
fn a_file_that_is_called_like_a_pattern_is_that_file() {
    let directory = Directory::new();
    for name in ["vm[1].qmp", "vm[1.qmp", "vm*.qmp"] {
        let listener = UnixListener::bind(directory.path(name)).expect("a socket");
        let mut watch = watch(&directory, name);
        let machine = Peer::accept(&listener, Identity::default());
        watch.await_note(": connected to QEMU");
        machine.quit();
        assert_eq!(watch.await_line(""), "SHUTDOWN               guest=false reason=host-qmp-quit");
        assert_eq!(watch.end().status, Some(0));
    }
}

#[test]
fn real_machines_in_a_directory_are_watched() {
    let directory = Directory::new();
    let mut watch = watch(&directory, "*.qmp");
    let start = |name: &str| {
        let socket = format!("unix:{},server=on,wait=off", directory.path(name).display());
        Qemu::start_with(&["-qmp", &socket])
    };
    let (Some(mut web), Some(mut db)) = (start("web.qmp"), start("db.qmp")) else {
        return watch.signal("TERM");
    };
    assert_eq!(labels(&mut watch, 2, "connected to QEMU").into_iter().collect::<Vec<_>>(), ["db", "web"]);
    for (qemu, label) in [(&mut web, "web"), (&mut db, "db")] {
        qemu.execute("cont");
        assert!(watch.await_line("RESUME").starts_with(label));
    }
    web.restart();
    assert!(watch.await_line("SHUTDOWN").starts_with("web"));
    watch.await_note("web: connected to QEMU");
    db.kill();
    watch.await_note("db: the server closed the connection without SHUTDOWN");
    db.start_again();
    watch.await_note("db: connected to QEMU");
    watch.signal("TERM");
    assert_eq!(watch.end().status, Some(0));
}

#[test]
fn the_status_of_all_machines_in_a_directory_is_told() {
    let directory = Directory::new();
    let endpoint = format!("rack=unix:{}", directory.path("*.qmp").display());
    let nothing = run(&format!("status {endpoint}"));
    assert_eq!(nothing.status, Some(2), "{nothing}");
    assert!(nothing.stderr.contains("no socket matches"), "{nothing}");

    leave_behind(&directory.path("b.qmp"));
    let listener = UnixListener::bind(directory.path("a.qmp")).expect("a socket");
    let status = Running::start(&format!("status {endpoint}"));
    let machine = Peer::accept(&listener, Identity::default());
    let end = status.end();
    // One cannot say whether it runs, and the other one is not there.
    assert_eq!(end.status, Some(3), "{end}");
    assert!(end.stderr.contains("rack/b: cannot connect"), "{end}");
    assert!(end.stdout.contains("rack/a"), "{end}");
    drop(machine);
}

/// Where the kernel lets an ordinary user make a namespace with limits of its own.
#[test]
#[cfg(target_os = "linux")]
#[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
fn without_notifications_the_directory_is_looked_at_again_and_again() {
    use std::process::{Command, Stdio};

    let limit = "echo 0 > /proc/sys/user/max_inotify_instances";
    let can_limit = Command::new("unshare").args(["-Ur", "sh", "-c", limit]).stderr(Stdio::null()).status();
    if !can_limit.is_ok_and(|status| status.success()) {
        eprintln!("SKIPPED: unshare -Ur is not allowed on this machine");
        return;
    }
    let directory = Directory::new();
    let pattern = directory.path("*.qmp");
    let tool =
        format!("{limit}; exec {} watch 'unix:{}'", env!("CARGO_BIN_EXE_qmp-events"), pattern.display());
    let mut command = Command::new("unshare");
    command.args(["-Ur", "sh", "-c", &tool]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut watch = Running::spawn(&mut command);
    for name in ["a", "b"] {
        let machine = serve(&directory.path(&format!("{name}.qmp")), 1);
        watch.await_note(&format!("{name}: connected to QEMU"));
        std::mem::forget(machine);
    }
    end(watch);
}
