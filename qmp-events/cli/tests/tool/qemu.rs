//! A real QEMU without a guest: two monitors, one to watch and one to command. `QMP_EVENTS_TEST_QEMU`
//! names another one than the installed one, `QMP_EVENTS_TEST_QEMU_NEWEST` the newest one.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use qmp_events::blocking::Client;
use serde_json::Value;

/// A machine that ends with the test.
pub(crate) struct Qemu {
    child: Child,
    program: String,
    directory: PathBuf,
    /// Arguments besides those of every machine.
    arguments: Vec<String>,
    client: Option<Client>,
}

static COUNT: AtomicU32 = AtomicU32::new(0);

impl Qemu {
    /// Starts a machine; `None`, and a word about it, where there is no QEMU. In CI that is a failure.
    pub(crate) fn start() -> Option<Self> {
        Self::start_with(&[])
    }

    /// Starts a machine with a third monitor, which connects to an address such as `path=PATH`, and connects
    /// again a second after the connection has ended.
    #[cfg(unix)]
    pub(crate) fn dialing(address: &str, arguments: &[&str]) -> Option<Self> {
        let chardev = format!("socket,id=dialing,{address},{}", reconnect_option());
        Self::start_with(&[&["-chardev", &chardev, "-mon", "dialing,mode=control"], arguments].concat())
    }

    /// Starts a machine that the newest QEMU runs; `None`, and a word about it, if none is named.
    #[cfg(unix)]
    pub(crate) fn start_newest() -> Option<Self> {
        Self::start_program(newest()?, &[])
    }

    /// Starts a machine with arguments of its own.
    pub(crate) fn start_with(arguments: &[&str]) -> Option<Self> {
        Self::start_program(program(), arguments)
    }

    #[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
    fn start_program(program: String, arguments: &[&str]) -> Option<Self> {
        let arguments: Vec<String> = arguments.iter().copied().map(str::to_owned).collect();
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let directory = std::env::temp_dir().join(format!("qmp-events-tool-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&directory).expect("a directory");
        let child = match spawn(&program, &directory, &arguments) {
            Ok(child) => child,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                assert!(std::env::var_os("CI").is_none(), "CI needs qemu-system-x86_64");
                eprintln!("SKIPPED: there is no qemu-system-x86_64 on this machine");
                return None;
            }
            Err(error) => panic!("cannot run qemu-system-x86_64: {error}"),
        };
        let mut qemu = Qemu { child, program, directory, arguments, client: None };
        qemu.client = Some(qemu.connect());
        Some(qemu)
    }

    /// Ends the machine, and starts another one on the same sockets.
    pub(crate) fn restart(&mut self) {
        self.execute("quit");
        self.start_again();
    }

    /// Starts another machine on the same sockets after this one has ended.
    pub(crate) fn start_again(&mut self) {
        self.child.wait().expect("a child");
        self.client = None;
        self.child = spawn(&self.program, &self.directory, &self.arguments).expect("QEMU runs as before");
        self.client = Some(self.connect());
    }

    /// Connects to the second monitor once it is there; the first is there by then, too.
    fn connect(&mut self) -> Client {
        let endpoint = format!("unix:{}", self.directory.join("commanded.sock").display());
        loop {
            match qmp_events::blocking::connect(endpoint.as_str()) {
                Ok(client) => return client,
                Err(error) => {
                    let ended = self.child.try_wait().expect("a child");
                    assert!(ended.is_none(), "QEMU ended with {ended:?}: {error}");
                    std::thread::yield_now();
                }
            }
        }
    }

    /// The monitor that nobody uses yet.
    pub(crate) fn endpoint(&self) -> String {
        format!("unix:{}", self.directory.join("watched.sock").display())
    }

    /// Where its sockets are.
    pub(crate) fn directory(&self) -> &Path {
        &self.directory
    }

    /// What a command returns.
    pub(crate) fn query(&mut self, command: &str) -> Value {
        let client = self.client.as_mut().expect("a connection");
        client.execute(command, None).unwrap_or_else(|error| panic!("{command}: {error}"))
    }

    pub(crate) fn execute(&mut self, command: &str) {
        self.execute_with(command, Value::Null);
    }

    pub(crate) fn execute_with(&mut self, command: &str, arguments: Value) {
        let client = self.client.as_mut().expect("a connection");
        client.execute(command, arguments).unwrap_or_else(|error| panic!("{command}: {error}"));
    }

    #[cfg(unix)]
    pub(crate) fn kill(&mut self) {
        self.child.kill().expect("it runs");
    }
}

/// Which QEMU to run.
fn program() -> String {
    let named = std::env::var("QMP_EVENTS_TEST_QEMU").ok().filter(|program| !program.is_empty());
    named.unwrap_or_else(|| "qemu-system-x86_64".to_owned())
}

/// How a socket connects again after a second: the old option is gone since the new one came in 9.2.
#[cfg(unix)]
fn reconnect_option() -> &'static str {
    // Where there is no QEMU, starting it says so.
    let help = Command::new(program()).args(["-chardev", "socket,help"]).output();
    let is_new = help.is_ok_and(|help| String::from_utf8_lossy(&help.stdout).contains("reconnect-ms"));
    if is_new { "reconnect-ms=1000" } else { "reconnect=1" }
}

/// The newest QEMU, which `QMP_EVENTS_TEST_QEMU_NEWEST` names.
#[cfg(unix)]
#[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
pub(crate) fn newest() -> Option<String> {
    let named = std::env::var("QMP_EVENTS_TEST_QEMU_NEWEST").ok().filter(|program| !program.is_empty());
    if named.is_none() {
        eprintln!("SKIPPED: QMP_EVENTS_TEST_QEMU_NEWEST names no QEMU");
    }
    named
}

fn spawn(program: &str, directory: &Path, more: &[String]) -> std::io::Result<Child> {
    let monitor = |name: &str| format!("unix:{},server=on,wait=off", directory.join(name).display());
    let arguments = "-M q35 -display none -nodefaults -S -m 64 -accel tcg \
        -device qemu-xhci -device usb-tablet,id=tablet \
        -blockdev null-co,node-name=disk,size=1048576,read-zeroes=on -blockdev null-co,node-name=copy,size=1048576";
    Command::new(program)
        .args(arguments.split_whitespace())
        .args(["-qmp", &monitor("watched.sock"), "-qmp", &monitor("commanded.sock")])
        .args(more)
        .stdin(Stdio::null())
        .spawn()
}

impl Drop for Qemu {
    fn drop(&mut self) {
        // It may have ended by itself, and what stays behind is in the temporary directory.
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_dir_all(&self.directory);
    }
}
