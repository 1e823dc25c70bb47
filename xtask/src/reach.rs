//! What events reach: the types that Rust needs, and no others.

use std::collections::BTreeSet;

use crate::schema::{Data, DefinitionId, Kind, Member, Schema, Type};

/// The types behind the events of a schema, in source order.
///
/// A base is not among them unless something else reaches it: its members are copied into the
/// structs that inherit them; the same goes for a struct that an event names as its data. Neither is
/// the enum of a union's tag: the branches name its values.
pub fn reach(schema: &Schema) -> BTreeSet<DefinitionId> {
    let mut reached = BTreeSet::new();
    let mut waiting: Vec<DefinitionId> = Vec::new();
    for (_, event) in schema.events() {
        types_of_members(&data_members(schema, &event.data), &mut waiting);
        if let Data::Type(id) = event.data
            && let Kind::Union(_) = schema.get(id).kind
        {
            waiting.push(id);
        }
    }
    while let Some(id) = waiting.pop() {
        if reached.insert(id) {
            waiting.extend(types_behind(schema, id));
        }
    }
    reached
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
            waiting.extend(types_behind_branches(schema, id));
        }
    }
    false
}

fn named(ty: &Type) -> Option<DefinitionId> {
    match ty {
        Type::Named(id) => Some(*id),
        Type::Builtin(_) | Type::List(_) => None,
    }
}

fn types_behind(schema: &Schema, id: DefinitionId) -> Vec<DefinitionId> {
    let mut found = types_behind_branches(schema, id);
    types_of_members(&own_members(schema, id), &mut found);
    found
}

fn types_behind_branches(schema: &Schema, id: DefinitionId) -> Vec<DefinitionId> {
    let branches = match &schema.get(id).kind {
        Kind::Union(union) => &union.branches,
        Kind::Alternate(alternate) => &alternate.branches,
        _ => return Vec::new(),
    };
    branches.iter().filter_map(|branch| element(&branch.ty)).collect()
}

fn types_of_members(members: &[&Member], found: &mut Vec<DefinitionId>) {
    found.extend(members.iter().filter_map(|member| element(&member.ty)));
}

/// The named type at the bottom of lists.
fn element(ty: &Type) -> Option<DefinitionId> {
    match ty {
        Type::Named(id) => Some(*id),
        Type::List(inner) => element(inner),
        Type::Builtin(_) => None,
    }
}
