//! Writes down what was understood, for snapshots and for comparing.

use std::fmt::Write as _;

use qmp_events_frontend::diagnostics::Diagnostics;
use qmp_events_frontend::document::{self, DataLine, DocumentMember, EventDocument, Section};
use qmp_events_frontend::source::SourceMap;

/// A document, read.
#[derive(Debug)]
pub(crate) struct Read {
    pub(crate) document: EventDocument,
    pub(crate) diagnostics: Diagnostics,
    pub(crate) sources: SourceMap,
}

pub(crate) fn read(name: &str, text: &str) -> Read {
    let mut sources = SourceMap::default();
    let mut diagnostics = Diagnostics::default();
    let file = sources.add(name, text, None);
    let document = document::parse(file, &sources, &mut diagnostics);
    Read { document, diagnostics, sources }
}

impl Read {
    /// The codes of all diagnostics, in the order of the text.
    pub(crate) fn codes(&self) -> Vec<&'static str> {
        self.diagnostics.sorted().into_iter().map(|one| one.code).collect()
    }
}

/// Everything that the document says, a line for each thing, without places.
pub(crate) fn outline(document: &EventDocument) -> String {
    let mut out = String::new();
    if let Some(title) = &document.title {
        let _ = writeln!(out, "title {title:?}");
    }
    for section in &document.sections {
        write_section(section, &mut out);
    }
    out
}

fn write_section(section: &Section, out: &mut String) {
    let names: Vec<_> = section.names.iter().map(|name| name.text.as_str()).collect();
    let _ = writeln!(out, "section {}", names.join(", "));
    if !section.description.is_empty() {
        let _ = writeln!(out, "  prose {:?}", section.description.join(" "));
    }
    match section.data {
        DataLine::Absent => {}
        DataLine::Members(_) => out.push_str("  data\n"),
        DataLine::None(_) => out.push_str("  data none\n"),
    }
    if let Some(ty) = &section.data_type {
        let _ = writeln!(out, "  data has type {}", ty.text);
    }
    write_members(&section.members, 1, out);
    for example in &section.examples {
        let repaired = if example.repaired { " (repaired)" } else { "" };
        let label = example.label.as_ref().map(|label| format!(" {label:?}")).unwrap_or_default();
        let _ = writeln!(out, "  example{label}{repaired} {}", example.text);
    }
    for note in &section.notes {
        let _ = writeln!(out, "  note {:?}", note.text);
    }
    if let Some(limit) = &section.rate_limit {
        out.push_str("  rate limit");
        if let Some(key) = &limit.key {
            let _ = write!(out, " for each {}", key.text);
        }
        if let Some(since) = limit.since {
            let _ = write!(out, " since {since}");
        }
        if let Some(exempt) = &limit.exempt {
            let _ = write!(out, " unless {} is {}", exempt.member.text, exempt.value);
        }
        out.push('\n');
    }
}

fn write_members(members: &[DocumentMember], depth: usize, out: &mut String) {
    let margin = "  ".repeat(depth);
    for member in members {
        let optional = if member.optional { " optional" } else { "" };
        let inferred = if member.inferred { " (from the example)" } else { "" };
        let _ = writeln!(
            out,
            "{margin}member {}: {}{inferred}{optional} {:?}",
            member.name,
            member.ty.word(),
            member.description
        );
        let list = if member.closed { "value" } else { "known value" };
        for value in &member.values {
            let _ = writeln!(out, "{margin}  {list} {} {:?}", value.name, value.description);
        }
        write_members(&member.members, depth + 1, out);
    }
}
