//! A real machine that random commands are given to, and what it says of itself on a monitor of its own.

use crate::live::machine::{Machine as Process, PATIENCE, start_program};
use qmp_events::Error;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::{env, fs};

/// A process with a second monitor, and a way to poke the ports of its guest.
pub(super) struct Subject {
    pub(super) process: Process,
    ports: BufReader<UnixStream>,
}

/// What a machine says of itself.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Seen {
    pub(super) status: String,
    /// By id: type and state.
    pub(super) jobs: BTreeMap<String, (String, String)>,
    pub(super) migration: String,
}

/// The process is gone.
#[derive(Debug)]
pub(super) struct Gone;

/// Where to find the QEMU to test: the installed one, and the one that `QMP_EVENTS_TEST_QEMU_NEWEST` names.
pub(super) fn newest_qemu() -> Option<String> {
    let program = env::var("QMP_EVENTS_TEST_QEMU_NEWEST").ok().filter(|program| !program.is_empty());
    if program.is_none() {
        let _ = writeln!(std::io::stderr(), "SKIPPED: QMP_EVENTS_TEST_QEMU_NEWEST names no QEMU");
    }
    program
}

impl Subject {
    /// Starts a machine with devices that break, nodes to copy, and room for snapshots; `None` if there is no
    /// QEMU here.
    pub(super) fn start(program: &str) -> Option<Subject> {
        let bare = ["-M", "q35", "-display", "none", "-nodefaults", "-S", "-m", "32", "-accel", "tcg"];
        let monitors = [
            "-qmp",
            "unix:qmp.sock,server=on,wait=off",
            "-qtest",
            "unix:qtest.sock,server=on,wait=off",
            "-qtest-log",
            "/dev/null",
            "-qmp",
            "unix:control.sock",
        ];
        let devices = [
            "-action",
            "panic=pause,shutdown=pause,watchdog=pause",
            "-device",
            "pvpanic",
            "-device",
            "ib700",
            "-device",
            "piix3-usb-uhci,id=usb",
            "-device",
            "isa-ide,id=disks",
            "-blockdev",
            "null-co,node-name=disk0,size=1048576,read-zeroes=on",
            "-blockdev",
            DISK,
            "-device",
            "ide-hd,bus=disks.0,drive=disk,id=hd,rerror=stop,werror=stop",
        ];
        let process = start_program(program, &[&bare[..], &monitors, &devices].concat())?;
        let ports = UnixStream::connect(process.directory().join("qtest.sock")).expect("a qtest socket");
        ports.set_read_timeout(Some(PATIENCE)).expect("a time-out");
        let mut subject = Subject { process, ports: BufReader::new(ports) };
        subject.add_nodes();
        Some(subject)
    }

    /// Whether the process ended by itself and not in a crash; it is on its way out.
    pub(super) fn ended_well(&mut self) -> bool {
        self.process.wait().success()
    }

    /// Lets another machine have the place of this one.
    pub(super) fn replace_with(self, next: Subject) -> Subject {
        Subject { process: self.process.replace_with(next.process), ports: next.ports }
    }

    fn add_nodes(&mut self) {
        for name in ["source", "target-0", "target-1", "target-2"] {
            let node = json!({"driver": "null-co", "node-name": name, "size": 1 << 20, "read-zeroes": true});
            self.must("blockdev-add", node);
        }
        let error = json!([{"event": "none", "iotype": "write", "errno": 28, "once": false}]);
        let node =
            json!({"driver": "blkdebug", "node-name": "full", "image": "target-2", "inject-error": error});
        self.must("blockdev-add", node);
        let path = self.process.directory().join("vmstate");
        fs::write(&path, []).expect("a file");
        self.must("blockdev-add", json!({"driver": "file", "node-name": "file", "filename": path}));
        let options = json!({"driver": "qcow2", "file": "file", "size": 128 << 20});
        self.must("blockdev-create", json!({"job-id": "create", "options": options}));
        while self.look().expect("a machine").jobs["create"].1 != "concluded" {}
        self.must("job-dismiss", json!({"id": "create"}));
        self.must("blockdev-add", json!({"driver": "qcow2", "node-name": "vmstate", "file": "file"}));
    }

    fn must(&mut self, command: &str, arguments: Value) {
        self.process.control.execute_within(command, arguments, PATIENCE).expect(command);
    }

    /// Executes a command that may be refused.
    pub(super) fn execute(&mut self, command: &str, arguments: Value) -> Result<Option<Value>, Gone> {
        let arguments = (!arguments.is_null()).then_some(arguments);
        match self.process.control.execute_within(command, arguments, PATIENCE) {
            Ok(value) => Ok(Some(value)),
            Err(Error::Command(_)) => Ok(None),
            Err(Error::Disconnected(_)) => Err(Gone),
            Err(error) => panic!("{command}: {error}"),
        }
    }

    /// Does to a port or to memory what a guest would do.
    pub(super) fn poke(&mut self, command: &str) -> Result<(), Gone> {
        let mut answer = String::new();
        let sent = writeln!(self.ports.get_mut(), "{command}");
        match sent.and_then(|()| self.ports.read_line(&mut answer)) {
            Ok(count) if count > 0 => Ok(()),
            _ => Err(Gone),
        }
    }

    pub(super) fn look(&mut self) -> Result<Seen, Gone> {
        let mut ask = |query: &str| Ok(self.execute(query, Value::Null)?.unwrap_or_default());
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let status = text(&ask("query-status")?["status"]);
        let jobs = ask("query-jobs")?;
        let jobs = jobs.as_array().into_iter().flatten();
        let job = |job: &Value| (text(&job["id"]), (text(&job["type"]), text(&job["status"])));
        let migration = text(ask("query-migrate")?.get("status").unwrap_or(&json!("none")));
        Ok(Seen { status, jobs: jobs.map(job).collect(), migration })
    }
}

/// A disk of which one sector can never be read, another fails once, and a third is never to be written.
const DISK: &str = r#"{"driver": "blkdebug", "node-name": "disk", "image": "disk0", "inject-error": [
    {"event": "none", "iotype": "read", "errno": 5, "sector": 100, "once": false},
    {"event": "none", "iotype": "read", "errno": 5, "sector": 200, "once": true},
    {"event": "none", "iotype": "write", "errno": 28, "sector": 300, "once": false}]}"#;
