//! `agent --share`: a socket for each machine, for clients that know nothing of it.

use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

use serde_json::Value;

use crate::libvirtd::Libvirtd;
use crate::peer::{Directory, Identity, Peer};
use crate::qemu::Qemu;
use crate::run::{Run, Running, fixture, run};

/// An agent that shares these machines, once it shares the one of this label, and where.
fn share(directory: &Directory, arguments: &str, label: &str) -> (Running, PathBuf) {
    let shared = directory.path("shared");
    let mut agent = Running::start(&format!("agent --share {} {arguments}", shared.display()));
    agent.await_note(&format!("{label}: shared at "));
    (agent, shared.join(format!("{label}.qmp")))
}

fn watch(path: &Path) -> Running {
    let mut watch = Running::start(&format!("watch --time none unix:{}", path.display()));
    watch.await_note("connected to QEMU");
    watch
}

fn execute(path: &Path, command: &str) -> Run {
    run(&format!("execute unix:{} {command}", path.display()))
}

fn await_end_of(path: &Path) {
    while path.exists() {
        std::thread::yield_now();
    }
}

fn end(agent: Running) {
    agent.signal("TERM");
    let end = agent.end();
    assert_eq!(end.status, Some(0), "{end}");
}

#[test]
fn clients_come_and_go_with_the_machine_and_it_comes_again() {
    let directory = Directory::new();
    let listener = UnixListener::bind(directory.path("vm.sock")).expect("a socket");
    let (mut agent, path) = share(&directory, &format!("unix:{}", directory.path("vm.sock").display()), "vm");
    let mut machine = Peer::accept(&listener, Identity::default());
    agent.await_note("connected to QEMU");
    let mut watches = [watch(&path), watch(&path)];
    machine.send("STOP");
    for watch in &mut watches {
        assert_eq!(watch.await_line(""), "STOP");
    }
    machine.quit();
    for mut watch in watches {
        assert!(watch.await_line("").starts_with("SHUTDOWN"));
        assert_eq!(watch.end().status, Some(0));
    }
    // One that comes now waits for the next machine.
    let mut early = Running::start(&format!("watch --time none unix:{}", path.display()));
    let mut machine = Peer::accept(&listener, Identity::default());
    early.await_note("connected to QEMU");
    machine.send("RESUME");
    assert_eq!(early.await_line(""), "RESUME");
    end(agent);
    assert!(!path.exists());
}

#[test]
fn machines_of_a_pattern_have_sockets_as_long_as_they_are_there() {
    let directory = Directory::new();
    let pattern = directory.path("vm*.sock");
    let machine = |name: &str| UnixListener::bind(directory.path(name)).expect("a socket");
    let first = machine("vm1.sock");
    let shared = directory.path("shared");
    let mut agent = Running::start(&format!("agent --share {} unix:{}", shared.display(), pattern.display()));
    let peer = Peer::accept(&first, Identity::default());
    agent.await_note("vm1: shared at");
    let path = shared.join("vm1.qmp");
    let second = machine("vm2.sock");
    let _peer = Peer::accept(&second, Identity::default());
    agent.await_note("vm2: shared at");
    std::fs::remove_file(directory.path("vm1.sock")).expect("a socket");
    peer.kill();
    await_end_of(&path);
    assert!(path.with_file_name("vm2.qmp").exists());
    end(agent);
}

#[test]
fn names_are_safe_and_unique_and_one_that_is_too_long_is_told() {
    let directory = Directory::new();
    let listeners: Vec<UnixListener> = (0..4)
        .map(|number| UnixListener::bind(directory.path(&number.to_string())).expect("a socket"))
        .collect();
    let long = "x".repeat(108);
    let labels = ["a/b", "twin", "twin", &*long];
    let machines: Vec<String> = labels
        .iter()
        .enumerate()
        .map(|(number, label)| format!("{label}=unix:{}", directory.path(&number.to_string()).display()))
        .collect();
    let shared = directory.path("shared");
    let mut agent = Running::start(&format!("agent --share {} {}", shared.display(), machines.join(" ")));
    let mut notes: Vec<String> = (0..4).map(|_| agent.await_note("shared")).collect();
    notes.sort();
    let at = |name: &str| format!("shared at {}", shared.join(name).display());
    for (note, expected) in
        notes.iter().zip([at("a%2Fb.qmp"), at("twin"), at("twin"), "not shared".to_owned()])
    {
        assert!(note.contains(&expected), "{notes:?}");
    }
    assert!(notes[3].contains("bytes: take a shorter directory"), "{notes:?}");
    assert!(shared.join("twin.qmp").exists() && shared.join("twin-2.qmp").exists());
    drop(listeners);
    end(agent);
}

