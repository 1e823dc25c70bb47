//! Tokens to values and documentation comments. Knows the notation, not what keys mean.
//!
//! After a defect it goes on at the next line that looks like the start of a top-level
//! expression, so that one defect gives one diagnostic and does not hide the next.

use std::collections::HashMap;
use std::collections::hash_map::Entry as Slot;

use crate::diagnostics::Diagnostics;
use crate::diagnostics::show;
use crate::qapi::syntax::ast::{Comment, Entry, File, Item, Line, Name, Value, ValueKind};
use crate::qapi::syntax::lexer::{Comments, Lexer, Token, TokenKind};
use crate::source::{FileId, Span};

#[cfg(test)]
mod tests;

/// Deeper than any schema: conditions are the only thing that nests at all.
const MAX_DEPTH: usize = 64;
/// A file with more defects than this is not a schema.
const MAX_DEFECTS: usize = 200;

/// Parses one text. `repaired` says that invalid UTF-8 was replaced, and reported.
pub(crate) fn parse(file: FileId, text: &str, repaired: bool, diagnostics: &mut Diagnostics) -> File {
    let mut lexer = Lexer::new(file, text, repaired);
    let token = lexer.next(Comments::Skip, diagnostics);
    let mut parser =
        Parser { lexer, token, diagnostics, depth: 0, defects: 0, damaged: false, file: File::default() };
    parser.parse_file();
    parser.file
}

/// The expression cannot be read on; the reason has been reported.
struct Abandoned;

struct Parser<'a, 'd> {
    lexer: Lexer<'a>,
    /// The one that has not been used yet.
    token: Token,
    diagnostics: &'d mut Diagnostics,
    depth: usize,
    defects: usize,
    /// The current expression has a defect, even though it can be read on.
    damaged: bool,
    file: File,
}

