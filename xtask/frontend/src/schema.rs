//! What a schema means: names resolved, sugar gone, documentation read.
//!
//! The QAPI front end makes a [`Schema`]; everything after it (joining, generating, comparing)
//! reads only this. It never holds syntax, and nothing in it depends on a schema's own names.

use std::collections::HashMap;

use crate::source::{FileId, Span};
use crate::version::Version;

/// A checked schema.
#[derive(Debug, Default)]
pub struct Schema {
    /// The files, in the order of inclusion.
    pub modules: Vec<Module>,
    /// Every definition, in source order.
    pub definitions: Vec<Definition>,
    index: HashMap<String, DefinitionId>,
}

/// A definition of a [`Schema`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DefinitionId(u32);

impl DefinitionId {
    /// The place in [`Schema::definitions`].
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

impl Schema {
    /// Takes a definition in. The first one of a name wins the name.
    pub fn add(&mut self, definition: Definition) -> DefinitionId {
        let id = DefinitionId(self.definitions.len() as u32);
        self.index.entry(definition.name.clone()).or_insert(id);
        self.definitions.push(definition);
        id
    }

    /// Looks a name up.
    pub fn find(&self, name: &str) -> Option<DefinitionId> {
        self.index.get(name).copied()
    }

    /// The definition of an id that this schema gave out.
    pub fn get(&self, id: DefinitionId) -> &Definition {
        &self.definitions[id.0 as usize]
    }

    /// The same, for the passes that fill it in.
    pub fn get_mut(&mut self, id: DefinitionId) -> &mut Definition {
        &mut self.definitions[id.0 as usize]
    }

    /// All ids, in source order.
    pub fn ids(&self) -> impl Iterator<Item = DefinitionId> + use<> {
        (0..self.definitions.len() as u32).map(DefinitionId)
    }

    /// The events, in source order.
    pub fn events(&self) -> impl Iterator<Item = (&Definition, &Event)> {
        self.definitions.iter().filter_map(|definition| match &definition.kind {
            Kind::Event(event) => Some((definition, event)),
            _ => None,
        })
    }

    /// All members of a struct, the inherited ones first.
    pub fn members_with_base<'a>(&'a self, structure: &'a Struct) -> Vec<&'a Member> {
        let mut members = Vec::new();
        if let Some(Kind::Struct(base)) = structure.base.map(|id| &self.get(id).kind) {
            members = self.members_with_base(base);
        }
        members.extend(&structure.members);
        members
    }
}

/// One file of a schema.
#[derive(Debug)]
pub struct Module {
    /// The file's name without path and ending, such as `run-state`.
    pub name: String,
    /// The file.
    pub file: FileId,
}

/// Something with a name at the top level of a schema.
#[derive(Debug)]
pub struct Definition {
    /// The name on the wire or in the schema.
    pub name: String,
    /// Where the name is.
    pub span: Span,
    /// The whole definition, braces and all, without its documentation.
    pub extent: Span,
    /// Index into [`Schema::modules`].
    pub module: usize,
    /// The documentation comment, if there is one.
    pub documentation: Option<Documentation>,
    /// When it exists at all in a build.
    pub condition: Option<Condition>,
    /// Features of the definition as a whole.
    pub features: Vec<Feature>,
    /// When QEMU had it.
    pub lifetime: Lifetime,
    /// What it is.
    pub kind: Kind,
}

impl Definition {
    /// How diagnostics call it, such as `event 'STOP'`.
    pub fn owner(&self) -> String {
        format!("{} '{}'", self.kind.word(), self.name)
    }
}

/// When QEMU had something, as far as the sources say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lifetime {
    /// `Since: X.Y` or `(since X.Y)`: the first release that has it.
    pub since: Option<Version>,
    /// `Removed: X.Y` or `(removed X.Y)`: the first release without it.
    pub removed: Option<Version>,
    /// `(optional since X.Y)`: the first release in which the member may be left out. The schema
    /// calls it optional.
    pub optional: Option<Version>,
    /// `(mandatory since X.Y)`: the first release in which the member is always there. The schema
    /// calls it optional, for the sake of the releases before.
    pub mandatory: Option<Version>,
    /// `Renamed: X.Y from OLD`: what it was called before that release. Newest first.
    pub renamed: Vec<(Version, String)>,
}

