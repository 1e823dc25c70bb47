//! A real QEMU's monitor, shared with the clients that people have.

use super::machine::{PATIENCE, is_installed, quit, start};
use qmp_events::tokio::{Item, ShareOptions, connect};
use qmp_events::{Endpoint, blocking};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader as AsyncBufReader};
use tokio::task::{JoinSet, spawn_blocking};

const NEGOTIATE: &[u8] = b"{\"execute\": \"qmp_capabilities\"}\n";

/// Python with `qemu.qmp`, as `QMP_EVENTS_TEST_PYTHON` names it.
fn python() -> Option<String> {
    let named = std::env::var("QMP_EVENTS_TEST_PYTHON").ok().filter(|program| !program.is_empty());
    if named.is_none() {
        assert!(std::env::var_os("CI").is_none(), "QMP_EVENTS_TEST_PYTHON names no Python with qemu.qmp");
        // Not `eprintln`, which the test harness hides.
        let _ = writeln!(std::io::stderr(), "SKIPPED: QMP_EVENTS_TEST_PYTHON names no Python with qemu.qmp");
    }
    named
}

/// What reads the events on its standard output; killed when dropped.
struct Reader(Child);

impl Reader {
    fn start(command: &mut Command) -> Self {
        let command = command.stdin(Stdio::piped()).stdout(Stdio::piped());
        Reader(command.spawn().expect("an installed program"))
    }

