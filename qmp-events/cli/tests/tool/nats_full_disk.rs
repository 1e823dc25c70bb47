//! `agent --publish` with a backlog on a disk that is really full.

use std::process::{Command, Stdio};

use crate::nats_server::NatsServer;
use crate::peer::{Directory, Identity, Peer};
use crate::run::Running;

/// Runs the rest of its arguments with a small disk mounted on `$1`, which gets room when a line comes.
const SMALL_DISK: &str = r#"
mount -t tmpfs -o size=300k tmpfs "$1" || exit 99
disk=$1
shift
"$@" </dev/null &
trap 'kill -TERM $!' TERM
read -r line && mount -o remount,size=64m "$disk"
wait $!
wait $!
"#;

/// An agent of a machine whose events filled the disk while the server was away, and the machine.
struct Filled {
    server: NatsServer,
    agent: Running,
    machine: Peer,
    _directory: Directory,
}

const SENT: usize = 3000;

/// `None`, and a word about it, where one may not mount, or where there is no server. In CI that is a failure.
#[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
fn filled() -> Option<Filled> {
    let mut server = NatsServer::start()?;
    let may_mount = Command::new("unshare").args(["--map-root-user", "--mount", "true"]).status();
    if !may_mount.is_ok_and(|status| status.success()) {
        assert!(std::env::var_os("CI").is_none(), "CI needs a disk that can be filled");
        eprintln!("SKIPPED: the backlog on a full disk: one may not mount here");
        return None;
    }
    server.kill();
    let directory = Directory::new();
    let (disk, socket) = (directory.path("disk"), directory.path("web.sock"));
    let listener = std::os::unix::net::UnixListener::bind(&socket).expect("a socket");
    std::fs::create_dir(&disk).expect("a directory");
    let mut command = Command::new("unshare");
    command.args(["--map-root-user", "--mount", "sh", "-c", SMALL_DISK, "sh"]).arg(&disk);
    command.arg(env!("CARGO_BIN_EXE_qmp-events")).args(["agent", "--publish", &server.url(), "--host", "h"]);
    command.arg("--backlog").arg(&disk).arg(format!("unix:{}", socket.display()));
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut agent = Running::spawn(&mut command);
    let mut machine = Peer::accept(&listener, Identity::default());
    (0..SENT).for_each(|_| machine.send("POWERDOWN"));
    let note = agent.await_note("cannot write the backlog");
    assert!(note.ends_with("events wait in memory"), "{note}");
    machine.send("STOP");
    Some(Filled { server, agent, machine, _directory: directory })
}

/// Whether the stream has everything up to STOP, each once.
async fn assert_everything_is_stored(server: &NatsServer) {
    let stored = server.messages_until(|message| message.kind() == "STOP").await;
    let others: Vec<&str> = stored.iter().map(|m| m.kind()).filter(|kind| *kind != "POWERDOWN").collect();
    assert_eq!(others, ["connected", "STOP"]);
    let powerdowns = stored.iter().filter(|message| message.kind() == "POWERDOWN").count();
    assert_eq!((powerdowns, stored.len()), (SENT, SENT + 2), "and connected and STOP");
}

fn end(filled: Filled) {
    filled.agent.signal("TERM");
    let end = filled.agent.end();
    assert_eq!(end.status, Some(0), "{end}");
    drop(filled.machine);
}

#[tokio::test]
async fn while_the_disk_is_full_events_wait_in_memory() {
    let Some(mut filled) = filled() else { return };
    filled.agent.send(b"\n");
    filled.agent.await_note("the backlog is written again");
    filled.server.restart();
    assert_everything_is_stored(&filled.server).await;
    end(filled);
}

#[tokio::test]
async fn what_the_broker_has_makes_room_on_a_full_disk() {
    let Some(mut filled) = filled() else { return };
    filled.server.restart();
    assert_everything_is_stored(&filled.server).await;
    end(filled);
}
