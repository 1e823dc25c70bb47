//! Text from outside that would control a terminal, or forge lines, in everything that people read.

use std::ffi::OsStr;
use std::io::Write;
use std::process::Stdio;

use qmp_events::testing::{MockServer, Script};
use serde_json::{Value, json};

use crate::run::{Run, command};

/// Clears the screen, in both spellings; begins a line; deletes; reverses; separates lines.
const HOSTILE: &str = "a\u{1b}[2J\u{9b}2J\nforged\r\u{8}\u{7f}\u{202e}\u{2066}\u{2028}z";

/// Runs a command with arguments that may hold spaces and newlines.
fn run(arguments: &[&str], input: &[u8]) -> Run {
    let mut command = command("");
    let arguments = arguments.iter().map(OsStr::new);
    let mut child = command.args(arguments).stdin(Stdio::piped()).spawn().expect("the tool runs");
    let mut stdin = child.stdin.take().expect("a pipe");
    // Not every command reads its input.
    let _ = stdin.write_all(input);
    drop(stdin);
    Run::from(child.wait_with_output().expect("the tool ends"))
}

/// Fails if something could control a terminal, or begins a line with what came from outside.
fn assert_harmless(run: &Run) {
    for text in [&run.stdout, &run.stderr] {
        let is_harmful = |letter: char| {
            letter != '\n' && letter.is_control()
                || matches!(letter, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
                || matches!(letter, '\u{61c}' | '\u{2028}' | '\u{2029}')
        };
        assert!(!text.contains(is_harmful), "{run}");
        assert!(text.lines().all(|line| !line.starts_with("forged")), "{run}");
    }
}

/// Whether it was shown at all, escaped.
fn shows_it(run: &Run) -> bool {
    [&run.stdout, &run.stderr].iter().any(|text| text.contains("\\u{9b}2J\\nforged"))
}

/// Messages with hostile text in every place that can hold one.
fn messages() -> Vec<Value> {
    let object = json!({HOSTILE: HOSTILE, "list": [HOSTILE, {HOSTILE: [HOSTILE]}]});
    vec![
        json!({"event": HOSTILE, "data": object}),
        json!({"event": "STOP", "data": object}),
        json!({"event": "SHUTDOWN", "data": {"guest": true, "reason": HOSTILE}}),
        json!({"event": "GUEST_PANICKED", "data": {"action": HOSTILE, "info": {"type": HOSTILE, HOSTILE: 1}}}),
        json!({"event": "BALLOON_CHANGE", "data": {"actual": HOSTILE}}),
        json!({"event": HOSTILE, "data": 1}),
        json!({HOSTILE: HOSTILE}),
        json!({"error": {"class": HOSTILE, "desc": HOSTILE}}),
    ]
}

fn stream() -> Vec<u8> {
    let mut bytes: Vec<u8> =
        messages().iter().flat_map(|message| format!("{message}\n").into_bytes()).collect();
    // Not escaped by JSON: garbage, and a control character where JSON allows it.
    bytes.extend(format!("{HOSTILE}\n{{\"event\": \"\u{9b}2J\u{202e}\"}}\n{{{HOSTILE}}}\n").into_bytes());
    bytes
}

fn greeting() -> Value {
    json!({"QMP": {"version": {"qemu": {"major": 10, "minor": 0, "micro": 0}, "package": HOSTILE},
        "capabilities": [HOSTILE]}})
}

fn serve(script: Script) -> MockServer {
    MockServer::start([script]).expect("a socket")
}

#[test]
fn decoded_streams_and_their_summary_are_harmless() {
    for arguments in [&["decode"][..], &["decode", "--input", "qmp", "--replies"]] {
        let run = run(arguments, &stream());
        assert_harmless(&run);
        assert!(shows_it(&run), "{run}");
    }
    let summary = run(&["decode", "--input", "qmp"], &stream()).stderr;
    let summary = &summary[summary.find(" events, ").expect("a summary")..];
    assert!(summary.contains("\\u{9b}2J"), "{summary}");
}

#[test]
fn names_of_files_and_arguments_are_harmless() {
    for arguments in [
        &["decode", HOSTILE][..],
        &["decode", "--event", HOSTILE, "--where", HOSTILE],
        &["watch", HOSTILE],
        &["wait", HOSTILE, "--event", HOSTILE, "--timeout", HOSTILE],
        &["watch", "unix:/no/such/socket", "--event", HOSTILE],
        &["list", "--qemu", HOSTILE],
        &["explain", HOSTILE],
        &["explain", &format!("SHUTDOWN.{HOSTILE}")],
        &["diff", "--from", HOSTILE, "--to", HOSTILE],
        &["check", HOSTILE],
        &["check", &format!("unix:/{HOSTILE}")],
        &["completions", HOSTILE],
        &["man", &format!("/proc/{HOSTILE}")],
        &[HOSTILE],
    ] {
        let run = run(arguments, b"");
        assert_harmless(&run);
        assert!(shows_it(&run), "{run}");
    }
}

#[test]
fn watched_and_awaited_machines_and_their_labels_are_harmless() {
    let script = || {
        let script = Script::new().message(&greeting()).negotiate();
        messages()
            .iter()
            .fold(script, Script::message)
            .send(stream())
            .event("SHUTDOWN", json!({"guest": true}))
    };
    for arguments in [&["watch"][..], &["wait", "--event", "NO_SUCH_EVENT"]] {
        let server = serve(script());
        let endpoint = format!("{}={}", HOSTILE.replace(':', ""), server.endpoint());
        let mut arguments = arguments.to_vec();
        arguments.push(&endpoint);
        let run = run(&arguments, b"");
        assert_harmless(&run);
        assert!(shows_it(&run) && run.stderr.contains("connected to QEMU"), "{run}");
    }
}

#[test]
fn refusals_are_harmless() {
    for arguments in [&["watch"][..], &["wait", "--event", "STOP"], &["check"]] {
        let server =
            serve(Script::new().message(&greeting()).receive("qmp_capabilities").refuse(HOSTILE, HOSTILE));
        let endpoint = server.endpoint().to_string();
        let mut arguments = arguments.to_vec();
        arguments.push(&endpoint);
        let run = run(&arguments, b"");
        assert_harmless(&run);
        assert!(shows_it(&run), "{run}");
    }
}

#[test]
fn checked_schemas_are_harmless() {
    let member = |name: &str, ty: &str| json!({"name": name, "type": ty});
    let schema = json!([
        {"name": HOSTILE, "meta-type": "event", "arg-type": "0"},
        {"name": "SHUTDOWN", "meta-type": "event", "arg-type": "1"},
        {"name": "0", "meta-type": "object", "members": []},
        {"name": "1", "meta-type": "object", "members": [member(HOSTILE, "str"), member("reason", "2")]},
        {"name": "2", "meta-type": "enum", "values": [HOSTILE], "members": [{"name": HOSTILE}]},
        {"name": "str", "meta-type": "builtin", "json-type": "string"},
    ]);
    for reply in
        [schema, json!([{"name": HOSTILE, "meta-type": HOSTILE, "arg-type": HOSTILE}]), json!(HOSTILE)]
    {
        let server =
            serve(Script::new().message(&greeting()).negotiate().receive("query-qmp-schema").reply(reply));
        assert_harmless(&run(&["check", &server.endpoint().to_string()], b""));
    }
}
