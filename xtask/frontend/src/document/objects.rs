//! Finds where the objects of a section end, and reads them as examples.

use std::collections::HashMap;

use super::item::Item;
use super::lines::Line;
use super::model::Example;
use crate::diagnostics::Diagnostics;
use crate::json::{self, Value};
use crate::source::{FileId, Span};

/// How many defects of one example are repaired before it is given up.
const MAX_REPAIRS: usize = 8;

/// The place of each `{` and of its `}`.
#[derive(Debug)]
pub(super) struct Braces(HashMap<usize, usize>);

impl Braces {
    /// Pairs the braces outside of strings. A string never runs past its line, so a lost quote
    /// spoils one line only, and no object runs over a note or a member, so a lost brace spoils
    /// one object only.
    pub(super) fn pair(lines: &[Line<'_>]) -> Self {
        let mut open = Vec::new();
        let mut pairs = HashMap::new();
        for line in lines {
            if Item::of(line.text).ends_object() {
                open.clear();
            }
            let bytes = line.text.as_bytes();
            let mut at = 0;
            while at < bytes.len() {
                match bytes[at] {
                    b'"' => at = json::string_end(bytes, at).unwrap_or(bytes.len()) - 1,
                    b'{' => open.push(line.start + at),
                    b'}' => {
                        if let Some(start) = open.pop() {
                            pairs.insert(start, line.start + at);
                        }
                    }
                    _ => {}
                }
                at += 1;
            }
        }
        Self(pairs)
    }

    /// The place of the brace that closes the one at `open`.
    pub(super) fn close(&self, open: usize) -> Option<usize> {
        self.0.get(&open).copied()
    }
}

/// Reads an example, the text `text` at byte `start`. What is repaired, is reported.
pub(super) fn read_example(
    file: FileId,
    text: &str,
    start: usize,
    label: Option<String>,
    owner: &str,
    diagnostics: &mut Diagnostics,
) -> Option<Example> {
    let (repairs, result) = match json::read(file, text, start, MAX_REPAIRS) {
        Ok(parsed) => (parsed.repairs, Ok(parsed.value)),
        Err(error) => (error.repairs, Err((error.span, error.message))),
    };
    for repair in &repairs {
        diagnostics.error("example-json", repair.span, &repair.message).within(owner).help(repair.help);
    }
    let value = match result {
        Ok(value) => value,
        Err((span, message)) => {
            let help = "make the example one JSON object; until then it is left out";
            diagnostics.error("example-json", span, message).within(owner).help(help);
            return None;
        }
    };
    let span = Span::new(file, start..start + text.len());
    let mut budget = 8;
    report_repeated(&value, owner, diagnostics, &mut budget);
    Some(Example { label, span, text: value.to_string(), value, repaired: !repairs.is_empty() })
}

fn report_repeated(value: &Value, owner: &str, diagnostics: &mut Diagnostics, budget: &mut usize) {
    let (members, values) = match &value.kind {
        json::Kind::Object(members) => (members.as_slice(), &[][..]),
        json::Kind::Array(values) => (&[][..], values.as_slice()),
        _ => return,
    };
    let mut seen = HashMap::new();
    for member in members {
        let previous = seen.insert(member.name.as_str(), member.name_span);
        if let Some(previous) = previous.filter(|_| *budget > 0) {
            *budget -= 1;
            let message = format!("'{}' appears twice in one object", member.name);
            diagnostics
                .warning("example-repeated", member.name_span, message)
                .within(owner)
                .note(previous, "first here")
                .help("remove one: the last one counts");
        }
    }
    for value in members.iter().map(|member| &member.value).chain(values) {
        report_repeated(value, owner, diagnostics, budget);
    }
}
