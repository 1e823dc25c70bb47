//! What the schema says of each event and type.

use std::fmt;
use std::ops::Deref;

use super::availability::{Availability, RateLimit};
use super::version::Version;

macro_rules! available_in {
    ($($info:ident)*) => {$(
        impl $info {
            /// Whether this release of QEMU has it, if it has the owner and was built with everything.
            pub fn available_in(&self, version: Version) -> bool {
                self.availability.available_in(version)
            }
        }
    )*};
}

available_in!(EventInfo StructInfo MemberInfo EnumInfo ValueInfo UnionInfo BranchInfo AlternateInfo);

/// What is known about an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct EventInfo {
    /// The name on the wire.
    pub name: &'static str,
    /// Other names that it has had.
    pub aliases: &'static [&'static str],
    /// Which QEMUs have it.
    pub availability: Availability,
    /// How often QEMU sends it at most, if that is limited.
    pub rate_limit: Option<RateLimit>,
    /// The members of `data`.
    pub members: &'static [MemberInfo],
    /// The union whose tag and members are members of `data` too.
    pub branches: Option<TypeInfo>,
    /// What it means.
    pub description: &'static str,
    /// Messages of this event as JSON.
    pub examples: &'static [&'static str],
}

impl EventInfo {
    /// The member of this name or alias.
    pub fn member(&self, name: &str) -> Option<&'static MemberInfo> {
        member(self.members, name)
    }
}

pub(super) fn member(members: &'static [MemberInfo], name: &str) -> Option<&'static MemberInfo> {
    members.iter().find(|member| member.is_named(name))
}

/// What is known about a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct MemberInfo {
    /// The name on the wire.
    pub name: &'static str,
    /// Other names that are read too.
    pub aliases: &'static [&'static str],
    /// The type of its value.
    pub ty: TypeInfo,
    /// Whether a QEMU that has it may leave it out.
    pub optional: bool,
    /// Whether its value may take the place of the whole object, as old documents show it.
    pub bare: bool,
    /// Which QEMUs have it.
    pub availability: Availability,
    /// What it means.
    pub description: &'static str,
}

impl MemberInfo {
    /// Whether this is its name or an alias.
    pub fn is_named(&self, name: &str) -> bool {
        self.name == name || self.aliases.contains(&name)
    }
}

/// What is known about a struct.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct StructInfo {
    /// The name in the schema.
    pub name: &'static str,
    /// Names that it had in older schemas.
    pub aliases: &'static [&'static str],
    /// Which QEMUs have it.
    pub availability: Availability,
    /// Its members.
    pub members: &'static [MemberInfo],
    /// The union whose tag and members are members of it too.
    pub branches: Option<TypeInfo>,
    /// What it means.
    pub description: &'static str,
}

impl StructInfo {
    /// The member of this name or alias.
    pub fn member(&self, name: &str) -> Option<&'static MemberInfo> {
        member(self.members, name)
    }
}

/// What is known about an enum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct EnumInfo {
    /// The name in the schema.
    pub name: &'static str,
    /// Names that it had in older schemas.
    pub aliases: &'static [&'static str],
    /// Which QEMUs have it.
    pub availability: Availability,
    /// Its values.
    pub values: &'static [ValueInfo],
    /// What it means.
    pub description: &'static str,
}

impl EnumInfo {
    /// The value of this name or alias.
    pub fn value(&self, name: &str) -> Option<&'static ValueInfo> {
        self.values.iter().find(|value| value.name == name || value.aliases.contains(&name))
    }
}

/// What is known about a value of an enum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ValueInfo {
    /// The name on the wire.
    pub name: &'static str,
    /// Other names that are read too.
    pub aliases: &'static [&'static str],
    /// Which QEMUs have it.
    pub availability: Availability,
    /// What it means.
    pub description: &'static str,
}

/// What is known about a union.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnionInfo {
    /// The name in the schema.
    pub name: &'static str,
    /// Names that it had in older schemas.
    pub aliases: &'static [&'static str],
    /// The member that selects the branch.
    pub tag: &'static str,
    /// Which QEMUs have it.
    pub availability: Availability,
    /// Its branches.
    pub branches: &'static [BranchInfo],
    /// What it means.
    pub description: &'static str,
}