/// The kinds of definitions.
#[derive(Debug)]
pub enum Kind {
    /// `enum`
    Enum(Enum),
    /// `struct`
    Struct(Struct),
    /// `union`
    Union(Union),
    /// `alternate`
    Alternate(Alternate),
    /// `command`
    Command(Command),
    /// `event`
    Event(Event),
}

impl Kind {
    /// The key that the schema language uses for it.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Enum(_) => "enum",
            Self::Struct(_) => "struct",
            Self::Union(_) => "union",
            Self::Alternate(_) => "alternate",
            Self::Command(_) => "command",
            Self::Event(_) => "event",
        }
    }
}

/// A list of names.
#[derive(Debug, Default)]
pub struct Enum {
    /// The values.
    pub values: Vec<EnumValue>,
    /// The C prefix, which means nothing on the wire.
    pub prefix: Option<String>,
}

/// One name of an [`Enum`].
#[derive(Clone, Debug)]
pub struct EnumValue {
    /// The value on the wire.
    pub name: String,
    /// Where it is.
    pub span: Span,
    /// When a build has it.
    pub condition: Option<Condition>,
    /// Its features.
    pub features: Vec<Feature>,
    /// What the documentation says of it.
    pub description: String,
    /// When QEMU had it.
    pub lifetime: Lifetime,
}

/// An object.
#[derive(Debug, Default)]
pub struct Struct {
    /// The struct it inherits members from.
    pub base: Option<DefinitionId>,
    /// Its own members.
    pub members: Vec<Member>,
}

/// A member of an object.
#[derive(Clone, Debug)]
pub struct Member {
    /// The name on the wire, without the `*` of optional ones.
    pub name: String,
    /// Where it is.
    pub span: Span,
    /// Its type.
    pub ty: Type,
    /// Whether the schema calls it optional.
    pub optional: bool,
    /// When a build has it.
    pub condition: Option<Condition>,
    /// Its features.
    pub features: Vec<Feature>,
    /// What the documentation says of it.
    pub description: String,
    /// When QEMU had it.
    pub lifetime: Lifetime,
}

/// A reference to a type.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Type {
    /// One that the language brings along.
    Builtin(Builtin),
    /// One that the schema defines.
    Named(DefinitionId),
    /// A list.
    List(Box<Type>),
}

/// The types that the language brings along.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Builtin {
    /// `str`
    Str,
    /// `number`: a double.
    Number,
    /// `int`: the same as `int64`.
    Int,
    /// `int8`
    Int8,
    /// `int16`
    Int16,
    /// `int32`
    Int32,
    /// `int64`
    Int64,
    /// `uint8`
    Uint8,
    /// `uint16`
    Uint16,
    /// `uint32`
    Uint32,
    /// `uint64`
    Uint64,
    /// `size`: `uint64` in bytes.
    Size,
    /// `bool`
    Bool,
    /// `null`
    Null,
    /// `any`
    Any,
    /// The enum `QType`.
    QType,
}

impl Builtin {
    /// All of them, with the names that the language gives them.
    pub const ALL: [(&'static str, Self); 16] = [
        ("str", Self::Str),
        ("number", Self::Number),
        ("int", Self::Int),
        ("int8", Self::Int8),
        ("int16", Self::Int16),
        ("int32", Self::Int32),
        ("int64", Self::Int64),
        ("uint8", Self::Uint8),
        ("uint16", Self::Uint16),
        ("uint32", Self::Uint32),
        ("uint64", Self::Uint64),
        ("size", Self::Size),
        ("bool", Self::Bool),
        ("null", Self::Null),
        ("any", Self::Any),
        ("QType", Self::QType),
    ];

    /// The built-in type of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| *known == name).map(|(_, builtin)| *builtin)
    }

