//! `watch`, `wait` and `check` against a server that follows a script.

use qmp_events::testing::{MockServer, Script};
use serde_json::{Value, json};

use crate::run::{Running, run};

fn ready() -> Script {
    Script::new().greet().negotiate()
}

fn serve(scripts: impl IntoIterator<Item = Script>) -> MockServer {
    MockServer::start(scripts).expect("a socket")
}

#[test]
fn watching_ends_well_when_qemu_does() {
    let server = serve([ready()
        .event("STOP", Value::Null)
        .event("SHUTDOWN", json!({"guest": true, "reason": "guest-shutdown"}))]);
    let run = run(&format!("watch --time none vm={}", server.endpoint()));
    server.finish().expect("the script was played");
    assert_eq!(run.stdout, "STOP\nSHUTDOWN               guest=true reason=guest-shutdown\n");
    assert_eq!(
        run.stderr,
        "vm: connected to QEMU 10.0.0\nvm: the server closed the connection after SHUTDOWN\n"
    );
    assert_eq!(run.status, Some(0));
}

#[test]
fn watching_tells_an_end_without_shutdown() {
    let server = serve([ready().event("STOP", Value::Null)]);
    let run = run(&format!("watch {}", server.endpoint()));
    assert_eq!(run.status, Some(3), "{run}");
    assert!(run.stderr.contains("without SHUTDOWN"), "{run}");
}

#[test]
fn nobody_listens_is_status_3_and_a_refusal_is_status_4() {
    for command in ["watch", "wait --event STOP", "check"] {
        let run = run(&format!("{command} unix:/no/such/socket"));
        assert_eq!(run.status, Some(3), "{run}");
        assert!(run.stderr.contains("cannot connect"), "{run}");
        let server =
            serve([Script::new().greet().receive("qmp_capabilities").refuse("GenericError", "not today")]);
        let run = crate::run::run(&format!("{command} {}", server.endpoint()));
        assert_eq!(run.status, Some(4), "{run}");
        assert!(run.stderr.contains("not today"), "{run}");
    }
}

#[test]
fn an_endpoint_that_is_none_is_refused_with_the_remedy() {
    let run = run("watch /run/vm.sock");
    assert_eq!(run.status, Some(2));
    assert!(run.stderr.contains("write unix:PATH or tcp:HOST:PORT"), "{run}");
}

#[test]
fn each_line_says_which_machine() {
    let event =
        |name: &str| serve([ready().event(name, Value::Null).event("SHUTDOWN", json!({"guest": false}))]);
    let (left, right) = (event("STOP"), event("RESUME"));
    let run = run(&format!("watch --time none left={} r={}", left.endpoint(), right.endpoint()));
    let mut lines: Vec<&str> = run.stdout.lines().collect();
    lines.sort_unstable();
    assert_eq!(
        lines,
        [
            "left  SHUTDOWN               guest=false",
            "left  STOP",
            "r     RESUME",
            "r     SHUTDOWN               guest=false"
        ]
    );
    assert_eq!(run.status, Some(0), "{run}");
}

#[test]
fn the_worst_end_of_several_machines_counts() {
    let good = serve([ready().event("SHUTDOWN", json!({"guest": false}))]);
    let bad = serve([ready()]);
    let run = run(&format!("watch {} {}", good.endpoint(), bad.endpoint()));
    assert_eq!(run.status, Some(3), "{run}");
}

#[test]
fn malformed_messages_are_told_in_place_and_end_nothing() {
    let server = serve([ready()
        .event("BALLOON_CHANGE", json!({"actual": "much"}))
        .send("garbage\r\n")
        .event("ALIEN_LANDED", json!({"x": 1}))
        .event("SHUTDOWN", json!({"guest": false, "extra": 1, "reason": "alien"}))]);
    let run = run(&format!("watch --time none vm={}", server.endpoint()));
    assert_eq!(
        run.stdout,
        "ALIEN_LANDED?          x=1\nSHUTDOWN               guest=false reason=alien? extra=1?\n"
    );
    assert!(run.stderr.contains("vm: malformed: BALLOON_CHANGE: member `actual`"), "{run}");
    assert!(run.stderr.contains("vm: malformed: skipped"), "{run}");
    assert_eq!(run.status, Some(0));
}

