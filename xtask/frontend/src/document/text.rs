//! Running text: lines joined with single spaces, from which places in the file can be found again.

use std::ops::Range;

use crate::source::{FileId, Span};

/// Joined lines.
#[derive(Clone, Debug)]
pub(super) struct Text {
    file: FileId,
    /// The text.
    pub(super) joined: String,
    /// Where each line begins: in `joined`, and in the file.
    lines: Vec<(usize, usize)>,
}

impl Text {
    pub(super) fn new(file: FileId) -> Self {
        Self { file, joined: String::new(), lines: Vec::new() }
    }

    /// Adds a line that begins at byte `start` of the file.
    pub(super) fn push(&mut self, line: &str, start: usize) {
        if line.is_empty() {
            return;
        }
        if !self.joined.is_empty() {
            self.joined.push(' ');
        }
        self.lines.push((self.joined.len(), start));
        self.joined.push_str(line);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.joined.is_empty()
    }

    /// Where a range of the joined text is in the file.
    pub(super) fn span(&self, range: Range<usize>) -> Span {
        let start = self.place(range.start);
        let end = if range.is_empty() { start } else { self.place(range.end - 1) + 1 };
        Span::new(self.file, start..end)
    }

    fn place(&self, at: usize) -> usize {
        let line = self.lines.partition_point(|(joined, _)| *joined <= at);
        match line.checked_sub(1).map(|line| self.lines[line]) {
            Some((joined, start)) => start + (at - joined),
            None => 0,
        }
    }
}
