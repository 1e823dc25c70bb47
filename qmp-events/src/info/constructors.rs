//! How the derive macros make metadata, in other crates too.
//!
//! The structs are `#[non_exhaustive]`, since any release may add fields; a new field gets a setter of
//! its own here.

use super::availability::{Availability, RateLimit};
use super::definitions::{
    AlternateInfo, BranchInfo, EnumInfo, EventInfo, MemberInfo, StructInfo, TypeInfo, UnionInfo, ValueInfo,
};
use super::version::Version;

impl Availability {
    #[doc(hidden)]
    pub const fn new(
        since: Option<Version>,
        removed: Option<Version>,
        deprecated: bool,
        unstable: bool,
        features: &'static [&'static str],
        condition: Option<&'static str>,
    ) -> Self {
        Availability { since, removed, deprecated, unstable, features, condition }
    }
}

impl EventInfo {
    #[doc(hidden)]
    pub const fn new(
        name: &'static str,
        aliases: &'static [&'static str],
        availability: Availability,
        members: &'static [MemberInfo],
        branches: Option<TypeInfo>,
        description: &'static str,
    ) -> Self {
        EventInfo {
            name,
            aliases,
            availability,
            members,
            branches,
            description,
            rate_limit: None,
            examples: &[],
        }
    }

    #[doc(hidden)]
    pub const fn with_rate_limit(mut self, rate_limit: Option<RateLimit>) -> Self {
        self.rate_limit = rate_limit;
        self
    }

    #[doc(hidden)]
    pub const fn with_examples(mut self, examples: &'static [&'static str]) -> Self {
        self.examples = examples;
        self
    }
}

impl RateLimit {
    #[doc(hidden)]
    pub const fn new(
        keys: &'static [&'static str],
        since: Option<Version>,
        exempt: Option<(&'static str, &'static str)>,
    ) -> Self {
        RateLimit { keys, since, exempt }
    }
}

impl MemberInfo {
    #[doc(hidden)]
    pub const fn new(
        name: &'static str,
        aliases: &'static [&'static str],
        ty: TypeInfo,
        optional: bool,
        bare: bool,
        availability: Availability,
        description: &'static str,
    ) -> Self {
        MemberInfo { name, aliases, ty, optional, bare, availability, description }
    }
}

impl StructInfo {
    #[doc(hidden)]
    pub const fn new(
        name: &'static str,
        aliases: &'static [&'static str],
        availability: Availability,
        members: &'static [MemberInfo],
        branches: Option<TypeInfo>,
        description: &'static str,
    ) -> Self {
        StructInfo { name, aliases, availability, members, branches, description }
    }
}

impl EnumInfo {
    #[doc(hidden)]
    pub const fn new(
        name: &'static str,
        aliases: &'static [&'static str],
        availability: Availability,
        values: &'static [ValueInfo],
        description: &'static str,
    ) -> Self {
        EnumInfo { name, aliases, availability, values, description }
    }
}

impl ValueInfo {
    #[doc(hidden)]
    pub const fn new(
        name: &'static str,
        aliases: &'static [&'static str],
        availability: Availability,
        description: &'static str,
    ) -> Self {
        ValueInfo { name, aliases, availability, description }
    }
}

impl UnionInfo {
    #[doc(hidden)]
    pub const fn new(
        name: &'static str,
        aliases: &'static [&'static str],
        tag: &'static str,
        availability: Availability,
        branches: &'static [BranchInfo],
        description: &'static str,
    ) -> Self {
        UnionInfo { name, aliases, tag, availability, branches, description }
    }
}

impl BranchInfo {
    #[doc(hidden)]
    pub const fn new(
        name: &'static str,
        aliases: &'static [&'static str],
        ty: Option<TypeInfo>,
        availability: Availability,
        description: &'static str,
    ) -> Self {
        BranchInfo { name, aliases, ty, availability, description }
    }
}

impl AlternateInfo {
    #[doc(hidden)]
    pub const fn new(
        name: &'static str,
        aliases: &'static [&'static str],
        availability: Availability,
        types: &'static [TypeInfo],
        description: &'static str,
    ) -> Self {
        AlternateInfo { name, aliases, availability, types, description }
    }
}
