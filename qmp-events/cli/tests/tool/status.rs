//! `status`: against real machines, scripted ones, and the schema of its JSON.

use jsonschema::Validator;
use qmp_events::EventMessage;
use qmp_events::machine::Machine;
use qmp_events::protocol::{Frame, ServerMessage, Splitter};
use qmp_events::testing::{MockServer, Script};
use serde_json::{Value, json};

use crate::qemu::Qemu;
use crate::run::{Running, fixture, run};

fn schema() -> Validator {
    let printed = run("status --schema");
    assert_eq!(printed.status, Some(0), "{printed}");
    let schema = serde_json::from_str(&printed.stdout).expect("JSON");
    jsonschema::draft202012::meta::validate(&schema).expect("a schema");
    jsonschema::validator_for(&schema).expect("a schema")
}

/// A line of JSON, which keeps to the schema.
fn parse(schema: &Validator, line: &str) -> Value {
    let value = serde_json::from_str(line).expect("JSON");
    schema.validate(&value).unwrap_or_else(|error| panic!("{error} at {}: {line}", error.instance_path()));
    value
}

/// The next line in which a member, by its pointer, has this value.
fn await_state(status: &mut Running, schema: &Validator, pointer: &str, wanted: &Value) -> Value {
    loop {
        let line = status.await_line("{");
        let value = parse(schema, &line);
        if value.pointer(pointer) == Some(wanted) {
            return value;
        }
    }
}

#[test]
fn the_exit_status_says_whether_a_machine_runs() {
    let Some(mut qemu) = Qemu::start() else { return };
    let arguments = format!("status vm={}", qemu.endpoint());
    let prelaunch = run(&arguments);
    assert_eq!(prelaunch.status, Some(1), "{prelaunch}");
    assert!(prelaunch.stdout.starts_with("vm  prelaunch"), "{prelaunch}");
    qemu.execute("cont");
    let running = run(&arguments);
    assert_eq!(running.status, Some(0), "{running}");
    assert!(running.stdout.starts_with("vm  running  QEMU "), "{running}");
    qemu.execute("stop");
    let paused = run(&arguments);
    assert_eq!(paused.status, Some(1), "{paused}");
    assert!(paused.stdout.starts_with("vm  paused by command"), "{paused}");
    assert_eq!(paused.stderr, "");
}

#[test]
fn following_gives_each_change_of_a_live_machine_as_its_schema_has_it() {
    let Some(mut qemu) = Qemu::start() else { return };
    let schema = schema();
    let mut status = Running::start(&format!("status --follow --format json vm={}", qemu.endpoint()));
    let first = await_state(&mut status, &schema, "/status", &json!("prelaunch"));
    assert_eq!((&first["machine"], &first["error"]), (&json!("vm"), &Value::Null));
    qemu.execute("cont");
    await_state(&mut status, &schema, "/status", &json!("running"));
    qemu.execute("stop");
    let paused = await_state(&mut status, &schema, "/status", &json!("paused"));
    assert_eq!(paused["cause"], json!({"type": "command"}));

    for node in ["from", "to"] {
        let node = json!({"driver": "null-co", "node-name": node, "size": 1 << 20, "read-zeroes": true});
        qemu.execute_with("blockdev-add", node);
    }
    qemu.execute_with(
        "blockdev-mirror",
        json!({"job-id": "copy", "device": "from", "target": "to", "sync": "full", "auto-dismiss": false}),
    );
    await_state(&mut status, &schema, "/jobs/0/status", &json!("ready"));
    let asked = await_state(&mut status, &schema, "/jobs/0/type", &json!("mirror"));
    assert_eq!(asked["jobs"][0]["id"], "copy");
    qemu.execute_with("block-job-complete", json!({"device": "copy"}));
    await_state(&mut status, &schema, "/jobs/0/outcome", &json!("completed"));
    qemu.execute_with("job-dismiss", json!({"id": "copy"}));
    await_state(&mut status, &schema, "/finished-jobs/0/outcome", &json!("completed"));

    qemu.execute_with(
        "migrate-set-capabilities",
        json!({"capabilities": [{"capability": "events", "state": true}]}),
    );
    qemu.execute_with("migrate", json!({"uri": "exec:cat > /dev/null"}));
    await_state(&mut status, &schema, "/migration/status", &json!("completed"));
    qemu.execute("quit");
    let ended = await_state(&mut status, &schema, "/ended/reason", &json!("host-qmp-quit"));
    assert_eq!(ended["connection"], "disconnected");
    assert_eq!(status.end().status, Some(0));
}