impl UnionInfo {
    /// The branch of this name or alias.
    pub fn branch(&self, name: &str) -> Option<&'static BranchInfo> {
        self.branches.iter().find(|branch| branch.name == name || branch.aliases.contains(&name))
    }
}

/// What is known about a branch of a union.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct BranchInfo {
    /// The value of the tag.
    pub name: &'static str,
    /// Other values of the tag that are read too.
    pub aliases: &'static [&'static str],
    /// The type with the branch's members, if it has any.
    pub ty: Option<TypeInfo>,
    /// Which QEMUs have it.
    pub availability: Availability,
    /// What it means.
    pub description: &'static str,
}

/// What is known about an alternate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AlternateInfo {
    /// The name in the schema.
    pub name: &'static str,
    /// Names that it had in older schemas.
    pub aliases: &'static [&'static str],
    /// Which QEMUs have it.
    pub availability: Availability,
    /// The types of its variants, of which no two have the same JSON type.
    pub types: &'static [TypeInfo],
    /// What it means.
    pub description: &'static str,
}

/// A type of values.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub enum TypeInfo {
    /// An integer.
    Integer {
        /// Whether it may be negative.
        signed: bool,
        /// The bits of its range: 8, 16, 32 or 64.
        bits: u32,
    },
    /// A number, possibly with a fraction.
    Number,
    /// True or false.
    Boolean,
    /// A string.
    String,
    /// Only null.
    Null,
    /// Any JSON value.
    Any,
    /// A list of values of one type.
    List(&'static TypeInfo),
    /// A string of a known set.
    Enum(Definition<EnumInfo>),
    /// An object.
    Struct(Definition<StructInfo>),
    /// An object one of whose members selects the others.
    Union(Definition<UnionInfo>),
    /// A value of one of several JSON types.
    Alternate(Definition<AlternateInfo>),
}

/// A reference to a definition, followed when it is used, so that types can contain themselves.
pub struct Definition<T: 'static>(fn() -> &'static T);

impl<T> Definition<T> {
    #[doc(hidden)]
    pub const fn new(definition: fn() -> &'static T) -> Self {
        Definition(definition)
    }

    /// The definition.
    pub fn get(self) -> &'static T {
        (self.0)()
    }
}

impl<T> Clone for Definition<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Definition<T> {}

impl<T> Deref for Definition<T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.get()
    }
}

/// Only the name, since a type may contain itself.
impl fmt::Debug for TypeInfo {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TypeInfo::List(item) => write!(formatter, "[{item:?}]"),
            _ => formatter.write_str(self.name()),
        }
    }
}

impl<T> fmt::Debug for Definition<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Definition").finish_non_exhaustive()
    }
}

impl TypeInfo {
    /// The name in the schema, but for lists, which have none: the name of the items' type.
    pub fn name(&self) -> &'static str {
        match self {
            TypeInfo::Integer { signed: true, bits: 64 } => "int",
            TypeInfo::Integer { signed: true, bits: 32 } => "int32",
            TypeInfo::Integer { signed: true, bits: 16 } => "int16",
            TypeInfo::Integer { signed: true, .. } => "int8",
            TypeInfo::Integer { signed: false, bits: 64 } => "uint64",
            TypeInfo::Integer { signed: false, bits: 32 } => "uint32",
            TypeInfo::Integer { signed: false, bits: 16 } => "uint16",
            TypeInfo::Integer { signed: false, .. } => "uint8",
            TypeInfo::Number => "number",
            TypeInfo::Boolean => "bool",
            TypeInfo::String => "str",
            TypeInfo::Null => "null",
            TypeInfo::Any => "any",
            TypeInfo::List(item) => item.name(),
            TypeInfo::Enum(info) => info.get().name,
            TypeInfo::Struct(info) => info.get().name,
            TypeInfo::Union(info) => info.get().name,
            TypeInfo::Alternate(info) => info.get().name,
        }
    }
}

/// As [`TypeInfo::name`], in brackets for a list.
impl fmt::Display for TypeInfo {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&format!("{self:?}"))
    }
}

/// Types are the same if they have the same name, and are lists or not. (They may contain
/// themselves, so that comparing what they contain would not end.)
impl PartialEq for TypeInfo {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (TypeInfo::List(left), TypeInfo::List(right)) => left == right,
            (TypeInfo::List(_), _) | (_, TypeInfo::List(_)) => false,
            _ => self.name() == other.name(),
        }
    }
}

impl Eq for TypeInfo {}
