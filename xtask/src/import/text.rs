//! Edits of texts at places, and texts filled to the width of a line.
//!
//! Nothing here rewrites what it was not told to: all bytes outside of the edits stay.

use std::collections::BTreeMap;

use qmp_events_frontend::source::{FileId, SourceMap, Span};

/// The width of lines in schemas and event documents.
pub(super) const WIDTH: usize = 70;

/// Edits of any number of files, collected before any is made.
#[derive(Debug, Default)]
pub(super) struct Edits {
    list: Vec<(Span, String)>,
}

impl Edits {
    /// Replaces the text of a span.
    pub(super) fn replace(&mut self, span: Span, text: impl Into<String>) {
        self.list.push((span, text.into()));
    }

    /// Inserts in front of an offset. Of several insertions at one place the first comes first.
    pub(super) fn insert(&mut self, file: FileId, offset: usize, text: impl Into<String>) {
        self.replace(Span::new(file, offset..offset), text);
    }

    /// The texts of the files that are edited, edited. An edit that would touch what another one
    /// replaces is left for the next round.
    pub(super) fn apply(mut self, sources: &SourceMap) -> BTreeMap<String, String> {
        self.list.sort_by_key(|(span, _)| (span.file, span.start));
        let mut texts: BTreeMap<FileId, (String, u32)> = BTreeMap::new();
        for (span, new) in &self.list {
            let old = sources.file(span.file).text();
            let (text, end) = texts.entry(span.file).or_default();
            if span.start >= *end {
                text.push_str(&old[*end as usize..span.start as usize]);
                text.push_str(new);
                *end = span.end;
            }
        }
        let finish = |(file, (mut text, end)): (FileId, (String, u32))| {
            let file = sources.file(file);
            text.push_str(&file.text()[end as usize..]);
            (file.name().to_owned(), text)
        };
        texts.into_iter().map(finish).collect()
    }
}

/// Fills words into lines of [`WIDTH`]. Two blanks after a sentence stay two.
pub(super) fn fill(text: &str, first: &str, rest: &str) -> String {
    let mut out = first.to_owned();
    let mut column = first.chars().count();
    let mut gap = 0;
    for word in text.split(' ') {
        if word.is_empty() {
            gap += 1;
            continue;
        }
        let length = word.chars().count();
        if gap > 0 && column + gap + length > WIDTH {
            out.push('\n');
            out.push_str(rest);
            column = rest.chars().count();
        } else {
            out.extend(std::iter::repeat_n(' ', gap));
            column += gap;
        }
        out.push_str(word);
        column += length;
        gap = 1;
    }
    out
}

/// A text of objects and lists, in the notation of schemas or of JSON.
#[derive(Clone, Debug)]
pub(super) enum Node {
    /// A word, quotes included.
    Word(String),
    /// Names, quotes included, with values. One on each line if so wanted and there are several.
    Object(Vec<(String, Node)>, Layout),
    /// Values, filled into lines.
    List(Vec<Node>),
}

/// How the members of an object are laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Layout {
    /// As many on a line as fit.
    Filled,
    /// One on each line.
    Listed,
}

impl Node {
    /// A string of a schema.
    pub(super) fn single(text: &str) -> Self {
        Self::Word(format!("'{text}'"))
    }

    /// The text, if it begins at a column (from 0) and `after` characters follow on its last line.
    pub(super) fn render(&self, column: usize, after: usize) -> String {
        match self {
            Self::Object(entries, Layout::Listed) if entries.len() > 1 => {
                let listed = |(key, value): &(String, Self)| {
                    format!("{key}: {}", value.render(column + 4 + key.len(), after + 2))
                };
                let lines: Vec<_> = entries.iter().map(listed).collect();
                let separator = format!(",\n{}", " ".repeat(column + 2));
                format!("{{ {} }}", lines.join(&separator))
            }
            _ => {
                let flat = self.flat();
                if column + flat.chars().count() + after <= WIDTH { flat } else { self.filled(column, after) }
            }
        }
    }

    fn flat(&self) -> String {
        let join = |parts: Vec<String>, open: &str, close: &str| match parts.is_empty() {
            true => format!("{open}{close}"),
            false => format!("{open} {} {close}", parts.join(", ")),
        };
        match self {
            Self::Word(word) => word.clone(),
            Self::Object(entries, _) => {
                let parts = entries.iter().map(|(key, value)| format!("{key}: {}", value.flat()));
                join(parts.collect(), "{", "}")
            }
            Self::List(values) => join(values.iter().map(Self::flat).collect(), "[", "]"),
        }
    }

    fn filled(&self, column: usize, after: usize) -> String {
        let (parts, open, close): (Vec<(String, &Self)>, _, _) = match self {
            Self::Word(word) => return word.clone(),
            Self::Object(entries, _) => {
                (entries.iter().map(|(key, value)| (format!("{key}: "), value)).collect(), '{', '}')
            }
            Self::List(values) => (values.iter().map(|value| (String::new(), value)).collect(), '[', ']'),
        };
        let mut out = format!("{open} ");
        let mut at = column + 2;
        for (index, (key, value)) in parts.iter().enumerate() {
            let is_last = index + 1 == parts.len();
            let closing = if is_last { after + 2 } else { 1 };
            let text = format!("{key}{}", value.flat());
            let gap = usize::from(index > 0);
            if index > 0 && at + gap + text.chars().count() + closing > WIDTH {
                out.push('\n');
                out.extend(std::iter::repeat_n(' ', column + 2));
                at = column + 2;
            } else if index > 0 {
                out.push(' ');
                at += 1;
            }
            let text = format!("{key}{}", value.render(at + key.chars().count(), closing));
            at = match text.rsplit_once('\n') {
                Some((_, last)) => last.chars().count(),
                None => at + text.chars().count(),
            };
            out.push_str(&text);
            if !is_last {
                out.push(',');
                at += 1;
            }
        }
        out.push(' ');
        out.push(close);
        out
    }
}
