//! The keys of an object: which it must have, which it may have.

use std::fmt;

use crate::diagnostics::{one_of, show};
use crate::qapi::context::Context;
use crate::qapi::syntax::ast::{Definition, Entry, Value};
use crate::source::Span;

/// The keys that an object may have.
pub(crate) struct Keys<'a> {
    pub(crate) what: fmt::Arguments<'a>,
    pub(crate) required: &'a [&'a str],
    pub(crate) optional: &'a [&'a str],
}

impl Keys<'_> {
    /// Reports unknown and missing keys; says whether all required ones are there.
    pub(crate) fn check(
        &self,
        entries: &[Entry],
        at: Span,
        definition: &Definition,
        context: &mut Context<'_>,
    ) -> bool {
        let Self { what, required, optional } = self;
        let missing: Vec<_> = required
            .iter()
            .filter(|key| !entries.iter().any(|entry| entry.key.text == **key))
            .map(|key| format!("'{key}'"))
            .collect();
        if !missing.is_empty() {
            let message = format!("{what} lacks {}", missing.join(" and "));
            context.error(definition, "key-missing", at, message);
            return false;
        }
        for Entry { key, .. } in entries {
            if required.iter().chain(*optional).any(|known| *known == key.text) {
                continue;
            }
            let message = format!("{what} has an unknown key {}", show(&key.text));
            let valid = one_of(required.iter().chain(*optional).copied());
            context.error(definition, "key-unknown", key.span, message).help(format!("valid are {valid}"));
        }
        true
    }
}

/// The value of a key.
pub(crate) fn value_of<'a>(entries: &'a [Entry], key: &str) -> Option<&'a Value> {
    entries.iter().find(|entry| entry.key.text == key).map(|entry| &entry.value)
}
