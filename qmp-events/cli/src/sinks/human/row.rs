//! One event on a screen: cells, then spans of text that lines are broken between.

use std::io;

use crate::terminal::line::Line;

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
    text: &'a mut Text,
    /// How the lines so far were taken.
    result: io::Result<()>,
    /// How far lines after the first are indented: to the first span.
    indent: usize,
    /// Spaces that are due before what comes next.
    gap: usize,
    /// Whether the line has a span.
    has_span: bool,
}

/// What is written and not handed on yet. It is kept from row to row for its memory.
#[derive(Debug, Default)]
pub(super) struct Text {
    line: Line,
    span: Line,
    name: String,
}

impl<'a> Row<'a> {
    /// Without a width, lines are not broken.
    pub(super) fn new(width: Option<usize>, text: &'a mut Text, lines: &'a mut dyn Lines) -> Self {
        text.line.clear();
        text.span.clear();
        Row { width, lines, text, result: Ok(()), indent: 0, gap: 0, has_span: false }
    }

    /// A line of its own above the row.
    pub(super) fn heading(&mut self, line: &Line) {
        self.result = self.lines.part(line).and_then(|()| self.lines.end());
    }

    /// A text in a column that is at least so wide.
    pub(super) fn cell(&mut self, width: usize, write: impl FnOnce(&mut Line)) {
        let line = &mut self.text.line;
        line.pad(self.gap);
        let start = line.width();
        write(line);
        self.gap = width.saturating_sub(line.width() - start) + 2;
        let column = line.width() + self.gap;
        self.indent = self.width.map_or(column, |width| column.min(width * 2 / 3));
    }

    /// Where the span is continued that is being written.
    #[inline]
    pub(super) fn span(&mut self) -> &mut Line {
        if self.width.is_some() {
            &mut self.text.span
        } else {
            // Its length does not matter.
            self.text.line.pad(std::mem::take(&mut self.gap));
            &mut self.text.line
        }
    }

    /// Room for the name of a member.
    pub(super) fn name(&mut self) -> &mut String {
        &mut self.text.name
    }

    /// Ends a span. It comes into this line if it fits, otherwise below the first span.
    pub(super) fn end_span(&mut self) {
        if let Some(width) = self.width {
            if self.has_span && self.text.line.width() + self.gap + self.text.span.width() > width {
                self.write(true);
                self.gap = self.indent;
            }
            self.text.line.pad(self.gap);
            self.text.line.push(&self.text.span);
            self.text.span.clear();
        } else if self.text.line.width() > PART {
            self.write(false);
        }
        self.has_span = true;
        self.gap = 1;
    }

    /// Hands on the last line.
    pub(super) fn finish(mut self) -> io::Result<()> {
        self.write(true);
        self.result
    }

    /// Hands on what there is of the line.
    fn write(&mut self, is_end: bool) {
        if self.result.is_ok() {
            let taken = self.lines.part(&self.text.line);
            self.result = taken.and_then(|()| if is_end { self.lines.end() } else { Ok(()) });
        }
        self.text.line.clear();
    }
}
