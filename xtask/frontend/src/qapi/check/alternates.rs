//! Alternates: every branch must be known by the JSON type of its value.

use std::collections::BTreeMap;

use crate::diagnostics::show;
use crate::qapi::check::clashes::Clashes;
use crate::qapi::check::types::describe;
use crate::qapi::context::Context;
use crate::qapi::origin::Origin;
use crate::schema::{Branch, Builtin, Kind, Schema, Type};

/// The JSON types that a reader can tell apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum JsonType {
    Null,
    Bool,
    Number,
    String,
    Array,
    Object,
}

/// Checks the branches of one alternate.
pub(crate) fn check(schema: &Schema, branches: &[Branch], origin: &Origin, context: &mut Context<'_>) {
    let names = branches.iter().map(|branch| (&*branch.name, branch.span));
    Clashes::new("branch").check(names, origin, context);
    let mut seen: BTreeMap<JsonType, &Branch> = BTreeMap::new();
    for branch in branches {
        let Some(ty) = json_type(schema, &branch.ty) else {
            let message = format!("branch {} cannot be {}", show(&branch.name), describe(schema, &branch.ty));
            context.error(&origin.ast, "alternate-type", branch.span, message);
            continue;
        };
        let taken = confusable(schema, &branch.ty, ty);
        if let Some(other) = taken.iter().find_map(|ty| seen.get(ty)) {
            let message = format!(
                "branch {} can't be distinguished from branch {}",
                show(&branch.name),
                show(&other.name)
            );
            context
                .error(&origin.ast, "alternate-ambiguous", branch.span, message)
                .note(other.span, "the other one");
        }
        for ty in taken {
            seen.entry(ty).or_insert(branch);
        }
    }
}

fn json_type(schema: &Schema, ty: &Type) -> Option<JsonType> {
    Some(match ty {
        Type::List(_) => JsonType::Array,
        Type::Builtin(builtin) => match builtin {
            Builtin::Str | Builtin::QType => JsonType::String,
            Builtin::Bool => JsonType::Bool,
            Builtin::Null => JsonType::Null,
            Builtin::Any => return None,
            _ => JsonType::Number,
        },
        Type::Named(id) => match schema.get(*id).kind {
            Kind::Enum(_) => JsonType::String,
            Kind::Struct(_) | Kind::Union(_) => JsonType::Object,
            _ => return None,
        },
    })
}

/// The JSON types that a branch takes. Strings also take those whose text on QEMU's command
/// line looks like one of them.
fn confusable(schema: &Schema, ty: &Type, json: JsonType) -> Vec<JsonType> {
    let mut taken = vec![json];
    if json != JsonType::String {
        return taken;
    }
    let (like_bool, like_number) = match ty {
        Type::Named(id) => match &schema.get(*id).kind {
            Kind::Enum(values) => {
                let any = |test: fn(&str) -> bool| values.values.iter().any(|value| test(&value.name));
                let digit = |name: &str| name.starts_with(|c: char| c.is_ascii_digit() || "-+.".contains(c));
                (any(|name| matches!(name, "on" | "off")), any(digit))
            }
            _ => (false, false),
        },
        Type::Builtin(Builtin::QType) => (false, false),
        _ => (true, true),
    };
    if like_bool {
        taken.push(JsonType::Bool);
    }
    if like_number {
        taken.push(JsonType::Number);
    }
    taken
}
