//! The types that the reference has: all that events reach, in whatever way.

use std::collections::BTreeSet;

use qmp_events_frontend::schema::{Data, DefinitionId, Kind, Schema, Type};

/// Every type that an event names, directly or through members, bases, tags and branches.
///
/// More than Rust needs, which writes inherited members and the values of tags in place.
pub(super) fn published_types(schema: &Schema) -> BTreeSet<DefinitionId> {
    let events = schema.ids().filter(|id| matches!(schema.get(*id).kind, Kind::Event(_)));
    let mut waiting: Vec<DefinitionId> = events.flat_map(|id| named(schema, id)).collect();
    let mut reached = BTreeSet::new();
    while let Some(id) = waiting.pop() {
        if reached.insert(id) {
            waiting.extend(named(schema, id));
        }
    }
    reached
}

/// The types that a definition names.
fn named(schema: &Schema, id: DefinitionId) -> Vec<DefinitionId> {
    let definition = schema.get(id);
    let (members, branches, others) = match &definition.kind {
        Kind::Event(event) => match &event.data {
            Data::None => return Vec::new(),
            Data::Type(id) => return vec![*id],
            Data::Members(members) => (members.as_slice(), &[][..], None),
        },
        Kind::Struct(structure) => (structure.members.as_slice(), &[][..], structure.base),
        Kind::Union(union) => (union.base.as_slice(), union.branches.as_slice(), union.base_type),
        Kind::Alternate(alternate) => (&[][..], alternate.branches.as_slice(), None),
        Kind::Enum(_) | Kind::Command(_) => return Vec::new(),
    };
    let members = members.iter().filter_map(|member| element(&member.ty));
    members.chain(branches.iter().filter_map(|branch| element(&branch.ty))).chain(others).collect()
}

/// The named type at the bottom of lists.
fn element(ty: &Type) -> Option<DefinitionId> {
    match ty {
        Type::Named(id) => Some(*id),
        Type::List(inner) => element(inner),
        Type::Builtin(_) => None,
    }
}
