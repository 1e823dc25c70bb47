//! Documentation comments to sections, by the rules of QEMU 10.
//!
//! What sections mean for the definition is decided later; [`older`] reads the looser comments of
//! older trees into the same sections.

use std::collections::HashMap;

use crate::diagnostics::Diagnostic;
use crate::diagnostics::show;
use crate::qapi::comments::sections::{
    Doc, Section, SectionKind, indentation, is_heading, split_name, split_tag,
};
use crate::qapi::comments::{older, style};
use crate::qapi::context::Context;
use crate::qapi::dialect::Rule;
use crate::qapi::syntax::ast::{Comment, Line, Name};
use crate::source::Span;

/// Parses the comment in front of a definition.
pub(crate) fn parse(comment: &Comment, context: &mut Context<'_>) -> Doc {
    let mut doc = Doc { span: comment.span, symbol: None, sections: Vec::new(), damaged: comment.damaged };
    let mut parser = Parser {
        lines: &comment.lines,
        at: 0,
        end: comment.span,
        context,
        doc: &mut doc,
        opened: HashMap::new(),
        has_features: false,
    };
    let Some(first) = parser.line().filter(|line| line.text.starts_with('@')) else { return doc };
    parser.parse_symbol(first);
    parser.at += 1;
    if !parser.context.has(Rule::CommentForm) {
        older::parse(&comment.lines[1..], &mut doc);
    } else {
        parser.parse_sections();
        check_not_empty(&mut doc, context);
        if !doc.damaged {
            style::check(&comment.lines, context);
        }
    }
    doc
}

/// Checks a comment that no definition follows.
pub(crate) fn check_lone(comment: &Comment, context: &mut Context<'_>) {
    if comment.damaged {
        return;
    }
    if !comment.is_for_definition() {
        check_free_form(comment, context);
        return;
    }
    let doc = parse(comment, context);
    if doc.damaged {
        return;
    }
    let name = doc.symbol.map(|symbol| symbol.text).unwrap_or_default();
    let message = format!("the documentation of {} is not followed by its definition", show(&name));
    let start = Span { end: comment.span.start + 2, ..comment.span };
    context.diagnostics.error("doc-without-definition", start, message);
}

/// Checks a comment that names no definition; says whether its form is right.
pub(crate) fn check_free_form(comment: &Comment, context: &mut Context<'_>) -> bool {
    if comment.damaged || !context.has(Rule::CommentForm) {
        return true;
    }
    let mut right = true;
    for (index, line) in comment.lines.iter().enumerate() {
        if let Some((name, _)) = split_name(&line.text) {
            let message = format!("{} must not appear in a free-form comment", show(&format!("@{name}:")));
            context.diagnostics.error("doc-member-in-free-form", line.span, message);
            return false;
        }
        if index > 0 && is_heading(&line.text) && context.has(Rule::HeadingsFirst) {
            right = false;
            let message = "a '=' heading must come first in a comment";
            context.diagnostics.error("doc-heading", line.span, message);
        }
    }
    style::check(&comment.lines, context);
    right
}

fn check_not_empty(doc: &mut Doc, context: &mut Context<'_>) {
    let descriptions_have_text = context.has(Rule::SectionForm);
    let may_be_empty = |kind: &SectionKind| match kind {
        SectionKind::Plain => true,
        SectionKind::Member(_) | SectionKind::Feature(_) => !descriptions_have_text,
        _ => false,
    };
    let empty = |section: &&Section| !may_be_empty(&section.kind) && section.is_empty();
    for section in doc.sections.iter().filter(empty) {
        doc.damaged = true;
        let message = format!("{} has no text", section.kind.opening());
        context.diagnostics.error("doc-empty-section", section.span, message);
    }
}

struct Parser<'a, 'c, 'd> {
    lines: &'a [Line],
    at: usize,
    /// The whole comment.
    end: Span,
    context: &'c mut Context<'d>,
    doc: &'c mut Doc,
    /// Where the first section of each kind opens.
    opened: HashMap<SectionKind, Span>,
    has_features: bool,
}

