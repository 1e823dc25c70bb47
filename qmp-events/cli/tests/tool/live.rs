//! The tool against a real QEMU.

use crate::qemu::Qemu;
use crate::run::{Running, run};

#[test]
fn watching_shows_a_life_from_resume_to_shutdown() {
    let Some(mut qemu) = Qemu::start() else { return };
    let mut watch = Running::start(&format!("watch --time none vm={}", qemu.endpoint()));
    watch.await_note("vm: connected to QEMU");
    for (command, line) in [
        ("cont", "RESUME"),
        ("stop", "STOP"),
        ("system_reset", "RESET                  guest=false reason=host-qmp-system-reset"),
        ("cont", "RESUME"),
        ("system_powerdown", "POWERDOWN"),
        ("quit", "SHUTDOWN               guest=false reason=host-qmp-quit"),
    ] {
        qemu.execute(command);
        assert_eq!(watch.await_line(line), line);
    }
    let end = watch.end();
    assert_eq!(end.status, Some(0), "{end}");
}

#[test]
fn a_killed_qemu_is_no_normal_end() {
    let Some(mut qemu) = Qemu::start() else { return };
    let mut watch = Running::start(&format!("watch {}", qemu.endpoint()));
    watch.await_note("connected to QEMU");
    qemu.kill();
    let end = watch.end();
    assert_eq!(end.status, Some(3), "{end}");
}

#[test]
#[cfg(unix)]
fn a_restart_is_told_as_another_qemu() {
    let Some(mut qemu) = Qemu::start() else { return };
    let mut watch = Running::start(&format!("watch --reconnect --time none {}", qemu.endpoint()));
    watch.await_note("connected to QEMU");
    qemu.restart();
    watch.await_line("SHUTDOWN");
    watch.await_note("back after a gap, to another QEMU; events may be missing here");
    watch.await_note("connected to QEMU");
    qemu.execute("cont");
    watch.await_line("RESUME");
    watch.signal("TERM");
    assert_eq!(watch.end().status, Some(0));
}

#[test]
fn waiting_gets_the_event_of_a_command() {
    let Some(mut qemu) = Qemu::start() else { return };
    let arguments = format!("wait {} --event RESET --where reason=host-qmp-system-reset", qemu.endpoint());
    let mut wait = Running::start(&arguments);
    wait.await_note("connected to QEMU");
    qemu.execute("cont");
    qemu.execute("system_reset");
    wait.await_line("RESET");
    assert_eq!(wait.end().status, Some(0));
}

#[test]
fn checking_asks_the_machine_itself() {
    let Some(qemu) = Qemu::start() else { return };
    let run = run(&format!("check {}", qemu.endpoint()));
    // A newer QEMU than this build may send more; then the status says so.
    let knows_all = run.stdout.starts_with("This build knows all that this QEMU can send");
    assert_eq!(run.status, Some(if knows_all { 0 } else { 1 }), "{run}");
    assert!(run.stdout.contains("Asked QEMU "), "{run}");
}

#[test]
fn a_command_prints_what_it_returns() {
    let Some(qemu) = Qemu::start() else { return };
    let status = run(&format!("execute {} query-status", qemu.endpoint()));
    assert_eq!((status.status, status.stderr.as_str()), (Some(0), ""), "{status}");
    let reply: serde_json::Value = serde_json::from_str(&status.stdout).expect("JSON");
    assert_eq!(reply["running"], false);
    let refused = run(&format!(r#"execute {} device_del {{"id":"nothing"}}"#, qemu.endpoint()));
    assert_eq!((refused.status, refused.stdout.as_str()), (Some(1), ""), "{refused}");
    assert!(refused.stderr.contains("nothing"), "{refused}");
}

#[test]
fn a_wait_sends_its_command_once_it_listens() {
    let Some(qemu) = Qemu::start() else { return };
    let arguments = r#"--execute device_del --arguments {"id":"tablet"} --event DEVICE_DELETED"#;
    let wait = run(&format!("wait --time none {} {arguments}", qemu.endpoint()));
    assert_eq!(wait.status, Some(0), "{wait}");
    assert!(wait.stdout.starts_with("DEVICE_DELETED"), "{wait}");
    // The device is gone now.
    let wait = run(&format!("wait {} {arguments}", qemu.endpoint()));
    assert_eq!(wait.status, Some(1), "{wait}");
    assert!(wait.stderr.contains("(DeviceNotFound)"), "{wait}");
}

#[test]
fn the_end_of_a_machine_is_told_with_its_cause() {
    let Some(qemu) = Qemu::start() else { return };
    let wait = run(&format!("wait {} --execute quit --until-end", qemu.endpoint()));
    assert_eq!((wait.status, wait.stdout.as_str()), (Some(0), "host-qmp-quit\n"), "{wait}");

    let Some(mut qemu) = Qemu::start() else { return };
    let mut wait = Running::start(&format!("wait {} --until-end --event STOP", qemu.endpoint()));
    wait.await_note("connected to QEMU");
    qemu.execute("cont");
    qemu.execute("stop");
    wait.await_line("STOP");
    qemu.kill();
    wait.await_line("killed");
    assert_eq!(wait.end().status, Some(3));
}
