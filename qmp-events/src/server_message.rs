//! Tells apart what a QMP server sends: its greeting, events, and replies to commands.
//!
//! A message is classified by its top-level keys, in any order; keys that are not known are passed over
//! and the last of a repeated key counts. Nothing in here is an error: a message that is none of the three
//! is [`ServerMessage::Unrecognised`]. An event's data is not looked at.

use crate::info::Version;
use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;
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
    Reply(Reply),
    /// A message that is none of the above.
    Unrecognised(Unrecognised<'a>),
}

/// An event as it came, of which only the name was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawEvent<'a> {
    /// The event's name; empty if the message's `event` is not a string.
    pub name: Cow<'a, str>,
    /// The whole message.
    pub json: &'a [u8],
}

/// What a server says of itself when a connection begins.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Greeting {
    /// QEMU's version; `None` if the greeting does not hold one.
    pub version: Option<QemuVersion>,
    /// The vendor's package version, such as `Debian 1:7.2+dfsg-7`; often empty.
    pub package: String,
    /// Capabilities that the server offers, such as `oob`.
    pub capabilities: Vec<String>,
}

/// The version of a QEMU. What a QEMU can do is known from `query-qmp-schema`, never from its version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct QemuVersion {
    /// The major version.
    pub major: u32,
    /// The minor version.
    pub minor: u32,
    /// The micro version: 50 is a development version, 90 and above are release candidates.
    pub micro: u32,
}

/// The answer to a command.
#[derive(Clone, Debug, PartialEq)]
pub struct Reply {
    /// What the client sent as the command's `id`; `None` if the reply has none.
    pub id: Option<Value>,
    /// What the command returned, or why it failed.
    pub result: Result<Value, CommandError>,
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
    /// The server's reply could not be decoded.
    Undecodable {
        /// What was wrong.
        problem: String,
    },
}

/// A message that is no greeting, event or reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unrecognised<'a> {
    /// The whole message.
    pub json: &'a [u8],
    /// What was wrong.
    pub problem: String,
}

impl<'a> ServerMessage<'a> {
    /// Tells what a complete JSON object is.
    ///
    /// ```
    /// use qmp_events::server_message::ServerMessage;
    ///
    /// let json = br#"{"timestamp": {"seconds": 1, "microseconds": 2}, "event": "STOP"}"#;
    /// let ServerMessage::Event(event) = ServerMessage::classify(json) else { panic!() };
    /// assert_eq!(event.name, "STOP");
    /// ```
    pub fn classify(json: &'a [u8]) -> Self {
        let parts = match serde_json::from_slice::<Parts<'a>>(json) {
            Ok(parts) => parts,
            Err(error) => {
                return ServerMessage::Unrecognised(Unrecognised { json, problem: error.to_string() });
            }
        };
        if let Some(name) = parts.event {
            let borrowed = serde_json::from_str(name.get()).map(Cow::Borrowed);
            let name = borrowed.or_else(|_| serde_json::from_str(name.get()).map(Cow::Owned));
            return ServerMessage::Event(RawEvent { name: name.unwrap_or_default(), json });
        }
        let result = match (parts.return_, parts.error, parts.qmp) {
            (Some(value), _, _) => serde_json::from_str(value.get()).map_err(CommandError::undecodable),
            (_, Some(error), _) => Err(CommandError::parse(error)),
            (_, _, Some(greeting)) => return ServerMessage::Greeting(Greeting::parse(greeting)),
            _ => {
                let problem = "none of the keys \"QMP\", \"event\", \"return\" and \"error\"".to_owned();
                return ServerMessage::Unrecognised(Unrecognised { json, problem });
            }
        };
        ServerMessage::Reply(Reply {
            id: parts.id.and_then(|id| serde_json::from_str(id.get()).ok()),
            result,
        })
    }
}

