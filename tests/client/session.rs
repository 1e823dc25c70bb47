//! The session, byte by byte: what a client must get right before there is a socket.

use super::fixture;
use proptest::prelude::*;
use qmp_events::protocol::{CommandError, QemuVersion};
use qmp_events::protocol::{Incoming, Session, SessionState};
use serde_json::{Value, json};

const GREETING: &str = r#"{"QMP": {"version": {"qemu": {"micro": 22, "minor": 2, "major": 7}, "package": "Debian 1:7.2"}, "capabilities": ["oob"]}}"#;
const NEGOTIATED: &str = r#"{"return": {}, "id": 1}"#;

/// What the session makes of a stream, one line each.
fn hear(session: &mut Session, bytes: &[u8]) -> Vec<String> {
    session.receive(bytes);
    let mut heard = Vec::new();
    while let Some(incoming) = session.next_incoming() {
        heard.push(match incoming {
            Incoming::Greeting(greeting) => format!("greeting {greeting}"),
            Incoming::Event(event) => format!("event {}", event.name),
            Incoming::Reply { result: Ok(value), .. } => format!("reply {value}"),
            Incoming::Reply { result: Err(error), .. } => format!("refusal {error}"),
            Incoming::StrayReply(reply) => format!("stray reply {:?}", reply.id),
            Incoming::Unrecognized(message) => format!("unrecognized: {}", message.problem),
            Incoming::Skipped(skipped) => format!("{skipped}"),
            other => format!("{other:?}").to_lowercase(),
        });
    }
    heard
}

fn ready() -> Session {
    let mut session = Session::new();
    hear(&mut session, format!("{GREETING}{NEGOTIATED}").as_bytes());
    let sent = session.output().len();
    session.advance_output(sent);
    assert_eq!(session.state(), SessionState::Ready);
    session
}

fn sent(session: &mut Session) -> Vec<Value> {
    let output = session.output().to_vec();
    session.advance_output(output.len());
    let commands = serde_json::Deserializer::from_slice(&output).into_iter();
    commands.map(|command| command.expect("the session sends JSON")).collect()
}

#[test]
fn the_greeting_is_answered_with_qmp_capabilities() {
    let mut session = Session::new();
    assert_eq!(session.output(), b"");
    assert_eq!(hear(&mut session, GREETING.as_bytes()), ["greeting QEMU 7.2.22 (Debian 1:7.2)"]);
    assert_eq!(sent(&mut session), [json!({"execute": "qmp_capabilities", "id": 1})]);
}

