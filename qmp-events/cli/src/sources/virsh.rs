//! Runs virsh, libvirt's own client, which is where libvirt is: nothing has to be linked. A virsh lasts no
//! longer than what asked for it; where this program is killed, until the next event, which virsh cannot print.

use std::collections::HashSet;
use std::io::{self, ErrorKind};
use std::process::{Output, Stdio};

use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::{Child, ChildStderr, ChildStdout, Command};

/// How much of what virsh complains of is kept, in bytes.
const COMPLAINT: usize = 4 << 10;

/// A libvirt, by the URI of its connection; if that is empty, virsh takes its default one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Libvirt {
    pub(super) uri: String,
}

/// A domain of a libvirt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Domain {
    pub(super) libvirt: Libvirt,
    pub(super) name: String,
}

/// A virsh that runs.
pub(super) struct Virsh {
    pub(super) stdout: ChildStdout,
    pub(super) stderr: ChildStderr,
    /// It is killed when this is dropped.
    pub(super) child: Child,
}

impl Libvirt {
    /// Prints the connection's URI in a line once there is a connection, and then each event of all domains or
    /// of one, until it is killed or the connection is lost.
    pub(super) fn print_events(&self, domain: Option<&str>) -> io::Result<Virsh> {
        let mut commands = "uri; qemu-monitor-event --loop --timestamp".to_owned();
        if let Some(domain) = domain {
            commands += &format!(" --domain {}", quote(domain));
        }
        let mut child = self.command().arg(commands).spawn().map_err(explain)?;
        match (child.stdout.take(), child.stderr.take()) {
            (Some(stdout), Some(stderr)) => Ok(Virsh { stdout, stderr, child }),
            _ => Err(io::ErrorKind::BrokenPipe.into()),
        }
    }

    /// As the user would call it, but for the language: what it prints is read by a program.
    fn command(&self) -> Command {
        let mut command = Command::new("virsh");
        command.arg("--quiet");
        if !self.uri.is_empty() {
            command.args(["--connect", &self.uri]);
        }
        command.env("LC_ALL", "C").kill_on_drop(true);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }
}

impl Domain {
    /// Has the domain's QEMU execute a command, and gives its reply: both are messages of QMP.
    pub(super) async fn execute(&self, message: &str) -> io::Result<Vec<u8>> {
        let mut command = self.libvirt.command();
        command.args(["qemu-monitor-command", "--domain", &self.name, "--cmd", message]);
        let Output { status, stdout, stderr } = command.output().await.map_err(explain)?;
        if status.success() { Ok(stdout) } else { Err(io::Error::other(complaint(&stderr))) }
    }
}

/// What virsh complained of until it ended.
pub(super) async fn read_complaint(stderr: impl AsyncRead + Unpin) -> String {
    let mut text = Vec::new();
    let mut stderr = stderr.take(COMPLAINT as u64);
    // What came before a failure still tells something.
    let _ = stderr.read_to_end(&mut text).await;
    // It must be able to write on, and to end.
    let _ = tokio::io::copy(&mut stderr.into_inner(), &mut tokio::io::sink()).await;
    complaint(&text)
}

/// Its lines as one.
fn complaint(stderr: &[u8]) -> String {
    let text = String::from_utf8_lossy(stderr);
    let lines = text.lines().map(|line| line.strip_prefix("error: ").unwrap_or(line).trim());
    let mut lines: Vec<_> = lines.filter(|line| !line.is_empty()).collect();
    // Each command of a call may say the same.
    let mut said = HashSet::new();
    lines.retain(|line| said.insert(*line));
    if lines.is_empty() { "virsh says no reason".to_owned() } else { lines.join(": ") }
}

fn explain(error: io::Error) -> io::Error {
    let text = match error.kind() {
        ErrorKind::NotFound => {
            "virsh is not installed; Debian has it in libvirt-clients, Fedora in libvirt-client"
        }
        _ => return io::Error::new(error.kind(), format!("cannot run virsh: {error}")),
    };
    io::Error::new(ErrorKind::NotFound, text)
}

/// As a word of virsh's own command language.
fn quote(word: &str) -> String {
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_virsh_complains_of_is_one_line() {
        let stderr = b"error: failed to connect to the hypervisor\nerror: no such file\n\n\
            error: failed to connect to the hypervisor\n";
        assert_eq!(complaint(stderr), "failed to connect to the hypervisor: no such file");
        assert_eq!(complaint(b"\n"), "virsh says no reason");
    }

    #[test]
    fn any_name_is_one_word() {
        assert_eq!(quote("web"), "'web'");
        assert_eq!(quote(r#"my vm's; "x" \"#), r#"'my vm'\''s; "x" \'"#);
    }
}