impl Greeting {
    /// Takes what is there: a greeting is one even if its details are not as expected.
    fn parse(json: &RawValue) -> Self {
        let Ok(value) = serde_json::from_str::<Value>(json.get()) else { return Greeting::default() };
        let part = |name: &str| {
            let number = value["version"]["qemu"][name].as_u64();
            number.and_then(|number| u32::try_from(number).ok())
        };
        let version = match (part("major"), part("minor"), part("micro")) {
            (Some(major), Some(minor), Some(micro)) => Some(QemuVersion { major, minor, micro }),
            _ => None,
        };
        let capabilities = value["capabilities"].as_array().map(Vec::as_slice).unwrap_or_default();
        Greeting {
            version,
            package: value["version"]["package"].as_str().unwrap_or_default().trim().to_owned(),
            capabilities: capabilities.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        }
    }
}

/// The release line, for comparison with the versions of [`info`](crate::info). A build from between two
/// releases counts as the earlier one, from which its number is.
impl From<QemuVersion> for Version {
    fn from(version: QemuVersion) -> Self {
        let [major, minor] =
            [version.major, version.minor].map(|number| u16::try_from(number).unwrap_or(u16::MAX));
        Version::new(major, minor)
    }
}

impl QemuVersion {
    /// Whether this is a build from between two releases.
    pub fn is_development(self) -> bool {
        (50..90).contains(&self.micro)
    }

    /// Whether this is a release candidate.
    pub fn is_release_candidate(self) -> bool {
        self.micro >= 90
    }
}

impl CommandError {
    fn parse(json: &RawValue) -> Self {
        match serde_json::from_str::<Value>(json.get()) {
            Ok(error) => {
                let text = |key: &str| error[key].as_str().unwrap_or_default().to_owned();
                CommandError::Refused { class: text("class"), description: text("desc") }
            }
            Err(error) => CommandError::undecodable(error),
        }
    }

    fn undecodable(error: serde_json::Error) -> Self {
        CommandError::Undecodable { problem: error.to_string() }
    }
}

impl fmt::Display for QemuVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.micro)
    }
}

impl fmt::Display for Greeting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.version {
            Some(version) => write!(f, "QEMU {version}")?,
            None => f.write_str("QEMU of an unknown version")?,
        }
        if self.package.is_empty() { Ok(()) } else { write!(f, " ({})", self.package) }
    }
}

impl fmt::Display for CommandError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CommandError::Refused { class, description } => write!(f, "{description} ({class})"),
            CommandError::Undecodable { problem } => write!(f, "the reply cannot be decoded: {problem}"),
        }
    }
}

impl std::error::Error for CommandError {}

/// The top level of a message, its values unread.
#[derive(Default)]
struct Parts<'a> {
    qmp: Option<&'a RawValue>,
    event: Option<&'a RawValue>,
    return_: Option<&'a RawValue>,
    error: Option<&'a RawValue>,
    id: Option<&'a RawValue>,
}

enum Key {
    Qmp,
    Event,
    Return,
    Error,
    Id,
    Other,
}

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct KeyVisitor;

        impl Visitor<'_> for KeyVisitor {
            type Value = Key;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a key")
            }

            fn visit_str<E: serde::de::Error>(self, key: &str) -> Result<Key, E> {
                Ok(match key {
                    "QMP" => Key::Qmp,
                    "event" => Key::Event,
                    "return" => Key::Return,
                    "error" => Key::Error,
                    "id" => Key::Id,
                    _ => Key::Other,
                })
            }
        }

        deserializer.deserialize_str(KeyVisitor)
    }
}

impl<'de> Deserialize<'de> for Parts<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct PartsVisitor;

        impl<'de> Visitor<'de> for PartsVisitor {
            type Value = Parts<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Parts<'de>, A::Error> {
                let mut parts = Parts::default();
                while let Some(key) = map.next_key()? {
                    match key {
                        Key::Qmp => parts.qmp = Some(map.next_value()?),
                        Key::Event => parts.event = Some(map.next_value()?),
                        Key::Return => parts.return_ = Some(map.next_value()?),
                        Key::Error => parts.error = Some(map.next_value()?),
                        Key::Id => parts.id = Some(map.next_value()?),
                        Key::Other => {
                            map.next_value::<IgnoredAny>()?;
                        }
                    }
                }
                Ok(parts)
            }
        }

        deserializer.deserialize_map(PartsVisitor)
    }
}
