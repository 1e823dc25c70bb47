//! The catalogue: every event, every type behind them, and when QEMU had what.
//!
//! This is the content of `events.json`, and everything else is made from it. It says what is so,
//! never how it is shown. Prose is in sentences, `code` in backticks, paragraphs an empty line apart.

use serde::{Deserialize, Serialize};

use crate::json::Json;
use crate::release::{Release, Scope};

/// The version of the format. It grows when a reader of the last one could misread the new one;
/// members that are added do not count.
pub const FORMAT: u32 = 1;

/// The catalogue.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "format-schema", derive(schemars::JsonSchema))]
pub struct Reference {
    /// The version of this format.
    pub format: u32,
    /// The releases of QEMU for which it is exact, oldest first.
    pub releases: Vec<Release>,
    /// The files of the schema that define events, in its order.
    pub modules: Vec<Module>,
    /// Every event that QEMU has or had, by name.
    pub events: Vec<Event>,
    /// Every type that they reach, by name.
    pub types: Vec<Type>,
}

/// A file of the schema: events of one theme.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "format-schema", derive(schemars::JsonSchema))]
pub struct Module {
    /// Its name without path and ending.
    pub name: String,
    /// What it is about.
    pub description: String,
}

/// An event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "format-schema", derive(schemars::JsonSchema))]
pub struct Event {
    /// The name on the wire.
    pub name: String,
    /// Other names that documents have for it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
    /// The Rust type in `qmp_events::events`.
    pub rust: String,
    /// The file of the schema that defines it, without its ending.
    pub module: String,
    /// When QEMU had it.
    #[serde(flatten)]
    pub lifetime: Lifetime,
    /// Its features.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub features: Vec<Feature>,
    /// Which builds of QEMU have it; all, if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub condition: Option<String>,
    /// What happened, and what a client can do about it.
    pub description: String,
    /// What comes before or after it, and the like.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// How often QEMU sends it at most; as often as it happens, if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate_limit: Option<RateLimit>,
    /// Its `data`.
    pub data: EventData,
    /// Messages.
    pub examples: Vec<Example>,
}

/// The `data` of an event.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "format-schema", derive(schemars::JsonSchema))]
pub struct EventData {
    /// The type that has the members, where the schema names one.
    #[serde(default, rename = "type", skip_serializing_if = "Option::is_none")]
    pub type_name: Option<String>,
    /// The members; without any, messages have no `data`.
    #[serde(flatten)]
    pub object: Object,
    /// Whether some documents show the value of the only member as `data` itself.
    #[serde(default, skip_serializing_if = "is_false")]
    pub bare: bool,
}

/// The members of an object.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "format-schema", derive(schemars::JsonSchema))]
pub struct Object {
    /// The members that it always can have, inherited ones first.
    pub members: Vec<Member>,
    /// The members that depend on the value of another one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variants: Option<Variants>,
}

/// The part of a union that its tag decides.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "format-schema", derive(schemars::JsonSchema))]
pub struct Variants {
    /// The member that decides.
    pub tag: String,
    /// What its values add. A value that is not listed adds nothing.
    pub branches: Vec<Branch>,
}

/// What a value of the tag adds to an object.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "format-schema", derive(schemars::JsonSchema))]
pub struct Branch {
    /// The value.
    pub value: String,
    /// The type whose members it adds.
    #[serde(rename = "type")]
    pub type_name: String,
    /// Which builds of QEMU have it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub condition: Option<String>,
}

/// A member of an object.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "format-schema", derive(schemars::JsonSchema))]
pub struct Member {
    /// The name on the wire.
    pub name: String,
    /// Other names that documents have for it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
    /// The field of the Rust type.
    pub rust: String,
    /// Its type.
    #[serde(rename = "type")]
    pub ty: TypeRef,
    /// Whether some release that has it may leave it out.
    pub optional: bool,
    /// The first release in which it may be left out, if it was once always there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub optional_since: Option<Release>,
    /// The first release in which it is always there, if it could once be left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mandatory_since: Option<Release>,
    /// When QEMU had it; absent dates are those of its owner.
    #[serde(flatten)]
    pub lifetime: Lifetime,
    /// Its features.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub features: Vec<Feature>,
    /// Which builds of QEMU have it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub condition: Option<String>,
    /// The type that the owner has it from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inherited_from: Option<String>,
    /// What it says.
    pub description: String,
}

