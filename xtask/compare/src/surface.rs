//! What a client that reads events can see: the events, and the types that they reach.
//!
//! One plain model for every kind of source, so that any two can be compared: our schema as of a
//! release, a QEMU source tree, what a running QEMU says of itself. Types are known by name; in a
//! [`Kind::Build`] the names are masked and mean nothing beyond it.

use std::collections::{BTreeMap, BTreeSet};

use qmp_events_frontend::schema::{Builtin, Condition};
use qmp_events_frontend::source::Span;
use qmp_events_frontend::version::Version;

/// The events of a QEMU and what they reach.
#[derive(Clone, Debug)]
pub struct Surface {
    /// What it was made from.
    pub kind: Kind,
    /// The events by name.
    pub events: BTreeMap<String, Event>,
    /// Every type that events reach, bases and tags among them, by name.
    pub types: BTreeMap<String, TypeDefinition>,
    /// The events whose rate is limited. Schemas and binaries do not say; catalogues do.
    pub rate_limits: Option<BTreeMap<String, RateLimit>>,
}

/// At most one event a second.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RateLimit {
    /// Each value of this member has a limit of its own.
    pub key: Option<String>,
    /// A member and the value with which an event is not limited.
    pub exempt: Option<(String, String)>,
}

impl std::fmt::Display for RateLimit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("at most 1/s")?;
        if let Some(key) = &self.key {
            write!(f, " per {key}")?;
        }
        match &self.exempt {
            Some((member, value)) => write!(f, ", unless {member}={value}"),
            None => Ok(()),
        }
    }
}

/// What a [`Surface`] was made from, which decides what its gaps mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A schema: everything that any build can have, with the real type names.
    Schema,
    /// One binary, by introspection: without what its build left out, type names masked,
    /// integers of all widths alike.
    Build,
}

/// An event.
#[derive(Clone, Debug)]
pub struct Event {
    /// Its members.
    pub data: Data,
    /// What holds for it as a whole.
    pub facts: Facts,
}

/// The `data` of an event.
#[derive(Clone, Debug)]
pub enum Data {
    /// Written at the event; empty if it has none.
    Members(Vec<Member>),
    /// The members of a type.
    Type(String),
}

/// A type.
#[derive(Clone, Debug)]
pub struct TypeDefinition {
    /// What it is.
    pub shape: Shape,
    /// What holds for it as a whole.
    pub facts: Facts,
}

/// The shapes of types.
#[derive(Clone, Debug)]
pub enum Shape {
    /// A list of names.
    Enum(Vec<Value>),
    /// A struct, or a union.
    Object(Object),
    /// One of several types.
    Alternate(Vec<TypeReference>),
}

/// An object with members.
#[derive(Clone, Debug, Default)]
pub struct Object {
    /// The type whose members it has too.
    pub base: Option<String>,
    /// Its own members; of a union those that every branch has.
    pub members: Vec<Member>,
    /// What the value of a member decides; only unions have it.
    pub variants: Option<Variants>,
}

/// The part of a union that depends on its tag.
#[derive(Clone, Debug)]
pub struct Variants {
    /// The member that decides.
    pub tag: String,
    /// The branches that have members of their own.
    pub branches: Vec<Branch>,
}

/// What a union has for one tag value.
#[derive(Clone, Debug)]
pub struct Branch {
    /// The tag value.
    pub name: String,
    /// The type whose members it adds.
    pub ty: String,
    /// What holds for it.
    pub facts: Facts,
}

/// A member of an object.
#[derive(Clone, Debug)]
pub struct Member {
    /// Its name on the wire.
    pub name: String,
    /// Its type.
    pub ty: TypeReference,
    /// Whether it may be left out.
    pub optional: bool,
    /// What else holds for it.
    pub facts: Facts,
}

/// A value of an enum.
#[derive(Clone, Debug)]
pub struct Value {
    /// Its name on the wire.
    pub name: String,
    /// What else holds for it.
    pub facts: Facts,
}

