//! The value of `if`: when a build has something.

use std::fmt;

use crate::diagnostics::show;
use crate::qapi::context::Context;
use crate::qapi::dialect::Rule;
use crate::qapi::syntax::ast::{Definition, Entry, Value, ValueKind};
use crate::schema::Condition;

/// Reads the `if` of `entries`, if there is one. What is wrong with it is reported and left out.
pub(crate) fn parse_if(
    entries: &[Entry],
    what: fmt::Arguments<'_>,
    definition: &Definition,
    context: &mut Context<'_>,
) -> Option<Condition> {
    let entry = entries.iter().find(|entry| entry.key.text == "if")?;
    match parse(&entry.value, what, !context.has(Rule::ConditionsAreNames)) {
        Ok(condition) => Some(condition),
        Err(Defect { code, value, message }) => {
            context.error(definition, code, value.span, message);
            None
        }
    }
}

struct Defect<'a> {
    code: &'static str,
    value: &'a Value,
    message: String,
}

fn parse<'a>(value: &'a Value, what: fmt::Arguments<'_>, older: bool) -> Result<Condition, Defect<'a>> {
    let defect = |code, message| Err(Defect { code, value, message });
    match &value.kind {
        ValueKind::String(text) if is_symbol(text) || (older && !text.trim().is_empty()) => {
            Ok(Condition::Symbol(text.clone()))
        }
        ValueKind::String(text) => {
            let message = format!("the condition {} of {what} is not the name of a C macro", show(text));
            defect("if-not-identifier", message)
        }
        ValueKind::Object(entries) => parse_object(value, entries, what, older),
        // A list meant all of them.
        ValueKind::List(values) if older => parse_list(value, values, what, older).map(Condition::All),
        _ => defect("if-type", format!("the condition of {what} must be a string or an object")),
    }
}

fn parse_object<'a>(
    value: &'a Value,
    entries: &'a [Entry],
    what: fmt::Arguments<'_>,
    older: bool,
) -> Result<Condition, Defect<'a>> {
    let known = |entry: &&Entry| matches!(&*entry.key.text, "all" | "any" | "not");
    if let Some(unknown) = entries.iter().find(|entry| !known(entry)) {
        let shown = show(&unknown.key.text);
        let message =
            format!("unknown key {shown} in the condition of {what}, expected 'all', 'any' or 'not'");
        return Err(Defect { code: "if-unknown-key", value, message });
    }
    let [entry] = entries else {
        let message = format!("the condition of {what} must have exactly one of 'all', 'any' and 'not'");
        return Err(Defect { code: "if-one-key", value, message });
    };
    let operands = &entry.value;
    match (&*entry.key.text, &operands.kind) {
        ("not", _) => Ok(Condition::Not(Box::new(parse(operands, what, older)?))),
        ("all", ValueKind::List(values)) => parse_list(operands, values, what, older).map(Condition::All),
        ("any", ValueKind::List(values)) => parse_list(operands, values, what, older).map(Condition::Any),
        (operator, _) => {
            let message = format!("'{operator}' in the condition of {what} must be a list");
            Err(Defect { code: "if-operands", value: operands, message })
        }
    }
}

fn parse_list<'a>(
    list: &'a Value,
    values: &'a [Value],
    what: fmt::Arguments<'_>,
    older: bool,
) -> Result<Vec<Condition>, Defect<'a>> {
    if values.is_empty() {
        let message = format!("an empty list in the condition of {what} says nothing");
        return Err(Defect { code: "if-operands", value: list, message });
    }
    values.iter().map(|value| parse(value, what, older)).collect()
}

fn is_symbol(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_uppercase())
        && text.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
}
