//! The parts that definitions are made of: members, values, branches, features, references.
//!
//! Each function gives `None`, or leaves a part out, only after it reported why.

use std::fmt;

use crate::diagnostics::show;
use crate::qapi::context::Context;
use crate::qapi::definitions::condition::parse_if;
use crate::qapi::definitions::keys::{Keys, value_of};
use crate::qapi::definitions::names::{self, Permits};
use crate::qapi::dialect::Rule;
use crate::qapi::syntax::ast::{
    Branch, Data, Definition, Entry, EnumValue, Feature, Member, Name, TypeName, Value, ValueKind,
};

/// A name, that is a string.
pub(crate) fn parse_name(
    what: fmt::Arguments<'_>,
    value: &Value,
    definition: &Definition,
    context: &mut Context<'_>,
) -> Option<Name> {
    if let ValueKind::String(text) = &value.kind {
        return Some(Name { text: text.clone(), span: value.span });
    }
    context.error(definition, "reference-not-name", value.span, format!("{what} must be a name"));
    None
}

pub(crate) fn parse_optional_name(
    what: fmt::Arguments<'_>,
    value: Option<&Value>,
    definition: &Definition,
    context: &mut Context<'_>,
) -> Option<Name> {
    parse_name(what, value?, definition, context)
}

/// A name or a list of one name.
pub(crate) fn parse_type(
    what: fmt::Arguments<'_>,
    value: &Value,
    definition: &Definition,
    context: &mut Context<'_>,
) -> Option<TypeName> {
    let name = |text: &String, span| Name { text: text.clone(), span };
    let (code, message) = match &value.kind {
        ValueKind::String(text) => return Some(TypeName { name: name(text, value.span), list: false }),
        ValueKind::List(values) => match &values[..] {
            [Value { span, kind: ValueKind::String(text) }] => {
                return Some(TypeName { name: name(text, *span), list: true });
            }
            _ => ("list-type", format!("{what}: a list type holds exactly one type name")),
        },
        _ => ("type-not-name", format!("{what} must be a type name or a list of one")),
    };
    context.error(definition, code, value.span, message);
    None
}

pub(crate) fn parse_optional_type(
    what: fmt::Arguments<'_>,
    value: Option<&Value>,
    definition: &Definition,
    context: &mut Context<'_>,
) -> Option<TypeName> {
    parse_type(what, value?, definition, context)
}

/// Members in place, or a type's name.
pub(crate) fn parse_data(
    what: fmt::Arguments<'_>,
    value: Option<&Value>,
    permits: Permits,
    definition: &Definition,
    context: &mut Context<'_>,
) -> Option<Data> {
    match value {
        None => Some(Data::None),
        Some(Value { kind: ValueKind::String(text), span }) => {
            Some(Data::Type(Name { text: text.clone(), span: *span }))
        }
        Some(value) => parse_members(what, value, permits, definition, context),
    }
}

/// Members in place.
pub(crate) fn parse_members(
    what: fmt::Arguments<'_>,
    value: &Value,
    permits: Permits,
    definition: &Definition,
    context: &mut Context<'_>,
) -> Option<Data> {
    let ValueKind::Object(entries) = &value.kind else {
        context.error(
            definition,
            "members-not-object",
            value.span,
            format!("{what} must be an object of members"),
        );
        return None;
    };
    let members = entries.iter().filter_map(|entry| parse_member(entry, permits, definition, context));
    Some(Data::Members(members.collect()))
}

fn parse_member(
    entry: &Entry,
    permits: Permits,
    definition: &Definition,
    context: &mut Context<'_>,
) -> Option<Member> {
    let Entry { key, value } = entry;
    let (text, optional) = match key.text.strip_prefix('*') {
        Some(text) => (text, true),
        None => (&*key.text, false),
    };
    let name = Name { text: text.to_owned(), span: key.span };
    if let Err((code, message)) = names::check_member(text, permits) {
        context.error(definition, code, key.span, message);
    }
    let what = format_args!("member {}", show(text));
    let (ty, condition, features) = match &value.kind {
        ValueKind::Object(entries) => {
            let keys = Keys { what, required: &["type"], optional: &["if", "features"] };
            if !keys.check(entries, key.span, definition, context) {
                return None;
            }
            let condition = parse_if(entries, what, definition, context);
            (value_of(entries, "type")?, condition, parse_features(entries, definition, context))
        }
        _ => (value, None, Vec::new()),
    };
    let ty = parse_type(format_args!("the type of {what}"), ty, definition, context)?;
    Some(Member { name, optional, ty, condition, features })
}

/// The values of an enum.
pub(crate) fn parse_enum_values(
    value: &Value,
    permits: Permits,
    definition: &Definition,
    context: &mut Context<'_>,
) -> Option<Vec<EnumValue>> {
    let ValueKind::List(values) = &value.kind else {
        context.error(definition, "enum-data", value.span, "'data' of an enum must be a list");
        return None;
    };
    Some(values.iter().filter_map(|value| parse_enum_value(value, permits, definition, context)).collect())
}