    fn output(&mut self) -> BufReader<std::process::ChildStdout> {
        BufReader::new(self.0.stdout.take().expect("a pipe"))
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn line_of(output: &mut impl BufRead) -> String {
    let mut line = String::new();
    output.read_line(&mut line).expect("text");
    line
}

/// socat, negotiated as people do by hand, and what it prints from then on.
fn socat(path: &Path) -> (Reader, BufReader<std::process::ChildStdout>) {
    let mut reader =
        Reader::start(Command::new("socat").arg("-").arg(format!("UNIX-CONNECT:{}", path.display())));
    let mut output = reader.output();
    assert!(line_of(&mut output).starts_with("{\"QMP\""));
    reader.0.stdin.as_mut().expect("a pipe").write_all(NEGOTIATE).expect("socat reads");
    assert_eq!(line_of(&mut output).trim_end(), r#"{"return": {}}"#);
    (reader, output)
}

fn json_lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

/// The events that a client of this crate sees, up to the end.
async fn events_of(endpoint: Endpoint) -> (tokio::task::JoinHandle<Vec<Value>>, qmp_events::tokio::Client) {
    let (client, items) = connect(endpoint).await.expect("a handshake");
    let mut items = items.raw();
    let task = tokio::spawn(async move {
        let mut events = Vec::new();
        while let Some(item) = items.next().await {
            match item {
                Item::Event(json) => events.push(serde_json::from_slice(&json).expect("JSON")),
                Item::Connected(_) | Item::Disconnected(_) => {}
                other => panic!("{other:?}"),
            }
        }
        events
    });
    (task, client)
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_readers_of_four_kinds_see_the_same_events() {
    let Some(mut machine) = start(&[]) else { return };
    let (Some(python), true) = (python(), is_installed("socat")) else { return };
    let path = machine.directory().join("shared.sock");
    let (client, items) = connect(machine.endpoint()).await.expect("a handshake");
    let direct = client.subscribe().raw();
    let allowed = ["query-status", "query-cpus-fast"];
    let mut share = ShareOptions::new().allow(allowed).bind(Endpoint::from(&path)).await.expect("a socket");
    let endpoint = share.endpoint().clone();
    tokio::spawn(async move { share.forward(client, items).await });

    let script = tests::fixture("share_readers.py");
    let mut scripted = Reader::start(Command::new(python).arg(script).arg(&path).arg("8"));
    let mut script_output = scripted.output();
    let mut script_output = spawn_blocking(move || {
        assert_eq!(line_of(&mut script_output).trim_end(), "ready");
        script_output
    })
    .await
    .expect("ready");
    let by_hand: Vec<_> = (0..6).map(|_| socat(&path)).collect();
    let mut asynchronous = Vec::new();
    for _ in 0..3 {
        asynchronous.push(events_of(endpoint.clone()).await);
    }
    let blocking: Vec<_> = (0..3)
        .map(|_| blocking::connect(endpoint.clone()).expect("a handshake"))
        .map(|mut client| {
            spawn_blocking(move || {
                client.events().map(|event| event.expect("no error").to_string()).collect::<Vec<_>>()
            })
        })
        .collect();

    for command in ["cont", "stop", "system_reset", "cont"] {
        machine.control.execute_within(command, None, PATIENCE).expect(command);
    }
    quit(&mut machine.control);

    let mut direct = direct;
    let mut expected = Vec::new();
    while let Some(item) = direct.next().await {
        if let Item::Event(json) = item {
            expected.push(serde_json::from_slice::<Value>(&json).expect("JSON"));
        }
    }
    assert!(expected.len() >= 5 && expected[0]["event"] == "RESUME", "{expected:?}");
    for (task, _client) in asynchronous {
        assert_eq!(task.await.expect("no panic"), expected);
    }
    for events in blocking {
        assert_eq!(json_lines(&events.await.expect("no panic").join("\n")), expected);
    }
    for (_reader, mut output) in by_hand {
        let mut text = String::new();
        output.read_to_string(&mut text).expect("text");
        assert_eq!(json_lines(&text), expected);
    }
    let mut text = String::new();
    script_output.read_to_string(&mut text).expect("text");
    assert_eq!(json_lines(&text), vec![json!(expected); 8]);
    assert!(scripted.0.wait().expect("an end").success());
}

/// What both answer: the class of the error, or the return value; and the id.
fn verdict(line: &str) -> (Value, Value, bool) {
    let reply: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
    (reply["error"]["class"].clone(), reply["id"].clone(), reply.get("id").is_some())
}

#[tokio::test]
async fn what_clients_do_wrong_is_answered_as_by_qemu() {
    let Some(machine) = start(&["-qmp", "unix:second.sock,server=on,wait=off"]) else { return };
    let path = machine.directory().join("shared.sock");
    let (client, items) = connect(machine.endpoint()).await.expect("a handshake");
    let options = ShareOptions::new().allow(["query-status"]);
    let mut share = options.bind(Endpoint::from(&path)).await.expect("a socket");
    tokio::spawn(async move { share.forward(client, items).await });
    let mut talks = Vec::new();
    for path in [&machine.directory().join("second.sock"), &path] {
        let stream = tokio::net::UnixStream::connect(path).await.expect("a monitor");
        let mut talk = AsyncBufReader::new(stream);
        let mut greeting = String::new();
        talk.read_line(&mut greeting).await.expect("a greeting");
        talks.push((talk, greeting));
    }
    let greetings: Vec<Value> =
        talks.iter().map(|(_, greeting)| serde_json::from_str(greeting).expect("JSON")).collect();
    assert_eq!(greetings[0]["QMP"]["version"], greetings[1]["QMP"]["version"]);
    assert_eq!(greetings[1]["QMP"]["capabilities"], json!([]));
    for said in [
        r#"{"execute": "query-status", "id": 5}"#,
        r#"{"execute": "qmp_capabilities", "arguments": {"enable": ["x"]}, "id": 1}"#,
        r#"{"execute": "qmp_capabilities", "arguments": {"x": 1}}"#,
        r#"{"execute": "qmp_capabilities", "id": [1, {"a": null}]}"#,
        r#"{"execute": "qmp_capabilities"}"#,
        "garbage",
        "[1, 2]",
        r#""text""#,
        "{}",
        r#"{"id": 7}"#,
        r#"{"execute": 5, "id": 7}"#,
        r#"{"execute": "query-status", "x": 1, "id": 7}"#,
        r#"{"execute": "query-status", "arguments": [], "id": 7}"#,
        r#"{"exec-oob": "query-status", "id": 7}"#,
        r#"{"execute": "nope", "id": "x"}"#,
        r#"{"execute": "query-status", "arguments": null, "id": null}"#,
        r#"{"execute": "query-status", "arguments": {"x": 1}, "id": -1}"#,
        r#"{"execute": bad}"#,
        r#"{"execute": "query-status", "id": 1.50}"#,
    ] {
        let mut verdicts = Vec::new();
        for (talk, _) in &mut talks {
            talk.get_mut().write_all(format!("{said}\r\n").as_bytes()).await.expect("a monitor");
            let mut line = String::new();
            talk.read_line(&mut line).await.expect("a reply");
            verdicts.push(verdict(&line));
        }
        assert_eq!(verdicts[0], verdicts[1], "{said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_of_many_clients_gets_the_replies_to_its_own_commands_and_events_before_them() {
    let Some(machine) = start(&[]) else { return };
    let path = machine.directory().join("shared.sock");
    let (client, items) = connect(machine.endpoint()).await.expect("a handshake");
    let options = ShareOptions::new().allow(["human-monitor-command", "cont", "stop"]);
    let mut share = options.bind(Endpoint::from(&path)).await.expect("a socket");
    let endpoint = share.endpoint().clone();
    tokio::spawn(async move { share.forward(client, items).await });
    let mut clients = JoinSet::new();
    for number in 1..=20 {
        let endpoint = endpoint.clone();
        clients.spawn(async move {
            let (client, _items) = connect(endpoint).await.expect("a handshake");
            for round in 0..10 {
                let arguments = json!({"command-line": format!("print {number}*1000+{round}")});
                let printed = client.execute("human-monitor-command", arguments).await.expect("a reply");
                let printed = printed.as_str().expect("a text").trim().to_owned();
                assert_eq!(printed, format!("0x{:x}", number * 1000 + round));
            }
        });
    }
    clients.join_all().await;

    let mut client =
        tokio::task::spawn_blocking(|| blocking::connect(endpoint).expect("a handshake")).await.expect("it");
    tokio::task::spawn_blocking(move || {
        for command in ["cont", "stop"].repeat(10) {
            client.execute(command, None).expect("a reply");
            let event =
                client.next_event_within(std::time::Duration::ZERO).expect("it came before the reply");
            assert!(event.is_some());
        }
    })
    .await
    .expect("no panic");
}
