//! The members that the event document describes, and that its examples show.

use qmp_events_frontend::json;
use qmp_events_frontend::schema::{Data, DefinitionId, Event, Kind, Member, Schema, Type};

use crate::reach::{data_members, own_members};

/// What nested bullets can name: the members of an object, and those of its branches.
pub(crate) fn nested_members<'a>(schema: &'a Schema, ty: &Type) -> (Vec<&'a Member>, Vec<&'a Member>) {
    let id = match ty {
        Type::Named(id) => *id,
        Type::List(element) => return nested_members(schema, element),
        Type::Builtin(_) => return Default::default(),
    };
    match &schema.get(id).kind {
        Kind::Union(union) => {
            let branches = union.branches.iter().flat_map(|branch| {
                let (members, in_branches) = nested_members(schema, &branch.ty);
                members.into_iter().chain(in_branches)
            });
            (union.base.iter().collect(), branches.collect())
        }
        _ => (own_members(schema, id), Vec::new()),
    }
}

/// What bullets below `Data:` can name, likewise.
pub(crate) fn described_members<'a>(
    schema: &'a Schema,
    event: &'a Event,
) -> (Vec<&'a Member>, Vec<&'a Member>) {
    match event.data {
        Data::Type(id) => nested_members(schema, &Type::Named(id)),
        _ => (data_members(schema, &event.data), Vec::new()),
    }
}

/// The members that the schema allows in an object, which for a union depend on the object's tag.
pub(crate) fn object_members<'a>(
    schema: &'a Schema,
    id: DefinitionId,
    value: &json::Value,
) -> Vec<&'a Member> {
    match &schema.get(id).kind {
        Kind::Struct(structure) => schema.members_with_base(structure),
        Kind::Union(union) => {
            let mut members: Vec<&Member> = union.base.iter().collect();
            let tag = value.get(&union.tag).and_then(json::Value::as_str);
            let branch = union.branches.iter().find(|branch| tag == Some(branch.name.as_str()));
            if let Some(Type::Named(branch)) = branch.map(|branch| &branch.ty) {
                members.extend(object_members(schema, *branch, value));
            }
            members
        }
        _ => Vec::new(),
    }
}