#[test]
#[cfg(unix)]
fn signals_end_watching_well() {
    for signal in ["INT", "TERM"] {
        let server = serve([ready().event("STOP", Value::Null).hold()]);
        let mut watch = Running::start(&format!("watch --format json {}", server.endpoint()));
        assert_eq!(
            watch.await_line("STOP"),
            r#"{"timestamp":{"seconds":1,"microseconds":0},"event":"STOP"}"#
        );
        watch.signal(signal);
        assert_eq!(watch.end().status, Some(0), "{signal}");
        server.finish().expect("the connection was closed");
    }
}

#[test]
#[cfg(unix)]
fn a_second_signal_ends_watching_that_hangs_in_its_output() {
    // More than a pipe holds, and nobody reads it.
    let flood = (0..4000).fold(ready(), |script, _| script.event("STOP", Value::Null));
    let server = serve([flood.hold()]);
    let mut watch = Running::start(&format!("watch --format json {}", server.endpoint()));
    watch.await_line("STOP");
    let mut status = None;
    while status.is_none() {
        watch.signal("INT");
        status = watch.try_end();
    }
    assert!(matches!(status, Some(0 | 130)), "{status:?}");
}

#[test]
fn a_reader_that_leaves_ends_watching_well() {
    let server = serve([ready().event("STOP", Value::Null).pause().event("RESUME", Value::Null).hold()]);
    let mut child =
        crate::run::command(&format!("watch {}", server.endpoint())).spawn().expect("the tool runs");
    let mut stdout = std::io::BufReader::new(child.stdout.take().expect("a pipe"));
    std::io::BufRead::read_line(&mut stdout, &mut String::new()).expect("a line");
    drop(stdout);
    server.resume();
    assert_eq!(child.wait().expect("it ends").code(), Some(0));
}

#[test]
#[cfg(unix)]
fn a_reconnect_is_told_as_a_gap() {
    let identified = || ready().receive("query-cpus-fast").reply(json!([{"thread-id": 1}]));
    let server =
        serve([identified().event("STOP", Value::Null), identified().event("RESUME", Value::Null).hold()]);
    let mut watch = Running::start(&format!("watch --reconnect --time none vm={}", server.endpoint()));
    watch.await_line("STOP");
    watch.await_note("without SHUTDOWN");
    watch.await_note("events may be missing here");
    watch.await_note("connected to QEMU");
    watch.await_line("RESUME");
    watch.signal("TERM");
    assert_eq!(watch.end().status, Some(0));
}

