//! What a dump holds: the same shape for schemas and documents.

use qmp_events_frontend::json::Value;
use qmp_events_frontend::source::{SourceMap, Span};
use serde::Serialize;

/// A whole source.
#[derive(Debug, Serialize)]
pub struct Dump {
    /// The events, in the order of the source.
    pub events: Vec<Event>,
    /// The types that the source defines; a document defines none.
    pub types: Vec<Type>,
}

/// An event.
#[derive(Debug, Serialize)]
pub struct Event {
    /// The name on the wire.
    pub name: String,
    /// The line where its description begins, from 1.
    pub line: usize,
    /// The first release of QEMU that has it.
    pub since: Option<String>,
    /// The names of its features.
    pub features: Vec<String>,
    /// The limit of its rate.
    pub rate_limit: Option<RateLimit>,
    /// The type of `data`, if that has a name of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<String>,
    /// The members of `data`.
    pub members: Vec<Member>,
    /// Messages on the wire, repaired where that was needed.
    pub examples: Vec<Value>,
}

/// At most one event a second.
#[derive(Debug, Serialize)]
pub struct RateLimit {
    /// The member that each value of has a limit of its own.
    pub key: Option<String>,
    /// The first release of QEMU that limits the rate.
    pub since: Option<String>,
    /// When there is no limit.
    pub exempt: Option<Exemption>,
}

/// A member's value that is exempt from a limit.
#[derive(Debug, Serialize)]
pub struct Exemption {
    /// The member.
    pub member: String,
    /// Its value.
    pub value: String,
}

/// A member of an object.
#[derive(Debug, Serialize)]
pub struct Member {
    /// The name on the wire.
    pub name: String,
    /// The type as the source spells it: `str` or `json-string`, `[X]` for a list of `X`.
    #[serde(rename = "type")]
    pub ty: String,
    /// Whether messages may lack it.
    pub optional: bool,
    /// The first release of QEMU that has it, if that is later than its owner.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<String>,
    /// The names of its features.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub features: Vec<String>,
    /// The values that it may have, if they are listed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<String>,
    /// The members that are described below it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub members: Vec<Member>,
}

/// A type of a schema.
#[derive(Debug, Serialize)]
pub struct Type {
    /// Its name.
    pub name: String,
    /// `enum`, `struct`, `union` or `alternate`.
    pub kind: &'static str,
    /// The line where its definition begins, from 1.
    pub line: usize,
    /// The first release of QEMU that has it.
    pub since: Option<String>,
    /// The names of its features.
    pub features: Vec<String>,
    /// The values of an enum.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<String>,
    /// The members, inherited ones first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub members: Vec<Member>,
    /// The member that tells a union's branch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
    /// The branches of a union or an alternate.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub branches: Vec<Branch>,
}

/// A branch of a union or an alternate.
#[derive(Debug, Serialize)]
pub struct Branch {
    /// The tag's value, or the branch's name.
    pub name: String,
    /// The type.
    #[serde(rename = "type")]
    pub ty: String,
}

/// The line on which something begins, from 1.
pub(super) fn line(span: Span, sources: &SourceMap) -> usize {
    sources.position(span).line
}
