//! Messages as a release sends them: an example of today without what that release lacks.

use indexmap::IndexMap;

use crate::json::Json;
use crate::model::{Event, Object, Reference, Shape, TypeRef};
use crate::release::Scope;

/// The message without the members that a scope does not have; `None` if the scope cannot send it
/// at all, because of a value for instance.
pub fn in_scope(reference: &Reference, event: &Event, message: &Json, scope: Scope) -> Option<Json> {
    if scope == Scope::Any {
        return Some(message.clone());
    }
    let mut message = message.as_object()?.clone();
    let data = message.shift_remove("data");
    let had_data = event.data.object.members_in(scope).next().is_some();
    if had_data {
        let none = Json::Object(IndexMap::new());
        let projection = Projection { reference, scope };
        let data = projection.object(&event.data.object, &data.unwrap_or(none))?;
        message.insert("data".to_owned(), data);
    }
    Some(Json::Object(message))
}

struct Projection<'a> {
    reference: &'a Reference,
    scope: Scope,
}

impl Projection<'_> {
    fn object(&self, object: &Object, value: &Json) -> Option<Json> {
        let mut kept = IndexMap::new();
        self.keep_members(object, value, &mut kept)?;
        // The order of the example is the one that people chose.
        let order = |name: &String| value.as_object().and_then(|members| members.get_index_of(name));
        kept.sort_by(|left, _, right, _| order(left).cmp(&order(right)));
        Some(Json::Object(kept))
    }

    fn keep_members(&self, object: &Object, value: &Json, kept: &mut IndexMap<String, Json>) -> Option<()> {
        for member in object.members_in(self.scope) {
            match value.get(&member.name) {
                Some(inner) => drop(kept.insert(member.name.clone(), self.value(&member.ty, inner)?)),
                None if member.can_lack_in(self.scope) => {}
                None => return None,
            }
        }
        let tag = object.variants.as_ref().and_then(|variants| value.get(&variants.tag)?.as_str());
        let branches = self.reference.branches_in(object, self.scope);
        let branch = branches.into_iter().find(|branch| Some(branch.value.as_str()) == tag);
        match branch.and_then(|branch| self.reference.object(&branch.type_name)) {
            Some(inner) => self.keep_members(inner, value, kept),
            None => Some(()),
        }
    }

    fn value(&self, ty: &TypeRef, value: &Json) -> Option<Json> {
        let name = match (ty, value) {
            (TypeRef::List { list }, Json::Array(items)) => {
                let items: Option<Vec<Json>> = items.iter().map(|item| self.value(list, item)).collect();
                return items.map(Json::Array);
            }
            (TypeRef::List { .. }, _) => return None,
            (TypeRef::Named(name), _) => name,
        };
        match self.reference.find_type(name).map(|ty| &ty.shape) {
            Some(Shape::Enum { .. }) => {
                let values = self.reference.values_in(name, self.scope)?;
                values.iter().any(|known| Some(known.name.as_str()) == value.as_str()).then(|| value.clone())
            }
            Some(Shape::Struct(object) | Shape::Union(object)) => self.object(object, value),
            Some(Shape::Alternate { .. }) | None => Some(value.clone()),
        }
    }
}
