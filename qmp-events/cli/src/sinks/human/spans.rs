//! Spans of a row: `name=value`, with braces around objects and brackets around lists, in as many spans as they
//! have members. What this build does not know ends with `?`.

use qmp_events::info::Unrecognized;

use super::row::Row;
use crate::terminal::palette::Style;

/// Whether this build knows a member or a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Known {
    Yes,
    /// It is marked.
    No,
    /// It is a part of one that is marked.
    PartOfUnknown,
}

impl Known {
    pub(super) fn of_parts(self) -> Self {
        if self == Known::Yes { Known::Yes } else { Known::PartOfUnknown }
    }

    fn style(self, known: Style) -> Style {
        if self == Known::No { Style::Unknown } else { known }
    }
}

/// Writes spans, and knows what in them is unknown.
pub(super) struct Spans<'a, 'r> {
    /// What is unknown from here on, in the order in which it comes.
    unknown: &'a [Unrecognized],
    /// Of the value that is being written, as in `unknown`; only kept while that has something.
    path: String,
    row: &'a mut Row<'r>,
}

impl<'a, 'r> Spans<'a, 'r> {
    pub(super) fn new(unknown: &'a [Unrecognized], row: &'a mut Row<'r>) -> Self {
        Spans { unknown, path: String::new(), row }
    }

    /// Keeps the name of the next member, until its value comes.
    pub(super) fn name(&mut self) -> &mut String {
        self.row.name()
    }

    /// The rest is known, or marked by the caller.
    pub(super) fn forget_unknown(&mut self) {
        self.unknown = &[];
    }

    /// Ends the last span.
    pub(super) fn end(self) {
        self.row.end_span();
    }

    pub(super) fn begin_member(&mut self, name: &str, known: Known, is_first: &mut bool) {
        if !std::mem::take(is_first) {
            self.row.end_span();
        }
        let style = known.style(Style::Dim);
        let span = self.row.span();
        span.push_word(style, name);
        span.push_own(style, "=");
    }

    /// Begins an item of a list.
    pub(super) fn begin_item(&mut self, index: usize) {
        if index > 0 {
            self.row.end_span();
        }
    }

    /// Whether the value that comes next is known.
    pub(super) fn begin_value(&mut self, known: Known) -> Known {
        if known == Known::Yes && self.is_unknown_value() { Known::No } else { known }
    }

    /// A string.
    pub(super) fn text(&mut self, text: &str, known: Known) {
        self.row.span().push_word(known.style(Style::Plain), text);
    }

    /// What is neither a string nor a number.
    pub(super) fn literal(&mut self, literal: &'static str, known: Known) {
        self.row.span().push_own(known.style(Style::Plain), literal);
    }

    /// A number, as JSON writes it.
    pub(super) fn number(&mut self, number: &str, known: Known) {
        let span = self.row.span();
        span.push_text(known.style(Style::Plain), number);
        if let Some(hexadecimal) = hexadecimal(number) {
            span.push_text(Style::Dim, &hexadecimal);
        }
    }

    pub(super) fn bracket(&mut self, bracket: &'static str) {
        self.row.span().push_own(Style::Dim, bracket);
    }

    pub(super) fn end_value(&mut self, known: Known) {
        if known == Known::No {
            self.row.span().push_own(Style::Unknown, "?");
        }
    }

    /// Goes to a member of an object, and says whether it is known. [`leave`](Self::leave) goes back.
    pub(super) fn enter_member(&mut self, name: &str, object: Known) -> Known {
        if self.unknown.is_empty() || object != Known::Yes {
            return object.of_parts();
        }
        if !self.path.is_empty() {
            self.path.push('.');
        }
        self.path.push_str(name);
        let is_unknown =
            self.is_next_unknown(|next, here| matches!(next, Unrecognized::Member { path } if path == here));
        if is_unknown { Known::No } else { Known::Yes }
    }

    /// Goes to an item of a list.
    pub(super) fn enter_item(&mut self, index: usize, list: Known) -> Known {
        if !self.unknown.is_empty() && list == Known::Yes {
            self.path.push_str(&format!("[{index}]"));
        }
        list.of_parts()
    }

    pub(super) fn path_length(&self) -> usize {
        self.path.len()
    }

    /// Goes back to where the path was so long.
    pub(super) fn leave(&mut self, path_length: usize) {
        self.path.truncate(path_length);
    }

    fn is_unknown_value(&mut self) -> bool {
        self.is_next_unknown(|next, here| match next {
            Unrecognized::Value { path, .. } | Unrecognized::Branch { path, .. } => path == here,
            _ => false,
        })
    }

    fn is_next_unknown(&mut self, is_here: impl FnOnce(&Unrecognized, &str) -> bool) -> bool {
        let Some((next, rest)) = self.unknown.split_first() else { return false };
        let found = is_here(next, &self.path);
        if found {
            self.unknown = rest;
        }
        found
    }
}

/// How many digits an integer has that is an address or bits rather than an amount.
const LARGE: usize = 16;

/// A large integer in hexadecimal, in brackets.
fn hexadecimal(number: &str) -> Option<String> {
    if number.len() < LARGE {
        return None;
    }
    let number: u64 = number.parse().ok()?;
    Some(format!(" ({number:#x})"))
}
