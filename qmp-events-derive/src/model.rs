//! What a derive input means, once its attributes are read and the rules hold.

use syn::{Ident, LitStr, Type};

/// Which derive is at work.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    Event,
    Struct,
    Enum,
    Union,
    Alternate,
    Events,
}

/// A whole derive input.
pub(crate) struct Container {
    pub(crate) ident: Ident,
    pub(crate) vis: syn::Visibility,
    pub(crate) shape: Shape,
    /// Empty for a set of events, which has no name on the wire.
    pub(crate) name: String,
    pub(crate) attrs: Attrs,
    pub(crate) description: String,
    pub(crate) body: Body,
}

pub(crate) enum Body {
    Members(Vec<Member>),
    Variants(Vec<Variant>),
}

impl Container {
    pub(crate) fn members(&self) -> &[Member] {
        match &self.body {
            Body::Members(members) => members,
            Body::Variants(_) => &[],
        }
    }

    pub(crate) fn variants(&self) -> &[Variant] {
        match &self.body {
            Body::Variants(variants) => variants,
            Body::Members(_) => &[],
        }
    }

    /// The variants for what the schema has.
    pub(crate) fn known(&self) -> impl Iterator<Item = &Variant> {
        self.variants().iter().filter(|variant| !variant.is_catch_all())
    }

    /// The variant that keeps what this build does not know. `check` made sure that there is one, or in
    /// a set of events one with the rest.
    pub(crate) fn unknown(&self) -> Option<&Variant> {
        self.variants().iter().find(|variant| variant.attrs.unknown.is_some())
    }

    /// The variant that holds another set of events, for all events that this one does not name.
    pub(crate) fn rest(&self) -> Option<&Variant> {
        self.variants().iter().find(|variant| variant.attrs.rest.is_some())
    }

    /// The field for members that the type does not know.
    pub(crate) fn unknown_members(&self) -> Option<&Member> {
        self.members().iter().find(|member| member.role == Role::Unknown)
    }
}

pub(crate) struct Member {
    pub(crate) ident: Ident,
    pub(crate) ty: Type,
    pub(crate) name: String,
    pub(crate) role: Role,
    pub(crate) attrs: Attrs,
    pub(crate) description: String,
}

/// What a field is to its object.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// A member.
    Member,
    /// A member whose value may also take the place of the whole object.
    Bare,
    /// A union whose tag and members are members of this object.
    Branches,
    /// The members that the type does not know.
    Unknown,
}

pub(crate) struct Variant {
    pub(crate) ident: Ident,
    pub(crate) payload: Option<Type>,
    pub(crate) name: String,
    pub(crate) attrs: Attrs,
    pub(crate) description: String,
}

impl Variant {
    /// Whether it is for everything that the other variants are not for.
    pub(crate) fn is_catch_all(&self) -> bool {
        self.attrs.unknown.is_some() || self.attrs.rest.is_some()
    }
}

/// All that `#[qapi(...)]` can say, at any place; `attr` refuses keys that the place does not have.
#[derive(Default)]
pub(crate) struct Attrs {
    pub(crate) name: Option<LitStr>,
    pub(crate) aliases: Vec<LitStr>,
    pub(crate) since: Option<Version>,
    pub(crate) removed: Option<Version>,
    pub(crate) deprecated: bool,
    pub(crate) unstable: bool,
    pub(crate) features: Vec<LitStr>,
    pub(crate) condition: Option<LitStr>,
    pub(crate) rate_limit: Option<RateLimit>,
    pub(crate) examples: Vec<LitStr>,
    pub(crate) new: bool,
    pub(crate) tag: Option<LitStr>,
    pub(crate) kind: Option<Ident>,
    pub(crate) mandatory: Option<Ident>,
    pub(crate) bare: Option<Ident>,
    pub(crate) branches: Option<Ident>,
    pub(crate) unknown: Option<Ident>,
    pub(crate) rest: Option<Ident>,
}

/// A QEMU release, and where it was written.
#[derive(Clone)]
pub(crate) struct Version {
    pub(crate) major: u16,
    pub(crate) minor: u16,
    pub(crate) literal: LitStr,
}

impl Version {
    pub(crate) fn number(&self) -> (u16, u16) {
        (self.major, self.minor)
    }
}

#[derive(Default)]
pub(crate) struct RateLimit {
    pub(crate) keys: Vec<LitStr>,
    pub(crate) since: Option<Version>,
    pub(crate) exempt: Option<(LitStr, LitStr)>,
}
