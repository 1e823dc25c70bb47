//! One event on a screen: cells, then spans of text that lines are broken between.

use crate::terminal::line::{Line, Part};

/// Puts cells and spans into lines of at most a given width.
pub(super) struct Row {
    width: Option<usize>,
    /// Lines that are complete.
    done: Vec<Line>,
    line: Line,
    /// How far lines after the first are indented: to the first span.
    indent: usize,
    /// Spaces that are due before what comes next.
    gap: usize,
    /// Whether the line has a span.
    has_span: bool,
    span: Line,
}

impl Row {
    /// Without a width, lines are not broken.
    pub(super) fn new(width: Option<usize>) -> Self {
        Row {
            width,
            done: Vec::new(),
            line: Line::default(),
            indent: 0,
            gap: 0,
            has_span: false,
            span: Line::default(),
        }
    }

    /// A line of its own above the row.
    pub(super) fn heading(&mut self, line: Line) {
        self.done.push(line);
    }

    /// A text in a column that is at least so wide.
    pub(super) fn cell(&mut self, text: &impl Part, width: usize) {
        self.line.pad(self.gap);
        let start = self.line.width();
        self.line.push(text);
        self.gap = width.saturating_sub(self.line.width() - start) + 2;
        let column = self.line.width() + self.gap;
        self.indent = self.width.map_or(column, |width| column.min(width * 2 / 3));
    }

    /// Continues the span that is being written.
    pub(super) fn push(&mut self, part: &impl Part) {
        self.span.push(part);
    }

    /// Ends a span. It comes into this line if it fits, otherwise below the first span.
    pub(super) fn end_span(&mut self) {
        let column = self.line.width() + self.gap;
        let fits = self.width.is_none_or(|width| column + self.span.width() <= width);
        if fits || !self.has_span {
            self.line.pad(self.gap);
        } else {
            self.done.push(std::mem::take(&mut self.line));
            self.line.pad(self.indent);
        }
        self.line.push(&self.span);
        self.span.clear();
        self.has_span = true;
        self.gap = 1;
    }

    pub(super) fn finish(mut self) -> Vec<Line> {
        self.done.push(self.line);
        self.done
    }
}
