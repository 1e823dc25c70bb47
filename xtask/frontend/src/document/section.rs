//! Sorts the lines of one section: prose, members, examples, notes.

use super::headings::Heading;
use super::item::{Bullet, Item, damaged_member, is_none, list_item, quoted_label};
use super::lines::{Line, Lines};
use super::model::{DataLine, Example, Name};
use super::objects::{Braces, read_example};
use super::text::Text;
use crate::diagnostics::Diagnostics;
use crate::source::Span;

/// A section, sorted but not yet understood.
#[derive(Debug)]
pub(super) struct Sorted {
    pub(super) names: Vec<Name>,
    pub(super) span: Span,
    /// The section for messages: `event 'X'`.
    pub(super) owner: String,
    pub(super) paragraphs: Vec<Text>,
    pub(super) data: DataLine,
    pub(super) data_reference: Option<Text>,
    pub(super) bullets: Vec<SortedMember>,
    pub(super) examples: Vec<Example>,
    pub(super) notes: Vec<SortedNote>,
}

/// A bullet with all lines that belong to it.
#[derive(Debug)]
pub(super) struct SortedMember {
    pub(super) name: String,
    pub(super) span: Span,
    pub(super) indent: usize,
    pub(super) text: Text,
    pub(super) values: Vec<SortedValue>,
    /// The text says `one of`, so values may follow.
    lists_values: bool,
}

impl SortedMember {
    /// Adds a line that begins at byte `start` of the file.
    fn push(&mut self, line: &str, start: usize) {
        const PHRASE: &[u8] = b"one of";
        let before = self.text.joined.len();
        self.text.push(line, start);
        // Only what is new is searched, and the seam: a bullet may have any number of lines.
        let new = &self.text.joined.as_bytes()[before.saturating_sub(PHRASE.len())..];
        self.lists_values |= new.windows(PHRASE.len()).any(|window| window == PHRASE);
    }
}

/// A line `"value": text` below a bullet.
#[derive(Debug)]
pub(super) struct SortedValue {
    pub(super) name: String,
    pub(super) span: Span,
    pub(super) text: Text,
}

/// A note with all its lines.
#[derive(Debug)]
pub(super) struct SortedNote {
    pub(super) start: Span,
    pub(super) text: Text,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Between paragraphs.
    Description,
    Paragraph,
    /// Behind `Data:`, before the first member.
    Data,
    DataReference,
    Member,
    /// A blank line after a member: only its values may still follow.
    AfterMember,
    Note {
        list: bool,
    },
    /// A blank line within a list of notes.
    NoteList,
    /// Behind `Example:` or an object.
    AfterExample,
}

/// Sorts the lines below `heading`.
pub(super) fn sort(lines: &Lines<'_>, heading: Heading, diagnostics: &mut Diagnostics) -> Sorted {
    let names: Vec<_> = heading.names.iter().map(|name| name.text.as_str()).collect();
    let owner = format!("event '{}'", names.join(", "));
    let sorted = Sorted {
        names: heading.names,
        span: heading.span,
        owner,
        paragraphs: Vec::new(),
        data: DataLine::Absent,
        data_reference: None,
        bullets: Vec::new(),
        examples: Vec::new(),
        notes: Vec::new(),
    };
    let braces = Braces::pair(&lines.all[heading.body.clone()]);
    let end = heading.body.end;
    let state = State::Description;
    let mut sorter = Sorter { lines, braces, diagnostics, end, state, label: None, announced: None, sorted };
    let mut at = heading.body.start;
    while at < end {
        at = sorter.read_line(at);
    }
    sorter.report_missing_example();
    sorter.sorted
}

struct Sorter<'a, 'd> {
    lines: &'a Lines<'a>,
    braces: Braces,
    diagnostics: &'d mut Diagnostics,
    /// The line after the section.
    end: usize,
    state: State,
    /// What the next example is called.
    label: Option<String>,
    /// The `Example:` that no object followed so far.
    announced: Option<Span>,
    sorted: Sorted,
}

