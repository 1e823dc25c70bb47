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
    if parser.context.is_older() {
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
    if comment.damaged || context.is_older() {
        return true;
    }
    let mut right = true;
    for (index, line) in comment.lines.iter().enumerate() {
        if let Some((name, _)) = split_name(&line.text) {
            let message = format!("{} must not appear in a free-form comment", show(&format!("@{name}:")));
            context.diagnostics.error("doc-member-in-free-form", line.span, message);
            return false;
        }
        if index > 0 && is_heading(&line.text) {
            right = false;
            let message = "a '=' heading must come first in a comment";
            context.diagnostics.error("doc-heading", line.span, message);
        }
    }
    style::check(&comment.lines, context);
    right
}

fn check_not_empty(doc: &mut Doc, context: &mut Context<'_>) {
    let empty = |section: &&Section| section.kind != SectionKind::Plain && section.is_empty();
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
            } else if let Some((name, _)) = split_name(&line.text) {
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
            let Some((name, text)) = split_name(&line.text) else { break };
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
            let starts_section = split_name(&line.text).is_some();
            if starts_section {
                return;
            }
            if !line.text.is_empty() && indentation(&line.text) < expected {
                if after_blank {
                    return;
                }
                let message = format!("unexpected de-indent, expected at least {expected} spaces");
                self.error("doc-de-indent", line.span, message);
                // The rest of the paragraph is meant to belong here.
                while self.text().is_some_and(|text| !text.is_empty() && split_name(text).is_none()) {
                    self.at += 1;
                }
                return;
            }
            section.lines.push(line.text.clone());
            after_blank = line.text.is_empty();
            self.at += 1;
        }
    }

    fn parse_paragraph(&mut self, line: &Line) {
        let continues = matches!(self.doc.sections.last(), Some(Section { kind: SectionKind::Plain, .. }));
        if !continues {
            self.doc.sections.push(Section { kind: SectionKind::Plain, span: line.span, lines: Vec::new() });
        }
        let Some(section) = self.doc.sections.last_mut() else { return };
        section.lines.push(String::new());
        while let Some(line) = self.lines.get(self.at).filter(|line| !line.text.is_empty()) {
            section.lines.push(line.text.clone());
            self.at += 1;
        }
    }
}
