//! What events reach: the types that Rust needs, and no others.

use std::collections::BTreeSet;

use qmp_events_frontend::schema::{Branch, Data, DefinitionId, Event, Kind, Member, Schema, Type};

/// The types that the events of a schema reach, in source order.
///
/// A base is not among them unless something else reaches it: its members are copied into the
/// structs that inherit them; the same goes for a struct that an event names as its data. Neither is
/// the enum of a union's tag: the branches name its values.
pub fn reach(schema: &Schema) -> BTreeSet<DefinitionId> {
    let mut reached = BTreeSet::new();
    let events = schema.ids().filter(|id| matches!(schema.get(*id).kind, Kind::Event(_)));
    let mut waiting: Vec<DefinitionId> = events.flat_map(|id| referenced(schema, id)).collect();
    while let Some(id) = waiting.pop() {
        if reached.insert(id) {
            waiting.extend(referenced(schema, id));
        }
    }
    reached
}

/// The types that the Rust type of a definition names.
pub fn referenced(schema: &Schema, id: DefinitionId) -> Vec<DefinitionId> {
    let definition = schema.get(id);
    let members = match &definition.kind {
        Kind::Event(event) => data_members(schema, &event.data),
        _ => own_members(schema, id),
    };
    let members = members.into_iter().map(|member| &member.ty);
    let branches = branches(schema, id).iter().map(|branch| &branch.ty);
    let mut types: Vec<DefinitionId> = members.chain(branches).filter_map(element).collect();
    if let Kind::Event(Event { data: Data::Type(data) }) = definition.kind
        && let Kind::Union(_) = schema.get(data).kind
    {
        types.push(data);
    }
    types
}

fn branches(schema: &Schema, id: DefinitionId) -> &[Branch] {
    match &schema.get(id).kind {
        Kind::Union(union) => &union.branches,
        Kind::Alternate(alternate) => &alternate.branches,
        _ => &[],
    }
}

/// The members of an event's data (or of a command's arguments), wherever they are written. For a
/// union these are its base members without the tag.
pub fn data_members<'a>(schema: &'a Schema, data: &'a Data) -> Vec<&'a Member> {
    match data {
        Data::None => Vec::new(),
        Data::Members(members) => members.iter().collect(),
        Data::Type(id) => own_members(schema, *id),
    }
}

/// The members of a struct with the inherited ones, or of a union's base without the tag.
pub fn own_members(schema: &Schema, id: DefinitionId) -> Vec<&Member> {
    match &schema.get(id).kind {
        Kind::Struct(structure) => schema.members_with_base(structure),
        Kind::Union(union) => union.base.iter().filter(|member| member.name != union.tag).collect(),
        _ => Vec::new(),
    }
}

/// Whether values of type `from` can hold, outside of a list, a value of type `to`: then one of the
/// two must be boxed.
pub fn contains(schema: &Schema, from: &Type, to: DefinitionId) -> bool {
    let mut seen = BTreeSet::new();
    let mut waiting: Vec<DefinitionId> = named(from).into_iter().collect();
    while let Some(id) = waiting.pop() {
        if id == to {
            return true;
        }
        if seen.insert(id) {
            let members = own_members(schema, id);
            waiting.extend(members.iter().filter_map(|member| named(&member.ty)));
            waiting.extend(branches(schema, id).iter().filter_map(|branch| named(&branch.ty)));
        }
    }
    false
}

/// The definition that a type names, lists left aside.
pub(crate) fn named(ty: &Type) -> Option<DefinitionId> {
    match ty {
        Type::Named(id) => Some(*id),
        Type::Builtin(_) | Type::List(_) => None,
    }
}

/// The named type at the bottom of lists.
fn element(ty: &Type) -> Option<DefinitionId> {
    match ty {
        Type::Named(id) => Some(*id),
        Type::List(inner) => element(inner),
        Type::Builtin(_) => None,
    }
}
