//! What every pass after the parser shares.

use std::fmt;

use crate::diagnostics::{self, Diagnostic, Diagnostics, show};
use crate::qapi::dialect::{Dialect, Rule};
use crate::qapi::syntax::ast::Definition;
use crate::qapi::syntax::pragma::Pragmas;
use crate::source::{SourceMap, Span};

/// Settings and sinks of a run.
#[derive(Debug)]
pub(crate) struct Context<'a> {
    pub(crate) sources: &'a SourceMap,
    pub(crate) diagnostics: &'a mut Diagnostics,
    pub(crate) dialect: Dialect,
    pub(crate) pragmas: Pragmas,
    /// How many errors were reported in definitions so far.
    pub(crate) reported: usize,
}

impl Context<'_> {
    /// Whether a rule applies to the schema.
    pub(crate) fn has(&self, rule: Rule) -> bool {
        self.dialect.has(rule)
    }

    /// Reports an error in a definition.
    pub(crate) fn error(
        &mut self,
        definition: &Definition,
        code: &'static str,
        span: Span,
        message: impl Into<String>,
    ) -> &mut Diagnostic {
        self.reported += 1;
        let owner = owner(definition).to_string();
        diagnostics::report(self.sources, self.diagnostics, definition.span, code, span, message.into())
            .within(owner)
    }
}

/// How a definition is called in diagnostics.
pub(crate) fn owner(definition: &Definition) -> Owner<'_> {
    Owner(definition)
}

/// What [`owner`] gives.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Owner<'a>(&'a Definition);

impl fmt::Display for Owner<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.0.meta.key(), show(&self.0.name.text))
    }
}
