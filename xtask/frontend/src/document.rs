//! Reads event documents (`qmp-events.txt`), indented or stripped of all margins, whole or damaged.
//!
//! ```text
//! lines ─► headings ─► section (which item is each line?) ─► member, nest, notes (what does it say?) ─► check
//! ```
//!
//! Whatever the text is, the result is complete: defects are reported, and what follows them is
//! read all the same. Nothing here knows an event by its name, and nothing asks the schema.

use crate::diagnostics::Diagnostics;
use crate::source::{FileId, SourceMap, Span};

mod check;
mod headings;
mod item;
mod lines;
mod member;
mod model;
mod nest;
mod notes;
mod objects;
mod section;
mod text;

pub use model::*;

use lines::Lines;
use section::Sorted;

/// The largest document that is read, in bytes: a hundred times the largest that QEMU ever had.
pub const MAX_BYTES: usize = 8 << 20;

/// Reads the document `file`.
///
/// An error is reported where the document breaks its grammar, a warning where it contradicts
/// itself. What is larger than [`MAX_BYTES`] is an error, and nothing of it is read.
pub fn parse(file: FileId, sources: &SourceMap, diagnostics: &mut Diagnostics) -> EventDocument {
    let text = sources.file(file).text();
    if text.len() > MAX_BYTES {
        let message = format!("the document is larger than {} MiB", MAX_BYTES >> 20);
        diagnostics
            .error("document-size", Span::new(file, 0..0), message)
            .help("check whether this is an event document at all");
        return EventDocument::default();
    }
    let lines = Lines::split(file, text, diagnostics);
    let (title, headings) = headings::find(&lines, diagnostics);
    let sections = headings.into_iter().map(|heading| {
        let indented = lines.are_indented(heading.body.clone());
        let sorted = section::sort(&lines, heading, diagnostics);
        understand(sorted, indented, diagnostics)
    });
    let document = EventDocument { title, sections: sections.collect() };
    check::check(&document, diagnostics);
    document
}

/// Understands a section whose lines are sorted.
fn understand(sorted: Sorted, indented: bool, diagnostics: &mut Diagnostics) -> Section {
    let owner = sorted.owner.as_str();
    for text in sorted.paragraphs.iter().chain(sorted.bullets.iter().map(|member| &member.text)) {
        notes::check_prose(text, owner, diagnostics);
    }
    let (notes, rate_limit) = notes::understand(sorted.notes, owner, diagnostics);
    let names = sorted.names.iter().map(|name| name.text.as_str()).collect();
    let shape = nest::Shape::of(&sorted.examples, &names);
    let indents: Vec<_> = sorted.bullets.iter().map(|member| member.indent).collect();
    let members = sorted.bullets.into_iter().map(|member| member::understand(member, owner, diagnostics));
    let members = members.collect();
    let members = nest::nest(members, &indents, indented, &shape, owner, diagnostics);
    let data_type = sorted.data_reference.and_then(|text| {
        let range = member::named_type(&text.joined);
        if range.is_none() {
            diagnostics
                .warning("data-type", text.span(0..text.joined.len()), "this names no type")
                .within(owner)
                .help("write '- data: X type as described in qapi-schema.json'");
        }
        range.map(|range| member::name(&text, range))
    });
    Section {
        names: sorted.names.clone(),
        span: sorted.span,
        description: sorted.paragraphs.into_iter().map(|text| text.joined).collect(),
        data: sorted.data,
        data_type,
        members,
        examples: sorted.examples,
        notes,
        rate_limit,
    }
}
