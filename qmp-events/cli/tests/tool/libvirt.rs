//! Domains of a real libvirtd.

use std::path::PathBuf;
use std::process::Command;

use crate::libvirtd::Libvirtd;
use crate::qemu::newest;
use crate::run::{Run, Running, command, command_of, run};

const INSTALLED: &str = "/usr/bin/qemu-system-x86_64";

/// A name that libvirt takes and quoting may damage.
const ODD: &str = r#"my vm's "x" #2"#;

/// How it is shown, so that nobody takes a part of it for something else.
const ODD_LABEL: &str = r#""my vm's \"x\" #2""#;

fn start(arguments: &[&str]) -> Running {
    Running::spawn(&mut command_of(arguments))
}

/// The virsh that the tool has started.
fn virsh_of(tool: &Running) -> PathBuf {
    let id = tool.id();
    let threads = std::fs::read_dir(format!("/proc/{id}/task")).expect("it runs");
    let of_thread = |thread: PathBuf| std::fs::read_to_string(thread.join("children")).unwrap_or_default();
    let all: String = threads.map(|thread| of_thread(thread.expect("a thread").path())).collect();
    let child = all.split_whitespace().next().expect("a child");
    PathBuf::from("/proc").join(child)
}

#[test]
fn the_lives_of_domains_are_told_as_they_happen() {
    let Some(libvirtd) = Libvirtd::start() else { return };
    libvirtd.define("web", INSTALLED);
    libvirtd.define(ODD, INSTALLED);
    let (all, one) = (format!("libvirt:{}", libvirtd.uri()), format!("libvirt:{}#{ODD}", libvirtd.uri()));
    let mut watch = start(&["watch", "--time", "none", "--state", &all]);
    let mut watch_one = start(&["watch", "--time", "none", &one]);
    let mut end = start(&["wait", "--until-end", &format!("{all}#web")]);
    let mut wait = start(&["wait", "--time", "none", &one, "--event", "SHUTDOWN"]);
    watch.await_note("libvirt: connected to libvirt at qemu:///session?socket=");
    libvirtd.await_listeners(4);

    for (command, domain, line) in [
        ("start", "web", "RESUME"),
        ("suspend", "web", "STOP"),
        ("start", ODD, "RESUME"),
        ("resume", "web", "RESUME"),
        ("reset", "web", "RESET                  guest=false reason=host-qmp-system-reset"),
        ("destroy", ODD, "SHUTDOWN               guest=false reason=host-signal"),
        ("destroy", "web", "SHUTDOWN               guest=false reason=host-signal"),
    ] {
        libvirtd.virsh(&[command, "--domain", domain]);
        let seen = watch.await_line(line);
        let label = if domain == ODD { ODD_LABEL } else { domain };
        assert!(seen.starts_with(label), "{command} {domain}: {seen}");
    }
    // A domain can begin anew.
    libvirtd.virsh(&["start", "web"]);
    watch.await_line("RESUME");

    let end_line = end.await_line("host-signal");
    assert_eq!(end_line, "host-signal");
    assert_eq!(end.end().status, Some(0));
    wait.await_line("SHUTDOWN");
    assert_eq!(wait.end().status, Some(0));

    for line in ["RESUME", "SHUTDOWN"] {
        assert!(watch_one.await_line(line).starts_with(ODD_LABEL));
    }
    let virsh = virsh_of(&watch_one);
    assert!(virsh.exists());
    for tool in [watch, watch_one] {
        tool.signal("TERM");
        let end = tool.end();
        assert_eq!(end.status, Some(0), "{end}");
        assert!(!end.stdout.contains("malformed"), "{end}");
    }
    while virsh.exists() {
        std::thread::yield_now();
    }

    let unknown = run(&format!("watch {all}#nothing"));
    assert_eq!((unknown.status, unknown.stdout.as_str()), (Some(3), ""), "{unknown}");
    assert!(unknown.stderr.contains("failed to get domain 'nothing'"), "{unknown}");
}