impl<'a> Parser<'a, '_> {
    fn advance(&mut self) {
        self.token = self.lexer.next(Comments::Skip, self.diagnostics);
    }

    fn parse_file(&mut self) {
        let mut comment = None;
        while self.token.kind != TokenKind::End && self.defects < MAX_DEFECTS {
            if self.token.kind == TokenKind::Comment {
                self.file.free_comments.extend(comment.take());
                comment = Some(self.parse_comment());
            } else {
                self.parse_item(comment.take());
            }
        }
        if self.defects >= MAX_DEFECTS {
            let message = "too many defects, the rest of the file is not read";
            self.diagnostics.error("too-many-defects", self.token.span, message);
            self.file.lost_definitions = true;
        }
        self.file.free_comments.extend(comment);
    }

    fn parse_item(&mut self, comment: Option<Comment>) {
        let start = self.token.span;
        if !matches!(self.token.kind, TokenKind::LeftBrace | TokenKind::Bad) {
            let found = self.describe_token();
            let message = format!("a top-level expression must be an object, not {found}");
            self.diagnostics.error("top-level-not-object", start, message);
        }
        if self.token.kind != TokenKind::LeftBrace {
            self.file.lost_definitions = true;
            self.recover(start, usize::MAX);
            return;
        }
        let mut entries = Vec::new();
        self.depth = 1;
        self.damaged = false;
        self.advance();
        let end = self.parse_members(&mut entries);
        let abandoned = end.is_err();
        let span = start.to(end.unwrap_or(self.token.span));
        if abandoned {
            let named = entries.first().is_some_and(|entry| matches!(entry.value.kind, ValueKind::String(_)));
            self.file.lost_definitions |= !named;
            let indentation = self.indentation(start.start as usize);
            self.recover(start, indentation);
        }
        let complete = !abandoned && !self.damaged;
        self.file.items.push(Item { entries, span, complete, comment });
    }

    /// Goes on at the next line that starts with `{`, or with the comment of such a line, and is
    /// not indented more than the expression that failed.
    fn recover(&mut self, failed: Span, indentation: usize) {
        self.defects += 1;
        let source = self.lexer.source();
        let from = self.token.span.start as usize;
        let mut at = source[..from].rfind('\n').map_or(0, |newline| newline + 1);
        while at < source.len() {
            let line = source[at..].split('\n').next().unwrap_or_default();
            let start = at + (line.len() - line.trim_start().len());
            let ours = start >= from && start > failed.start as usize && start - at <= indentation;
            if ours && source[start..].starts_with('{') {
                break;
            }
            if ours && source[start..].starts_with("##") {
                let after = after_comments(source, at);
                if source.get(after..).is_none_or(|rest| rest.trim_start().starts_with('{')) {
                    break;
                }
                at = after;
                continue;
            }
            at += line.len() + 1;
        }
        let start = at + source.get(at..).map_or(0, |rest| rest.len() - rest.trim_start().len());
        self.lexer.resume_at(start.min(source.len()));
        self.advance();
    }

    fn indentation(&self, at: usize) -> usize {
        let before = &self.lexer.source()[..at];
        let line = &before[before.rfind('\n').map_or(0, |newline| newline + 1)..];
        line.len() - line.trim_start().len()
    }

    fn expected<T>(&mut self, code: &'static str, what: &str) -> Result<T, Abandoned> {
        if self.token.kind != TokenKind::Bad {
            let message = format!("expected {what}, found {}", self.describe_token());
            self.diagnostics.error(code, self.token.span, message);
        }
        Err(Abandoned)
    }

    fn describe_token(&self) -> String {
        match self.token.kind {
            TokenKind::End => "the end of the file".to_owned(),
            TokenKind::Comment => "a documentation comment".to_owned(),
            TokenKind::String => format!("the string {}", show(&self.lexer.string(self.token))),
            _ => show(self.lexer.text(self.token)).to_string(),
        }
    }

    fn descend<T>(&mut self, inner: impl FnOnce(&mut Self) -> Result<T, Abandoned>) -> Result<T, Abandoned> {
        if self.depth >= MAX_DEPTH {
            let message = format!("nested more than {MAX_DEPTH} levels deep");
            self.diagnostics.error("nesting-too-deep", self.token.span, message);
            return Err(Abandoned);
        }
        self.depth += 1;
        let result = inner(self);
        self.depth -= 1;
        result
    }

    /// Everything after a `{`; gives the closing brace.
    fn parse_members(&mut self, entries: &mut Vec<Entry>) -> Result<Span, Abandoned> {
        if self.token.kind == TokenKind::RightBrace {
            return Ok(self.take().span);
        }
        if self.token.kind != TokenKind::String {
            return self.expected("expected-key", "a key or '}'");
        }
        let mut keys = HashMap::new();
        loop {
            self.parse_entry(entries, &mut keys)?;
            match self.token.kind {
                TokenKind::RightBrace => return Ok(self.take().span),
                TokenKind::Comma => self.advance(),
                _ => return self.expected("expected-comma", "',' or '}'"),
            }
            match self.token.kind {
                TokenKind::String => {}
                TokenKind::RightBrace => {
                    self.damaged = true;
                    let message = "expected a key after ',', found '}'";
                    self.diagnostics.error("trailing-comma", self.token.span, message);
                    return Ok(self.take().span);
                }
                _ => return self.expected("expected-key", "a key"),
            }
        }
    }

    /// `keys` holds the keys so far as they are spelled, which is in one way only.
    fn parse_entry(
        &mut self,
        entries: &mut Vec<Entry>,
        keys: &mut HashMap<&'a str, Span>,
    ) -> Result<(), Abandoned> {
        let spelling = self.lexer.text(self.token);
        let key = Name { text: self.lexer.string(self.token), span: self.token.span };
        self.advance();
        if self.token.kind != TokenKind::Colon {
            return self.expected("expected-colon", "':'");
        }
        self.advance();
        let previous = match keys.entry(spelling) {
            Slot::Occupied(slot) => Some(*slot.get()),
            Slot::Vacant(slot) => {
                slot.insert(key.span);
                None
            }
        };
        if let Some(previous) = previous {
            self.report_duplicate(&key, previous);
        }
        let value = self.parse_value("'{', '[', a string, true or false")?;
        if previous.is_none() {
            entries.push(Entry { key, value });
        }
        Ok(())
    }

    /// On the line of the value, of which QEMU's generator has read the first token by then.
    fn report_duplicate(&mut self, key: &Name, previous: Span) {
        self.damaged = true;
        let between = key.span.end as usize..self.token.span.start as usize;
        let same_line = self.lexer.source().get(between).is_none_or(|text| !text.contains('\n'));
        let place = if same_line { key.span } else { self.token.span };
        let message = format!("duplicate key {}", show(&key.text));
        self.diagnostics.error("duplicate-key", place, message).note(previous, "first used here");
    }

    fn parse_value(&mut self, expected: &str) -> Result<Value, Abandoned> {
        let Token { kind, span } = self.token;
        match kind {
            TokenKind::LeftBrace => self.descend(|parser| {
                parser.advance();
                let mut entries = Vec::new();
                let end = parser.parse_members(&mut entries)?;
                Ok(Value { span: span.to(end), kind: ValueKind::Object(entries) })
            }),
            TokenKind::LeftBracket => self.descend(|parser| {
                parser.advance();
                let (values, end) = parser.parse_values()?;
                Ok(Value { span: span.to(end), kind: ValueKind::List(values) })
            }),
            TokenKind::String => {
                let text = self.lexer.string(self.token);
                self.advance();
                Ok(Value { span, kind: ValueKind::String(text) })
            }
            TokenKind::True | TokenKind::False => {
                self.advance();
                Ok(Value { span, kind: ValueKind::Bool(kind == TokenKind::True) })
            }
            _ => self.expected("expected-value", expected),
        }
    }

    /// Everything after a `[`; gives the closing bracket.
    fn parse_values(&mut self) -> Result<(Vec<Value>, Span), Abandoned> {
        let mut values = Vec::new();
        if self.token.kind == TokenKind::RightBracket {
            return Ok((values, self.take().span));
        }
        let mut expected = "'{', '[', ']', a string, true or false";
        loop {
            values.push(self.parse_value(expected)?);
            match self.token.kind {
                TokenKind::RightBracket => return Ok((values, self.take().span)),
                TokenKind::Comma => self.advance(),
                _ => return self.expected("expected-comma", "',' or ']'"),
            }
            if self.token.kind == TokenKind::RightBracket {
                self.damaged = true;
                let message = "expected a value after ',', found ']'";
                self.diagnostics.error("trailing-comma", self.token.span, message);
                return Ok((values, self.take().span));
            }
            expected = "'{', '[', a string, true or false";
        }
    }

    fn take(&mut self) -> Token {
        let token = self.token;
        self.advance();
        token
    }

    /// A documentation comment; the current token is its first line.
    fn parse_comment(&mut self) -> Comment {
        let start = self.token.span;
        let mut comment = Comment { span: start, lines: Vec::new(), damaged: false };
        if self.lexer.text(self.token) != "##" {
            comment.damaged = true;
            let message = "'##' must be alone on its line at the start of a documentation comment";
            self.diagnostics.error("doc-junk-after-start", start, message);
        }
        loop {
            self.token = self.lexer.next(Comments::Keep, self.diagnostics);
            if self.token.kind != TokenKind::Comment {
                self.report_open_comment(&comment);
                comment.damaged = true;
                return comment;
            }
            comment.span = start.to(self.token.span);
            let text = self.lexer.text(self.token);
            if text.starts_with("##") {
                if text != "##" && !comment.damaged {
                    comment.damaged = true;
                    let message = "'##' must be alone on its line at the end of a documentation comment";
                    self.diagnostics.error("doc-junk-after-end", self.token.span, message);
                }
                self.advance();
                return comment;
            }
            self.push_line(text, &mut comment);
        }
    }

    fn report_open_comment(&mut self, comment: &Comment) {
        if comment.damaged || self.token.kind == TokenKind::Bad {
            return;
        }
        let message = "the documentation comment must end with '##'";
        let opened = Span { end: comment.span.start + 2, ..comment.span };
        self.diagnostics.error("doc-unclosed", self.token.span, message).note(opened, "it begins here");
    }

    fn push_line(&mut self, text: &str, comment: &mut Comment) {
        let span = self.token.span;
        let (line, skipped) = match text.strip_prefix("# ") {
            Some(line) => (line.trim_end(), 2),
            None => (text[1..].trim_end(), 1),
        };
        if skipped == 1 && text != "#" && !comment.damaged {
            comment.damaged = true;
            let message = "a line of a documentation comment needs a space after '#'";
            self.diagnostics.error("doc-missing-space", span, message);
        }
        let start = span.start + skipped;
        let span = Span { start, end: start + line.len() as u32, ..span };
        comment.lines.push(Line { text: line.to_owned(), span });
    }
}

/// The start of the first line from `at` on that holds something else than comments.
fn after_comments(source: &str, mut at: usize) -> usize {
    while let Some(rest) = source.get(at..) {
        let line = rest.split('\n').next().unwrap_or_default();
        if !line.trim_start().is_empty() && !line.trim_start().starts_with('#') {
            break;
        }
        at += line.len() + 1;
    }
    at
}