#[test]
fn events_before_the_greeting_and_before_the_negotiation_is_done_are_delivered_in_order() {
    let mut session = Session::new();
    let stream =
        format!(r#"{{"event": "STOP"}}{GREETING}{{"event": "RESUME"}}{NEGOTIATED}{{"event": "POWERDOWN"}}"#);
    assert_eq!(
        hear(&mut session, stream.as_bytes()),
        ["event STOP", "greeting QEMU 7.2.22 (Debian 1:7.2)", "event RESUME", "ready", "event POWERDOWN"]
    );
}

#[test]
fn commands_wait_for_the_negotiation() {
    let mut session = Session::new();
    session.execute("query-status", None);
    assert_eq!(session.output(), b"");
    hear(&mut session, GREETING.as_bytes());
    assert_eq!(sent(&mut session), [json!({"execute": "qmp_capabilities", "id": 2})]);
    hear(&mut session, br#"{"return": {}, "id": 2}"#);
    assert_eq!(sent(&mut session), [json!({"execute": "query-status", "id": 1})]);
}

#[test]
fn replies_are_matched_by_id_even_if_one_overtakes_the_other() {
    let mut session = ready();
    let slow = session.execute("migrate-pause", None);
    let fast = session.execute("query-status", json!({}));
    session.receive(
        br#"{"return": "fast", "id": 3}{"id": 2, "error": {"class": "GenericError", "desc": "no"}}"#,
    );
    assert_eq!(session.next_incoming(), Some(Incoming::Reply { id: fast, result: Ok("\"fast\"") }));
    let (class, description) = ("GenericError".to_owned(), "no".to_owned());
    let refused = CommandError::Refused { class, description };
    assert_eq!(session.next_incoming(), Some(Incoming::Reply { id: slow, result: Err(refused) }));
}

#[test]
fn a_reply_with_a_foreign_id_or_none_does_not_end_the_session() {
    let mut session = ready();
    session.execute("query-status", None);
    let stream = r#"{"return": {}, "id": {"n": 2}}{"return": {}}{"return": {}, "id": 7}
        {"error": {"class": "GenericError", "desc": "JSON parse error"}}{"return": 1, "id": 2}{"event": "STOP"}"#;
    assert_eq!(
        hear(&mut session, stream.as_bytes()),
        [
            "stray reply Some(\"{\\\"n\\\": 2}\")",
            "stray reply None",
            "stray reply Some(\"7\")",
            "stray reply None",
            "reply 1",
            "event STOP"
        ]
    );
}

#[test]
fn a_reply_is_matched_once() {
    let mut session = ready();
    session.execute("query-status", None);
    let heard = hear(&mut session, br#"{"return": 1, "id": 2}{"return": 1, "id": 2}"#);
    assert_eq!(heard, ["reply 1", "stray reply Some(\"2\")"]);
}

#[test]
fn a_reply_however_deep_ends_its_command() {
    let mut session = ready();
    session.execute("query-status", None);
    let deep = format!(r#"{{"return": {}1{}, "id": 2}}"#, "[".repeat(100_000), "]".repeat(100_000));
    let heard = hear(&mut session, deep.as_bytes());
    assert!(heard[0].starts_with("reply [[["), "{heard:?}");
}

#[test]
fn a_refused_negotiation_is_said() {
    let mut session = Session::new();
    let refusal = r#"{"id": 1, "error": {"class": "GenericError", "desc": "no"}}"#;
    let heard = hear(&mut session, format!("{GREETING}{refusal}").as_bytes());
    assert_eq!(heard.len(), 2);
    assert!(heard[1].starts_with("refused("), "{heard:?}");
    assert_eq!(session.state(), SessionState::Refused);
}

#[test]
fn a_greeting_without_the_expected_details_is_a_greeting() {
    for greeting in [r#"{"QMP": {}}"#, r#"{"QMP": null}"#, r#"{"QMP": {"version": 3, "new": []}, "x": 1}"#] {
        let mut session = Session::new();
        assert_eq!(hear(&mut session, greeting.as_bytes()), ["greeting QEMU of an unknown version"]);
        assert_eq!(sent(&mut session).len(), 1);
    }
}

#[test]
fn micro_50_is_development_and_90_and_up_a_release_candidate() {
    let version = |micro| QemuVersion { major: 10, minor: 0, micro };
    assert!(!version(2).is_development() && !version(2).is_release_candidate());
    assert!(version(50).is_development() && !version(50).is_release_candidate());
    assert!(!version(90).is_development() && version(90).is_release_candidate());
    assert!(version(92).is_release_candidate());
}

#[test]
fn keys_may_come_in_any_order_repeated_escaped_and_in_any_company() {
    let mut session = ready();
    let stream =
        br#"{"data": {"event": "X", "return": 1}, "event": "STOP", "timestamp": null, "new": [1, {}]}
        {"\u0065vent": "RES\u0055ME"} {"event": "STOP", "event": "POWERDOWN"}"#;
    assert_eq!(hear(&mut session, stream), ["event STOP", "event RESUME", "event POWERDOWN"]);
}

#[test]
fn garbage_and_unknown_messages_do_not_end_the_session() {
    let mut session = ready();
    let heard = hear(&mut session, b"noise\n{\"hello\": 1}{\"event\": \"STOP\"}");
    assert_eq!(heard.len(), 3);
    assert!(heard[0].starts_with("skipped 6 bytes that are not a JSON message"), "{heard:?}");
    assert!(heard[1].starts_with("unrecognized: none of the keys"), "{heard:?}");
    assert_eq!(heard[2], "event STOP");
}

#[test]
fn shutdown_is_the_normal_end_until_the_machine_resumes() {
    let mut session = ready();
    assert!(!session.saw_shutdown());
    hear(&mut session, br#"{"event": "SHUTDOWN"}{"event": "STOP"}"#);
    assert!(session.saw_shutdown());
    hear(&mut session, br#"{"event": "RESUME"}"#);
    assert!(!session.saw_shutdown());
}

#[test]
fn a_command_s_effect_comes_before_its_reply_and_stays_there() {
    let mut session = Session::new();
    let heard = hear(&mut session, &fixture("lifecycle.raw"));
    let shutdown = heard.iter().position(|line| line == "event SHUTDOWN").expect("the recording has one");
    assert!(heard[shutdown + 1].starts_with("stray reply"), "the reply to `quit` follows: {heard:?}");
    let events: Vec<_> = heard.iter().filter_map(|line| line.strip_prefix("event ")).collect();
    assert_eq!(events, ["RESUME", "STOP", "RESUME", "RESET", "POWERDOWN", "SHUTDOWN"]);
}

#[test]
fn pretty_printing_changes_nothing() {
    let heard = hear(&mut Session::new(), &fixture("pretty.raw"));
    assert!(heard[0].starts_with("greeting QEMU 7.2.22"), "{heard:?}");
    assert_eq!(heard[1], "ready");
    assert!(heard.iter().any(|line| line == "event SHUTDOWN"), "{heard:?}");
    assert!(!heard.iter().any(|line| line.starts_with("unrecognized") || line.starts_with("skipped")));
}

proptest! {
    #[test]
    fn any_bytes_in_any_chunks_are_heard_the_same(
        parts in proptest::collection::vec(prop_oneof![
            Just(GREETING.as_bytes().to_vec()),
            Just(NEGOTIATED.as_bytes().to_vec()),
            Just(br#"{"event": "SHUTDOWN"}"#.to_vec()),
            Just(br#"{"event": 5}{"event": null, "x": "\ud800"}"#.to_vec()),
            proptest::collection::vec(any::<u8>(), 0..10),
        ], 0..10),
        size in 1..20_usize,
    ) {
        let stream = parts.concat();
        let (mut whole, mut cut) = (Session::new(), Session::new());
        whole.execute("query-status", None);
        cut.execute("query-status", None);
        let mut heard = Vec::new();
        for chunk in stream.chunks(size) {
            heard.extend(hear(&mut cut, chunk));
        }
        prop_assert_eq!(hear(&mut whole, &stream), heard);
        prop_assert_eq!(whole.output(), cut.output());
    }
}
