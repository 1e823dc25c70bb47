//! What was written: every node with its place, nothing resolved, nothing dropped but comments.
//!
//! There are two layers. [`Value`] is the bare notation (objects, lists, strings, booleans);
//! [`Definition`] is a value whose shape was checked. Names are resolved only after this.

use crate::schema::Condition;
use crate::source::Span;

/// A string of the source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// Its text, without quotes and escapes.
    pub text: String,
    /// Where it is, quotes included.
    pub span: Span,
}

/// Any expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Value {
    /// Where it is.
    pub span: Span,
    /// What it is.
    pub kind: ValueKind,
}

/// The kinds of expressions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ValueKind {
    /// `{ 'key': value, … }`
    Object(Vec<Entry>),
    /// `[ value, … ]`
    List(Vec<Value>),
    /// `'text'`
    String(String),
    /// `true` or `false`
    Bool(bool),
}

/// A key and its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The key.
    pub key: Name,
    /// The value.
    pub value: Value,
}

/// A documentation comment, line by line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    /// From `##` to `##`.
    pub span: Span,
    /// The lines between, without `# `.
    pub lines: Vec<Line>,
    /// It broke a lexical rule, which has been reported.
    pub damaged: bool,
}

impl Comment {
    /// Whether it claims to document a definition.
    pub fn is_for_definition(&self) -> bool {
        self.lines.first().is_some_and(|line| line.text.starts_with('@'))
    }
}

/// One line of a [`Comment`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The text after `# `, without trailing blanks.
    pub text: String,
    /// Where that text is.
    pub span: Span,
}

/// A top-level object and the comment in front of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Its keys and values, as far as they were readable.
    pub entries: Vec<Entry>,
    /// From `{` to `}`.
    pub span: Span,
    /// Whether the whole object was readable and free of defects of notation.
    pub complete: bool,
    /// The documentation comment immediately in front.
    pub comment: Option<Comment>,
}

/// A parsed file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct File {
    /// Directives and definitions, in order.
    pub items: Vec<Item>,
    /// Comments that document no definition, even if they claim to.
    pub free_comments: Vec<Comment>,
    /// Something was skipped without a trace of its name.
    pub lost_definitions: bool,
}

/// The six kinds of definitions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meta {
    /// `enum`
    Enum,
    /// `struct`
    Struct,
    /// `union`
    Union,
    /// `alternate`
    Alternate,
    /// `command`
    Command,
    /// `event`
    Event,
}

impl Meta {
    /// All of them with their key.
    pub const ALL: [(&'static str, Self); 6] = [
        ("enum", Self::Enum),
        ("struct", Self::Struct),
        ("union", Self::Union),
        ("alternate", Self::Alternate),
        ("command", Self::Command),
        ("event", Self::Event),
    ];

    /// The kind that a key announces.
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| *known == key).map(|(_, meta)| *meta)
    }

    /// The key that announces it.
    pub fn key(self) -> &'static str {
        Self::ALL.iter().find(|(_, meta)| *meta == self).map_or("", |(key, _)| key)
    }

    /// Whether it defines a type.
    pub fn is_type(self) -> bool {
        !matches!(self, Self::Command | Self::Event)
    }
}

/// A definition whose shape is right, or whose wrong parts were reported and left out.
#[derive(Clone, Debug)]
pub struct Definition {
    /// Its kind.
    pub meta: Meta,
    /// Its name.
    pub name: Name,
    /// From `{` to `}`.
    pub span: Span,
    /// The comment in front of it.
    pub comment: Option<Comment>,
    /// Its condition.
    pub condition: Option<Condition>,
    /// Its features.
    pub features: Vec<Feature>,
    /// What the kind adds.
    pub body: Body,
    /// Something of it was wrong and left out: what is missing in it says nothing.
    pub damaged: bool,
}

/// What the kinds of definitions add.
#[derive(Clone, Debug)]
pub enum Body {
    /// `enum`
    Enum {
        /// The values.
        values: Vec<EnumValue>,
        /// The C prefix.
        prefix: Option<String>,
    },
    /// `struct`
    Struct {
        /// The struct to inherit from.
        base: Option<Name>,
        /// Its own members.
        members: Vec<Member>,
    },
    /// `union`
    Union {
        /// The common members; a simple union has none.
        base: Data,
        /// The name of the tag; a simple union has none.
        discriminator: Option<Name>,
        /// The branches.
        branches: Vec<Branch>,
    },
    /// `alternate`
    Alternate {
        /// The branches.
        branches: Vec<Branch>,
    },
    /// `command`
    Command {
        /// The arguments.
        data: Data,
        /// What it returns.
        returns: Option<TypeName>,
        /// Whether `data` is passed as one argument in C.
        boxed: bool,
    },
    /// `event`
    Event {
        /// The data.
        data: Data,
        /// Whether `data` is passed as one argument in C.
        boxed: bool,
    },
}

/// Members, in place or by the name of a type.
#[derive(Clone, Debug)]
pub enum Data {
    /// There are none.
    None,
    /// In place.
    Members(Vec<Member>),
    /// Those of a type.
    Type(Name),
}

/// `'name'` or `['name']`.
#[derive(Clone, Debug)]
pub struct TypeName {
    /// The name.
    pub name: Name,
    /// Whether it is a list of these.
    pub list: bool,
}

/// A member of an object.
#[derive(Clone, Debug)]
pub struct Member {
    /// The name, without `*`.
    pub name: Name,
    /// Whether there was a `*`.
    pub optional: bool,
    /// The type.
    pub ty: TypeName,
    /// Its condition.
    pub condition: Option<Condition>,
    /// Its features.
    pub features: Vec<Feature>,
}

/// A value of an enum.
#[derive(Clone, Debug)]
pub struct EnumValue {
    /// The value.
    pub name: Name,
    /// Its condition.
    pub condition: Option<Condition>,
    /// Its features.
    pub features: Vec<Feature>,
}

/// A branch of a union or an alternate.
#[derive(Clone, Debug)]
pub struct Branch {
    /// The tag's value, or the name.
    pub name: Name,
    /// The type.
    pub ty: TypeName,
    /// Its condition.
    pub condition: Option<Condition>,
}

/// A feature.
#[derive(Clone, Debug)]
pub struct Feature {
    /// The name.
    pub name: Name,
    /// Its condition.
    pub condition: Option<Condition>,
}
