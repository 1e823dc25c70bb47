//! A real libvirtd of the test's own, in a temporary directory, run by an ordinary user.

use std::fs::{self, Permissions};
use std::io::ErrorKind;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

/// The user that runs it where the tests are root's, which libvirtd treats differently.
const NOBODY: u32 = 65534;

/// A libvirtd that ends with the test, and its machines with it.
pub(crate) struct Libvirtd {
    daemon: Child,
    directory: PathBuf,
}

static COUNT: AtomicU32 = AtomicU32::new(0);

impl Libvirtd {
    /// Starts one; `None`, and a word about it, where there is none. In CI that is a failure.
    #[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
    pub(crate) fn start() -> Option<Self> {
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let directory = std::env::temp_dir().join(format!("qmp-libvirt-{}-{number}", std::process::id()));
        // Without virtlogd, which would go on.
        let configuration = directory.join("config/libvirt");
        fs::create_dir_all(&configuration).expect("a directory");
        fs::write(configuration.join("qemu.conf"), "stdio_handler = \"file\"\n").expect("a file");
        if is_root() {
            for path in [&directory, &directory.join("config"), &configuration] {
                std::os::unix::fs::chown(path, Some(NOBODY), Some(NOBODY)).expect("root may");
            }
        }
        match spawn(&directory) {
            Ok(daemon) => {
                let mut libvirtd = Libvirtd { daemon, directory };
                libvirtd.await_socket();
                Some(libvirtd)
            }
            Err(error) if error.kind() == ErrorKind::NotFound => {
                let _ = fs::remove_dir_all(&directory);
                assert!(std::env::var_os("CI").is_none(), "CI needs libvirtd, virsh and setpriv");
                eprintln!("SKIPPED: there is no libvirtd, virsh or setpriv on this machine");
                None
            }
            Err(error) => panic!("cannot run libvirtd: {error}"),
        }
    }

    fn await_socket(&mut self) {
        while UnixStream::connect(self.directory.join("libvirt/libvirt-sock")).is_err() {
            let ended = self.daemon.try_wait().expect("a child");
            assert!(ended.is_none(), "libvirtd ended with {ended:?}: {}", self.log());
            std::thread::yield_now();
        }
    }

    /// Kills it; its machines live on.
    pub(crate) fn kill(&mut self) {
        self.daemon.kill().expect("it runs");
        self.daemon.wait().expect("a child");
    }

    /// Starts it again after [`kill`](Self::kill).
    pub(crate) fn start_again(&mut self) {
        self.daemon = spawn(&self.directory).expect("it ran before");
        self.await_socket();
    }

    /// The URI of the connection, for any user who may open the socket.
    pub(crate) fn uri(&self) -> String {
        format!("qemu:///session?socket={}", self.directory.join("libvirt/libvirt-sock").display())
    }

    /// A directory in which the machines can make sockets.
    pub(crate) fn directory(&self) -> &Path {
        &self.directory
    }

    /// Runs virsh, and gives what it printed.
    pub(crate) fn virsh(&self, arguments: &[&str]) -> String {
        let mut virsh = Command::new("virsh");
        let output = virsh.args(["--quiet", "--connect", &self.uri()]).args(arguments).output();
        let output = output.expect("virsh runs");
        let words = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "virsh {arguments:?}: {words}{}", self.log());
        String::from_utf8(output.stdout).expect("UTF-8")
    }

    /// Whether its machines may run this QEMU; says so if not.
    #[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
    pub(crate) fn may_run(&self, emulator: &str) -> bool {
        let version = as_ordinary_user(emulator).arg("--version").stdout(Stdio::null()).status();
        let may = version.is_ok_and(|status| status.success());
        if !may {
            eprintln!("SKIPPED: an ordinary user may not run {emulator}");
        }
        may
    }

    /// Defines a domain that this QEMU runs.
    pub(crate) fn define(&self, name: &str, emulator: &str) {
        let name = name.replace('&', "&amp;").replace('<', "&lt;");
        let domain = format!(
            "<domain type='qemu'><name>{name}</name><memory unit='MiB'>32</memory><vcpu>1</vcpu>\
             <os><type arch='x86_64' machine='q35'>hvm</type></os><features><acpi/></features>\
             <devices><emulator>{emulator}</emulator></devices></domain>"
        );
        let file = self.directory.join("domain.xml");
        fs::write(&file, domain).expect("a file");
        fs::set_permissions(&file, Permissions::from_mode(0o644)).expect("a file");
        self.virsh(&["define", &file.display().to_string()]);
    }

    /// Waits until so many clients have asked for events.
    pub(crate) fn await_listeners(&self, count: usize) {
        while self.log().matches("virConnectDomainQemuMonitorEventRegister:").count() < count {
            std::thread::yield_now();
        }
    }

    fn log(&self) -> String {
        fs::read_to_string(self.directory.join("log")).unwrap_or_default()
    }
}

/// A program, run as the user that runs libvirtd.
fn as_ordinary_user(program: &str) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let id = NOBODY.to_string();
    let mut command = Command::new("setpriv");
    command.args(["--reuid", &id, "--regid", &id, "--clear-groups", program]);
    command
}

fn spawn(directory: &Path) -> std::io::Result<Child> {
    program("virsh")?;
    let mut command = as_ordinary_user(&program("libvirtd")?);
    let log = format!("1:file:{}", directory.join("log").display());
    command
        .args(["--timeout", "60"])
        .envs([("HOME", directory), ("XDG_RUNTIME_DIR", directory)])
        .env("XDG_CONFIG_HOME", directory.join("config"))
        .env("XDG_CACHE_HOME", directory.join("cache"))
        .env("XDG_DATA_HOME", directory.join("data"))
        .envs([("LIBVIRT_LOG_FILTERS", "1:libvirt 3:qemu"), ("LIBVIRT_LOG_OUTPUTS", &log)])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
}

/// Where a program is. Debian keeps libvirtd where ordinary users do not look.
fn program(name: &str) -> std::io::Result<String> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let places = std::env::split_paths(&path).chain(["/usr/sbin".into()]);
    let found = places.map(|directory| directory.join(name)).find(|place| place.is_file());
    Ok(found.ok_or(ErrorKind::NotFound)?.display().to_string())
}

fn is_root() -> bool {
    let status = fs::read_to_string("/proc/self/status").expect("Linux");
    let user = status.lines().find_map(|line| line.strip_prefix("Uid:")).expect("Linux tells it");
    user.split_whitespace().nth(1) == Some("0")
}

impl Drop for Libvirtd {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.daemon.kill();
        let _ = self.daemon.wait();
        let pids = fs::read_dir(self.directory.join("libvirt/qemu/run")).into_iter().flatten().flatten();
        for file in pids.map(|entry| entry.path()) {
            let is_machine = file.extension().is_some_and(|extension| extension == "pid")
                && file.file_stem().is_some_and(|stem| stem != "driver");
            if let Some(id) = fs::read_to_string(&file).ok().filter(|_| is_machine) {
                let _ = Command::new("kill").args(["-s", "KILL", id.trim()]).status();
            }
        }
        let _ = fs::remove_dir_all(&self.directory);
    }
}
