//! The types that events reach.

use std::collections::BTreeSet;

use crate::model::{Event, Object, Reference, Shape, Type};
use crate::release::Scope;

/// The types that messages of these events can hold values of, by name. A type whose members are
/// written out in place is not among them: the branch of a union, or the type of an event's data.
pub(crate) fn reached_types<'a>(
    reference: &'a Reference,
    events: impl IntoIterator<Item = &'a Event>,
    scope: Scope,
) -> Vec<&'a Type> {
    let objects = events.into_iter().map(|event| &event.data.object);
    reached(reference, objects, |object| named(reference, object, scope))
}

/// Every type whose changes show in messages of an event: also those of tags and of branches.
#[cfg(feature = "site")]
pub(crate) fn types_below<'a>(reference: &'a Reference, event: &'a Event) -> Vec<&'a Type> {
    reached(reference, [&event.data.object], |object| {
        let members = object.members.iter().map(|member| member.ty.element());
        let branches = reference.branches_in(object, Scope::Any).into_iter();
        members.chain(branches.map(|branch| branch.type_name.as_str())).collect()
    })
}

/// The types that objects lead to, by the names that `names` finds in each object, in source order.
fn reached<'a>(
    reference: &'a Reference,
    objects: impl IntoIterator<Item = &'a Object>,
    names: impl Fn(&'a Object) -> Vec<&'a str>,
) -> Vec<&'a Type> {
    let mut waiting: Vec<&str> = objects.into_iter().flat_map(&names).collect();
    let mut seen = BTreeSet::new();
    while let Some(name) = waiting.pop() {
        let Some(ty) = reference.find_type(name).filter(|_| !seen.contains(name)) else { continue };
        seen.insert(name);
        match &ty.shape {
            Shape::Struct(object) | Shape::Union(object) => waiting.extend(names(object)),
            Shape::Alternate { types } => waiting.extend(types.iter().map(|ty| ty.element())),
            Shape::Enum { .. } => {}
        }
    }
    reference.types.iter().filter(|ty| seen.contains(ty.name.as_str())).collect()
}

/// The types that the members of an object name, its branches' included. That of the tag is not
/// among them, since each case writes its value.
fn named<'a>(reference: &'a Reference, object: &'a Object, scope: Scope) -> Vec<&'a str> {
    let tag = object.variants.as_ref().map(|variants| variants.tag.as_str());
    let own = object.members_in(scope).filter(|member| Some(member.name.as_str()) != tag);
    let mut names: Vec<&str> = own.map(|member| member.ty.element()).collect();
    for branch in reference.branches_in(object, scope) {
        if let Some(inner) = reference.object(&branch.type_name) {
            names.extend(named(reference, inner, scope));
        }
    }
    names
}