#[test]
fn a_directory_that_cannot_be_made_is_an_error() {
    let directory = Directory::new();
    std::fs::write(directory.path("file"), "").expect("a file");
    let run = run(&format!("agent unix:/run/vm.sock --share {}", directory.path("file").display()));
    assert_eq!(run.status, Some(2), "{run}");
    assert!(run.stderr.contains("cannot make"), "{run}");
    let run = crate::run::run("agent unix:/run/vm.sock --print --allow stop");
    assert!(run.status == Some(2) && run.stderr.contains("--share"), "{run}");
}

#[test]
fn commands_are_executed_only_if_they_are_allowed() {
    let Some(qemu) = Qemu::start() else { return };
    let directory = Directory::new();
    let arguments = format!("vm={} --allow query-status,cont --allow stop", qemu.endpoint());
    let (agent, path) = share(&directory, &arguments, "vm");
    let run = execute(&path, "query-status");
    assert_eq!(run.status, Some(0), "{run}");
    let status: Value = serde_json::from_str(&run.stdout).expect("JSON");
    assert_eq!(status["status"], "prelaunch");
    let run = execute(&path, "quit");
    assert_ne!(run.status, Some(0), "{run}");
    assert!(run.stderr.contains("the command quit is not allowed on this shared monitor"), "{run}");
    // QEMU's own error is handed on.
    let run = execute(&path, "cont {\"x\":1}");
    assert!(run.stderr.contains("'x' is unexpected"), "{run}");
    let mut watch = watch(&path);
    assert_eq!(execute(&path, "cont").status, Some(0));
    assert_eq!(watch.await_line(""), "RESUME");
    end(agent);
}

/// A client of another make; killed when dropped.
struct Foreign {
    child: Child,
    stdout: BufReader<ChildStdout>,
}

impl Foreign {
    fn start(command: &mut Command) -> Self {
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("an installed program");
        let stdout = BufReader::new(child.stdout.take().expect("a pipe"));
        Foreign { child, stdout }
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.stdout.read_line(&mut line).expect("text");
        line.trim_end().to_owned()
    }

    /// The names of the events that it prints from here to its end.
    fn rest(&mut self) -> Vec<String> {
        let mut text = String::new();
        self.stdout.read_to_string(&mut text).expect("text");
        text.lines()
            .map(|line| serde_json::from_str(line).expect("JSON"))
            .map(|event| name_of(&event))
            .collect()
    }
}

