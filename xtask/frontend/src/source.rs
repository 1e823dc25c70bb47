//! The texts that are read, and places in them.
//!
//! Every file that a command reads lives in one [`SourceMap`], so that a [`Span`] is three
//! small numbers and a diagnostic can find its line again. Nothing here reads from disk.

use std::ops::Range;

use crate::printable::printable;

/// A file of a [`SourceMap`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FileId(u32);

/// A range of bytes in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// Offset of the first byte.
    pub start: u32,
    /// Offset after the last byte.
    pub end: u32,
}

impl Span {
    /// The range `range` of `file`.
    pub fn new(file: FileId, range: Range<usize>) -> Self {
        let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Self { file, start: offset(range.start), end: offset(range.end) }
    }

    /// From the start of `self` to the end of `other`, which is in the same file.
    pub fn to(self, other: Self) -> Self {
        Self { end: other.end.max(self.end), ..self }
    }
}

/// A place as people count it: both from 1, the column in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Line.
    pub line: usize,
    /// Column, in characters.
    pub column: usize,
}

/// One text with its name.
#[derive(Debug)]
pub struct SourceFile {
    name: String,
    text: String,
    line_starts: Vec<u32>,
    included_at: Option<Span>,
}

impl SourceFile {
    /// The name to print, as the user gave it or as the including file spells it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The whole text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The directive that included this file first; nothing for a root.
    pub fn included_at(&self) -> Option<Span> {
        self.included_at
    }

    /// Line and column of a byte offset.
    pub fn position(&self, offset: u32) -> Position {
        let line = self.line_starts.partition_point(|&start| start <= offset);
        let start = self.line_starts[line.saturating_sub(1)] as usize;
        let before = self.text.as_bytes().get(start..offset as usize).unwrap_or_default();
        // Bytes that begin a character; an offset inside of one is counted as that one.
        let characters = before.iter().filter(|byte| (**byte & 0xC0) != 0x80).count();
        // Editors do not show the byte order mark.
        let mark = usize::from(line == 1 && offset > 0 && self.text.starts_with('\u{feff}'));
        let column = characters - mark + 1;
        Position { line, column }
    }

    /// The text of line `line` (from 1), without its line end.
    pub fn line(&self, line: usize) -> &str {
        let start = self.line_starts.get(line.wrapping_sub(1)).map_or(self.text.len(), |&at| at as usize);
        let end = self.line_starts.get(line).map_or(self.text.len(), |&at| at as usize);
        self.text[start..end].trim_end_matches(['\n', '\r'])
    }
}

/// All texts of one run.
#[derive(Debug, Default)]
pub struct SourceMap {
    files: Vec<SourceFile>,
}

impl SourceMap {
    /// Takes a text in. `included_at` is the directive that asked for it.
    pub fn add(
        &mut self,
        name: impl Into<String>,
        text: impl Into<String>,
        included_at: Option<Span>,
    ) -> FileId {
        let text = text.into();
        let bytes = text.as_bytes();
        // LF, CRLF and a lone CR end a line.
        let ends_line = |at: &usize| match bytes[*at] {
            b'\n' => true,
            b'\r' => bytes.get(at + 1) != Some(&b'\n'),
            _ => false,
        };
        let starts = (0..bytes.len()).filter(ends_line).map(|at| at as u32 + 1);
        let line_starts = std::iter::once(0).chain(starts).collect();
        self.files.push(SourceFile { name: name.into(), text, line_starts, included_at });
        FileId(self.files.len() as u32 - 1)
    }

    /// All files, in the order in which they were read.
    pub fn ids(&self) -> impl Iterator<Item = FileId> + use<> {
        (0..self.files.len() as u32).map(FileId)
    }

    /// The file of an id that this map gave out.
    pub fn file(&self, id: FileId) -> &SourceFile {
        &self.files[id.0 as usize]
    }

    /// The text under a span.
    pub fn text(&self, span: Span) -> &str {
        self.file(span.file).text().get(span.start as usize..span.end as usize).unwrap_or_default()
    }

    /// Where a span begins, for messages: `FILE:LINE:COLUMN`.
    pub fn place(&self, span: Span) -> String {
        let Position { line, column } = self.position(span);
        format!("{}:{line}:{column}", printable(self.file(span.file).name()))
    }

    /// Where a span begins.
    pub fn position(&self, span: Span) -> Position {
        self.file(span.file).position(span.start)
    }
}
