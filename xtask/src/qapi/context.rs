//! What every pass behind the parser shares.

use std::fmt;

use super::ast::Definition;
use super::dialect::Dialect;
use super::pragma::Pragmas;
use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::source::{SourceMap, Span};

/// Settings and sinks of a run.
#[derive(Debug)]
pub(super) struct Context<'a> {
    pub(super) sources: &'a SourceMap,
    pub(super) diagnostics: &'a mut Diagnostics,
    pub(super) dialect: Dialect,
    pub(super) pragmas: Pragmas,
    /// How many errors were reported in definitions so far.
    pub(super) reported: usize,
}

impl Context<'_> {
    /// Whether the rules of older schemas apply.
    pub(super) fn is_older(&self) -> bool {
        self.dialect == Dialect::Older
    }

    /// Reports an error in a definition.
    pub(super) fn error(
        &mut self,
        definition: &Definition,
        code: &'static str,
        span: Span,
        message: impl Into<String>,
    ) -> &mut Diagnostic {
        self.reported += 1;
        let owner = owner(definition).to_string();
        report(self.sources, self.diagnostics, definition.span, code, span, message.into()).within(owner)
    }
}

/// How a definition is called in diagnostics.
pub(super) fn owner(definition: &Definition) -> Owner<'_> {
    Owner(definition)
}

/// What [`owner`] gives.
#[derive(Clone, Copy, Debug)]
pub(super) struct Owner<'a>(&'a Definition);

impl fmt::Display for Owner<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.0.meta.key(), super::show(&self.0.name.text))
    }
}

/// Reports an error in a top-level expression. The diagnostic stands on the line where the
/// expression begins, as QEMU's generator has it; a place on another line becomes a note.
pub(super) fn report<'d>(
    sources: &SourceMap,
    diagnostics: &'d mut Diagnostics,
    expression: Span,
    code: &'static str,
    span: Span,
    message: String,
) -> &'d mut Diagnostic {
    let before = Span { end: span.start, ..expression };
    let here = span.file == expression.file && span.start >= expression.start;
    if here && !sources.text(before).contains('\n') {
        return diagnostics.error(code, span, message);
    }
    let brace = Span { end: expression.start + 1, ..expression };
    let report = diagnostics.error(code, brace, message);
    report.note(span, "it stands here")
}
