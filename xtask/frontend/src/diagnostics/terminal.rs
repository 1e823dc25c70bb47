//! Diagnostics for people at a terminal: the source line with a caret, as rustc shows it.

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use super::{Diagnostic, Diagnostics, Severity};
use crate::printable::{printable, printable_in_place};
use crate::source::{SourceMap, Span};

/// No line that is shown is longer than this; the rest of a longer one says nothing more.
const LONGEST_LINE: usize = 400;

impl Diagnostics {
    /// All of them with their source lines and colours.
    pub fn render_terminal(&self, sources: &SourceMap) -> String {
        self.render_with(sources, &Renderer::styled())
    }

    /// All of them with their source lines, without colours.
    pub fn render_snippets(&self, sources: &SourceMap) -> String {
        self.render_with(sources, &Renderer::plain())
    }

    fn render_with(&self, sources: &SourceMap, renderer: &Renderer) -> String {
        let rendered = self.sorted().into_iter().map(|one| renderer.render(&report(one, sources)) + "\n\n");
        rendered.collect::<String>() + &self.render_left_out()
    }
}

fn report<'a>(one: &'a Diagnostic, sources: &'a SourceMap) -> Vec<Group<'a>> {
    let level = match one.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let label = one.owner.as_ref().map(|owner| format!("in {}", printable(owner)));
    let mut main =
        level.primary_title(printable(&one.message)).id(one.code).element(snippet(one.span, label, sources));
    for (span, message) in &one.notes {
        main = main.element(Level::NOTE.message(printable(message)));
        main = main.element(snippet(*span, None, sources));
    }
    let mut included = sources.file(one.span.file).included_at();
    while let Some(at) = included {
        main = main.element(Level::NOTE.message(format!("included from {}", sources.place(at))));
        included = sources.file(at.file).included_at();
    }
    if let Some(help) = &one.help {
        main = main.element(Level::HELP.message(printable(help)));
    }
    vec![main]
}

/// The line on which a span begins, with the part of the span that is on it.
fn snippet<'a>(
    span: Span,
    label: Option<String>,
    sources: &'a SourceMap,
) -> Snippet<'a, annotate_snippets::Annotation<'a>> {
    let file = sources.file(span.file);
    let at = file.position(span.start);
    let line = file.line(at.line);
    let start = line.char_indices().nth(at.column - 1).map_or(line.len(), |(start, _)| start);
    let wanted = start + (span.end - span.start) as usize;
    let end =
        (start..=line.len()).rev().find(|&end| end <= wanted && line.is_char_boundary(end)).unwrap_or(start);
    let (shown, start, end) = shorten(line, start, end);
    let annotation = AnnotationKind::Primary.span(start..end).label(label);
    Snippet::source(printable_in_place(shown))
        .path(printable(file.name()))
        .line_start(at.line)
        .annotation(annotation)
}

/// Cuts an endless line to what surrounds the place.
fn shorten(line: &str, start: usize, end: usize) -> (&str, usize, usize) {
    if line.len() <= LONGEST_LINE {
        return (line, start, end);
    }
    let boundary =
        |wanted: usize| (0..=wanted.min(line.len())).rev().find(|&at| line.is_char_boundary(at)).unwrap_or(0);
    let from = boundary(start.saturating_sub(LONGEST_LINE / 2));
    let to = boundary(from + LONGEST_LINE);
    (&line[from..to], start - from, end.min(to) - from)
}
