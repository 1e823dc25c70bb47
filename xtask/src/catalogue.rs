//! Everything that generated code is made from: the schema, what the event document adds to it,
//! and the exceptions to the naming rules. Joining makes it; emitting only reads it.

use std::collections::BTreeMap;

use crate::names::Names;
use qmp_events_frontend::schema::{DefinitionId, Schema};
use qmp_events_frontend::version::Version;

/// The sources, joined.
#[derive(Debug, Default)]
pub struct Catalogue {
    /// Shapes.
    pub schema: Schema,
    /// Prose and rate limits, for every event.
    pub events: BTreeMap<DefinitionId, EventText>,
    /// Exceptions to the naming rules.
    pub names: Names,
}

/// What the event document says of an event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EventText {
    /// Paragraphs.
    pub description: Vec<String>,
    /// Paragraphs: follow-up events, rate limits and the like.
    pub notes: Vec<String>,
    /// Descriptions of the event's own members.
    pub members: BTreeMap<String, String>,
    /// Messages as QEMU sends them.
    pub examples: Vec<ExampleText>,
    /// How often QEMU sends it at most.
    pub rate_limit: Option<RateLimit>,
    /// The document shows `data` as the value of the event's only member: decode both forms.
    pub bare: bool,
}

/// An example.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExampleText {
    /// The case that it shows, if the document says one.
    pub label: Option<String>,
    /// The message as compact JSON.
    pub message: String,
    /// The message as the document lays it out.
    pub shown: String,
}

/// At most one event a second, for each value of the key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RateLimit {
    /// The member whose values are limited separately.
    pub key: Option<String>,
    /// The release that began to limit the event, if later than the event itself.
    pub since: Option<Version>,
    /// The member and its value that are never held back.
    pub exempt: Option<(String, String)>,
}
