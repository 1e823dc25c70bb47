//! The form of documentation lines: an error in schemas of the releases that have the rule, a warning
//! in those of the years before, when lines kept to it by and large.

use crate::qapi::comments::sections::indentation;
use crate::qapi::context::Context;
use crate::qapi::dialect::Rule;
use crate::qapi::syntax::ast::Line;
use crate::source::Span;

const MAX_COLUMNS: usize = 70;

/// Reports long lines and single spaces between sentences, except in literal text.
pub(crate) fn check(lines: &[Line], context: &mut Context<'_>) {
    if !context.has(Rule::SectionForm) {
        return;
    }
    let mut literal: Option<usize> = None;
    for line in lines {
        let text = &*line.text;
        if let Some(opened) = literal {
            if text.is_empty() || indentation(text) > opened {
                continue;
            }
            literal = None;
        }
        if text.ends_with("::") {
            literal = Some(indentation(text));
        }
        check_length(line, context);
        check_sentences(line, context);
    }
}

fn check_length(line: &Line, context: &mut Context<'_>) {
    let columns = line.text.chars().count() + "# ".len();
    let trimmed = line.text.trim_start();
    let is_url = ["http://", "https://", "ftp://"].iter().any(|scheme| trimmed.starts_with(scheme));
    let breakable = !is_url || trimmed.contains(' ');
    if columns > MAX_COLUMNS && breakable {
        let message = format!("documentation line of {columns} columns: the limit is {MAX_COLUMNS}");
        report("doc-long-line", line.span, message, context);
    }
}

fn check_sentences(line: &Line, context: &mut Context<'_>) {
    let bytes = line.text.as_bytes();
    for (at, end) in
        line.text.match_indices(['.', '!', '?']).filter(|(at, _)| bytes.get(at + 1) == Some(&b' '))
    {
        let starts = bytes
            .get(at + 2)
            .is_some_and(|next| next.is_ascii_uppercase() || next.is_ascii_digit() || *next == b'(');
        if !starts || (end == "." && is_no_end(&line.text[..at])) {
            continue;
        }
        let start = line.span.start + at as u32 + 1;
        let span = Span { start, end: start + 1, ..line.span };
        report("doc-single-space", span, "two spaces separate sentences".to_owned(), context);
    }
}

fn report(code: &'static str, span: Span, message: String, context: &mut Context<'_>) {
    match context.has(Rule::LineFormat) {
        true => context.diagnostics.error(code, span, message),
        false => context.diagnostics.warning(code, span, message),
    };
}

/// Whether a full stop after this text does not end a sentence: `e.g`, or the number of a list item.
fn is_no_end(before: &str) -> bool {
    let item = before.trim_start();
    before.ends_with("e.g") || (item.len() == 1 && item.as_bytes()[0].is_ascii_digit())
}
