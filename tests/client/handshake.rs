//! What is said when no connection comes of it, the same by both clients.

use qmp_events::testing::{MockServer, Script};
use qmp_events::{Disconnected, Error, blocking, tokio as asynchronous};
use serde_json::json;
use std::time::Duration;

const BANNER: &str = "QEMU 8.2.1 monitor - type 'help' for more information\r\n(qemu) ";

/// Long enough for what a script sends at once.
const SHORT: Duration = Duration::from_millis(300);

/// Why neither client can connect to a server that does this.
fn failures(script: &Script, timeout: Duration, message_limit: usize) -> [Error; 2] {
    let server = MockServer::start([script.clone(), script.clone()]).expect("a listening socket");
    let options = blocking::Options::new().handshake_timeout(timeout).message_limit(message_limit);
    let first = options.connect(server.endpoint()).expect_err("no handshake");
    let options = asynchronous::Options::new().handshake_timeout(timeout).message_limit(message_limit);
    let runtime = ::tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let second = runtime.block_on(options.connect(server.endpoint())).expect_err("no handshake");
    [first, second]
}

fn assert_no_greeting(errors: [Error; 2], words: &str) {
    for error in errors {
        let is_no_greeting = matches!(error, Error::Disconnected(Disconnected::NoGreeting { .. }));
        assert!(is_no_greeting && error.to_string().contains(words), "{error}");
    }
}

#[test]
fn a_human_monitor_is_recognised_at_once_and_told_from_qmp() {
    let errors = failures(&Script::new().send(BANNER).hold(), Duration::MAX, 1 << 20);
    assert_no_greeting(errors, "human monitor of QEMU");
    let errors = failures(&Script::new().send(BANNER).hold(), Duration::MAX, 1 << 20);
    assert_no_greeting(errors, "-qmp unix:PATH,server=on,wait=off");
}

#[test]
fn a_human_monitor_over_telnet_is_recognised_too() {
    let telnet = [b"\xff\xfb\x01\xff\xfb\x03".as_slice(), BANNER.as_bytes()].concat();
    assert_no_greeting(failures(&Script::new().send(telnet).hold(), Duration::MAX, 1 << 20), "human monitor");
}

#[test]
fn silence_has_two_explanations() {
    for error in failures(&Script::new().hold(), Duration::from_millis(20), 1 << 20) {
        let text = error.to_string();
        assert!(text.contains("another client") && text.contains("guest agent"), "{text}");
    }
}

#[test]
fn another_service_is_quoted() {
    let script = Script::new().send("HTTP/1.1 400 Bad Request\r\n");
    assert_no_greeting(failures(&script, Duration::MAX, 1 << 20), "HTTP/1.1 400 Bad Request");
    assert_no_greeting(
        failures(&Script::new().message(&json!({})).hold(), SHORT, 1 << 20),
        "not a QMP message",
    );
}

#[test]
fn text_that_does_not_end_is_not_taken_for_a_server_of_another_client() {
    for text in ["noise without an end", "{\"QMP\": {\"version\":", &"x".repeat(100_000)] {
        let words = text.get(..10).expect("text").replace('"', "\\\"");
        assert_no_greeting(failures(&Script::new().send(text).hold(), SHORT, 1 << 20), &words);
    }
}

#[test]
fn a_message_limit_below_the_greeting_is_named() {
    assert_no_greeting(failures(&Script::new().greet().hold(), SHORT, 64), "raise the limit");
}

#[test]
fn garbage_before_the_greeting_does_not_hide_it() {
    let script = Script::new().send("noise\r\n").greet().negotiate().hold();
    let server = MockServer::start([script]).expect("a listening socket");
    blocking::connect(server.endpoint()).expect("a handshake");
}