#[test]
fn a_libvirtd_that_ends_is_told_and_found_again() {
    let Some(mut libvirtd) = Libvirtd::start() else { return };
    let all = format!("libvirt:{}", libvirtd.uri());
    let mut watch = start(&["watch", &all]);
    let mut again = start(&["watch", "--reconnect", "--time", "none", &all]);
    watch.await_note("connected to libvirt");
    again.await_note("connected to libvirt");
    libvirtd.await_listeners(2);
    libvirtd.kill();
    let end = watch.end();
    assert_eq!(end.status, Some(3), "{end}");
    assert!(end.stderr.contains("Disconnected from qemu:///session"), "{end}");

    again.await_note("Disconnected from qemu:///session");
    libvirtd.start_again();
    again.await_note("back after a gap; events may be missing here");
    again.await_note("connected to libvirt");
    libvirtd.await_listeners(3);
    libvirtd.define("web", INSTALLED);
    libvirtd.virsh(&["start", "web"]);
    assert!(again.await_line("RESUME").starts_with("web"));
    again.signal("TERM");
    assert_eq!(again.end().status, Some(0));
}

#[test]
fn a_monitor_of_ones_own_is_added_through_libvirt() {
    let (Some(newest), Some(libvirtd)) = (newest(), Libvirtd::start()) else { return };
    if !libvirtd.may_run(&newest) {
        return;
    }
    libvirtd.define(ODD, &newest);
    libvirtd.define("old", INSTALLED);
    libvirtd.virsh(&["start", ODD]);
    libvirtd.virsh(&["start", "old"]);
    let attach = |command: &str, name: &str| {
        let mut tool = command_of(&[command, &format!("attach:libvirt:{}#{name}", libvirtd.uri())]);
        tool.env("XDG_RUNTIME_DIR", libvirtd.directory());
        tool
    };
    let status = Run::from(attach("status", ODD).output().expect("the tool runs"));
    assert_eq!(status.status, Some(0), "{status}");
    assert!(status.stdout.contains("running"), "{status}");

    let mut watch = Running::spawn(attach("watch", ODD).args(["--format", "json"]));
    watch.await_note("connected to QEMU");
    libvirtd.virsh(&["suspend", "--domain", ODD]);
    assert!(watch.await_line("STOP").contains("timestamp"));
    watch.signal("KILL");
    let query = ["qemu-monitor-command", "--domain", ODD, "--cmd", r#"{"execute": "query-chardev"}"#];
    while libvirtd.virsh(&query).contains("qmp-events-") {
        std::thread::yield_now();
    }

    let refused = Run::from(attach("watch", "old").output().expect("the tool runs"));
    assert_eq!((refused.status, refused.stdout.as_str()), (Some(3), ""), "{refused}");
    assert!(refused.stderr.contains("since release 11.1"), "{refused}");
    assert!(refused.stderr.contains("#old` does without"), "{refused}");
}

#[test]
fn without_virsh_or_libvirtd_the_error_says_so() {
    let mut missing = command("watch libvirt:qemu:///session");
    let missing = Run::from(missing.env("PATH", "/nonexistent").output().expect("the tool runs"));
    assert_eq!(missing.status, Some(3), "{missing}");
    assert!(missing.stderr.contains("virsh is not installed"), "{missing}");

    if Command::new("virsh").arg("--version").output().is_err() {
        assert!(std::env::var_os("CI").is_none(), "CI needs virsh");
        return;
    }
    let refused = run("watch libvirt:qemu:///session?socket=/nonexistent/socket");
    assert_eq!(refused.status, Some(3), "{refused}");
    assert!(refused.stderr.contains("'/nonexistent/socket': No such file or directory"), "{refused}");
}

#[test]
fn what_libvirt_cannot_is_refused() {
    let execute = run("wait libvirt:#web --execute stop --event STOP");
    assert_eq!(execute.status, Some(2), "{execute}");
    assert!(execute.stderr.contains("attach:libvirt:URI#DOMAIN"), "{execute}");
    let end = run("wait libvirt: --until-end");
    assert_eq!(end.status, Some(2), "{end}");
    assert!(end.stderr.contains("write libvirt:URI#DOMAIN"), "{end}");
}
