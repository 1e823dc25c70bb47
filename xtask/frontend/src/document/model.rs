//! What an event document says, as data.
//!
//! Everything here was written in the document, apart from what [`super::parse`] had to repair or
//! to take from an example; both are marked. Nothing here knows the schema.

use crate::json;
use crate::source::Span;
use crate::version::Version;

/// An event document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EventDocument {
    /// The text above the `===` line.
    pub title: Option<String>,
    /// The sections, in the order of the document.
    pub sections: Vec<Section>,
}

impl EventDocument {
    /// Every event with its section: a section whose heading has two names describes two events.
    pub fn events(&self) -> impl Iterator<Item = (&Name, &Section)> {
        self.sections.iter().flat_map(|section| section.names.iter().map(move |name| (name, section)))
    }

    /// The first section that describes the event `name`.
    pub fn find(&self, name: &str) -> Option<&Section> {
        self.events().find(|(known, _)| known.text == name).map(|(_, section)| section)
    }
}

/// A word with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// The word.
    pub text: String,
    /// Where it is.
    pub span: Span,
}

/// What is below one heading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// The events that it describes; one at least.
    pub names: Vec<Name>,
    /// The heading's line (the underline where the name is lost).
    pub span: Span,
    /// The prose, one entry for each paragraph, lines joined.
    pub description: Vec<String>,
    /// What the `Data:` line says.
    pub data: DataLine,
    /// The type in `- data: X type as described in ...`: `data` as a whole has this type.
    pub data_type: Option<Name>,
    /// The members of `data`.
    pub members: Vec<DocumentMember>,
    /// The examples, damaged beyond repair ones left out.
    pub examples: Vec<Example>,
    /// The notes, without the sentences that say the rate limit.
    pub notes: Vec<Note>,
    /// The rate limit.
    pub rate_limit: Option<DocumentRateLimit>,
}

/// What a section's `Data:` line says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DataLine {
    /// There is none.
    #[default]
    Absent,
    /// `Data:`
    Members(Span),
    /// `Data: None.`
    None(Span),
}

/// A member of an event's `data`, or of an object in there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentMember {
    /// The name on the wire.
    pub name: String,
    /// Where the name is, quotes included.
    pub span: Span,
    /// The text, lines joined, without the group that says the type.
    pub description: String,
    /// The type.
    pub ty: DocumentType,
    /// Whether the type was taken from an example, because the text says none.
    pub inferred: bool,
    /// Whether the text calls it optional.
    pub optional: bool,
    /// The values that the text lists.
    pub values: Vec<DocumentValue>,
    /// Whether there are no other values than these; `currently always "x"` leaves room for others.
    pub closed: bool,
    /// The members of the object, or of each element of the array.
    pub members: Vec<DocumentMember>,
}

/// A value that a member's text lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentValue {
    /// The value on the wire.
    pub name: String,
    /// Where it is, quotes included.
    pub span: Span,
    /// What the text says of it; may be empty.
    pub description: String,
}

/// The type of a member, as far as the document tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DocumentType {
    /// `json-string`
    String,
    /// `json-int`
    Int,
    /// `json-number`
    Number,
    /// `json-bool`
    Bool,
    /// `json-object`
    Object,
    /// `json-array`
    Array,
    /// A type that the schema defines.
    Named(Name),
    /// The document does not tell.
    Untyped,
}

impl DocumentType {
    /// The types that have a word in the document.
    pub(super) const WORDS: [(&str, Self); 6] = [
        ("json-string", Self::String),
        ("json-int", Self::Int),
        ("json-number", Self::Number),
        ("json-bool", Self::Bool),
        ("json-object", Self::Object),
        ("json-array", Self::Array),
    ];

    /// What the document calls it.
    pub fn word(&self) -> &str {
        match self {
            Self::Named(name) => &name.text,
            plain => Self::WORDS.iter().find(|(_, ty)| ty == plain).map_or("any", |(word, _)| word),
        }
    }
}

/// A message on the wire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Example {
    /// What the document calls this one, without the colon.
    pub label: Option<String>,
    /// From brace to brace.
    pub span: Span,
    /// The message.
    pub value: json::Value,
    /// The message as compact JSON, members in the order of the document.
    pub text: String,
    /// Whether `value` and `text` are not exactly what the document says, which was no JSON.
    pub repaired: bool,
}

/// A note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// The text, lines joined, without `Note:`.
    pub text: String,
    /// From `Note:` to the end of the text.
    pub span: Span,
}

/// QEMU sends the event once a second at most.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentRateLimit {
    /// `separately for each "NAME"`: each value of this member has a limit of its own.
    pub key: Option<Name>,
    /// `The limit began with QEMU X.Y.`
    pub since: Option<Version>,
    /// `It does not apply when "MEMBER" is "VALUE".`
    pub exempt: Option<Exemption>,
    /// The sentence.
    pub span: Span,
}

/// When a rate limit does not apply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exemption {
    /// The member.
    pub member: Name,
    /// Its value.
    pub value: String,
}
