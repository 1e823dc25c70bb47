//! What is wrong with a source, where, and what to do about it.
//!
//! Passes report into a [`Diagnostics`] and go on; only the commands decide what an error means
//! for the exit status. Nothing here prints.

mod terminal;

use std::fmt::{self, Write as _};

use crate::printable::printable;
use crate::source::{SourceMap, Span};

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// The source breaks a rule; nothing is generated from it.
    Error,
    /// Legal, or repaired without doubt, but probably not meant.
    Warning,
}

impl Severity {
    fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

/// One defect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// The rule's name: kebab-case, stable, one for each rule.
    pub code: &'static str,
    /// The narrowest text that is wrong.
    pub span: Span,
    /// What is wrong: lower case, no full stop.
    pub message: String,
    /// The definition it is in, such as `event 'STOP'`.
    pub owner: Option<String>,
    /// Other places that matter, such as a previous definition.
    pub notes: Vec<(Span, String)>,
    /// What to do about it.
    pub help: Option<String>,
}

impl Diagnostic {
    /// Adds a second place.
    pub fn note(&mut self, span: Span, message: impl Into<String>) -> &mut Self {
        self.notes.push((span, message.into()));
        self
    }

    /// Adds what to do.
    pub fn help(&mut self, message: impl Into<String>) -> &mut Self {
        self.help = Some(message.into());
        self
    }

    /// Names the definition it is in, such as `event 'STOP'`.
    pub fn within(&mut self, owner: impl Into<String>) -> &mut Self {
        self.owner = Some(owner.into());
        self
    }
}

/// How many defects are kept: a person reads no more, and a hostile file could have millions.
const MOST: usize = 1000;

/// All defects of a run; of more than a thousand the first ones, and how many there were.
#[derive(Debug, Default)]
pub struct Diagnostics {
    list: Vec<Diagnostic>,
    errors: usize,
    warnings: usize,
}

impl Diagnostics {
    /// Reports an error.
    pub fn error(&mut self, code: &'static str, span: Span, message: impl Into<String>) -> &mut Diagnostic {
        self.push(Severity::Error, code, span, message.into())
    }

    /// Reports a warning.
    pub fn warning(&mut self, code: &'static str, span: Span, message: impl Into<String>) -> &mut Diagnostic {
        self.push(Severity::Warning, code, span, message.into())
    }

    fn push(
        &mut self,
        severity: Severity,
        code: &'static str,
        span: Span,
        message: String,
    ) -> &mut Diagnostic {
        match severity {
            Severity::Error => self.errors += 1,
            Severity::Warning => self.warnings += 1,
        }
        // One place more than are shown: what is reported beyond the limit is written over there.
        self.list.truncate(MOST);
        self.list.push(Diagnostic {
            severity,
            code,
            span,
            message,
            owner: None,
            notes: Vec::new(),
            help: None,
        });
        let last = self.list.len() - 1;
        &mut self.list[last]
    }

    /// How many of a severity there are.
    pub fn count(&self, severity: Severity) -> usize {
        match severity {
            Severity::Error => self.errors,
            Severity::Warning => self.warnings,
        }
    }

    /// How many there are beyond those that are kept.
    pub fn left_out(&self) -> usize {
        (self.errors + self.warnings).saturating_sub(MOST)
    }

    /// Whether there is an error.
    pub fn has_errors(&self) -> bool {
        self.count(Severity::Error) > 0
    }

    /// Those that are kept, by file (in the order of reading) and place.
    pub fn sorted(&self) -> Vec<&Diagnostic> {
        let mut all: Vec<_> = self.list.iter().take(MOST).collect();
        all.sort_by_key(|one| (one.span.file, one.span.start, one.severity));
        all
    }

    /// `file:line:col: severity[code]: message`, with further lines for what belongs to it.
    pub fn render_plain(&self, sources: &SourceMap) -> String {
        let mut out = String::new();
        for one in self.sorted() {
            render_plain(one, sources, &mut out);
        }
        out + &self.render_left_out()
    }
}

impl Diagnostics {
    fn render_left_out(&self) -> String {
        match self.left_out() {
            0 => String::new(),
            count => format!("and {count} more\n"),
        }
    }
}

fn render_plain(one: &Diagnostic, sources: &SourceMap, out: &mut String) {
    let mut line = |text: String| {
        out.push_str(&printable(&text));
        out.push('\n');
    };
    let severity = one.severity.word();
    line(format!("{}: {severity}[{}]: {}", sources.place(one.span), one.code, one.message));
    if let Some(owner) = &one.owner {
        line(format!("    in {owner}"));
    }
    for (span, message) in &one.notes {
        line(format!("    {}: {message}", sources.place(*span)));
    }
    let mut included = sources.file(one.span.file).included_at();
    while let Some(at) = included {
        line(format!("    included from {}", sources.place(at)));
        included = sources.file(at.file).included_at();
    }
    if let Some(help) = &one.help {
        line(format!("    help: {help}"));
    }
}

/// Joins names for a message: `'a'`, `'a' or 'b'`, `'a', 'b' or 'c'`.
pub fn one_of<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let names: Vec<_> = names.into_iter().collect();
    let mut out = String::new();
    for (index, name) in names.iter().enumerate() {
        let separator = match index {
            0 => "",
            _ if index + 1 == names.len() => " or ",
            _ => ", ",
        };
        let _ = write!(out, "{separator}'{name}'");
    }
    out
}

/// Quotes a text of the source for a message: short, and without control characters.
pub(crate) fn show(text: &str) -> Shown<'_> {
    Shown(text)
}

/// What [`show`] gives.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shown<'a>(&'a str);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const MOST: usize = 60;
        f.write_char('\'')?;
        for c in self.0.chars().take(MOST) {
            match c {
                '\'' | '"' => f.write_char(c)?,
                _ => write!(f, "{}", c.escape_debug())?,
            }
        }
        if self.0.chars().nth(MOST).is_some() {
            f.write_char('…')?;
        }
        f.write_char('\'')
    }
}

/// Reports an error in a top-level expression. The diagnostic is on the line where the
/// expression begins, as QEMU's generator has it; a place on another line becomes a note.
pub(crate) fn report<'d>(
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
    report.note(span, "it is here")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_endless_defects_the_first_ones_are_kept_and_all_are_counted() {
        let mut sources = SourceMap::default();
        let file = sources.add("x.json", "x", None);
        let mut diagnostics = Diagnostics::default();
        for _ in 0..MOST + 5 {
            diagnostics.error("funny", Span::new(file, 0..1), "no").help("none");
        }
        assert_eq!(diagnostics.count(Severity::Error), MOST + 5);
        assert_eq!(diagnostics.sorted().len(), MOST);
        assert!(diagnostics.render_plain(&sources).ends_with("\nand 5 more\n"));
    }
}