    /// The name that the language gives it.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, builtin)| *builtin == self).map_or("", |(name, _)| name)
    }
}

/// A tagged union.
#[derive(Debug)]
pub struct Union {
    /// Members that every value has, the inherited ones of a named base included, the tag among them.
    pub base: Vec<Member>,
    /// The struct that `base` named; nothing where the members were written in place.
    pub base_type: Option<DefinitionId>,
    /// The name of the tag, a member of `base`.
    pub tag: String,
    /// The enum of the tag.
    pub tag_type: Option<DefinitionId>,
    /// The branches that the schema lists; a tag value without one has no further members.
    pub branches: Vec<Branch>,
    /// An old simple union: the branch's value is in the member `data`, not beside the tag.
    pub simple: bool,
}

/// A branch of a [`Union`] or an [`Alternate`].
#[derive(Clone, Debug)]
pub struct Branch {
    /// The tag value, or the alternate's branch name.
    pub name: String,
    /// Where it is.
    pub span: Span,
    /// Its type.
    pub ty: Type,
    /// When a build has it.
    pub condition: Option<Condition>,
    /// What the documentation says of it (alternates only).
    pub description: String,
}

/// A value of one of several JSON types.
#[derive(Debug)]
pub struct Alternate {
    /// The possible types.
    pub branches: Vec<Branch>,
}

/// What a client may ask for.
#[derive(Debug)]
pub struct Command {
    /// Its arguments.
    pub arguments: Data,
    /// What it returns.
    pub returns: Option<Type>,
}

/// What QEMU tells by itself.
#[derive(Debug)]
pub struct Event {
    /// Its `data`.
    pub data: Data,
}

/// The members of an event or the arguments of a command.
#[derive(Debug)]
pub enum Data {
    /// There are none.
    None,
    /// Written in place.
    Members(Vec<Member>),
    /// The members of this struct or (boxed) union.
    Type(DefinitionId),
}

/// What a QAPI condition says.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Condition {
    /// A C identifier, or the C text of an old tree.
    Symbol(String),
    /// All of them.
    All(Vec<Condition>),
    /// One of them at least.
    Any(Vec<Condition>),
    /// Not this one.
    Not(Box<Condition>),
}

impl std::fmt::Display for Condition {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let list = |f: &mut std::fmt::Formatter<'_>, word, all: &[Self]| {
            for (index, one) in all.iter().enumerate() {
                let separator = if index == 0 { "" } else { word };
                write!(f, "{separator}{one}")?;
            }
            Ok(())
        };
        match self {
            Self::Symbol(name) => f.write_str(name),
            Self::All(all) => {
                f.write_str("(")?;
                list(f, " and ", all)?;
                f.write_str(")")
            }
            Self::Any(any) => {
                f.write_str("(")?;
                list(f, " or ", any)?;
                f.write_str(")")
            }
            Self::Not(one) => write!(f, "not {one}"),
        }
    }
}

/// A feature, such as `deprecated` or `unstable`.
#[derive(Clone, Debug)]
pub struct Feature {
    /// Its name.
    pub name: String,
    /// Where it is.
    pub span: Span,
    /// When a build has it.
    pub condition: Option<Condition>,
    /// What the documentation says of it.
    pub description: String,
    /// When QEMU had it.
    pub lifetime: Lifetime,
}

/// A documentation comment, apart from what it says of members, values and features.
#[derive(Debug, Default)]
pub struct Documentation {
    /// The comment, from `##` to `##`.
    pub span: Option<Span>,
    /// The overview's paragraphs, joined lines, without dates and tagged sections.
    pub overview: String,
    /// Wire examples, each the text of one JSON value, as far as they parse.
    pub examples: Vec<String>,
}
