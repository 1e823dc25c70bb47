//! What is said when something goes wrong.

use qmp_events::protocol::{CommandError, Frame, Splitter};
use qmp_events::testing::ScriptError;
use qmp_events::{Disconnected, Endpoint, Error, EventMessage, Malformed, Timestamp, Version};
use std::error::Error as StdError;
use std::io;
use std::sync::Arc;
use std::time::Duration;

/// What a report prints that walks the sources, as anyhow's `{:#}` does.
fn chain(error: &dyn StdError) -> Vec<String> {
    let mut texts = vec![error.to_string()];
    let mut next = error.source();
    while let Some(source) = next {
        texts.push(source.to_string());
        next = source.source();
    }
    texts
}

fn skipped() -> Malformed {
    let mut splitter = Splitter::new();
    splitter.push(b"garbage\n");
    match splitter.next_frame() {
        Some(Frame::Skipped(skipped)) => skipped.into(),
        other => panic!("{other:?}"),
    }
}

fn malformed() -> Vec<Malformed> {
    let undecodable = EventMessage::decode(br#"{"event": 7}"#).expect_err("a number");
    vec![undecodable.into(), skipped()]
}

fn disconnected() -> Vec<Disconnected> {
    let error = || Arc::new(io::Error::other("broken"));
    vec![
        Disconnected::NotConnected(error()),
        Disconnected::HandshakeTimedOut { after: Duration::from_secs(1), greeted: false },
        Disconnected::HandshakeTimedOut { after: Duration::from_secs(1), greeted: true },
        Disconnected::NoGreeting { received: Box::new(skipped()) },
        Disconnected::Refused(CommandError::Undecodable { problem: "a number".to_owned() }),
        Disconnected::Closed { after_shutdown: true },
        Disconnected::Failed { error: error(), after_shutdown: false },
        Disconnected::Released,
        Disconnected::Panicked { message: "a filter".to_owned() },
        Disconnected::RuntimeShutDown,
    ]
}

#[test]
fn no_error_says_the_same_twice_to_those_who_walk_its_sources() {
    let mut errors: Vec<Box<dyn StdError>> = Vec::new();
    errors.extend(malformed().into_iter().map(|error| Box::new(error) as Box<dyn StdError>));
    errors.extend(malformed().into_iter().map(|error| Box::new(Error::from(error)) as _));
    errors.extend(disconnected().into_iter().map(|error| Box::new(error) as _));
    errors.extend(disconnected().into_iter().map(|error| Box::new(Error::from(error)) as _));
    errors.push(Box::new(Error::from("nowhere".parse::<Endpoint>().expect_err("no endpoint"))));
    errors.push(Box::new(Error::from(CommandError::Undecodable { problem: "a number".to_owned() })));
    errors.push(Box::new(Error::TimedOut { after: None }));
    errors.push(Box::new(Error::Lagged { missed: 1 }));
    errors.push(Box::new(Error::Backlog { limit: 1 }));
    errors.push(Box::new(Error::OutOfBand { command: "yank".to_owned() }));
    errors.push(Box::new(ScriptError::Io(io::Error::other("broken"))));
    errors.push(Box::new(EventMessage::decode(b"{").expect_err("no event")));
    errors.push(Box::new("x".parse::<Version>().expect_err("no version")));
    errors.push(Box::new("x".parse::<qmp_events::EventKind>().expect_err("no event")));
    let out_of_range = Timestamp { seconds: i64::MIN, microseconds: 0 };
    errors.extend(std::time::SystemTime::try_from(out_of_range).err().map(|error| Box::new(error) as _));
    for error in &errors {
        let texts = chain(&**error);
        for (index, text) in texts.iter().enumerate() {
            assert!(!text.is_empty(), "{error:?}");
            let is_repeated = texts[..index].iter().any(|earlier| earlier.contains(text.as_str()));
            assert!(!is_repeated, "{texts:?}");
        }
    }
}

#[test]
fn only_shutdown_and_this_side_end_a_connection_normally() {
    let normal: Vec<Disconnected> = disconnected().into_iter().filter(Disconnected::is_normal).collect();
    assert!(
        matches!(normal[..], [Disconnected::Closed { after_shutdown: true }, Disconnected::Released]),
        "{normal:?}"
    );
    let failed =
        |after_shutdown| Disconnected::Failed { error: Arc::new(io::Error::other("reset")), after_shutdown };
    assert!(failed(true).is_normal() && !failed(false).is_normal());
}
