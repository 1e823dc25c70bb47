//! Tells apart what a QMP server sends: its greeting, events, and replies to commands.
//!
//! A message is classified by its top-level keys, in any order; unknown keys are skipped, and the last of
//! a repeated key counts. Nothing in here is an error: a message that is none of the three is
//! [`ServerMessage::Unrecognized`]. The data of an event and what a command returned are not looked at.

use super::greeting::Greeting;
use super::members::{parse_string, read_members};
use std::borrow::Cow;
use std::fmt;

/// One message of a QMP server.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum ServerMessage<'a> {
    /// The first message of a connection.
    Greeting(Greeting),
    /// An event, not decoded.
    Event(RawEvent<'a>),
    /// The answer to a command.
    Reply(Reply<'a>),
    /// A message that is none of the above.
    Unrecognized(Unrecognized<'a>),
}

/// An event as it came, of which only the name was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawEvent<'a> {
    /// The event's name; empty if the message's `event` is not a string.
    pub name: Cow<'a, str>,
    /// The whole message.
    pub json: &'a [u8],
}

/// The answer to a command, not decoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply<'a> {
    /// The JSON text of what the client sent as the command's `id`; `None` if the reply has none.
    pub id: Option<&'a str>,
    /// The JSON text of what the command returned, or why it failed.
    pub result: Result<&'a str, CommandError>,
}

/// Why a command has no result.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CommandError {
    /// The server refused or failed to execute it.
    Refused {
        /// The error's class, for programs: `GenericError`, `CommandNotFound`, `DeviceNotFound`, …
        class: String,
        /// The error's description, for people. Never parse it.
        description: String,
    },
    /// The server's reply could not be decoded, or was longer than the message limit.
    Undecodable {
        /// What was wrong.
        problem: String,
    },
    /// The server greeted again before it answered: a proxy has connected to another one. Whether the command was
    /// executed is not known.
    Unanswered,
}

/// A message that is not a greeting, event or reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unrecognized<'a> {
    /// The whole message.
    pub json: &'a [u8],
    /// What was wrong.
    pub problem: String,
}

impl<'a> RawEvent<'a> {
    /// An event whose name is known, and has no escapes.
    pub(super) fn named(json: &'a [u8], name: &'a [u8]) -> Option<Self> {
        let name = std::str::from_utf8(name).ok()?;
        Some(RawEvent { name: Cow::Borrowed(name), json })
    }
}

impl<'a> ServerMessage<'a> {
    /// Says what a complete JSON object is.
    ///
    /// ```
    /// use qmp_events::protocol::ServerMessage;
    ///
    /// let json = br#"{"timestamp": {"seconds": 1, "microseconds": 2}, "event": "STOP"}"#;
    /// let ServerMessage::Event(event) = ServerMessage::classify(json) else { panic!() };
    /// assert_eq!(event.name, "STOP");
    /// ```
    pub fn classify(json: &'a [u8]) -> Self {
        let unrecognized = |problem| ServerMessage::Unrecognized(Unrecognized { json, problem });
        let [event, returned, error, greeting, id] =
            match read_members(json, ["event", "return", "error", "QMP", "id"]) {
                Ok(members) => members,
                Err(error) => return unrecognized(error.to_string()),
            };
        match (event, returned, error, greeting) {
            (Some(name), ..) => {
                let name = parse_string(name).unwrap_or_default();
                ServerMessage::Event(RawEvent { name, json })
            }
            (_, Some(value), ..) => ServerMessage::Reply(Reply { id, result: Ok(value) }),
            (_, _, Some(error), _) => {
                ServerMessage::Reply(Reply { id, result: Err(CommandError::parse(error)) })
            }
            (.., Some(greeting)) => ServerMessage::Greeting(Greeting::parse(greeting)),
            _ => unrecognized("none of the keys \"QMP\", \"event\", \"return\" and \"error\"".to_owned()),
        }
    }
}

impl CommandError {
    fn parse(json: &str) -> Self {
        match read_members(json.as_bytes(), ["class", "desc"]) {
            Ok(members) => {
                let [class, description] =
                    members.map(|text| text.and_then(parse_string).unwrap_or_default().into_owned());
                CommandError::Refused { class, description }
            }
            Err(error) => CommandError::Undecodable { problem: error.to_string() },
        }
    }
}

impl fmt::Display for CommandError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CommandError::Refused { class, description } => write!(f, "{description} ({class})"),
            CommandError::Undecodable { problem } => write!(f, "the reply cannot be decoded: {problem}"),
            CommandError::Unanswered => {
                f.write_str("another server took over before the command was answered")
            }
        }
    }
}

impl std::error::Error for CommandError {}
