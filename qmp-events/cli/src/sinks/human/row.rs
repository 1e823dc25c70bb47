//! One event on a screen: cells, then spans of text that lines are broken between.

use std::io;

use crate::terminal::line::{Line, Part};

/// How long a line gets before its beginning is handed on, in columns. A line may be as long as a message.
const PART: usize = 4096;

/// Where the lines of rows go.
pub(crate) trait Lines {
    /// Takes a part of a line.
    fn part(&mut self, part: &Line) -> io::Result<()>;

    /// Ends the line.
    fn end(&mut self) -> io::Result<()>;
}

/// Puts cells and spans into lines of at most a given width.
pub(super) struct Row<'a> {
    width: Option<usize>,
    lines: &'a mut dyn Lines,
    /// How the lines so far were taken.
    result: io::Result<()>,
    line: Line,
    /// How far lines after the first are indented: to the first span.
    indent: usize,
    /// Spaces that are due before what comes next.
    gap: usize,
    /// Whether the line has a span.
    has_span: bool,
    span: Line,
}

impl<'a> Row<'a> {
    /// Without a width, lines are not broken.
    pub(super) fn new(width: Option<usize>, lines: &'a mut dyn Lines) -> Self {
        Row {
            width,
            lines,
            result: Ok(()),
            line: Line::default(),
            indent: 0,
            gap: 0,
            has_span: false,
            span: Line::default(),
        }
    }

    /// A line of its own above the row.
    pub(super) fn heading(&mut self, line: Line) {
        self.write(&line, true);
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
            let line = std::mem::take(&mut self.line);
            self.write(&line, true);
            self.line.pad(self.indent);
        }
        self.line.push(&self.span);
        self.span.clear();
        self.has_span = true;
        self.gap = 1;
        if self.width.is_none() && self.line.width() > PART {
            let part = std::mem::take(&mut self.line);
            self.write(&part, false);
        }
    }

    /// Hands on the last line.
    pub(super) fn finish(mut self) -> io::Result<()> {
        let line = std::mem::take(&mut self.line);
        self.write(&line, true);
        self.result
    }

    fn write(&mut self, line: &Line, is_end: bool) {
        if self.result.is_ok() {
            let taken = self.lines.part(line);
            self.result = taken.and_then(|()| if is_end { self.lines.end() } else { Ok(()) });
        }
    }
}