/// A type.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "format-schema", derive(schemars::JsonSchema))]
pub struct Type {
    /// The name in the schema.
    pub name: String,
    /// The Rust type in `qmp_events::events`, if it has one of its own there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rust: Option<String>,
    /// The file of the schema that defines it, without its ending.
    pub module: String,
    /// When QEMU had it.
    #[serde(flatten)]
    pub lifetime: Lifetime,
    /// Its earlier names, newest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub renamed: Vec<Renaming>,
    /// Its features.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub features: Vec<Feature>,
    /// Which builds of QEMU have it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub condition: Option<String>,
    /// What it stands for.
    pub description: String,
    /// What it is.
    #[serde(flatten)]
    pub shape: Shape,
}

/// The kinds of types.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "format-schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Shape {
    /// A string out of a list.
    Enum {
        /// The list.
        values: Vec<EnumValue>,
    },
    /// An object.
    Struct(Object),
    /// An object one of whose members decides which others there are.
    Union(Object),
    /// A value of one of several types.
    Alternate {
        /// The types.
        types: Vec<TypeRef>,
    },
}

/// A value of an enum.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "format-schema", derive(schemars::JsonSchema))]
pub struct EnumValue {
    /// The value on the wire.
    pub name: String,
    /// The variant of the Rust type.
    pub rust: String,
    /// When QEMU had it; absent dates are those of the enum.
    #[serde(flatten)]
    pub lifetime: Lifetime,
    /// Its features.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub features: Vec<Feature>,
    /// Which builds of QEMU have it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub condition: Option<String>,
    /// What it means.
    pub description: String,
}

/// A reference to a type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "format-schema", derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum TypeRef {
    /// By name: one of the catalogue, or one that QAPI brings along (`str`, `int`, `bool`, …).
    Named(String),
    /// A list.
    List {
        /// The type of its items.
        list: Box<TypeRef>,
    },
}

/// As the schema language writes it: `str`, `['str']`.
impl std::fmt::Display for TypeRef {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Named(name) => formatter.write_str(name),
            Self::List { list } => write!(formatter, "['{list}']"),
        }
    }
}

impl TypeRef {
    /// The name at the bottom of lists.
    pub fn element(&self) -> &str {
        match self {
            Self::Named(name) => name,
            Self::List { list } => list.element(),
        }
    }
}

/// When QEMU had something.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "format-schema", derive(schemars::JsonSchema))]
pub struct Lifetime {
    /// The first release that has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Release>,
    /// The first release without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub removed: Option<Release>,
}

/// An earlier name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "format-schema", derive(schemars::JsonSchema))]
pub struct Renaming {
    /// The first release that had it no more.
    pub release: Release,
    /// The name before.
    pub from: String,
}

/// A feature, such as `deprecated` or `unstable`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "format-schema", derive(schemars::JsonSchema))]
pub struct Feature {
    /// Its name.
    pub name: String,
    /// When it applied; absent dates are those of its owner.
    #[serde(flatten)]
    pub lifetime: Lifetime,
    /// What it means.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
}

/// QEMU sends an event once a second at most: the first at once, then the last of each second.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "format-schema", derive(schemars::JsonSchema))]
pub struct RateLimit {
    /// The shortest time between two events, in milliseconds.
    pub interval_ms: u32,
    /// The member whose values are limited separately.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// The first release that limits it, if later than the event.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Release>,
    /// Events with this value are never held back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exempt: Option<Exemption>,
}

/// Which events a rate limit does not hold back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "format-schema", derive(schemars::JsonSchema))]
pub struct Exemption {
    /// The member.
    pub member: String,
    /// Its value.
    pub value: String,
}

/// A message as QEMU sends it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "format-schema", derive(schemars::JsonSchema))]
pub struct Example {
    /// The case that it shows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// The message.
    pub message: Json,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for this signature")]
fn is_false(value: &bool) -> bool {
    !*value
}

impl Reference {
    /// The event of a name; other names that documents have for it are not looked up.
    pub fn event(&self, name: &str) -> Option<&Event> {
        self.events.iter().find(|event| event.name == name)
    }