fn parse_enum_value(
    value: &Value,
    permits: Permits,
    definition: &Definition,
    context: &mut Context<'_>,
) -> Option<EnumValue> {
    let what = format_args!("a value of an enum");
    let (name, condition, features) = match &value.kind {
        ValueKind::Object(entries) => {
            let keys = Keys { what, required: &["name"], optional: &["if", "features"] };
            if !keys.check(entries, value.span, definition, context) {
                return None;
            }
            let condition = parse_if(entries, what, definition, context);
            (value_of(entries, "name")?, condition, parse_features(entries, definition, context))
        }
        _ => (value, None, Vec::new()),
    };
    let name = parse_name(what, name, definition, context)?;
    if let Err((code, message)) = names::check_enum_value(&name.text, permits) {
        context.error(definition, code, name.span, message);
    }
    Some(EnumValue { name, condition, features })
}

pub(crate) fn parse_prefix(
    value: Option<&Value>,
    definition: &Definition,
    context: &mut Context<'_>,
) -> Option<String> {
    let value = value?;
    if let ValueKind::String(text) = &value.kind {
        return Some(text.clone());
    }
    context.error(definition, "enum-prefix", value.span, "'prefix' must be a string");
    None
}

/// The features of a definition, a member or a value.
pub(crate) fn parse_features(
    entries: &[Entry],
    definition: &Definition,
    context: &mut Context<'_>,
) -> Vec<Feature> {
    let Some(value) = value_of(entries, "features") else { return Vec::new() };
    let ValueKind::List(values) = &value.kind else {
        context.error(definition, "features-not-list", value.span, "'features' must be a list");
        return Vec::new();
    };
    values.iter().filter_map(|value| parse_feature(value, definition, context)).collect()
}

fn parse_feature(value: &Value, definition: &Definition, context: &mut Context<'_>) -> Option<Feature> {
    let what = format_args!("a feature");
    let (name, condition) = match &value.kind {
        ValueKind::Object(entries) => {
            let keys = Keys { what, required: &["name"], optional: &["if"] };
            if !keys.check(entries, value.span, definition, context) {
                return None;
            }
            (value_of(entries, "name")?, parse_if(entries, what, definition, context))
        }
        _ => (value, None),
    };
    let name = parse_name(what, name, definition, context)?;
    if let Err((code, message)) = names::check_feature(&name.text, Permits::all(!context.has(Rule::NameCase)))
    {
        context.error(definition, code, name.span, message);
    }
    Some(Feature { name, condition })
}

/// The branches of a union. Their names are values of the tag's enum, which checks them.
pub(crate) fn parse_union_branches(
    value: &Value,
    definition: &Definition,
    context: &mut Context<'_>,
) -> Option<Vec<Branch>> {
    let ValueKind::Object(entries) = &value.kind else {
        context.error(definition, "branches-not-object", value.span, "'data' of a union must be an object");
        return None;
    };
    // Only the `data` member of an older simple union can be a list.
    let lists = !context.has(Rule::Discriminators);
    Some(entries.iter().filter_map(|entry| parse_branch(entry, lists, definition, context)).collect())
}

/// The branches of an alternate.
pub(crate) fn parse_alternate(
    value: &Value,
    definition: &Definition,
    context: &mut Context<'_>,
) -> Option<Vec<Branch>> {
    let entries = match &value.kind {
        ValueKind::Object(entries) if !entries.is_empty() => entries,
        ValueKind::Object(_) => {
            context.error(
                definition,
                "alternate-empty",
                value.span,
                "an alternate needs at least one branch",
            );
            return None;
        }
        _ => {
            let message = "'data' of an alternate must be an object";
            context.error(definition, "branches-not-object", value.span, message);
            return None;
        }
    };
    let permits = Permits::all(!context.has(Rule::NameCase));
    let mut branches = Vec::new();
    for entry in entries {
        if let Err((code, message)) = names::check_branch(&entry.key.text, permits) {
            context.error(definition, code, entry.key.span, message);
        }
        branches.extend(parse_branch(entry, true, definition, context));
    }
    Some(branches)
}

fn parse_branch(
    entry: &Entry,
    lists: bool,
    definition: &Definition,
    context: &mut Context<'_>,
) -> Option<Branch> {
    let Entry { key, value } = entry;
    let what = format_args!("branch {}", show(&key.text));
    let (ty, condition) = match &value.kind {
        ValueKind::Object(entries) => {
            let keys = Keys { what, required: &["type"], optional: &["if"] };
            if !keys.check(entries, key.span, definition, context) {
                return None;
            }
            (value_of(entries, "type")?, parse_if(entries, what, definition, context))
        }
        _ => (value, None),
    };
    let what = format_args!("the type of {what}");
    let ty = match lists {
        true => parse_type(what, ty, definition, context)?,
        false => TypeName { name: parse_name(what, ty, definition, context)?, list: false },
    };
    Some(Branch { name: key.clone(), ty, condition })
}
