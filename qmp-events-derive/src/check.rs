//! The rules about a whole type, one function each.

use std::collections::HashMap;

use syn::{LitStr, Type};

use crate::model::{Attrs, Container, Member, Role, Shape, Version};
use crate::names::{listed, suggestion};
use crate::sink::Sink;

pub(crate) fn check_container(container: &Container, sink: &Sink) {
    check_name_is_given(container, sink);
    check_names_are_names(container, sink);
    check_names_are_distinct(container, sink);
    check_removed_is_later_than_since(container, sink);
    check_later_members_are_optional(container, sink);
    check_mandatory_members_have_a_reason(container, sink);
    check_one_member_is_bare_at_most(container, sink);
    check_one_member_holds_branches_at_most(container, sink);
    check_one_field_is_unknown_at_most(container, sink);
    check_only_members_have_a_name(container, sink);
    check_rate_limit_names_members(container, sink);
    check_tag_is_given(container, sink);
    check_one_variant_is_unknown(container, sink);
    check_variants_fit_the_shape(container, sink);
}

/// Everything but a set of events has a name in QAPI.
fn check_name_is_given(container: &Container, sink: &Sink) {
    let example = match container.shape {
        Shape::Events => return,
        Shape::Event => "SHUTDOWN",
        _ => "ShutdownCause",
    };
    if container.name.is_empty() {
        let message = format!("give the name on the wire: #[qapi(name = \"{example}\")]");
        sink.report(&container.ident, message);
    }
}

/// Names on the wire are QAPI's: nothing in them needs an escape in JSON, so that decoding may compare
/// them with the text as it is.
fn check_names_are_names(container: &Container, sink: &Sink) {
    let literals = |attrs: &Attrs| {
        attrs.name.iter().chain(&attrs.aliases).chain(&attrs.tag).cloned().collect::<Vec<_>>()
    };
    for literal in all_attrs(container).flat_map(literals) {
        let name = literal.value();
        if !name.chars().all(|character| character.is_ascii_alphanumeric() || "-_.".contains(character)) {
            let message = format!(
                "`{name}` is not a valid QAPI name: only letters, digits, `-`, `_` and `.` are allowed"
            );
            sink.report(&literal, message);
        }
    }
}

/// Two members, values or branches of one type differ in name and aliases.
fn check_names_are_distinct(container: &Container, sink: &Sink) {
    if container.shape == Shape::Alternate {
        return;
    }
    let mut owners: HashMap<String, String> = HashMap::new();
    let members = named(container.members());
    let members = members.map(|member| (&member.ident, &member.name, &member.attrs));
    let variants = container.known().map(|variant| (&variant.ident, &variant.name, &variant.attrs));
    for (ident, name, attrs) in members.chain(variants) {
        let aliases = attrs.aliases.iter().map(LitStr::value);
        for name in std::iter::once(name.clone()).chain(aliases) {
            if let Some(owner) = owners.insert(name.clone(), ident.to_string()) {
                let message = format!("`{name}` is the name of `{owner}` too; names on the wire must differ");
                sink.report(ident, message);
            }
        }
    }
}

fn all_attrs(container: &Container) -> impl Iterator<Item = &Attrs> {
    let members = container.members().iter().map(|member| &member.attrs);
    let variants = container.variants().iter().map(|variant| &variant.attrs);
    std::iter::once(&container.attrs).chain(members).chain(variants)
}

/// What is gone was there before.
fn check_removed_is_later_than_since(container: &Container, sink: &Sink) {
    for attrs in all_attrs(container) {
        let (Some(since), Some(removed)) = (&attrs.since, &attrs.removed) else { continue };
        if removed.number() <= since.number() {
            let message = "`removed` is the first release without it, so it is later than `since`";
            sink.report(&removed.literal, message);
        }
    }
}

/// A member that not every QEMU of its owner sends may be absent.
fn check_later_members_are_optional(container: &Container, sink: &Sink) {
    let born = container.attrs.since.as_ref().map(Version::number);
    for member in container.members() {
        let later = member.attrs.since.as_ref().filter(|since| Some(since.number()) != born);
        let (what, literal) = match (later, &member.attrs.removed) {
            (Some(since), _) => ("older", &since.literal),
            (None, Some(removed)) => ("newer", &removed.literal),
            (None, None) => continue,
        };
        if !is_option(&member.ty) {
            let message = format!(
                "{what} QEMUs do not send `{}`; make it an `Option` (and `mandatory` if every other QEMU sends it)",
                member.name
            );
            sink.report(literal, message);
        }
    }
}

/// `mandatory` says why an `Option` is one; elsewhere it means nothing.
fn check_mandatory_members_have_a_reason(container: &Container, sink: &Sink) {
    for member in container.members() {
        let Some(mandatory) = &member.attrs.mandatory else { continue };
        let dated = member.attrs.since.is_some() || member.attrs.removed.is_some();
        if !is_option(&member.ty) {
            sink.report(mandatory, "a member that is not an `Option` is mandatory anyway; remove this");
        } else if !dated {
            let message = "say from or until when it is sent, with `since` or `removed`, or remove this";
            sink.report(mandatory, message);
        }
    }
}

