//! The documentation of older trees: the same sections, loosely written, never an error.
//!
//! Tags need no blank line in front, continuation lines no indentation, and an example goes on
//! until the next tag or name.

use crate::qapi::comments::sections::{
    Doc, Section, SectionKind, indentation, is_heading, split_name, split_tag,
};
use crate::qapi::syntax::ast::Line;

/// Reads everything after the line that names the definition.
pub(crate) fn parse(lines: &[Line], doc: &mut Doc) {
    let mut in_features = false;
    let mut after_blank = true;
    for line in lines.iter().filter(|line| !is_heading(&line.text)) {
        let text = &*line.text;
        let open = doc.sections.last().map(|section| &section.kind);
        let name = split_name(text).filter(|(name, _)| is_name(name));
        if text == "Features:" {
            in_features = true;
            after_blank = true;
            doc.sections.push(Section { kind: SectionKind::Plain, span: line.span, lines: Vec::new() });
            continue;
        }
        let opened = match (name, split_tag(text)) {
            (Some((name, text)), _) if in_features => Some((SectionKind::Feature(name.to_owned()), text)),
            (Some((name, text)), _) => Some((SectionKind::Member(name.to_owned()), text)),
            (None, Some((kind, text))) => Some((kind, text)),
            (None, None) => None,
        };
        if let Some((kind, text)) = opened {
            in_features &= matches!(kind, SectionKind::Feature(_));
            doc.sections.push(Section { kind, span: line.span, lines: vec![text.to_owned()] });
        } else {
            let ends = match open {
                None => true,
                Some(SectionKind::Plain | SectionKind::Example) => false,
                Some(_) => after_blank && !text.is_empty() && indentation(text) == 0,
            };
            if ends {
                doc.sections.push(Section { kind: SectionKind::Plain, span: line.span, lines: Vec::new() });
            }
            if let Some(section) = doc.sections.last_mut() {
                section.lines.push(text.to_owned());
            }
        }
        after_blank = text.is_empty();
    }
}

/// Prose that begins with an `@` and holds a colon somewhere describes nothing.
fn is_name(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
}