impl<'a> Parser<'a, '_, '_> {
    fn line(&self) -> Option<&'a Line> {
        self.lines.get(self.at)
    }

    fn text(&self) -> Option<&'a str> {
        self.line().map(|line| &*line.text)
    }

    fn skip_blank(&mut self) {
        while self.text() == Some("") {
            self.at += 1;
        }
    }

    fn error(&mut self, code: &'static str, span: Span, message: impl Into<String>) -> &mut Diagnostic {
        self.doc.damaged = true;
        self.context.diagnostics.error(code, span, message)
    }

    fn parse_symbol(&mut self, line: &Line) {
        let name = &line.text[1..];
        match name.strip_suffix(':') {
            Some("") => {
                self.error("doc-symbol", line.span, "a name must follow '@'");
            }
            Some(name) => {
                self.doc.symbol = Some(Name { text: name.to_owned(), span: line.span });
            }
            None => {
                let message = "the line that names the definition must end with ':'";
                self.error("doc-symbol", line.span, message);
            }
        }
    }

    fn parse_sections(&mut self) {
        let mut members_over: Option<Span> = None;
        loop {
            self.skip_blank();
            let Some(line) = self.line() else { return };
            if line.text == "Features:" {
                self.parse_features(line);
                members_over.get_or_insert(line.span);
            } else if let Some((name, _)) = self.name(&line.text) {
                if let Some(over) = members_over {
                    let message = format!("{} follows a section", show(&format!("@{name}:")));
                    self.error("doc-member-after-section", line.span, message)
                        .note(over, "members must be described before this section");
                }
                self.parse_descriptions(SectionKind::Member);
                members_over.get_or_insert(line.span);
            } else if let Some((kind, text)) = split_tag(&line.text) {
                self.parse_tagged(line, kind, text);
                members_over.get_or_insert(line.span);
            } else if is_heading(&line.text) {
                self.error(
                    "doc-heading",
                    line.span,
                    "a '=' heading must not appear in a definition's documentation",
                );
                self.at += 1;
            } else {
                self.parse_paragraph(line);
            }
        }
    }

    fn parse_features(&mut self, line: &Line) {
        if self.has_features {
            self.error("doc-duplicate-features", line.span, "a second 'Features:' line");
        }
        self.at += 1;
        self.skip_blank();
        if self.parse_descriptions(SectionKind::Feature) > 0 {
            self.has_features = true;
        } else {
            let end = Span { start: self.end.end.saturating_sub(2), ..self.end };
            let at = self.line().map_or(end, |line| line.span);
            self.error("doc-no-features", at, "'@feature:' must follow 'Features:'");
        }
    }

    /// A run of `@name: text`; says how many.
    fn parse_descriptions(&mut self, kind: fn(String) -> SectionKind) -> usize {
        let mut count = 0;
        while let Some(line) = self.line() {
            let Some((name, text)) = self.name(&line.text) else { break };
            let mut kind = kind(name.to_owned());
            if name.is_empty() {
                // So that nothing else is asked of it.
                kind = SectionKind::Plain;
                self.error("doc-symbol", line.span, "a name must follow '@'");
            } else if let Some(previous) = self.open(&kind, line.span) {
                let message = format!("{} is described twice", show(name));
                self.error("doc-duplicate-member", line.span, message).note(previous, "first described here");
            }
            self.parse_indented(Section { kind, span: line.span, lines: vec![text.to_owned()] });
            count += 1;
        }
        count
    }

    /// Notes where a section opens; gives the place of an earlier one of its kind.
    fn open(&mut self, kind: &SectionKind, span: Span) -> Option<Span> {
        let earlier = self.opened.get(kind).copied();
        if earlier.is_none() {
            self.opened.insert(kind.clone(), span);
        }
        earlier
    }

    fn parse_tagged(&mut self, line: &Line, kind: SectionKind, text: &str) {
        match &kind {
            SectionKind::Note | SectionKind::Example if !self.context.has(Rule::Directives) => {}
            SectionKind::Note => {
                let message = "'Note:' sections are no longer supported";
                self.error("doc-old-tag", line.span, message).help("write a '.. note::' directive");
            }
            SectionKind::Example => {
                let message = "'Example:' sections are no longer supported";
                self.error("doc-old-tag", line.span, message).help("write a '.. qmp-example::' directive");
            }
            _ => {
                if let Some(previous) = self.open(&kind, line.span) {
                    let message = format!("a second {} section", kind.opening());
                    self.error("doc-duplicate-section", line.span, message).note(previous, "the first one");
                }
            }
        }
        self.parse_indented(Section { kind, span: line.span, lines: vec![text.to_owned()] });
    }

    /// The lines after the first one of a section.
    fn parse_indented(&mut self, mut section: Section) {
        self.at += 1;
        if !self.context.has(Rule::SectionForm) {
            self.parse_loosely_indented(&mut section);
            self.doc.sections.push(section);
            return;
        }
        let mut blank = 0;
        while self.text() == Some("") {
            blank += 1;
            self.at += 1;
        }
        let indentation = self.text().map_or(0, indentation);
        if indentation > 0 {
            section.lines.extend(std::iter::repeat_n(String::new(), blank));
            self.parse_continuation(indentation, &mut section);
        }
        self.doc.sections.push(section);
    }

    fn parse_continuation(&mut self, expected: usize, section: &mut Section) {
        let mut after_blank = false;
        while let Some(line) = self.line() {
            if self.name(&line.text).is_some() {
                return;
            }
            if !line.text.is_empty() && indentation(&line.text) < expected {
                if after_blank {
                    return;
                }
                self.report_de_indent(line, expected);
                return;
            }
            section.lines.push(line.text.clone());
            after_blank = line.text.is_empty();
            self.at += 1;
        }
    }

    fn report_de_indent(&mut self, line: &Line, expected: usize) {
        let message = format!("unexpected de-indent, expected at least {expected} spaces");
        self.error("doc-de-indent", line.span, message);
        // The rest of the paragraph is meant to belong here.
        while self.text().is_some_and(|text| !text.is_empty() && self.name(text).is_none()) {
            self.at += 1;
        }
    }

    /// Continuation lines before [`Rule::SectionForm`]: a section whose first line has no text goes on
    /// without indentation, and the next one follows without a blank line.
    fn parse_loosely_indented(&mut self, section: &mut Section) {
        let header_has_text = !section.is_empty();
        let is_description = matches!(section.kind, SectionKind::Member(_) | SectionKind::Feature(_));
        let mut expected = match self.context.has(Rule::FreeIndentation) {
            true => None,
            false if header_has_text => self.lines.get(self.at - 1).map(|line| text_column(&line.text)),
            false => Some(0),
        };
        let mut after_blank = false;
        while let Some(line) = self.line().filter(|line| !self.opens_section(&line.text)) {
            let indentation = indentation(&line.text);
            if line.text.is_empty() {
                after_blank = true;
            } else {
                let least = *expected.get_or_insert(indentation);
                if indentation == 0 && after_blank && (is_description || least > 0) {
                    return;
                }
                if indentation < least {
                    return self.report_de_indent(line, least);
                }
                after_blank = false;
            }
            section.lines.push(line.text.clone());
            self.at += 1;
        }
    }

    /// Splits `@name: text`. In older comments, a sentence that begins with a name may hold a colon.
    fn name<'t>(&self, line: &'t str) -> Option<(&'t str, &'t str)> {
        split_name(line).filter(|(name, _)| self.context.has(Rule::SectionForm) || !name.contains(' '))
    }

    /// Whether a section begins here that needs no blank line before it.
    fn opens_section(&self, line: &str) -> bool {
        line == "Features:" || is_heading(line) || self.name(line).is_some() || split_tag(line).is_some()
    }

    fn parse_paragraph(&mut self, line: &Line) {
        let continues = matches!(self.doc.sections.last(), Some(Section { kind: SectionKind::Plain, .. }));
        if !continues {
            self.doc.sections.push(Section { kind: SectionKind::Plain, span: line.span, lines: Vec::new() });
        }
        let start = self.at;
        self.at += 1;
        let may_end_early = !self.context.has(Rule::SectionForm);
        while let Some(text) = self.text().filter(|text| !text.is_empty())
            && !(may_end_early && self.opens_section(text))
        {
            self.at += 1;
        }
        let Some(section) = self.doc.sections.last_mut() else { return };
        section.lines.push(String::new());
        section.lines.extend(self.lines[start..self.at].iter().map(|line| line.text.clone()));
    }
}

/// The column in which the text after `@name:` or `Tag:` begins.
fn text_column(line: &str) -> usize {
    let text = line.split_once(':').map_or("", |(_, text)| text);
    line.len() - text.trim_start().len()
}
