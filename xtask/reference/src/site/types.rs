//! The pages of types.

use serde::Serialize;

use super::events::Line;
use super::rows::{Row, rows};
use crate::changes::changes_of_type;
use crate::json_schema::reached_types;
use crate::model::{Event, Object, Reference, Shape, Type};
use crate::release::Scope;

/// What the page of a type shows besides the type itself.
#[derive(Debug, Serialize)]
pub(super) struct Page<'a> {
    rows: Vec<Row>,
    /// Events that hold values of it.
    events: Vec<&'a Event>,
    /// Types that have it as a member, a branch or a base.
    types: Vec<&'a Type>,
    history: Vec<Line>,
}

pub(super) fn page<'a>(reference: &'a Reference, ty: &'a Type) -> Page<'a> {
    let object = match &ty.shape {
        Shape::Struct(object) | Shape::Union(object) => Some(object),
        Shape::Enum { .. } | Shape::Alternate { .. } => None,
    };
    let types = reference.types.iter().filter(|other| names(other, &ty.name));
    Page {
        rows: object.map(|object| rows(reference, object)).unwrap_or_default(),
        events: events_with(reference, &ty.name),
        types: types.collect(),
        history: changes_of_type(ty).into_iter().map(Line::from).collect(),
    }
}

/// The events whose messages a type is a part of.
pub(super) fn events_with<'a>(reference: &'a Reference, name: &str) -> Vec<&'a Event> {
    let has = |event: &&Event| {
        let data = &event.data;
        data.type_name.as_deref() == Some(name)
            || object_names(&data.object, name)
            || reached_types(reference, [*event], Scope::Any)
                .into_iter()
                .any(|reached| reached.name == name || names(reached, name))
    };
    reference.events.iter().filter(has).collect()
}

/// Whether a type names another one.
fn names(ty: &Type, name: &str) -> bool {
    match &ty.shape {
        Shape::Struct(object) | Shape::Union(object) => object_names(object, name),
        Shape::Alternate { types } => types.iter().any(|ty| ty.element() == name),
        Shape::Enum { .. } => false,
    }
}

fn object_names(object: &Object, name: &str) -> bool {
    let branches = object.variants.iter().flat_map(|variants| &variants.branches);
    object
        .members
        .iter()
        .any(|member| member.ty.element() == name || member.inherited_from.as_deref() == Some(name))
        || branches.into_iter().any(|branch| branch.type_name == name)
}