impl<'a> Sorter<'a, '_> {
    /// Sorts the item that begins at line `at`; returns the line after it.
    fn read_line(&mut self, at: usize) -> usize {
        let line = &self.lines.all[at];
        match Item::of(line.text) {
            Item::Blank => self.end_block(),
            Item::Object => return self.read_object(at, 0),
            Item::Closer => self.report_closer(self.lines.span(line)),
            Item::Data(rest) => self.read_data(line, &line.text[rest]),
            Item::Example(rest) if line.text[rest.clone()].starts_with('{') => {
                self.begin_example(line, "");
                return self.read_object(at, rest.start);
            }
            Item::Example(rest) => self.begin_example(line, &line.text[rest]),
            Item::Note(rest, list) => self.begin_note(line, rest.start, list),
            Item::Member(bullet) => self.begin_member(line, bullet),
            Item::DataReference(rest) if self.sorted.bullets.is_empty() => {
                let text = self.sorted.data_reference.get_or_insert(Text::new(self.lines.file));
                text.push(&line.text[rest.clone()], line.start + rest.start);
                self.state = State::DataReference;
            }
            Item::DataReference(_) | Item::Text => self.read_text(at),
        }
        at + 1
    }

    /// A blank line ends what is open, unless nothing of it was there yet.
    fn end_block(&mut self) {
        self.state = match self.state {
            State::Paragraph | State::DataReference => State::Description,
            State::Member => State::AfterMember,
            State::Note { list } => match self.sorted.notes.last() {
                Some(note) if note.text.is_empty() => return,
                _ if list => State::NoteList,
                _ if self.sorted.examples.is_empty() && self.announced.is_none() => State::Description,
                _ => State::AfterExample,
            },
            other => other,
        };
    }

    fn read_object(&mut self, at: usize, column: usize) -> usize {
        self.announced = None;
        self.state = State::AfterExample;
        let label = self.label.take();
        let all = &self.lines.all;
        let open = all[at].start + column;
        let Some(close) = self.braces.close(open) else {
            return self.drop_object(at, open);
        };
        let last = at + all[at..].partition_point(|line| line.end() <= close);
        let text = &self.lines.source[open..=close];
        let owner = &self.sorted.owner;
        let example = read_example(self.lines.file, text, open, label, owner, self.diagnostics);
        self.sorted.examples.extend(example);
        self.read_behind_object(&all[last], close + 1);
        last + 1
    }

    /// Drops an object without an end: only up to where something else begins for sure.
    fn drop_object(&mut self, at: usize, open: usize) -> usize {
        let span = Span::new(self.lines.file, open..open + 1);
        self.diagnostics
            .error("example-unbalanced", span, "this brace is never closed")
            .within(&self.sorted.owner)
            .help("add the missing '}' or '\"'; until then the example is left out");
        let ends = |index: &usize| {
            let line = &self.lines.all[*index];
            line.is_blank() || Item::of(line.text).ends_object() || self.is_label(*index)
        };
        (at + 1..self.end).find(ends).unwrap_or(self.end)
    }

    fn read_behind_object(&mut self, line: &Line<'_>, from: usize) {
        let rest = line.text[from - line.start..].trim_start_matches([' ', '\t', ',', ';']);
        let span = Span::new(self.lines.file, line.end() - rest.len()..line.end());
        match Item::of(rest) {
            Item::Blank => {}
            Item::Closer => self.report_closer(span),
            _ => {
                let message = "text after the example, on the same line";
                self.diagnostics
                    .warning("stray-text", span, message)
                    .within(&self.sorted.owner)
                    .help("put it on a line of its own; until then it is ignored");
            }
        }
    }

    fn report_closer(&mut self, span: Span) {
        self.diagnostics
            .error("stray-closer", span, "nothing is open that this could close")
            .within(&self.sorted.owner)
            .help("remove it");
    }

    fn read_data(&mut self, line: &Line<'a>, rest: &'a str) {
        let span = self.lines.span(line);
        if let DataLine::Members(first) | DataLine::None(first) = self.sorted.data {
            self.diagnostics
                .warning("data-repeated", span, "a second 'Data:' in one section")
                .within(&self.sorted.owner)
                .note(first, "first here")
                .help("describe all members below the first one");
        }
        let none = is_none(rest);
        if self.sorted.data == DataLine::Absent {
            self.sorted.data = if none { DataLine::None(span) } else { DataLine::Members(span) };
        }
        self.state = if none { State::Description } else { State::Data };
        if !none && !rest.is_empty() {
            let start = line.end() - rest.len();
            self.diagnostics
                .warning(
                    "data-line",
                    Span::new(self.lines.file, start..line.end()),
                    "'Data:' is followed by text",
                )
                .within(&self.sorted.owner)
                .help(
                    "write 'Data: None.', or 'Data:' alone and a bullet for each member; \
                       until then the text is read as prose",
                );
            self.begin_paragraph(&Line { text: rest, start, ..*line });
        }
    }

    fn begin_example(&mut self, line: &Line<'_>, rest: &str) {
        self.report_missing_example();
        self.announced = Some(self.lines.span(line));
        let label = rest.trim_end_matches(':').trim_end();
        self.label = Some(label.to_owned()).filter(|label| !label.is_empty());
        self.state = State::AfterExample;
    }

    fn report_missing_example(&mut self) {
        if let Some(span) = self.announced.take() {
            self.diagnostics
                .warning("example-missing", span, "no example follows")
                .within(&self.sorted.owner)
                .help("write the message as a JSON object on the next line");
        }
    }

    fn begin_note(&mut self, line: &Line<'_>, from: usize, list: bool) {
        let mut text = Text::new(self.lines.file);
        let rest = &line.text[from..];
        let item = list_item(rest).filter(|_| list).unwrap_or(rest);
        text.push(item, line.end() - item.len());
        self.sorted.notes.push(SortedNote { start: self.lines.span(line), text });
        self.state = State::Note { list };
    }

    fn begin_member(&mut self, line: &Line<'_>, bullet: Bullet) {
        let Bullet { name, quoted, text: rest } = bullet;
        let mut member = SortedMember {
            name: line.text[name].to_owned(),
            span: Span::new(self.lines.file, line.start + quoted.start..line.start + quoted.end),
            indent: line.indent,
            text: Text::new(self.lines.file),
            values: Vec::new(),
            lists_values: false,
        };
        member.push(&line.text[rest.clone()], line.start + rest.start);
        self.sorted.bullets.push(member);
        self.state = State::Member;
    }

    fn read_text(&mut self, at: usize) {
        let line = &self.lines.all[at];
        if self.state != State::Paragraph && self.is_label(at) {
            self.label = Some(line.text.trim_end_matches(':').trim_end().to_owned());
            self.state = State::AfterExample;
            return;
        }
        match self.state {
            State::Paragraph => push_to(self.sorted.paragraphs.last_mut(), line),
            State::Description => self.begin_paragraph(line),
            State::Data if is_none(line.text) => {
                self.sorted.data = DataLine::None(self.lines.span(line));
                self.state = State::Description;
            }
            State::Data | State::Member | State::AfterMember => self.read_member_text(line),
            State::DataReference => push_to(self.sorted.data_reference.as_mut(), line),
            State::Note { list } if list && list_item(line.text).is_some() => self.read_note_item(line),
            State::NoteList if list_item(line.text).is_some() => self.read_note_item(line),
            State::Note { .. } => push_to(self.sorted.notes.last_mut().map(|note| &mut note.text), line),
            State::NoteList | State::AfterExample => self.read_stray_text(line),
        }
    }

    /// `TEXT:`, and then an object.
    fn is_label(&self, at: usize) -> bool {
        let text = self.lines.all[at].text;
        let after = &self.lines.all[at + 1..self.end];
        text.ends_with(':')
            && !text.contains('"')
            && after.iter().find(|line| !line.is_blank()).is_some_and(|line| line.text.starts_with('{'))
    }

    fn begin_paragraph(&mut self, line: &Line<'_>) {
        let mut text = Text::new(self.lines.file);
        text.push(line.text, line.start);
        self.sorted.paragraphs.push(text);
        self.state = State::Paragraph;
    }

    /// A line below `Data:` or a bullet: a damaged bullet, one of the values, or more text.
    fn read_member_text(&mut self, line: &Line<'_>) {
        if let Some((bullet, lost)) = damaged_member(line.text) {
            let message = format!("the member '{}' has no {lost}", &line.text[bullet.name.clone()]);
            self.diagnostics
                .error("member-line", self.lines.span(line), message)
                .within(&self.sorted.owner)
                .help("write '- \"name\": text (json-TYPE)'");
            self.begin_member(line, bullet);
            return;
        }
        let file = self.lines.file;
        let Some(member) = self.sorted.bullets.last_mut().filter(|_| self.state != State::Data) else {
            return self.begin_paragraph(line);
        };
        let listed = quoted_label(line.text).filter(|_| member.lists_values);
        if let Some(Bullet { name, quoted, text: rest }) = listed {
            let mut text = Text::new(file);
            text.push(&line.text[rest.clone()], line.start + rest.start);
            let span = Span::new(file, line.start + quoted.start..line.start + quoted.end);
            member.values.push(SortedValue { name: line.text[name].to_owned(), span, text });
            self.state = State::Member;
        } else if self.state == State::AfterMember {
            self.begin_paragraph(line);
        } else {
            match member.values.last_mut() {
                Some(value) => value.text.push(line.text, line.start),
                None => member.push(line.text, line.start),
            }
        }
    }

    fn read_note_item(&mut self, line: &Line<'_>) {
        let empty = self.sorted.notes.last().is_some_and(|note| note.text.is_empty());
        let item = list_item(line.text).unwrap_or(line.text);
        if !empty {
            return self.begin_note(line, line.text.len() - item.len(), true);
        }
        if let Some(note) = self.sorted.notes.last_mut() {
            note.text.push(item, line.end() - item.len());
        }
        self.state = State::Note { list: true };
    }

    fn read_stray_text(&mut self, line: &Line<'a>) {
        self.diagnostics
            .warning("stray-text", self.lines.span(line), "text after the examples, in no note")
            .within(&self.sorted.owner)
            .help("begin it with 'Note:', or move it above 'Data:'; until then it is read as a note");
        self.begin_note(line, 0, false);
    }
}

fn push_to(text: Option<&mut Text>, line: &Line<'_>) {
    if let Some(text) = text {
        text.push(line.text, line.start);
    }
}
