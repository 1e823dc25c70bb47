//! Values to definitions: which keys there are and what their values look like.
//!
//! Nothing is looked up here. A part that is wrong is reported and left out; a definition
//! without a usable name, or without what its kind cannot do without, is given up.

use crate::diagnostics::show;
use crate::diagnostics::{one_of, report};
use crate::qapi::context::{self, Context};
use crate::qapi::definitions::condition::parse_if;
use crate::qapi::definitions::keys::{Keys, value_of};
use crate::qapi::definitions::names::{self, Permits};
use crate::qapi::definitions::parts;
use crate::qapi::dialect::Rule;
use crate::qapi::syntax::ast::{Body, Data, Definition, Entry, Item, Meta, Name, ValueKind};

/// What an item turned out to be.
pub(crate) enum Outcome {
    Definition(Box<Definition>),
    /// Reported; the name may be referred to.
    Broken(String),
    /// Reported; not even the name is known.
    Lost,
}

/// Makes a definition of a top-level object that is not a directive.
pub(crate) fn parse_definition(item: Item, context: &mut Context<'_>) -> Outcome {
    let Some((meta, name)) = announce(&item, context) else { return Outcome::Lost };
    if !item.complete {
        return Outcome::Broken(name.text);
    }
    let Item { entries, span, comment, .. } = item;
    let body = Body::Struct { base: None, members: Vec::new() };
    let mut definition =
        Definition { meta, name, span, comment, condition: None, features: Vec::new(), body, damaged: false };
    let before = context.reported;

    check_name(&definition, context);
    if !check_keys(&entries, &definition, context) {
        return Outcome::Broken(definition.name.text);
    }
    let Some(body) = parse_body(&entries, &definition, context) else {
        return Outcome::Broken(definition.name.text);
    };
    definition.body = body;
    definition.condition =
        parse_if(&entries, format_args!("{}", context::owner(&definition)), &definition, context);
    definition.features = parts::parse_features(&entries, &definition, context);
    check_flags(&entries, &definition, context);
    definition.damaged = context.reported > before;
    Outcome::Definition(Box::new(definition))
}

/// The one key that says what it is, and the name.
fn announce(item: &Item, context: &mut Context<'_>) -> Option<(Meta, Name)> {
    let metas: Vec<_> =
        item.entries.iter().filter_map(|entry| Some((Meta::from_key(&entry.key.text)?, entry))).collect();
    let mut error = |code, span, message: String| {
        if item.complete {
            report(context.sources, context.diagnostics, item.span, code, span, message);
        }
    };
    let one_of_them = || one_of(Meta::ALL.iter().map(|(key, _)| *key));
    match &metas[..] {
        [(meta, Entry { key, value })] => match &value.kind {
            ValueKind::String(text) => Some((*meta, Name { text: text.clone(), span: value.span })),
            _ => {
                error("name-not-string", value.span, format!("{} needs a string, the name", show(&key.text)));
                None
            }
        },
        [] => {
            let brace = crate::source::Span { end: item.span.start + 1, ..item.span };
            error("definition-kind", brace, format!("a definition needs one of the keys {}", one_of_them()));
            None
        }
        [_, (_, second), ..] => {
            let message = format!("a definition can have only one of the keys {}", one_of_them());
            error("definition-kind", second.key.span, message);
            None
        }
    }
}

fn check_name(definition: &Definition, context: &mut Context<'_>) {
    let Name { text, span } = &definition.name;
    let permits = Permits { upper: false, underscore: context.pragmas.command_names.contains(text) };
    let older = !context.has(Rule::NameCase);
    if let Err((code, message)) = names::check_definition(definition.meta, text, permits, older) {
        context.error(definition, code, *span, message);
    }
}

/// The required keys and the others.
fn keys_of(meta: Meta) -> (&'static [&'static str], &'static [&'static str]) {
    match meta {
        Meta::Enum => (&["enum", "data"], &["if", "features", "prefix"]),
        Meta::Struct => (&["struct", "data"], &["base", "if", "features"]),
        Meta::Union => (&["union", "base", "discriminator", "data"], &["if", "features"]),
        Meta::Alternate => (&["alternate", "data"], &["if", "features"]),
        Meta::Command => (
            &["command"],
            &[
                "data",
                "returns",
                "boxed",
                "if",
                "features",
                "gen",
                "success-response",
                "allow-oob",
                "allow-preconfig",
                "coroutine",
            ],
        ),
        Meta::Event => (&["event"], &["data", "boxed", "if", "features"]),
    }
}

