//! From the left of a text to its right: what in it may be an event.
//!
//! Objects are taken whole, so that a command or a reply hides what is in it. What was found is not
//! judged here, and no text is copied.

use std::collections::VecDeque;
use std::ops::Range;

use memchr::{memchr, memrchr};

use super::scanner::{FoundWhat, Scanner, Verdict};
use super::text::{Hit, HitKind, find_hit, is_event_name, line_end, line_start};
use super::virsh::Header;

/// How much is shown around a member whose object has lost its beginning.
const SHOWN: usize = 80;

/// How long the value of a member `event` may be, with what is around it.
const LONGEST_VALUE: usize = 512;

/// A part of the text that may be an event.
#[derive(Clone, Debug)]
pub(super) struct Finding {
    pub(super) what: What,
    pub(super) text: Range<usize>,
    /// The object in which it was found; the same as `text` if it is not inside another.
    pub(super) object: Range<usize>,
    /// From the beginning of the line, or the end of the object before, to the object.
    pub(super) before: Range<usize>,
    /// Where the object's line begins.
    pub(super) line: usize,
}

#[derive(Clone, Debug)]
pub(super) enum What {
    /// An object that means to be an event of QMP.
    Event,
    /// An object of another program, with a member `event`.
    Foreign,
    /// The inside of a string with escapes.
    String,
    /// Data after a line's beginning of virsh; empty if there is none.
    Virsh(Header),
    /// An event of which something is missing.
    Torn(&'static str),
}

/// An object that goes on after the text.
#[derive(Clone, Debug)]
pub(super) struct Open {
    scanner: Scanner,
    header: Option<Header>,
    pub(super) start: usize,
    before: Range<usize>,
    pub(super) line: usize,
}

impl Open {
    /// The text before the line of the object is gone.
    pub(super) fn shift(&mut self, gone: usize) {
        self.start -= gone;
        self.line -= gone;
        self.before = self.before.start - gone..self.before.end - gone;
        if let Some(header) = &mut self.header {
            header.shift(gone);
        }
    }
}

/// A walk over a text that ends with a line.
#[derive(Debug)]
pub(super) struct Walk<'t> {
    text: &'t [u8],
    limit: usize,
    /// Where to look on.
    pub(super) at: usize,
    /// What is before it was read, or was found to begin no object.
    pub(super) floor: usize,
    /// The end of the object before; the beginning of the next one if that was damaged.
    gap: Option<usize>,
    /// The line that was looked at last, and its end.
    line: usize,
    line_end_from: usize,
    line_end: usize,
    hit: Option<Hit>,
    findings: VecDeque<Finding>,
    open: Option<Open>,
}

impl<'t> Walk<'t> {
    /// From `at`, with the object that was open there.
    pub(super) fn new(text: &'t [u8], at: usize, floor: usize, open: Option<Open>, limit: usize) -> Self {
        let line = line_start(text, at).max(floor.min(at));
        let gap = Some(at);
        Walk {
            text,
            limit,
            at,
            floor,
            gap,
            line,
            line_end_from: 1,
            line_end: 0,
            hit: None,
            findings: VecDeque::new(),
            open,
        }
    }