#[test]
fn waiting_ends_with_the_first_event_that_fits() {
    let server = serve([ready()
        .event("BLOCK_JOB_READY", json!({"type": "mirror", "device": "a", "len": 1, "offset": 1, "speed": 0}))
        .event(
            "BLOCK_JOB_COMPLETED",
            json!({"type": "mirror", "device": "a", "len": 1, "offset": 1, "speed": 0}),
        )
        .event(
            "BLOCK_JOB_COMPLETED",
            json!({"type": "mirror", "device": "b", "len": 1, "offset": 1, "speed": 0}),
        )
        .hold()]);
    let run = run(&format!(
        "wait {} --event BLOCK_JOB_COMPLETED --event BLOCK_JOB_ERR* --where device=b --timeout 60s --format json",
        server.endpoint()
    ));
    assert_eq!(run.status, Some(0), "{run}");
    assert_eq!(run.stdout.lines().count(), 1);
    assert!(run.stdout.contains(r#""device":"b""#), "{run}");
}

#[test]
fn waiting_tells_time_out_and_end_apart() {
    let server = serve([ready().event("STOP", Value::Null).hold()]);
    let run = run(&format!("wait {} --event RESUME --timeout 2s", server.endpoint()));
    assert_eq!((run.status, run.stdout.as_str()), (Some(1), ""), "{run}");
    assert!(run.stderr.contains("no such event came within 2s"), "{run}");
    let server = serve([ready().event("SHUTDOWN", json!({"guest": true}))]);
    let run = crate::run::run(&format!("wait {} --event RESUME", server.endpoint()));
    assert_eq!((run.status, run.stdout.as_str()), (Some(3), ""), "{run}");
}

/// What a guest with two devices sends while one of them is unplugged.
fn unplug(script: Script) -> Script {
    script
        .event("DEVICE_DELETED", json!({"path": "/machine/peripheral/disk1/virtio-backend"}))
        .event("DEVICE_UNPLUG_GUEST_ERROR", json!({"device": "dimm1", "path": "/machine/peripheral/dimm1"}))
}

const WAIT_FOR_UNPLUG: &str =
    "--event DEVICE_DELETED --fail-on DEVICE_UNPLUG_GUEST_ERROR --where device=disk1 --time none";

#[test]
fn an_unplug_ends_with_its_own_device_and_not_with_a_child_or_another() {
    let server = serve([unplug(ready())
        .event("DEVICE_DELETED", json!({"device": "disk1", "path": "/machine/peripheral/disk1"}))
        .hold()]);
    let run = run(&format!("wait {} {WAIT_FOR_UNPLUG}", server.endpoint()));
    assert_eq!(run.status, Some(0), "{run}");
    assert_eq!(run.stdout, "DEVICE_DELETED         device=disk1 path=/machine/peripheral/disk1\n");
}

#[test]
fn a_refused_unplug_has_an_exit_status_of_its_own() {
    let server = serve([unplug(ready())
        .event("DEVICE_UNPLUG_GUEST_ERROR", json!({"device": "disk1", "path": "/machine/peripheral/disk1"}))
        .hold()]);
    let run = run(&format!("wait {} {WAIT_FOR_UNPLUG}", server.endpoint()));
    assert_eq!(run.status, Some(5), "{run}");
    assert!(run.stdout.contains("DEVICE_UNPLUG_GUEST_ERROR  device=disk1"), "{run}");
}

#[test]
fn an_event_without_the_member_of_the_condition_can_fail_a_wait() {
    let server = serve([unplug(ready()).event("SHUTDOWN", json!({"guest": true})).hold()]);
    let run = run(&format!("wait {} {WAIT_FOR_UNPLUG} --fail-on SHUTDOWN", server.endpoint()));
    assert_eq!((run.status, run.stdout.as_str()), (Some(5), "SHUTDOWN               guest=true\n"), "{run}");
}

#[test]
fn a_time_out_names_related_events_that_came_meanwhile() {
    let server = serve([unplug(ready()).event("RTC_CHANGE", json!({"offset": 1})).hold()]);
    let run = run(&format!("wait {} {WAIT_FOR_UNPLUG} --timeout 2s", server.endpoint()));
    assert_eq!((run.status, run.stdout.as_str()), (Some(1), ""), "{run}");
    let (_, meanwhile) = run.stderr.split_once("no such event came within 2s\n").expect("it says so");
    assert_eq!(
        meanwhile,
        "meanwhile came:\n  \
         DEVICE_DELETED         path=/machine/peripheral/disk1/virtio-backend\n  \
         DEVICE_UNPLUG_GUEST_ERROR  device=dimm1 path=/machine/peripheral/dimm1\n"
    );
}

#[test]
fn a_time_out_without_a_greeting_is_not_told_as_an_event_that_did_not_come() {
    let server = serve([Script::new().hold()]);
    let run = run(&format!("wait {} --event STOP --timeout 2s", server.endpoint()));
    assert_eq!(run.status, Some(4), "{run}");
    assert!(run.stderr.contains("no greeting within 2s") && !run.stderr.contains("no such event"), "{run}");
}

#[test]
fn a_name_that_nobody_knows_is_told_before_waiting() {
    let server = serve([ready().event("__com.example_FOO", Value::Null).hold()]);
    let run = run(&format!("wait {} --event __com.example_FOO --event RESUM", server.endpoint()));
    assert_eq!(run.status, Some(0), "a vendor's event is as good as any: {run}");
    assert!(run.stderr.contains("this build knows no event \"RESUM\"; did you mean RESUME"), "{run}");
}

#[test]
fn checking_begins_with_plain_words() {
    let schema = json!([
        {"name": "ALIEN_LANDED", "meta-type": "event", "arg-type": "0"},
        {"name": "STOP", "meta-type": "event", "arg-type": "1"},
        {"name": "0", "meta-type": "object", "members": []},
        {"name": "1", "meta-type": "object", "members": [{"name": "why", "type": "str"}]},
        {"name": "str", "meta-type": "builtin", "json-type": "string"},
    ]);
    let server = serve([ready().receive("query-qmp-schema").reply(schema)]);
    let run = run(&format!("check {}", server.endpoint()));
    assert_eq!(run.status, Some(1), "{run}");
    let expected = "1 event and 1 member this build does not know.\n\n\
                    Unknown events\n  ALIEN_LANDED\n\nUnknown members\n  STOP.why (mandatory)\n";
    assert!(run.stdout.starts_with(expected), "{run}");
}

#[test]
fn a_recorded_schema_of_a_real_qemu_holds_nothing_unknown() {
    for name in ["query-qmp-schema-qemu-system-x86_64.json", "query-qmp-schema-qemu-storage-daemon.json"] {
        let path = crate::run::recording(name);
        let reply: Value =
            serde_json::from_str(&std::fs::read_to_string(path).expect("a recording")).expect("JSON");
        let schema = reply.get("return").unwrap_or(&reply).clone();
        let server = serve([ready().receive("query-qmp-schema").reply(schema)]);
        let run = run(&format!("check {}", server.endpoint()));
        assert_eq!(run.status, Some(0), "{run}");
        assert!(run.stdout.starts_with("This build knows all that this QEMU can send"), "{run}");
    }
}

#[test]
fn a_server_that_refuses_to_tell_its_schema_is_status_4() {
    let server = serve([ready().receive("query-qmp-schema").refuse("CommandNotFound", "no such command")]);
    let run = run(&format!("check {}", server.endpoint()));
    assert_eq!(run.status, Some(4), "{run}");
    let server = serve([ready().receive("query-qmp-schema").reply(json!({}))]);
    let run = crate::run::run(&format!("check {}", server.endpoint()));
    assert_eq!(run.status, Some(4), "{run}");
}

#[test]
fn checking_gives_up_on_a_server_that_negotiates_and_never_answers() {
    let server = serve([ready().receive("query-qmp-schema").hold()]);
    let run = run(&format!("check --timeout 100ms {}", server.endpoint()));
    assert_eq!(run.status, Some(4), "{run}");
    assert!(run.stderr.contains("nothing came within 100ms"), "{run}");
}

#[test]
fn a_flood_of_garbage_is_not_taken_for_a_server_of_another_client() {
    for garbage in
        ["x\n".repeat(100_000), "x".repeat(300_000), "{}\n".repeat(100_000), "\u{ff}[".repeat(100_000)]
    {
        for command in ["watch", "wait --event STOP --timeout 300ms", "check"] {
            let server = serve([Script::new().send(garbage.clone())]);
            let run = run(&format!("{command} {}", server.endpoint()));
            assert!(matches!(run.status, Some(3 | 4)), "{run}");
            assert!(!run.stderr.contains("another client"), "{run}");
        }
        let server = serve([Script::new().send(garbage.clone()).hold()]);
        let run = run(&format!("wait --event STOP --timeout 300ms {}", server.endpoint()));
        assert!(matches!(run.status, Some(3 | 4)), "{run}");
        assert!(!run.stderr.contains("another client"), "{run}");
    }
}

#[test]
#[cfg(unix)]
fn a_socket_whose_path_is_not_utf_8_is_watched() {
    use std::ffi::{OsStr, OsString};
    use std::os::unix::ffi::OsStrExt;

    let server = serve([ready().event("SHUTDOWN", json!({"guest": true}))]);
    let socket = server.endpoint().to_string();
    let directory = std::env::temp_dir().join(format!("qmp-events-{}", std::process::id()));
    std::fs::create_dir_all(&directory).expect("a directory");
    let link = directory.join(OsStr::from_bytes(b"vm-\xff.sock"));
    let _ = std::fs::remove_file(&link);
    let socket = socket.strip_prefix("unix:").expect("a unix socket");
    std::os::unix::fs::symlink(socket, &link).expect("a link");
    let mut endpoint = OsString::from("unix:");
    endpoint.push(&link);
    let output = crate::run::command("watch --time none").arg(endpoint).output().expect("the tool runs");
    std::fs::remove_dir_all(&directory).expect("it is there");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "SHUTDOWN               guest=true\n");
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn a_wait_can_take_several_events() {
    let events = ["STOP", "RESUME", "STOP", "RESUME"];
    for (count, status) in [(2, 0), (3, 3)] {
        let server = serve([events.iter().fold(ready(), |script, name| script.event(name, Value::Null))]);
        let wait = run(&format!("wait --time none {} --event STOP --count {count}", server.endpoint()));
        assert_eq!((wait.status, wait.stdout.as_str()), (Some(status), "STOP\nSTOP\n"), "{wait}");
    }
}