/// Whether all required keys are there.
fn check_keys(entries: &[Entry], definition: &Definition, context: &mut Context<'_>) -> bool {
    let (mut required, optional) = keys_of(definition.meta);
    let has = |key: &str| entries.iter().any(|entry| entry.key.text == key);
    if definition.meta == Meta::Union
        && !context.has(Rule::Discriminators)
        && !has("base")
        && !has("discriminator")
    {
        required = &["union", "data"];
    }
    let keys = Keys { what: format_args!("{}", context::owner(definition)), required, optional };
    keys.check(entries, definition.name.span, definition, context)
}

fn parse_body(entries: &[Entry], definition: &Definition, context: &mut Context<'_>) -> Option<Body> {
    let data = value_of(entries, "data");
    let permits = Permits::all(
        !context.has(Rule::NameCase) || context.pragmas.member_names.contains(&definition.name.text),
    );
    Some(match definition.meta {
        Meta::Enum => Body::Enum {
            values: parts::parse_enum_values(data?, permits, definition, context)?,
            prefix: parts::parse_prefix(value_of(entries, "prefix"), definition, context),
        },
        Meta::Struct => Body::Struct {
            base: parts::parse_optional_name(
                format_args!("'base'"),
                value_of(entries, "base"),
                definition,
                context,
            ),
            members: match parts::parse_members(format_args!("'data'"), data?, permits, definition, context)?
            {
                Data::Members(members) => members,
                _ => return None,
            },
        },
        Meta::Union => Body::Union {
            base: parts::parse_data(
                format_args!("'base'"),
                value_of(entries, "base"),
                permits,
                definition,
                context,
            )?,
            discriminator: match value_of(entries, "discriminator") {
                Some(value) => {
                    Some(parts::parse_name(format_args!("'discriminator'"), value, definition, context)?)
                }
                None => None,
            },
            branches: parts::parse_union_branches(data?, definition, context)?,
        },
        Meta::Alternate => Body::Alternate { branches: parts::parse_alternate(data?, definition, context)? },
        Meta::Command => Body::Command {
            data: parse_arguments(entries, definition, context)?,
            returns: parts::parse_optional_type(
                format_args!("'returns'"),
                value_of(entries, "returns"),
                definition,
                context,
            ),
            boxed: is_true(entries, "boxed"),
        },
        Meta::Event => Body::Event {
            data: parse_arguments(entries, definition, context)?,
            boxed: is_true(entries, "boxed"),
        },
    })
}

fn is_true(entries: &[Entry], key: &str) -> bool {
    value_of(entries, key).is_some_and(|value| value.kind == ValueKind::Bool(true))
}

/// The `data` of a command or an event.
fn parse_arguments(entries: &[Entry], definition: &Definition, context: &mut Context<'_>) -> Option<Data> {
    let data = value_of(entries, "data");
    let boxed = entries.iter().find(|entry| entry.key.text == "boxed" && is_true(entries, "boxed"));
    match (boxed, data) {
        (Some(boxed), None) => {
            context.error(definition, "boxed-without-data", boxed.key.span, "'boxed' requires 'data'");
            None
        }
        (Some(_), Some(data)) => {
            parts::parse_name(format_args!("'data' with 'boxed'"), data, definition, context).map(Data::Type)
        }
        (None, data) => {
            // Arguments are never excepted from the case rules.
            let permits = Permits::all(!context.has(Rule::NameCase));
            parts::parse_data(format_args!("'data'"), data, permits, definition, context)
        }
    }
}

/// Flags have one legal value each; the other one is the default and must not be written.
fn check_flags(entries: &[Entry], definition: &Definition, context: &mut Context<'_>) {
    for Entry { key, value } in entries {
        let legal = match &*key.text {
            "gen" | "success-response" => false,
            "boxed" | "allow-oob" | "allow-preconfig" | "coroutine" => true,
            _ => continue,
        };
        if value.kind != ValueKind::Bool(legal) {
            let message = format!("flag '{}' can only be {legal}", key.text);
            context.error(definition, "flag-value", value.span, message);
        }
    }
    if is_true(entries, "allow-oob") && is_true(entries, "coroutine") {
        let message = "'allow-oob' and 'coroutine' exclude each other";
        context.error(definition, "flags-exclusive", definition.name.span, message);
    }
}
