//! Cuts a document into lines and takes off what is not part of it: the gutter, the byte order mark.
//!
//! Every offset is one of the physical file, so diagnostics need no conversion.

use std::ops::Range;

use crate::diagnostics::Diagnostics;
use crate::source::{FileId, Span};

/// A line without the white space around it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line<'a> {
    /// The text.
    pub(super) text: &'a str,
    /// The offset of `text` in the file.
    pub(super) start: usize,
    /// How far it is indented, in columns.
    pub(super) indent: usize,
}

impl Line<'_> {
    pub(super) fn end(&self) -> usize {
        self.start + self.text.len()
    }

    pub(super) fn is_blank(&self) -> bool {
        self.text.is_empty()
    }

    /// At least three of `mark` and nothing else.
    pub(super) fn is_underline(&self, mark: u8) -> bool {
        self.text.len() >= 3 && self.text.bytes().all(|byte| byte == mark)
    }
}

/// The lines of a document.
#[derive(Debug)]
pub(super) struct Lines<'a> {
    pub(super) file: FileId,
    /// The whole file.
    pub(super) source: &'a str,
    pub(super) all: Vec<Line<'a>>,
}

impl<'a> Lines<'a> {
    /// Cuts `text`, and reports what is not text in it.
    pub(super) fn split(file: FileId, text: &'a str, diagnostics: &mut Diagnostics) -> Self {
        let mut lines = Self { file, source: text, all: Vec::new() };
        let mut start = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        while start < text.len() {
            let rest = &text[start..];
            let length = rest.find(['\n', '\r']).unwrap_or(rest.len());
            lines.push(start, &rest[..length], diagnostics);
            start += length + if rest[length..].starts_with("\r\n") { 2 } else { 1 };
        }
        lines.drop_gutter(diagnostics);
        lines
    }

    pub(super) fn span(&self, line: &Line<'_>) -> Span {
        Span::new(self.file, line.start..line.end())
    }

    /// Whether a section is indented at all, or was stripped of it. No section says it for another:
    /// one stray space would tell how all members are nested.
    pub(super) fn are_indented(&self, section: Range<usize>) -> bool {
        self.all[section].iter().any(|line| line.indent > 0)
    }

    fn push(&mut self, start: usize, whole: &'a str, diagnostics: &mut Diagnostics) {
        let text = whole.trim_start();
        let margin = &whole[..whole.len() - text.len()];
        let line = Line { text: text.trim_end(), start: start + margin.len(), indent: columns(margin) };
        self.report_garbage(&line, diagnostics);
        self.all.push(line);
    }

    /// Reports once a line what a document cannot hold. The line is read all the same.
    fn report_garbage(&self, line: &Line<'_>, diagnostics: &mut Diagnostics) {
        let garbage = |c: char| c == '\u{fffd}' || (c.is_control() && c != '\t');
        let Some((at, found)) = line.text.char_indices().find(|(_, c)| garbage(*c)) else {
            return;
        };
        let span = Span::new(self.file, line.start + at..line.start + at + found.len_utf8());
        if found == '\u{fffd}' {
            diagnostics
                .error("invalid-utf8", span, "this byte is not valid UTF-8")
                .help("save the file as UTF-8");
        } else {
            let message = format!("control character U+{:04X}", u32::from(found));
            diagnostics.error("control-character", span, message).help("remove it");
        }
    }

    /// Drops the leading lines that hold only a number, if a lone `|` follows, and a last `|`.
    fn drop_gutter(&mut self, diagnostics: &mut Diagnostics) {
        let is_number = |line: &Line<'_>| !line.is_blank() && line.text.bytes().all(|b| b.is_ascii_digit());
        let numbers = self.all.iter().take_while(|line| is_number(line)).count();
        if numbers == 0 || self.all.get(numbers).is_none_or(|line| line.text != "|") {
            return;
        }
        let follows = |pair: &[Line<'_>]| {
            let number = |line: &Line<'_>| line.text.parse::<u64>().ok();
            number(&pair[0]).and_then(|number| number.checked_add(1)) == number(&pair[1])
        };
        if let Some(at) = self.all[..numbers].windows(2).position(|pair| !follows(pair)) {
            diagnostics
                .warning("gutter", self.span(&self.all[at + 1]), "the line numbers do not count up by one")
                .help("lines may be lost here: compare with the original");
        }
        self.all.drain(..=numbers);
        if let Some(last) = self.all.iter_mut().rfind(|line| !line.is_blank()) {
            // Behind the last line, if that one had no end.
            last.text = last.text.strip_suffix('|').unwrap_or(last.text).trim_end();
        }
    }
}

fn columns(margin: &str) -> usize {
    margin.chars().fold(0, |column, c| if c == '\t' { (column / 8 + 1) * 8 } else { column + 1 })
}
