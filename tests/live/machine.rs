//! Starts a QEMU and makes sure that it ends.

use qmp_events::Error;
use qmp_events::blocking::Client;
use std::env;
use std::fs;
use std::io::{self, Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

/// Longer than any step takes on a busy machine; tests that pass never wait for it.
pub(crate) const PATIENCE: Duration = Duration::from_secs(120);

/// A process with a QMP monitor, killed when dropped.
pub(crate) struct Machine {
    process: Child,
    directory: PathBuf,
    /// A monitor of the test's own, besides those that are tested.
    pub(crate) control: Client<UnixStream>,
}

/// Starts a machine without a guest, stopped, with a QMP monitor at [`Machine::endpoint`]; `None` if
/// there is no QEMU here.
pub(crate) fn start(arguments: &[&str]) -> Option<Machine> {
    start_with_monitor("unix:qmp.sock,server=on,wait=off", arguments)
}

/// As [`start`], with another value of `-qmp`.
pub(crate) fn start_with_monitor(monitor: &str, arguments: &[&str]) -> Option<Machine> {
    start_emulator(&system_emulator(), monitor, arguments)
}

/// As [`start`], with the newest QEMU, which `QMP_EVENTS_TEST_QEMU_NEWEST` names; `None` if it names none.
pub(crate) fn start_newest() -> Option<Machine> {
    let Some(program) = named_by("QMP_EVENTS_TEST_QEMU_NEWEST") else {
        let _ = writeln!(io::stderr(), "SKIPPED: QMP_EVENTS_TEST_QEMU_NEWEST names no QEMU");
        return None;
    };
    start_emulator(&program, "unix:qmp.sock,server=on,wait=off", &[])
}

fn start_emulator(program: &str, monitor: &str, arguments: &[&str]) -> Option<Machine> {
    let bare = ["-M", "q35", "-display", "none", "-nodefaults", "-S", "-m", "64", "-accel", "tcg"];
    let monitors = ["-qmp", monitor, "-qmp", "unix:control.sock"];
    start_program(program, &[&bare[..], &monitors, arguments].concat())
}

/// The QEMU to test: the one that `QMP_EVENTS_TEST_QEMU` names, or the installed one.
fn system_emulator() -> String {
    named_by("QMP_EVENTS_TEST_QEMU").unwrap_or_else(|| "qemu-system-x86_64".to_owned())
}

fn named_by(variable: &str) -> Option<String> {
    env::var(variable).ok().filter(|program| !program.is_empty())
}

/// Starts a storage daemon with a QMP monitor; `None` if there is none here.
pub(crate) fn start_storage_daemon(arguments: &[&str]) -> Option<Machine> {
    let monitors = [
        "--chardev",
        "socket,id=tested,path=qmp.sock,server=on,wait=off",
        "--monitor",
        "chardev=tested",
        "--chardev",
        "socket,id=control,path=control.sock",
        "--monitor",
        "chardev=control",
    ];
    start_program("qemu-storage-daemon", &[&monitors[..], arguments].concat())
}

/// Starts a program that connects to `control.sock` when all its monitors listen.
pub(crate) fn start_program(program: &str, arguments: &[&str]) -> Option<Machine> {
    if !is_installed(program) {
        return None;
    }
    static MACHINES: AtomicU32 = AtomicU32::new(0);
    let number = MACHINES.fetch_add(1, Ordering::Relaxed);
    let directory = env::temp_dir().join(format!("qmp-events-live-{}-{number}", std::process::id()));
    fs::create_dir_all(&directory).expect("a directory for sockets");
    let listener = UnixListener::bind(directory.join("control.sock")).expect("a listening socket");
    let mut process = Command::new(program)
        .args(arguments)
        .current_dir(&directory)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program can be started");
    let last_words = collect(process.stderr.take().expect("a pipe"), directory.join("control.sock"));
    let (stream, _) = listener.accept().expect("a connection");
    stream.set_read_timeout(Some(PATIENCE)).expect("a time-out");
    let control = Client::from_stream(stream).unwrap_or_else(|error| {
        // Ends the collecting, if it has not ended by itself.
        let _ = process.kill();
        let _ = process.wait();
        panic!("{program} {arguments:?} did not start: {error}\n{}", last_words.recv().unwrap_or_default());
    });
    Some(Machine { process, directory, control })
}

/// Collects what a program says until it ends, and then unblocks whoever waits for it at the socket.
fn collect(mut stderr: ChildStderr, socket: PathBuf) -> mpsc::Receiver<String> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut words = String::new();
        let _ = stderr.read_to_string(&mut words);
        let _ = UnixStream::connect(socket);
        let _ = sender.send(words);
    });
    receiver
}

pub(crate) fn is_installed(program: &str) -> bool {
    let path = env::var_os("PATH").unwrap_or_default();
    if env::split_paths(&path).any(|directory| directory.join(program).is_file()) {
        return true;
    }
    let is_required = env::var_os("CI").is_some() || env::var_os("QMP_EVENTS_REQUIRE_QEMU").is_some();
    assert!(!is_required, "{program} is not installed, and CI or QMP_EVENTS_REQUIRE_QEMU asks for it");
    // Not `eprintln`, which the test harness hides.
    let _ = writeln!(io::stderr(), "SKIPPED: {program} is not installed");
    false
}

/// Ends the machine. QEMU's reply may be lost with the connection, but not its SHUTDOWN.
pub(crate) fn quit<S: Read + Write>(client: &mut Client<S>) {
    match client.execute_within("quit", None, PATIENCE) {
        Ok(_) => {}
        Err(Error::Disconnected(cause)) if cause.is_normal() => {}
        Err(error) => panic!("{error}"),
    }
}

impl Machine {
    /// The monitor to be tested.
    pub(crate) fn endpoint(&self) -> String {
        format!("unix:{}", self.directory.join("qmp.sock").display())
    }

    /// Waits for the end of the process.
    pub(crate) fn wait(&mut self) -> ExitStatus {
        self.process.wait().expect("a process to wait for")
    }

    /// The directory that the process runs in.
    pub(crate) fn directory(&self) -> &Path {
        &self.directory
    }

    /// Kills the process as a crash would, and waits for its end.
    pub(crate) fn kill(&mut self) {
        self.process.kill().expect("a process to kill");
        self.process.wait().expect("a process to wait for");
    }

    /// Ends the process and starts another one with a monitor at the same place.
    pub(crate) fn restart(self, arguments: &[&str]) -> Machine {
        self.replace_with(start(arguments).expect("it was installed before"))
    }

    /// Ends the process and lets another one have its place.
    pub(crate) fn replace_with(mut self, mut next: Machine) -> Machine {
        self.kill();
        let place = self.directory.join("qmp.sock");
        let _ = fs::remove_file(&place);
        fs::rename(next.directory.join("qmp.sock"), &place).expect("the socket can be moved");
        // Each removes its directory: the one with the socket goes with the new process.
        std::mem::swap(&mut self.directory, &mut next.directory);
        next
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = fs::remove_dir_all(&self.directory);
    }
}
