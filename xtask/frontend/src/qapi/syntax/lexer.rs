//! Bytes to tokens. Knows nothing of what tokens mean together.
//!
//! A defect is reported here once; the token it is in becomes [`TokenKind::Bad`], on which
//! the parser stays silent.

use crate::diagnostics::Diagnostics;
use crate::diagnostics::show;
use crate::source::{FileId, Span};

/// The kinds of tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TokenKind {
    LeftBrace,
    RightBrace,
    LeftBracket,
    RightBracket,
    Colon,
    Comma,
    String,
    True,
    False,
    /// A `#` line: always given out if it begins with `##`, else only on demand.
    Comment,
    /// Something that was reported.
    Bad,
    End,
}

/// A token.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Token {
    pub(crate) kind: TokenKind,
    pub(crate) span: Span,
}

/// Whether to give out comments that begin with a single `#`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Comments {
    Skip,
    Keep,
}

/// Reads one text.
#[derive(Debug)]
pub(crate) struct Lexer<'a> {
    file: FileId,
    text: &'a str,
    at: usize,
    /// Invalid UTF-8 was replaced, and reported: a replacement character is not another defect.
    repaired: bool,
}

impl<'a> Lexer<'a> {
    pub(crate) fn new(file: FileId, text: &'a str, repaired: bool) -> Self {
        Self { file, text, at: 0, repaired }
    }

    /// The text under a token.
    pub(crate) fn text(&self, token: Token) -> &'a str {
        self.slice(token.span.start as usize, token.span.end as usize)
    }

    /// The value of a string token.
    pub(crate) fn string(&self, token: Token) -> String {
        let text = self.text(token);
        let inner = text.get(1..text.len().saturating_sub(1)).unwrap_or_default();
        if inner.contains('\\') { inner.replace(r"\\", r"\") } else { inner.to_owned() }
    }

    /// Goes on at another place.
    pub(crate) fn resume_at(&mut self, at: usize) {
        self.at = at;
    }

    /// The whole text.
    pub(crate) fn source(&self) -> &'a str {
        self.text
    }

    /// The next token.
    pub(crate) fn next(&mut self, comments: Comments, diagnostics: &mut Diagnostics) -> Token {
        loop {
            let rest = self.rest();
            let Some(first) = rest.chars().next() else { return self.end() };
            let length = first.len_utf8();
            match first {
                '#' => {
                    let line = rest.split('\n').next().unwrap_or(rest);
                    let token = self.token(TokenKind::Comment, line.trim_end_matches('\r').len());
                    self.at += line.len() - self.text(token).len();
                    if comments == Comments::Keep || line.starts_with("##") {
                        return token;
                    }
                }
                '{' => return self.token(TokenKind::LeftBrace, 1),
                '}' => return self.token(TokenKind::RightBrace, 1),
                '[' => return self.token(TokenKind::LeftBracket, 1),
                ']' => return self.token(TokenKind::RightBracket, 1),
                ':' => return self.token(TokenKind::Colon, 1),
                ',' => return self.token(TokenKind::Comma, 1),
                '\'' => return self.lex_string(diagnostics),
                _ if first.is_whitespace() => self.at += length,
                _ => return self.lex_word(diagnostics),
            }
        }
    }

    fn is_repaired(&self, text: &str) -> bool {
        self.repaired && text.contains(char::REPLACEMENT_CHARACTER)
    }

    fn rest(&self) -> &'a str {
        self.slice(self.at, self.text.len())
    }

    fn slice(&self, start: usize, end: usize) -> &'a str {
        self.text.get(start..end).unwrap_or_default()
    }

    fn token(&mut self, kind: TokenKind, length: usize) -> Token {
        let span = Span::new(self.file, self.at..self.at + length);
        self.at += length;
        Token { kind, span }
    }

    /// The end is on the last line that has text, not on the one after the last newline.
    fn end(&self) -> Token {
        let at = match self.text.strip_suffix('\n') {
            Some(text) => text.len(),
            None => self.text.len(),
        };
        Token { kind: TokenKind::End, span: Span::new(self.file, at..at) }
    }

    fn lex_word(&mut self, diagnostics: &mut Diagnostics) -> Token {
        let rest = self.rest();
        let stops = |c: char| c.is_whitespace() || "[]{}:,'#".contains(c);
        let word = &rest[..rest.find(stops).unwrap_or(rest.len())];
        match word {
            "true" => return self.token(TokenKind::True, word.len()),
            "false" => return self.token(TokenKind::False, word.len()),
            _ => {}
        }
        let token = self.token(TokenKind::Bad, word.len());
        if !self.is_repaired(word) {
            let report = diagnostics.error("stray-text", token.span, format!("stray {}", show(word)));
            if word.starts_with('"') {
                report.help("strings are written in single quotes");
            }
        }
        token
    }

    fn lex_string(&mut self, diagnostics: &mut Diagnostics) -> Token {
        let rest = self.rest();
        let mut bad: Option<(usize, usize, &'static str, String)> = None;
        let mut chars = rest.char_indices().skip(1);
        while let Some((at, c)) = chars.next() {
            let defect = match c {
                '\'' => return self.finish_string(at + 1, bad, diagnostics),
                '\n' | '\r' => break,
                '\\' => match chars.next() {
                    Some((_, '\\')) => continue,
                    None | Some((_, '\n' | '\r')) => break,
                    Some((end, other)) => {
                        let message = format!("unknown escape '\\{}'", other.escape_debug());
                        Some((at, end + other.len_utf8(), "unknown-escape", message))
                    }
                },
                ' '..='~' => None,
                other => {
                    let message = format!("'{}' is not printable ASCII", other.escape_default());
                    Some((at, at + other.len_utf8(), "funny-character", message))
                }
            };
            bad = bad.or(defect);
        }
        let line = rest.find('\n').unwrap_or(rest.len());
        let token = self.token(TokenKind::Bad, line);
        let quote = Span { end: token.span.start + 1, ..token.span };
        diagnostics
            .error("unclosed-string", quote, "the string does not end on this line")
            .help("add a closing '");
        token
    }

    fn finish_string(
        &mut self,
        length: usize,
        bad: Option<(usize, usize, &'static str, String)>,
        diagnostics: &mut Diagnostics,
    ) -> Token {
        let start = self.at;
        let Some((from, to, code, message)) = bad else { return self.token(TokenKind::String, length) };
        let span = Span::new(self.file, start + from..start + to);
        if !self.is_repaired(self.slice(start + from, start + to)) {
            let report = diagnostics.error(code, span, message);
            report.help(r"strings hold printable ASCII; the only escape is \\");
        }
        self.token(TokenKind::Bad, length)
    }
}
