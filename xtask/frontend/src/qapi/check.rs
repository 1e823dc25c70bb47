//! The rules between definitions: clashing names, tags, alternates, data and results.
//!
//! Each rule reads only the schema; what is wrong with a definition is reported at it.

use crate::diagnostics::show;
use crate::qapi::context::Context;
use crate::qapi::dialect::Rule;
use crate::qapi::origin::Origin;
use crate::qapi::syntax::ast;
use crate::schema::{Alternate, Data, DefinitionId, Feature, Kind, Member, Schema, Type};
use clashes::{Clashes, SPECIAL_FEATURES, check_features, check_members};
use types::{describe, is_object};

mod alternates;
mod clashes;
mod cycles;
mod types;
mod unions;

/// QEMU keeps the set of features in a 64 bit word.
const MAX_FEATURES: usize = 64;

/// Checks a schema, and finishes it: inheritance without cycles, the base members of unions.
pub(crate) fn check(schema: &mut Schema, origins: &[Origin], context: &mut Context<'_>) {
    cycles::cut(schema, origins, context);
    unions::inherit(schema);
    let mut names = unions::Names::default();
    for origin in origins {
        let definition = schema.get(origin.id);
        check_features(origin, &definition.features, true, context);
        match &definition.kind {
            Kind::Enum(enumeration) => {
                let values = enumeration.values.iter().map(|value| (&*value.name, value.span));
                Clashes::new("value").check(values, origin, context);
                for value in &enumeration.values {
                    check_features(origin, &value.features, false, context);
                }
            }
            Kind::Struct(structure) => {
                let members = schema.members_with_base(structure);
                check_members(&members, origin, context);
            }
            Kind::Union(_) => unions::check(schema, origin, origins, &mut names, context),
            Kind::Alternate(Alternate { branches }) => {
                alternates::check(schema, branches, origin, context);
            }
            Kind::Command(command) => {
                check_data(schema, &command.arguments, origin, context);
                check_returns(schema, command.returns.as_ref(), origin, context);
            }
            Kind::Event(event) => check_data(schema, &event.data, origin, context),
        }
    }
    check_feature_count(schema, origins, context);
}

fn check_data(schema: &Schema, data: &Data, origin: &Origin, context: &mut Context<'_>) {
    let (ast::Body::Command { data: written, boxed, .. } | ast::Body::Event { data: written, boxed }) =
        &origin.ast.body
    else {
        return;
    };
    let members: Vec<&Member> = match data {
        Data::None => return,
        Data::Members(members) => {
            let members: Vec<_> = members.iter().collect();
            check_members(&members, origin, context);
            members
        }
        Data::Type(id) => match &schema.get(*id).kind {
            Kind::Struct(structure) => schema.members_with_base(structure),
            _ if *boxed => return,
            _ => {
                let span = if let ast::Data::Type(name) = written { name.span } else { origin.ast.name.span };
                let message = format!(
                    "'data' can be the union {} only with 'boxed': true",
                    show(&schema.get(*id).name)
                );
                context.error(&origin.ast, "union-needs-boxed", span, message);
                return;
            }
        },
    };
    let conditional = members.iter().find(|member| member.condition.is_some());
    if let Some(member) = conditional.filter(|_| !boxed && context.has(Rule::BoxedConditionals)) {
        let message = format!("conditional member {} needs 'boxed': true", show(&member.name));
        context.error(&origin.ast, "conditional-needs-boxed", member.span, message);
    }
}

fn check_returns(schema: &Schema, returns: Option<&Type>, origin: &Origin, context: &mut Context<'_>) {
    let ast::Body::Command { returns: Some(written), .. } = &origin.ast.body else { return };
    let element = match returns {
        None => return,
        Some(Type::List(element)) => element,
        Some(ty) => ty,
    };
    let is_object = matches!(element, Type::Named(id) if is_object(schema, *id));
    if !is_object && !context.pragmas.command_returns.contains(&origin.ast.name.text) {
        let message = format!("'returns' cannot be {}", describe(schema, element));
        context
            .error(&origin.ast, "returns-not-object", written.name.span, message)
            .help("a command returns a struct, a union or a list of these, unless pragma 'command-returns-exceptions' lists it");
    }
}

fn check_feature_count(schema: &Schema, origins: &[Origin], context: &mut Context<'_>) {
    let mut known: std::collections::HashSet<&str> = SPECIAL_FEATURES.into();
    for origin in origins {
        for feature in all_features(schema, origin.id) {
            if known.insert(&feature.name) && known.len() > MAX_FEATURES {
                let message =
                    format!("feature {} is one too many, a schema holds {MAX_FEATURES}", show(&feature.name));
                let help = "'deprecated' and 'unstable' always count";
                context.error(&origin.ast, "too-many-features", feature.span, message).help(help);
                return;
            }
        }
    }
}

/// The features of a definition and of its parts.
fn all_features(schema: &Schema, id: DefinitionId) -> Vec<&Feature> {
    let definition = schema.get(id);
    let members = match &definition.kind {
        Kind::Enum(enumeration) => {
            let values = enumeration.values.iter().flat_map(|value| &value.features);
            return definition.features.iter().chain(values).collect();
        }
        Kind::Struct(structure) => &structure.members,
        Kind::Union(union) if union.base_type.is_none() => &union.base,
        Kind::Command(command) => match &command.arguments {
            Data::Members(members) => members,
            _ => return definition.features.iter().collect(),
        },
        Kind::Event(event) => match &event.data {
            Data::Members(members) => members,
            _ => return definition.features.iter().collect(),
        },
        _ => return definition.features.iter().collect(),
    };
    definition.features.iter().chain(members.iter().flat_map(|member| &member.features)).collect()
}
