//! A running QEMU has what the schema says, and a socket that never answers keeps no caller waiting.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use qmp_events_compare::compare::compare;
use qmp_events_compare::conversation::QemuVersion;
use qmp_events_compare::introspection;
use qmp_events_compare::projection::project;
use qmp_events_compare::releases::Releases;
use qmp_events_compare::verify::report;
use qmp_events_frontend::files::Disk;
use qmp_events_frontend::source::Span;
use serde_json::json;
use xtask::monitor::{Answer, ask, ask_tcp, ask_within};

use crate::facts::{our_schema, workspace};

/// A directory of its own for each test, removed with everything in it.
pub(crate) struct Directory(pub(crate) PathBuf);

impl Directory {
    pub(crate) fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("xtask-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).expect("a temporary directory can be made");
        Self(path)
    }

    fn socket(&self) -> PathBuf {
        self.0.join("qmp")
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

struct Qemu(Child);

impl Drop for Qemu {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[expect(clippy::print_stderr, reason = "a test that did not run must say so")]
fn say_skipped(why: &str) {
    eprintln!("SKIPPED: {why}");
}

/// Starts QEMU with a second monitor on its standard output: when that greets, all are there, and
/// when QEMU fails, it ends.
fn start(binary: &str, arguments: &[&str]) -> Option<Qemu> {
    let command = Command::new(binary).args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
    let mut child = match command {
        Ok(child) => Qemu(child),
        Err(error) => {
            assert!(std::env::var_os("CI").is_none(), "{binary} cannot be started: {error}");
            say_skipped(&format!("{binary} cannot be started: {error}"));
            return None;
        }
    };
    let mut greeting = String::new();
    let stdout = child.0.stdout.as_mut().expect("the output is a pipe");
    BufReader::new(stdout).read_line(&mut greeting).expect("QEMU can be read");
    assert!(greeting.contains("QMP"), "{binary} ended before it greeted");
    Some(child)
}

fn verify_live(answer: Answer) {
    let version = QemuVersion::read(&answer.version).expect("a version").compared_with();
    let newest = Releases::read(&Disk, &workspace().join("schema")).expect("the list of releases").newest();
    if newest < version {
        return say_skipped(&format!("the schema ends with QEMU {newest}: import {version}"));
    }
    let (schema, sources) = our_schema();
    let ours = project(&schema, Some(version));
    let theirs = introspection::parse(answer.schema).expect("a reply to query-qmp-schema");
    let root = Span::new(schema.modules[0].file, 0..0);
    let report = report(&compare(&ours, &theirs), root, &sources);
    assert_eq!(report.errors, 0, "{}", report.text);
}

/// The installed QEMU, and the newest one that `QMP_EVENTS_TEST_QEMU_NEWEST` names.
fn system_emulators() -> Vec<String> {
    let newest = std::env::var("QMP_EVENTS_TEST_QEMU_NEWEST").ok().filter(|program| !program.is_empty());
    if newest.is_none() {
        say_skipped("QMP_EVENTS_TEST_QEMU_NEWEST names no QEMU");
    }
    std::iter::once("qemu-system-x86_64".to_owned()).chain(newest).collect()
}

const MACHINE: [&str; 10] =
    ["-M", "q35", "-display", "none", "-nodefaults", "-S", "-m", "64", "-accel", "tcg"];

#[test]
fn running_system_emulators_have_what_the_schema_says() {
    for (number, program) in system_emulators().iter().enumerate() {
        let directory = Directory::new(&format!("system-{number}"));
        let monitor = format!("unix:{},server=on,wait=off", directory.socket().display());
        if let Some(_qemu) = start(program, &[&MACHINE[..], &["-qmp", &monitor, "-qmp", "stdio"]].concat()) {
            verify_live(ask(&directory.socket()).expect("QEMU answers"));
        }
    }
}

#[test]
fn a_running_system_emulator_answers_over_tcp() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address").to_string();
    drop(listener);
    let monitor = format!("tcp:{address},server=on,wait=off");
    if let Some(_qemu) =
        start("qemu-system-x86_64", &[&MACHINE[..], &["-qmp", &monitor, "-qmp", "stdio"]].concat())
    {
        verify_live(ask_tcp(&address).expect("QEMU answers"));
    }
}

#[test]
fn an_address_that_is_none_or_refuses_is_told() {
    for (address, why) in [("nowhere", "HOST:PORT"), ("127.0.0.1:1", "refused")] {
        let error = ask_tcp(address).expect_err("nobody listens");
        assert!(format!("{error:#}").contains(why), "{error:#}");
    }
}

#[test]
fn a_running_storage_daemon_has_what_the_schema_says() {
    let directory = Directory::new("storage");
    let server = format!("socket,id=socket,path={},server=on,wait=off", directory.socket().display());
    let first = ["--chardev", &server, "--monitor", "chardev=socket"];
    let second = ["--chardev", "stdio,id=stdio", "--monitor", "chardev=stdio"];
    if let Some(_qemu) = start("qemu-storage-daemon", &[first, second].concat()) {
        verify_live(ask(&directory.socket()).expect("QEMU answers"));
    }
}

/// Plays a monitor that writes `text` after each of the client's messages, the first before any.
fn script(socket: &Path, texts: Vec<String>) -> std::thread::JoinHandle<()> {
    let listener = UnixListener::bind(socket).expect("a socket can be bound");
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("the client connects");
        let mut buffer = [0; 4096];
        for text in texts {
            if stream.write_all(text.as_bytes()).is_err() {
                return;
            }
            if stream.read(&mut buffer).unwrap_or(0) == 0 {
                return;
            }
        }
    })
}

