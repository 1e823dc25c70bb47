//! What the rules ask of a type, and how messages call it.

use crate::diagnostics::show;
use crate::schema::{DefinitionId, Kind, Schema, Type};

pub(crate) fn is_object(schema: &Schema, id: DefinitionId) -> bool {
    matches!(schema.get(id).kind, Kind::Struct(_) | Kind::Union(_))
}

/// A type for messages.
pub(crate) fn describe(schema: &Schema, ty: &Type) -> String {
    match ty {
        Type::Builtin(builtin) => format!("the built-in type '{}'", builtin.name()),
        Type::Named(id) => {
            let definition = schema.get(*id);
            format!("the {} {}", definition.kind.word(), show(&definition.name))
        }
        Type::List(element) => format!("a list of {}", describe(schema, element)),
    }
}
