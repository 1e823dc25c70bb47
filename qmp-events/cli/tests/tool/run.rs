//! Runs the tool.

use std::io::{BufRead, BufReader, ErrorKind, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command, Output, Stdio};

/// How a run ended, and what it printed.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) status: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// For snapshots.
impl std::fmt::Display for Run {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Run { status, stdout, stderr } = self;
        write!(formatter, "{stdout}--- standard error\n{stderr}--- exit status {status:?}")
    }
}

/// The tool with a fixed environment. `arguments` are separated by spaces.
pub(crate) fn command(arguments: &str) -> Command {
    command_of(&arguments.split_whitespace().collect::<Vec<_>>())
}

/// As [`command`], with arguments that may have spaces.
pub(crate) fn command_of(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_qmp-events"));
    command.args(arguments).env("TZ", "UTC");
    for variable in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "COLUMNS"] {
        command.env_remove(variable);
    }
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Runs the tool to its end.
pub(crate) fn run(arguments: &str) -> Run {
    Run::from(command(arguments).output().expect("the tool runs"))
}

/// Runs the tool to its end with this standard input.
pub(crate) fn run_with(arguments: &str, input: &[u8]) -> Run {
    let mut child = command(arguments).stdin(Stdio::piped()).spawn().expect("the tool runs");
    let mut stdin = child.stdin.take().expect("a pipe");
    let input = input.to_vec();
    let writer = std::thread::spawn(move || stdin.write_all(&input));
    let output = child.wait_with_output().expect("the tool ends");
    match writer.join().expect("no panic") {
        // Wrong arguments are refused before anything is read.
        Err(error) if error.kind() == ErrorKind::BrokenPipe && !output.status.success() => {}
        result => result.expect("the tool reads all its input"),
    }
    Run::from(output)
}

impl From<Output> for Run {
    fn from(output: Output) -> Self {
        Run {
            status: output.status.code(),
            stdout: String::from_utf8(output.stdout).expect("UTF-8"),
            stderr: String::from_utf8(output.stderr).expect("UTF-8"),
        }
    }
}

/// A tool that runs until it is told to end.
pub(crate) struct Running {
    child: Process,
    pub(crate) stdin: Option<ChildStdin>,
    pub(crate) stdout: BufReader<ChildStdout>,
    pub(crate) stderr: BufReader<ChildStderr>,
}

/// A process that ends with the test.
pub(crate) struct Process(pub(crate) Child);

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill().and_then(|()| self.0.wait());
    }
}

impl Running {
    pub(crate) fn start(arguments: &str) -> Self {
        Self::spawn(command(arguments).stdin(Stdio::piped()))
    }

    /// The tool by a command with pipes.
    pub(crate) fn spawn(command: &mut Command) -> Self {
        let mut child = command.spawn().expect("the tool runs");
        let stdin = child.stdin.take();
        let stdout = BufReader::new(child.stdout.take().expect("a pipe"));
        let stderr = BufReader::new(child.stderr.take().expect("a pipe"));
        Running { child: Process(child), stdin, stdout, stderr }
    }

    /// Writes to the standard input.
    pub(crate) fn send(&mut self, bytes: &[u8]) {
        self.stdin.as_mut().expect("a pipe").write_all(bytes).expect("the tool reads");
    }

    /// The next line of standard output that holds this text.
    pub(crate) fn await_line(&mut self, text: &str) -> String {
        next_line(&mut self.stdout, text)
    }

    /// The next line of standard error that holds this text.
    pub(crate) fn await_note(&mut self, text: &str) -> String {
        next_line(&mut self.stderr, text)
    }

    /// The process.
    #[cfg(target_os = "linux")]
    pub(crate) fn id(&self) -> u32 {
        self.child.0.id()
    }

    #[cfg(unix)]
    pub(crate) fn signal(&self, signal: &str) {
        let id = self.child.0.id().to_string();
        let status = Command::new("kill").args(["-s", signal, &id]).status().expect("kill runs");
        assert!(status.success());
    }

    /// The exit status, if the tool has ended.
    #[cfg(unix)]
    pub(crate) fn try_end(&mut self) -> Option<i32> {
        self.child.0.try_wait().expect("a child").and_then(|status| status.code())
    }

    /// The most memory that the tool has had, in bytes.
    #[cfg(target_os = "linux")]
    pub(crate) fn peak_memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.0.id())).expect("it runs");
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("Linux tells it");
        let kibibytes: u64 = line.trim().trim_end_matches(" kB").parse().expect("a number");
        kibibytes * 1024
    }

    pub(crate) fn end(self) -> Run {
        let Running { mut child, stdin, mut stdout, mut stderr } = self;
        drop(stdin);
        let status = child.0.wait().expect("the tool ends").code();
        let rest = |reader: &mut dyn std::io::Read| {
            let mut text = String::new();
            reader.read_to_string(&mut text).expect("UTF-8");
            text
        };
        Run { status, stdout: rest(&mut stdout), stderr: rest(&mut stderr) }
    }
}

fn next_line(reader: &mut impl BufRead, text: &str) -> String {
    let mut seen = String::new();
    loop {
        let start = seen.len();
        let count = reader.read_line(&mut seen).expect("UTF-8");
        assert!(count > 0, "no line with {text:?} in:\n{seen}");
        if seen[start..].contains(text) {
            return seen[start..].trim_end().to_owned();
        }
    }
}

/// A file of the workspace's fixtures.
pub(crate) fn fixture(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures").join(name)
}

/// A recording of QEMU 7.2.22.
pub(crate) fn recording(name: &str) -> String {
    fixture("qemu-7.2.22").join(name).display().to_string()
}