    /// The text that is walked over.
    pub(super) fn text(&self) -> &'t [u8] {
        self.text
    }

    /// The object that is still open at the end.
    pub(super) fn into_open(self) -> Option<Open> {
        self.open
    }

    /// What comes next; nothing at the end of the text.
    pub(super) fn next(&mut self) -> Option<Finding> {
        loop {
            if let Some(finding) = self.findings.pop_front() {
                return Some(finding);
            }
            if let Some(open) = self.open.take() {
                self.scan(open);
                if self.open.is_some() {
                    return self.findings.pop_front();
                }
                continue;
            }
            self.step()?;
        }
    }

    /// Nothing comes after the text: an object that is open was cut. Whether there was one.
    pub(super) fn finish(&mut self) -> bool {
        let Some(open) = self.open.take() else { return false };
        self.restart(&open);
        self.give_up(open, self.text.len(), "it is cut off");
        true
    }

    fn step(&mut self) -> Option<()> {
        if self.hit.is_none_or(|hit| hit.at < self.at) {
            self.hit = find_hit(self.text, self.at);
        }
        let hit = self.hit?;
        match memchr(b'{', &self.text[self.at..hit.at]) {
            Some(length) => self.brace(self.at + length, hit),
            None => match hit.kind {
                HitKind::Key => self.key(hit.at),
                HitKind::EscapedKey => self.escaped_key(hit.at),
                HitKind::Word => self.word(hit.at),
            },
        }
        Some(())
    }

    /// An object may begin here.
    fn brace(&mut self, start: usize, hit: Hit) {
        let next = self.text[start + 1..].iter().find(|byte| !matches!(byte, b' ' | b'\t'));
        if next != Some(&b'\\') {
            let open = self.begin(start, None);
            return self.scan(open);
        }
        let literal = self.literal(start);
        if literal.contains(&hit.at) {
            self.string(literal);
        } else {
            self.at = literal.end;
        }
    }

    /// A member `event` in no object that begins between the last one and here: then it begins on a
    /// line before, or its beginning is missing.
    fn key(&mut self, key: usize) {
        if let Some(start) = enclosing_brace(&self.text[..key - 1], self.floor) {
            let line =
                memrchr(b'\n', &self.text[self.floor..start]).map_or(self.floor, |at| self.floor + at + 1);
            let mut scanner = Scanner::new(&self.text[line..start]);
            if scanner.scan(&self.text[start..key]) == Verdict::Open {
                return self.scan(Open { scanner, header: None, start, before: line..start, line });
            }
        }
        self.floor = key;
        self.at = key + 5;
        // Of a line over the limit, the part that is looked at may begin after the quote.
        let line = self.line_of(key).min(key - 1);
        let end = self.line_end(key);
        if is_torn_member(&self.text[line..key - 1], &self.text[key + 6..end.max(key + 6)]) {
            let text = line.max(key.saturating_sub(SHOWN))..end.min(key + SHOWN);
            let before = line..line;
            let what = What::Torn("its beginning is missing");
            self.findings.push_back(Finding { what, object: text.clone(), text, before, line });
        }
    }

    fn escaped_key(&mut self, key: usize) {
        let literal = self.literal(key);
        self.string(literal);
    }

    /// `event NAME` may begin a line of virsh, or one inside a string.
    fn word(&mut self, word: usize) {
        let line_end = self.line_end(word);
        let Some(header) = Header::parse(&self.text[..line_end], word) else {
            self.at = word + 5;
            return;
        };
        for data in header.data_candidates(self.text) {
            let header = header.ending_at(data);
            if self.text[data..].starts_with(b"<null>") && self.is_blank(data + 6..line_end) {
                let line = self.line_of(word);
                let (text, before) = (data..data, line..word);
                self.at = line_end;
                let what = What::Virsh(header);
                return self.findings.push_back(Finding { what, object: text.clone(), text, before, line });
            }
            let mut open = self.begin(data, Some(header));
            open.before = open.line..word;
            match open.scanner.scan(&self.text[data..]) {
                Verdict::Open => return self.scan(open),
                Verdict::Complete(length) if self.is_blank(data + length..line_end) => {
                    return self.complete(open, length);
                }
                _ => {}
            }
        }
        let literal = self.literal(word);
        if self.text[..literal.start].ends_with(b"\"") {
            return self.string(literal);
        }
        let line = self.line_of(word);
        let text = word..line_end;
        self.at = text.end;
        let what = What::Torn("it has no data that can be read");
        self.findings.push_back(Finding { what, object: text.clone(), before: line..word, text, line });
    }

    fn is_blank(&self, range: Range<usize>) -> bool {
        self.text[range.start.min(range.end)..range.end].iter().all(u8::is_ascii_whitespace)
    }

    /// Where the line of this byte ends.
    fn line_end(&mut self, at: usize) -> usize {
        if !(self.line_end_from..=self.line_end).contains(&at) {
            (self.line_end_from, self.line_end) = (at, line_end(self.text, at));
        }
        self.line_end
    }

    fn begin(&mut self, start: usize, header: Option<Header>) -> Open {
        let line = self.line_of(start);
        let before = self.gap.unwrap_or(start).max(line)..start;
        Open { scanner: Scanner::new(&self.text[line..start]), header, start, before, line }
    }

    /// Where the line of this byte begins, which is not before the last one that was asked for.
    fn line_of(&mut self, at: usize) -> usize {
        let from = self.at.min(at).max(self.line);
        if let Some(newline) = memrchr(b'\n', &self.text[from..at]) {
            self.line = from + newline + 1;
        }
        self.line
    }

    fn scan(&mut self, mut open: Open) {
        let text = &self.text[open.start..];
        match open.scanner.scan(text) {
            Verdict::Complete(length) => self.complete(open, length),
            Verdict::Damaged(at) => {
                let damage = open.start + at;
                self.restart(&open);
                self.give_up(open, damage, "it is damaged");
            }
            Verdict::Open if text.len() > self.limit => {
                self.at = self.text.len();
                self.give_up(open, self.at, "it is longer than the limit");
            }
            Verdict::Open if open.header.is_some() || open.scanner.may_become_event() => {
                self.at = self.text.len();
                self.open = Some(open);
            }
            Verdict::Open => {
                self.restart(&open);
                self.push_found(open);
            }
        }
    }

    /// Looks on in an object that was not read to its end.
    fn restart(&mut self, open: &Open) {
        self.at = open.start + open.scanner.restart();
        self.line =
            memrchr(b'\n', &self.text[open.start..self.at]).map_or(open.line, |at| open.start + at + 1);
        self.gap = Some(open.before.start);
        self.hit = None;
    }

    fn complete(&mut self, open: Open, length: usize) {
        let end = open.start + length;
        (self.at, self.gap) = (end, Some(end));
        self.line = self.line.max(open.line);
        // An object without an event may be part of one that began before it.
        if open.header.is_some() || open.scanner.has_found() {
            self.floor = end;
        }
        let Open { header: Some(header), start, before, line, .. } = open else {
            return self.push_found_in(open, end);
        };
        let text = start..end;
        let what = What::Virsh(header);
        self.findings.push_back(Finding { what, object: text.clone(), text, before, line });
    }

    /// Reports the event that was not read to its end, and takes those that were.
    fn give_up(&mut self, open: Open, damage: usize, reason: &'static str) {
        self.floor = self.floor.max(self.at);
        let torn = match open.header {
            Some(_) => Some(open.before.end),
            None => open.scanner.unfinished_event().map(|start| open.start + start),
        };
        if let Some(start) = torn {
            self.gap = None;
            let what = What::Torn(reason);
            let text = start..damage;
            let (before, line) = (open.before.clone(), open.line);
            self.findings.push_back(Finding { what, object: text.clone(), text, before, line });
        }
        if open.header.is_none() {
            self.push_found(open);
        }
    }

    fn push_found(&mut self, open: Open) {
        let end = self.at;
        self.push_found_in(open, end);
    }

    fn push_found_in(&mut self, open: Open, end: usize) {
        let Open { scanner, start, before, line, .. } = open;
        for found in scanner.into_found() {
            let what = match found.what {
                FoundWhat::Event => What::Event,
                FoundWhat::Foreign => What::Foreign,
                FoundWhat::String => What::String,
            };
            let text = start + found.start..start + found.end;
            let object = start..end.max(text.end);
            self.findings.push_back(Finding { what, text, object, before: before.clone(), line });
        }
    }

    fn string(&mut self, literal: Range<usize>) {
        let line = self.line_of(literal.start);
        self.at = literal.end.max(self.at + 1);
        let before = self.gap.unwrap_or(literal.start).max(line).min(literal.start)..literal.start;
        self.gap = Some(literal.end);
        let text = literal;
        self.findings.push_back(Finding { what: What::String, object: text.clone(), text, before, line });
    }

    /// The inside of the string around this byte, on its line.
    fn literal(&mut self, inside: usize) -> Range<usize> {
        let from = self.at.max(self.line_of(inside)).min(inside);
        let start = memrchr(b'"', &self.text[from..inside]).map_or(from, |quote| from + quote + 1);
        // Without a quote before it, the string begins with what is inside.
        let start =
            if start == from && self.text.get(start.wrapping_sub(1)) != Some(&b'"') { inside } else { start };
        let end = self.line_end(inside);
        let mut at = inside;
        while let Some(length) = memchr::memchr2(b'"', b'\\', &self.text[at.min(end)..end]) {
            at += length;
            match self.text[at] {
                b'"' => return start..at,
                _ => at += 2,
            }
        }
        start..end
    }
}