#[test]
fn a_machine_that_is_killed_is_told_as_such() {
    let Some(mut qemu) = Qemu::start() else { return };
    let schema = schema();
    let mut status = Running::start(&format!("status --follow --format json {}", qemu.endpoint()));
    await_state(&mut status, &schema, "/status", &json!("prelaunch"));
    qemu.kill();
    await_state(&mut status, &schema, "/ended/type", &json!("unexplained"));
    assert_eq!(status.end().status, Some(3));
}

#[test]
#[cfg(unix)]
fn another_qemu_on_the_same_socket_starts_from_nothing() {
    let Some(mut qemu) = Qemu::start() else { return };
    let schema = schema();
    let arguments = format!("status --follow --reconnect --format json {}", qemu.endpoint());
    let mut status = Running::start(&arguments);
    qemu.execute("cont");
    await_state(&mut status, &schema, "/status", &json!("running"));
    qemu.restart();
    await_state(&mut status, &schema, "/connection", &json!("disconnected"));
    let new = await_state(&mut status, &schema, "/status", &json!("prelaunch"));
    assert_eq!(new["ended"], Value::Null);
    status.signal("TERM");
    assert_eq!(status.end().status, Some(0));
}

#[test]
fn a_machine_that_cannot_be_reached_is_a_clear_line_and_status_3() {
    let arguments = "status --format json gone=unix:/no/such/socket";
    let run = run(arguments);
    assert_eq!(run.status, Some(3), "{run}");
    assert!(run.stderr.starts_with("error: gone: cannot connect"), "{run}");
    let line = parse(&schema(), &run.stdout);
    assert_eq!((&line["machine"], &line["status"]), (&json!("gone"), &Value::Null));
    assert!(line["error"].as_str().is_some_and(|error| error.starts_with("cannot connect")), "{run}");
    let human = crate::run::run("status gone=unix:/no/such/socket");
    assert_eq!((human.status, human.stdout.as_str()), (Some(3), ""), "{human}");
}

#[test]
fn a_machine_that_never_answers_is_told_after_the_time_that_was_set() {
    for script in [Script::new().hold(), Script::new().greet().negotiate().hold()] {
        let server = MockServer::start([script]).expect("a socket");
        let run = run(&format!("status --timeout 200ms --format json {}", server.endpoint()));
        assert!(matches!(run.status, Some(3 | 4)), "{run}");
        assert!(run.stderr.contains("within 200ms"), "{run}");
        assert_eq!(parse(&schema(), &run.stdout)["status"], Value::Null);
    }
}

#[test]
fn the_state_after_every_event_of_the_recordings_keeps_to_the_schema() {
    let schema = schema();
    let mut count = 0;
    for entry in std::fs::read_dir(fixture("qemu-7.2.22")).expect("the recordings") {
        let path = entry.expect("a file").path();
        if !path.extension().is_some_and(|ending| ending == "raw" || ending == "ndjson") {
            continue;
        }
        let (mut machine, mut splitter) = (Machine::new(), Splitter::new());
        splitter.push(&std::fs::read(path).expect("a recording"));
        splitter.finish();
        while let Some(frame) = splitter.next_frame() {
            let Frame::Message(message) = frame else { continue };
            let ServerMessage::Event(event) = ServerMessage::classify(message.json) else { continue };
            machine.apply(&EventMessage::decode(event.json).expect("an event"));
            let mut line = machine.to_json();
            line["machine"] = json!("vm");
            line["endpoint"] = json!("unix:/run/vm.sock");
            line["error"] = Value::Null;
            parse(&schema, &line.to_string());
            count += 1;
        }
    }
    assert!(count > 500, "only {count} events in the recordings");
}