impl Drop for Foreign {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn name_of(event: &Value) -> String {
    event["event"].as_str().expect("a name").to_owned()
}

fn socat(path: &Path) -> Foreign {
    let mut socat =
        Foreign::start(Command::new("socat").arg("-").arg(format!("UNIX-CONNECT:{}", path.display())));
    assert!(socat.line().starts_with("{\"QMP\""));
    let stdin = socat.child.stdin.as_mut().expect("a pipe");
    stdin.write_all(b"{\"execute\": \"qmp_capabilities\"}\n").expect("socat reads");
    assert_eq!(socat.line(), r#"{"return": {}}"#);
    socat
}

/// Python with `qemu.qmp`, and socat.
#[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
fn python() -> Option<String> {
    let named = std::env::var("QMP_EVENTS_TEST_PYTHON").ok().filter(|program| !program.is_empty());
    if named.is_some() && Command::new("socat").arg("-V").output().is_ok() {
        return named;
    }
    assert!(std::env::var_os("CI").is_none(), "CI needs socat, and Python with qemu.qmp");
    eprintln!("SKIPPED: there is no socat, or QMP_EVENTS_TEST_PYTHON names no Python with qemu.qmp");
    None
}

#[test]
fn twenty_readers_of_three_kinds_see_the_same_events() {
    let (Some(mut qemu), Some(python)) = (Qemu::start(), python()) else { return };
    let directory = Directory::new();
    let arguments = format!("vm={} --allow query-status", qemu.endpoint());
    let (agent, path) = share(&directory, &arguments, "vm");
    let script = fixture("share_readers.py");
    let mut python = Foreign::start(Command::new(python).arg(script).arg(&path).arg("7"));
    assert_eq!(python.line(), "ready");
    let mut socats: Vec<Foreign> = (0..7).map(|_| socat(&path)).collect();
    let watches: Vec<Running> = (0..6).map(|_| watch(&path)).collect();
    for command in ["cont", "stop", "system_powerdown", "cont", "quit"] {
        qemu.execute(command);
    }
    let expected = ["RESUME", "STOP", "POWERDOWN", "RESUME", "SHUTDOWN"];
    for watch in watches {
        let end = watch.end();
        let names: Vec<&str> =
            end.stdout.lines().map(|line| line.split_whitespace().next().unwrap_or_default()).collect();
        assert_eq!((end.status, &names[..]), (Some(0), &expected[..]), "{end}");
    }
    for socat in &mut socats {
        assert_eq!(socat.rest(), expected);
    }
    for _ in 0..7 {
        let events: Vec<Value> = serde_json::from_str(&python.line()).expect("JSON");
        assert_eq!(events.iter().map(name_of).collect::<Vec<_>>(), expected);
    }
    assert!(python.child.wait().expect("an end").success());
    end(agent);
}

#[test]
fn machines_of_libvirt_are_shared_without_commands() {
    let Some(libvirtd) = Libvirtd::start() else { return };
    libvirtd.define("web", "/usr/bin/qemu-system-x86_64");
    let directory = Directory::new();
    let shared = directory.path("shared");
    let uri = libvirtd.uri();
    let mut agent =
        Running::start(&format!("agent --share {} --allow query-status libvirt:{uri}#web", shared.display()));
    agent.await_note("connected to libvirt");
    libvirtd.await_listeners(1);
    libvirtd.virsh(&["start", "--domain", "web"]);
    agent.await_note("web: shared at");
    let path = shared.join("web.qmp");
    let mut watch = Running::start(&format!("watch --time none unix:{}", path.display()));
    watch.await_note("connected to");
    libvirtd.virsh(&["suspend", "--domain", "web"]);
    assert_eq!(watch.await_line("STOP"), "STOP");
    let run = execute(&path, "query-status");
    assert!(run.stderr.contains("only the events of this machine are shared"), "{run}");
    libvirtd.virsh(&["destroy", "--domain", "web"]);
    assert!(watch.await_line("").starts_with("SHUTDOWN"));
    assert_eq!(watch.end().status, Some(0));
    await_end_of(&path);
    end(agent);
}

#[test]
fn one_that_never_reads_disturbs_nobody() {
    let directory = Directory::new();
    let listener = UnixListener::bind(directory.path("vm.sock")).expect("a socket");
    let (mut agent, path) = share(&directory, &format!("unix:{}", directory.path("vm.sock").display()), "vm");
    let mut machine = Peer::accept(&listener, Identity::default());
    agent.await_note("connected to QEMU");
    let mut idle = UnixStream::connect(&path).expect("a socket");
    idle.write_all(b"{\"execute\": \"qmp_capabilities\"}").expect("a socket");
    let mut watch = watch(&path);
    // In portions, so that the one that reads keeps up.
    for _ in 0..30 {
        for _ in 0..100 {
            machine.send("RESUME");
        }
        machine.send("STOP");
        watch.await_line("STOP");
    }
    machine.quit();
    watch.await_line("SHUTDOWN");
    let end_of_watch = watch.end();
    assert!(end_of_watch.status == Some(0) && !end_of_watch.stderr.contains("dropped"), "{end_of_watch}");
    let mut text = String::new();
    idle.read_to_string(&mut text).expect("text");
    assert!(text.contains("__org.qmp-events_LAGGED"), "it has missed events");
    assert!(text.lines().last().is_some_and(|line| line.contains("SHUTDOWN")), "and gets the last one");
    end(agent);
}