/// The brace, at `floor` or after it, of the object that is open at the end of the text.
fn enclosing_brace(text: &[u8], floor: usize) -> Option<usize> {
    let mut depth = 0_usize;
    let mut end = text.len();
    while let Some(at) =
        text.get(floor..end)?.iter().rposition(|byte| matches!(byte, b'{' | b'}' | b'"' | b'\''))
    {
        end = floor + at;
        match text[end] {
            b'}' => depth += 1,
            b'{' if depth == 0 => return Some(end),
            b'{' => depth -= 1,
            quote => end = string_start(text, floor, end, quote)?,
        }
    }
    None
}

/// Where the string begins that ends before this quote.
fn string_start(text: &[u8], floor: usize, mut end: usize, quote: u8) -> Option<usize> {
    loop {
        let start = floor + memrchr(quote, &text[floor..end])?;
        let escapes = text[floor..start].iter().rev().take_while(|&&byte| byte == b'\\').count();
        if escapes % 2 == 0 {
            return Some(start);
        }
        end = start;
    }
}

/// Whether a member `event` had an object around it: it follows another member or begins its line, and
/// is followed by another or by the object's end. Not so in a command line or in prose.
fn is_torn_member(before: &[u8], after: &[u8]) -> bool {
    let begins = matches!(before.trim_ascii_end().last(), None | Some(b','));
    let after = &after[..after.len().min(LONGEST_VALUE)];
    let value = after.trim_ascii_start().strip_prefix(b":").unwrap_or_default().trim_ascii_start();
    let Some((&quote, value)) = value.split_first() else { return false };
    let Some(length) = memchr(quote, value) else { return false };
    let ends = matches!(value[length + 1..].trim_ascii_start().first(), Some(b',' | b'}'));
    begins && ends && is_event_name(&value[..length])
}
