//! The `pragma` directive: settings of the whole schema, exceptions to the rules for old names.

use std::collections::HashSet;

use crate::diagnostics::report;
use crate::diagnostics::show;
use crate::diagnostics::{Diagnostics, one_of};
use crate::qapi::syntax::ast::{Entry, Item, Value, ValueKind};
use crate::source::{SourceMap, Span};

/// What all pragmas of a schema say together. A later one of the same name replaces an earlier.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pragmas {
    /// Every definition needs documentation.
    pub(crate) doc_required: bool,
    /// Commands whose names may hold `_`.
    pub(crate) command_names: HashSet<String>,
    /// Commands that may return something else than an object.
    pub(crate) command_returns: HashSet<String>,
    /// Definitions whose members may be undocumented.
    pub(crate) documentation: HashSet<String>,
    /// Types whose member names may hold upper case and `_`.
    pub(crate) member_names: HashSet<String>,
    /// Pragmas under the names that they had before QEMU 6.0: the directive and the name.
    pub(crate) older_spellings: Vec<(Span, Span)>,
}

const KNOWN: [&str; 5] = [
    "doc-required",
    "command-name-exceptions",
    "command-returns-exceptions",
    "documentation-exceptions",
    "member-name-exceptions",
];

/// Reads one directive.
pub(crate) fn read(
    item: &Item,
    directive: &Entry,
    pragmas: &mut Pragmas,
    sources: &SourceMap,
    diagnostics: &mut Diagnostics,
) {
    let mut error = |code, span, message: String| {
        report(sources, diagnostics, item.span, code, span, message);
    };
    let ValueKind::Object(entries) = &directive.value.kind else {
        return error(
            "pragma-not-object",
            directive.value.span,
            "the value of 'pragma' must be an object".to_owned(),
        );
    };
    for Entry { key, value } in entries {
        if matches!(&*key.text, "returns-whitelist" | "name-case-whitelist") {
            pragmas.older_spellings.push((item.span, key.span));
        }
        let set = match key.text.as_str() {
            "doc-required" => {
                match value.kind {
                    ValueKind::Bool(required) => pragmas.doc_required = required,
                    _ => error("pragma-value", value.span, "'doc-required' must be true or false".to_owned()),
                }
                continue;
            }
            "command-name-exceptions" => &mut pragmas.command_names,
            "command-returns-exceptions" | "returns-whitelist" => &mut pragmas.command_returns,
            "documentation-exceptions" => &mut pragmas.documentation,
            "member-name-exceptions" | "name-case-whitelist" => &mut pragmas.member_names,
            other => {
                error("pragma-unknown", key.span, unknown(other));
                continue;
            }
        };
        match strings(value) {
            Some(strings) => *set = strings,
            None => {
                error("pragma-value", value.span, format!("{} must be a list of strings", show(&key.text)))
            }
        }
    }
}

/// Reports older spellings, for schemas that are no older ones.
pub(crate) fn check_spellings(pragmas: &Pragmas, sources: &SourceMap, diagnostics: &mut Diagnostics) {
    for &(directive, key) in &pragmas.older_spellings {
        let name = sources.text(key).trim_matches('\'');
        report(sources, diagnostics, directive, "pragma-unknown", key, unknown(name));
    }
}

fn unknown(name: &str) -> String {
    format!("unknown pragma {}, expected {}", show(name), one_of(KNOWN))
}

fn strings(value: &Value) -> Option<HashSet<String>> {
    let ValueKind::List(values) = &value.kind else { return None };
    let string = |value: &Value| match &value.kind {
        ValueKind::String(text) => Some(text.clone()),
        _ => None,
    };
    values.iter().map(string).collect()
}