    /// The type of a name; nothing for those that QAPI brings along.
    pub fn find_type(&self, name: &str) -> Option<&Type> {
        self.types.iter().find(|ty| ty.name == name)
    }

    /// The newest release.
    pub fn newest(&self) -> Option<Release> {
        self.releases.last().copied()
    }

    /// The events that a scope has, by name.
    pub fn events_in(&self, scope: Scope) -> impl Iterator<Item = &Event> {
        self.events.iter().filter(move |event| event.lifetime.is_in(scope))
    }

    /// The values of an enum that a scope has; `None` if the type is no enum.
    pub fn values_in(&self, name: &str, scope: Scope) -> Option<Vec<&EnumValue>> {
        match &self.find_type(name)?.shape {
            Shape::Enum { values } => {
                Some(values.iter().filter(|value| value.lifetime.is_in(scope)).collect())
            }
            _ => None,
        }
    }

    /// The object that a type is; `None` if it is none.
    pub fn object(&self, name: &str) -> Option<&Object> {
        match &self.find_type(name)?.shape {
            Shape::Struct(object) | Shape::Union(object) => Some(object),
            _ => None,
        }
    }

    /// The branches of an object that a scope has: those whose value the tag can have there.
    pub fn branches_in<'a>(&'a self, object: &'a Object, scope: Scope) -> Vec<&'a Branch> {
        let Some(variants) = &object.variants else { return Vec::new() };
        let tag = object.members.iter().find(|member| member.name == variants.tag);
        let values = tag.and_then(|tag| self.values_in(tag.ty.element(), scope)).unwrap_or_default();
        let exists = |branch: &&Branch| values.iter().any(|value| value.name == branch.value);
        variants.branches.iter().filter(exists).collect()
    }
}

impl Lifetime {
    /// Whether a scope has it: `since <= X.Y < removed`.
    pub fn is_in(&self, scope: Scope) -> bool {
        scope.release().is_none_or(|at| {
            self.since.is_none_or(|since| since <= at) && self.removed.is_none_or(|removed| at < removed)
        })
    }
}

impl Object {
    /// The members that a scope has.
    pub fn members_in(&self, scope: Scope) -> impl Iterator<Item = &Member> {
        self.members.iter().filter(move |member| member.lifetime.is_in(scope))
    }
}

impl Member {
    /// Whether the schema of a scope calls it optional.
    pub fn is_optional_in(&self, scope: Scope) -> bool {
        let Some(at) = scope.release() else { return self.optional };
        let since = |release: Option<Release>| release.is_some_and(|release| release <= at);
        self.optional
            && !since(self.mandatory_since)
            && (self.optional_since.is_none() || since(self.optional_since))
    }

    /// Whether a message of a scope can lack it: if it is optional, not in all builds, or not in all
    /// releases of the scope.
    pub fn can_lack_in(&self, scope: Scope) -> bool {
        let dated = self.lifetime.since.is_some() || self.lifetime.removed.is_some();
        self.is_optional_in(scope) || self.condition.is_some() || scope == Scope::Any && dated
    }
}

impl Event {
    /// The rate limit of a scope. A release without the key limits all of them together.
    pub fn rate_limit_in(&self, scope: Scope) -> Option<RateLimit> {
        let mut limit = self.rate_limit.clone()?;
        if scope.release().is_some_and(|at| limit.since.is_some_and(|since| at < since)) {
            return None;
        }
        let exists = |name: &str| self.data.object.members_in(scope).any(|member| member.name == name);
        limit.key = limit.key.filter(|key| exists(key));
        limit.exempt = limit.exempt.filter(|exempt| exists(&exempt.member));
        Some(limit)
    }

    /// Whether it has a feature, as of a scope.
    pub fn has_feature(&self, name: &str, scope: Scope) -> bool {
        has_feature(&self.features, name, scope)
    }
}

/// Whether a feature is among these, as of a scope.
pub fn has_feature(features: &[Feature], name: &str, scope: Scope) -> bool {
    features.iter().any(|feature| feature.name == name && feature.lifetime.is_in(scope))
}

/// The first sentence of a text.
pub fn summary(text: &str) -> &str {
    let first = text.split("\n\n").next().unwrap_or_default();
    first.find(". ").map_or(first, |at| &first[..=at])
}
