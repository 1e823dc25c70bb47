//! Recorded conversations: what a QEMU said of itself in a stream of QMP messages.
//!
//! Replies, events and requests may come in any order, one to a line or over several. Of everything
//! that is recorded only three messages count: the greeting and the reply to `query-version`, for the
//! release, and the reply to `query-qmp-schema`.

use std::fmt;

use qmp_events_frontend::version::Version;
use serde_json::Value;

/// What a QEMU said of itself.
#[derive(Clone, Debug, Default)]
pub struct Conversation {
    /// Its version, if it told it.
    pub version: Option<QemuVersion>,
    /// The reply to `query-qmp-schema`, if there is one; of several the last.
    pub schema: Option<Value>,
}

/// The version of a QEMU.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QemuVersion {
    /// The release; that of a development version is the last one before it.
    pub release: Version,
    /// The third number: from 50 on, the version leads to the next release.
    pub micro: u16,
}

impl QemuVersion {
    /// Reads `{"major": 11, "minor": 1, "micro": 0}`.
    pub fn read(version: &Value) -> Option<Self> {
        let number = |name: &str| version[name].as_u64().and_then(|number| u16::try_from(number).ok());
        let release = Version { major: number("major")?, minor: number("minor")? };
        Some(Self { release, micro: number("micro")? })
    }

    /// Whether it was built between two releases.
    pub fn is_development(self) -> bool {
        self.micro >= 50
    }

    /// The release to compare it with: its own, or the one that a development version leads to.
    pub fn compared_with(self) -> Version {
        if self.is_development() { self.release.next() } else { self.release }
    }
}

impl fmt::Display for QemuVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.release, self.micro)
    }
}

/// Why a text is not a conversation.
#[derive(Debug)]
pub struct NotAConversation(serde_json::Error);

impl fmt::Display for NotAConversation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "this is not a stream of JSON messages: {}", self.0)
    }
}

impl std::error::Error for NotAConversation {}

impl Conversation {
    /// Reads all messages of a text.
    ///
    /// # Errors
    ///
    /// Something in it is not JSON. A message that is cut off at the end is ignored: recordings end
    /// anywhere.
    pub fn read(text: &[u8]) -> Result<Self, NotAConversation> {
        let mut conversation = Self::default();
        for message in serde_json::Deserializer::from_slice(text).into_iter::<Value>() {
            match message {
                Ok(message) => conversation.take(message),
                Err(error) if error.is_eof() => break,
                Err(error) => return Err(NotAConversation(error)),
            }
        }
        Ok(conversation)
    }

    fn take(&mut self, mut message: Value) {
        let greeted = &message["QMP"]["version"]["qemu"];
        let asked = &message["return"]["qemu"];
        self.version = QemuVersion::read(greeted).or_else(|| QemuVersion::read(asked)).or(self.version);
        let list = if message.is_array() { &message } else { &message["return"] };
        if is_schema(list) {
            self.schema = Some(if message.is_array() { message } else { message["return"].take() });
        }
    }
}

/// Whether a value is the list of entities that `query-qmp-schema` gives.
fn is_schema(list: &Value) -> bool {
    list.as_array().is_some_and(|list| list.iter().any(|entity| entity.get("meta-type").is_some()))
}