const GREETING: &str = r#"{"QMP": {"version": {"qemu": {"micro": 2, "minor": 0, "major": 10}, "package": ""}, "capabilities": []}}"#;

#[test]
fn events_and_other_replies_in_between_are_passed_over() {
    let directory = Directory::new("events");
    let event = r#"{"event": "STOP", "timestamp": {"seconds": 1, "microseconds": 2}}"#;
    let server = script(
        &directory.socket(),
        vec![
            format!("{event}\r\n{GREETING}\r\n{event}"),
            format!(
                "{event}{{\"return\": {{}}, \"id\": 7}}{{\"return\": {{}}, \"id\": \"qmp_capabilities\"}}"
            ),
            format!("{event}\n{{\n  \"return\": [],\n  \"id\": \"query-qmp-schema\"\n}}\n"),
        ],
    );
    let answer = ask(&directory.socket()).expect("an answer");
    assert_eq!(answer.version, json!({ "major": 10, "minor": 0, "micro": 2 }));
    assert_eq!(answer.schema["return"], json!([]));
    server.join().expect("the script ends");
}

#[test]
fn a_monitor_that_greets_nobody_is_given_up() {
    let directory = Directory::new("silent");
    let _listener = UnixListener::bind(directory.socket()).expect("a socket can be bound");
    let error = ask_within(&directory.socket(), Duration::from_millis(50)).expect_err("no answer comes");
    assert!(error.to_string().contains("no other client"), "{error:#}");
}

#[test]
fn a_monitor_that_trickles_is_given_up() {
    let directory = Directory::new("trickle");
    let listener = UnixListener::bind(directory.socket()).expect("a socket can be bound");
    let server = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("the client connects");
        // Until the client is gone. Every byte alone is in time.
        while stream.write_all(b" ").is_ok() {
            std::thread::sleep(Duration::from_millis(10));
        }
    });
    let error =
        ask_within(&directory.socket(), Duration::from_millis(100)).expect_err("there is no greeting");
    assert!(error.to_string().contains("no greeting"), "{error:#}");
    server.join().expect("the client is gone");
}

#[test]
fn a_reply_that_never_ends_is_given_up() {
    let directory = Directory::new("endless");
    let listener = UnixListener::bind(directory.socket()).expect("a socket can be bound");
    let server = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("the client connects");
        let zeros = b"0,".repeat(1 << 15);
        let _ = stream.write_all(GREETING.as_bytes());
        let _ = stream.write_all(b"[");
        while stream.write_all(&zeros).is_ok() {}
    });
    ask(&directory.socket()).expect_err("there is no end");
    server.join().expect("the client is gone");
}

#[test]
fn a_refusal_is_told() {
    let directory = Directory::new("refusal");
    let error = r#"{"error": {"class": "GenericError", "desc": "no"}, "id": "qmp_capabilities"}"#;
    let server = script(&directory.socket(), vec![GREETING.to_owned(), error.to_owned()]);
    let error = ask(&directory.socket()).expect_err("a refusal");
    assert!(format!("{error:#}").contains("refused qmp_capabilities"), "{error:#}");
    server.join().expect("the script ends");
}

#[test]
fn noise_is_no_greeting() {
    let directory = Directory::new("noise");
    let server = script(&directory.socket(), vec!["SSH-2.0-OpenSSH\r\n".to_owned()]);
    assert!(ask(&directory.socket()).is_err());
    server.join().expect("the script ends");
}
