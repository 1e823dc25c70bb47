//! What programs may do with the types of the clients.

use qmp_events::protocol::{
    CommandError, Frame, Greeting, Incoming, QemuVersion, Session, Skipped, Splitter,
};
use qmp_events::testing::{MockServer, Script};
use qmp_events::{Disconnected, Endpoint, EndpointError, Error, Malformed, Version, blocking, tokio};
use serde_json::Value;
use std::fmt::{Debug, Display};
use std::path::{Path, PathBuf};

fn is_shared<T: Debug + Send + Sync + 'static>() {}
fn is_value<T: Clone + Debug + Send + Sync + 'static>() {}
fn is_error<T: Clone + Debug + Display + std::error::Error + Send + Sync + 'static>() {}

#[test]
fn what_a_program_keeps_or_logs_is_send_and_sync_and_can_be_shown() {
    is_shared::<blocking::Client>();
    is_shared::<blocking::Socket>();
    is_shared::<tokio::Subscription>();
    is_shared::<tokio::Socket>();
    is_shared::<MockServer>();
    is_shared::<Session>();
    is_value::<blocking::Options>();
    is_value::<tokio::Options>();
    is_value::<tokio::Client>();
    is_value::<tokio::Item>();
    is_value::<tokio::Gap>();
    is_value::<tokio::Backoff>();
    is_value::<Splitter>();
    is_value::<Frame<'static>>();
    is_value::<Incoming<'static>>();
    is_value::<Script>();
    is_value::<Endpoint>();
    is_value::<Greeting>();
    is_error::<Error>();
    is_error::<Disconnected>();
    is_error::<Malformed>();
    is_error::<Skipped>();
    is_error::<CommandError>();
    is_error::<EndpointError>();
    fn is_send<T: Send>(_: &T) {}
    let waits = |client: &tokio::Client| is_send(&client.wait_for(|_| None::<()>));
    let _ = waits;
}

#[test]
fn whatever_names_an_endpoint_connects() {
    let server = || MockServer::start([Script::new().greet().negotiate().hold()]).expect("a socket");
    let path = |server: &MockServer| match server.endpoint() {
        Endpoint::Unix(path) => path.clone(),
        other => panic!("{other}"),
    };
    let first = server();
    blocking::connect(path(&first)).expect("PathBuf");
    let second = server();
    blocking::connect::<&Path>(&path(&second)).expect("&Path");
    let third = server();
    blocking::connect::<&PathBuf>(&path(&third)).expect("&PathBuf");
    let fourth = server();
    blocking::connect(fourth.endpoint().to_string()).expect("String");
    let fifth = server();
    blocking::connect(fifth.endpoint().clone()).expect("Endpoint");
}

#[test]
fn a_greeting_tells_a_release_of_the_catalogue() {
    let version = QemuVersion { major: 9, minor: 2, micro: 50 };
    assert_eq!(Version::from(version), Version::new(9, 2));
    assert!(version.is_development());
}

#[test]
fn null_is_as_good_as_no_arguments() {
    let mut session = Session::new();
    session.receive(br#"{"QMP": {}}{"return": {}, "id": 1}"#);
    while session.next_incoming().is_some() {}
    session.advance_output(session.output().len());
    session.execute("stop", None);
    let without = session.output().to_vec();
    session.advance_output(without.len());
    session.execute("stop", Value::Null);
    let null = String::from_utf8_lossy(session.output()).replace(":3", ":2");
    assert_eq!(String::from_utf8_lossy(&without), null);
}