/// A reference to a type.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TypeReference {
    /// One that the language brings along, by the name that the language gives it.
    Builtin(&'static str),
    /// One of [`Surface::types`].
    Named(String),
    /// A list.
    List(Box<TypeReference>),
}

impl TypeReference {
    /// The reference to a built-in type.
    pub fn builtin(builtin: Builtin) -> Self {
        Self::Builtin(builtin.name())
    }

    /// The named type at the bottom of lists.
    pub fn element(&self) -> Option<&str> {
        match self {
            Self::Builtin(_) => None,
            Self::Named(name) => Some(name),
            Self::List(element) => element.element(),
        }
    }
}

impl std::fmt::Display for TypeReference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Builtin(name) => f.write_str(name),
            Self::Named(name) => f.write_str(name),
            Self::List(element) => write!(f, "[{element}]"),
        }
    }
}

/// What may hold for anything that a schema names.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// Names of the features, such as `deprecated`.
    pub features: BTreeSet<String>,
    /// When a build has it; unknown, and thus nothing, for a [`Kind::Build`].
    pub condition: Option<Condition>,
    /// Since when QEMU has it, as far as the source itself says so.
    pub since: Option<Version>,
    /// Where it is.
    pub span: Option<Span>,
}

impl Surface {
    /// A surface without events.
    pub fn new(kind: Kind) -> Self {
        Self { kind, events: BTreeMap::new(), types: BTreeMap::new(), rate_limits: None }
    }

    /// The members of an event, wherever they are written.
    pub fn event_members<'a>(&'a self, event: &'a Event) -> Vec<&'a Member> {
        match &event.data {
            Data::Members(members) => members.iter().collect(),
            Data::Type(name) => self.object_members(name),
        }
    }

    /// All members of an object type, the inherited ones first; nothing for other types.
    pub fn object_members(&self, name: &str) -> Vec<&Member> {
        let mut chain = Vec::new();
        let mut seen = BTreeSet::new();
        let mut next = Some(name);
        while let Some(name) = next
            && seen.insert(name)
            && let Some(object) = self.object(name)
        {
            chain.push(object);
            next = object.base.as_deref();
        }
        chain.iter().rev().flat_map(|object| &object.members).collect()
    }

    /// The object type of a name.
    pub fn object(&self, name: &str) -> Option<&Object> {
        match &self.types.get(name)?.shape {
            Shape::Object(object) => Some(object),
            _ => None,
        }
    }

    /// The events that reach a type, through bases and branches too.
    pub fn events_that_reach(&self, name: &str) -> BTreeSet<&str> {
        let reaches = |event: &&Event| {
            let mut seen = BTreeSet::new();
            let mut waiting = match &event.data {
                Data::Members(members) => elements(members),
                Data::Type(name) => vec![name.as_str()],
            };
            while let Some(next) = waiting.pop() {
                if seen.insert(next) {
                    waiting.extend(self.types_behind(next));
                }
            }
            seen.contains(name)
        };
        self.events.iter().filter(|(_, event)| reaches(event)).map(|(name, _)| name.as_str()).collect()
    }

    /// The types that a type refers to.
    fn types_behind(&self, name: &str) -> Vec<&str> {
        match self.types.get(name).map(|definition| &definition.shape) {
            Some(Shape::Object(object)) => {
                let mut found = elements(&object.members);
                found.extend(object.base.as_deref());
                let branches = object.variants.iter().flat_map(|variants| &variants.branches);
                found.extend(branches.map(|branch| branch.ty.as_str()));
                found
            }
            Some(Shape::Alternate(types)) => types.iter().filter_map(TypeReference::element).collect(),
            Some(Shape::Enum(_)) | None => Vec::new(),
        }
    }
}

fn elements(members: &[Member]) -> Vec<&str> {
    members.iter().filter_map(|member| member.ty.element()).collect()
}