fn check_one_member_is_bare_at_most(container: &Container, sink: &Sink) {
    for second in container.members().iter().filter_map(|member| member.attrs.bare.as_ref()).skip(1) {
        sink.report(second, "only one member can be `bare`");
    }
    let bare = container.members().iter().find(|member| member.role == Role::Bare);
    let branches = container.members().iter().find_map(|member| member.attrs.branches.as_ref());
    if let (Some(_), Some(branches)) = (bare, branches) {
        sink.report(branches, "an event with a `bare` member cannot hold `branches`");
    }
}

fn check_one_member_holds_branches_at_most(container: &Container, sink: &Sink) {
    let holders = container.members().iter().filter_map(|member| member.attrs.branches.as_ref());
    for second in holders.skip(1) {
        sink.report(second, "only one field can hold `branches`");
    }
}

fn check_one_field_is_unknown_at_most(container: &Container, sink: &Sink) {
    let fields = container.members().iter().filter(|member| member.role == Role::Unknown);
    for second in fields.skip(1).filter_map(|member| member.attrs.unknown.as_ref()) {
        sink.report(second, "only one field can keep `unknown` members");
    }
}

/// The fields of a union's branches and of unknown members are not members themselves.
fn check_only_members_have_a_name(container: &Container, sink: &Sink) {
    for member in container.members() {
        let key = match member.role {
            Role::Branches => "branches",
            Role::Unknown => "unknown",
            Role::Member | Role::Bare => continue,
        };
        if let Some(name) = &member.attrs.name {
            sink.report(
                name,
                format_args!("a field with `{key}` is not a member and has no name on the wire"),
            );
        }
    }
}

/// A rate limit speaks of members that exist.
fn check_rate_limit_names_members(container: &Container, sink: &Sink) {
    let Some(limit) = &container.attrs.rate_limit else { return };
    let names: Vec<&str> = container.members().iter().map(|member| member.name.as_str()).collect();
    let exempt = limit.exempt.as_ref().map(|(member, _)| member);
    for literal in limit.keys.iter().chain(exempt) {
        let name = literal.value();
        if !names.contains(&name.as_str()) {
            let suggestion = suggestion(&name, names.iter().copied());
            let message = format!("no member `{name}`{suggestion}\nits members are {}", listed(&names));
            sink.report(literal, message);
        }
    }
}

fn check_tag_is_given(container: &Container, sink: &Sink) {
    if container.shape == Shape::Union && container.attrs.tag.is_none() {
        let message = "give the member that selects the branch: #[qapi(tag = \"type\")]";
        sink.report(&container.ident, message);
    }
}

/// There is a place to keep what a newer QEMU may send.
fn check_one_variant_is_unknown(container: &Container, sink: &Sink) {
    let remedy = match container.shape {
        Shape::Event | Shape::Struct => return,
        Shape::Enum => "Other(UnknownValue)",
        Shape::Union => "Other(UnknownBranch)",
        Shape::Alternate => "Other(RawJson<'static>)",
        Shape::Events => "Unknown(UnknownEvent)",
    };
    let mut unknown = container.variants().iter().filter(|variant| variant.is_catch_all());
    match unknown.next() {
        None => {
            let message =
                format!("add a variant for what this build does not know: #[qapi(unknown)] {remedy}");
            sink.report(&container.ident, message);
        }
        Some(variant) if variant.payload.is_none() && variant.attrs.rest.is_some() => {
            sink.report(&variant.ident, "give the set of events in parentheses, such as `Event`");
        }
        Some(variant) if variant.payload.is_none() => {
            let message = format!("this variant keeps what came: write `{remedy}`");
            sink.report(&variant.ident, message);
        }
        Some(_) => {}
    }
    for second in unknown {
        sink.report(&second.ident, "only one variant can be for everything else");
    }
}

/// Values of an enum are plain; the variants of alternates and sets of events hold a type each.
fn check_variants_fit_the_shape(container: &Container, sink: &Sink) {
    for variant in container.known() {
        match (container.shape, &variant.payload) {
            (Shape::Enum, Some(payload)) => sink.report(payload, "a value of an enum holds nothing"),
            (Shape::Alternate, None) => sink.report(&variant.ident, "give the type of this alternative"),
            (Shape::Events, None) => sink.report(&variant.ident, "give the type of the event in parentheses"),
            (Shape::Events, Some(_)) if variant.attrs.name.is_none() => {
                sink.report(&variant.ident, "give the event's name: #[qapi(name = \"…\")]");
            }
            _ => {}
        }
    }
}

/// Whether the type is written as an `Option`.
pub(crate) fn is_option(ty: &Type) -> bool {
    is_named(ty, "Option")
}

/// Whether the last part of the type's path is this.
pub(crate) fn is_named(ty: &Type, name: &str) -> bool {
    let Type::Path(path) = ty else { return false };
    path.path.segments.last().is_some_and(|segment| segment.ident == name)
}

/// Members that are read under their own name.
pub(crate) fn named(members: &[Member]) -> impl Iterator<Item = &Member> {
    members.iter().filter(|member| matches!(member.role, Role::Member | Role::Bare))
}
