//! Reads rate limits out of notes.

use std::ops::Range;

use super::member::name;
use super::model::{DocumentRateLimit, Exemption, Name, Note};
use super::section::SortedNote;
use super::text::Text;
use crate::diagnostics::Diagnostics;
use crate::version::Version;

const HELP: &str = "write 'Note: this event is rate-limited.' or \
                    'Note: this event is rate-limited separately for each \"NAME\".'";

/// Takes the sentences that say the rate limit out of the notes.
pub(super) fn understand(
    sorted: Vec<SortedNote>,
    owner: &str,
    diagnostics: &mut Diagnostics,
) -> (Vec<Note>, Option<DocumentRateLimit>) {
    let mut reader = Reader { owner, diagnostics, limit: None };
    let mut notes = Vec::new();
    for note in sorted {
        let end = note.text.span(note.text.joined.len().saturating_sub(1)..note.text.joined.len());
        let span = if note.text.is_empty() { note.start } else { note.start.to(end) };
        let had_text = !note.text.is_empty();
        let text = reader.read_note(&note.text);
        if !had_text {
            reader
                .diagnostics
                .warning("note-empty", span, "a note without text")
                .within(owner)
                .help("remove it");
        }
        if !text.is_empty() {
            notes.push(Note { text, span });
        }
    }
    (notes, reader.limit)
}

/// Reports a sentence about a rate limit where none is read.
pub(super) fn check_prose(text: &Text, owner: &str, diagnostics: &mut Diagnostics) {
    for range in sentences(&text.joined) {
        if mentions_limit(&text.joined[range.clone()]) {
            diagnostics
                .warning("rate-limit", text.span(range), "a rate limit outside of a note is not read")
                .within(owner)
                .help(HELP);
        }
    }
}

struct Reader<'a> {
    owner: &'a str,
    diagnostics: &'a mut Diagnostics,
    limit: Option<DocumentRateLimit>,
}

impl Reader<'_> {
    /// Reads one note; returns what else it says.
    fn read_note(&mut self, text: &Text) -> String {
        let mut begun = false;
        let mut rest = Vec::new();
        for range in sentences(&text.joined) {
            let whole = &text.joined[range.clone()];
            let sentence = whole.strip_suffix('.').unwrap_or(whole);
            if let Some(key) = limit_sentence(sentence) {
                let key = key.map(|key| name(text, range.start + key.start..range.start + key.end));
                self.begin_limit(text, range, key);
                begun = true;
            } else if mentions_limit(sentence) {
                self.warn(text, range, "this sentence about a rate limit is not understood", HELP);
                rest.push(whole);
            } else if !self.read_further(sentence, text, &range, begun) {
                rest.push(whole);
            }
        }
        rest.join(" ")
    }

    fn begin_limit(&mut self, text: &Text, range: Range<usize>, key: Option<Name>) {
        let span = text.span(range.clone());
        if let Some(first) = self.limit.as_ref().map(|limit| limit.span) {
            self.diagnostics
                .warning("rate-limit", span, "a second rate limit of one event")
                .within(self.owner)
                .note(first, "first here")
                .help("remove one: the first one counts");
            return;
        }
        self.limit = Some(DocumentRateLimit { key, since: None, exempt: None, span });
    }

    /// Reads a sentence that may follow the one about the limit; false if it is another one.
    fn read_further(&mut self, sentence: &str, text: &Text, range: &Range<usize>, begun: bool) -> bool {
        let since = sentence.strip_prefix("The limit began ");
        let exempt = sentence.strip_prefix("It does not apply when ");
        if since.is_none() && (exempt.is_none() || !begun) {
            return false;
        }
        let Some(limit) = self.limit.as_mut().filter(|_| begun) else {
            let help = "put it after the sentence 'this event is rate-limited.', in the same note";
            self.warn(text, range.clone(), "there is no rate limit before this sentence", help);
            return true;
        };
        if let Some(since) = since {
            let version =
                since.strip_prefix("with QEMU ").and_then(|version| version.parse::<Version>().ok());
            if version.is_none() {
                let help = "write 'The limit began with QEMU X.Y.'";
                self.warn(text, range.clone(), "this sentence names no release", help);
            } else {
                limit.since = version;
            }
        } else if let Some((member, value)) = exempt.and_then(condition) {
            let start = range.start + (sentence.len() - exempt.unwrap_or_default().len()) + 1;
            let member = name(text, start..start + member.len());
            limit.exempt = Some(Exemption { member, value: value.to_owned() });
        } else {
            let help = "write 'It does not apply when \"MEMBER\" is \"VALUE\".'";
            self.warn(text, range.clone(), "this sentence names no member and value", help);
        }
        true
    }

    fn warn(&mut self, text: &Text, range: Range<usize>, message: &str, help: &str) {
        self.diagnostics.warning("rate-limit", text.span(range), message).within(self.owner).help(help);
    }
}

/// `this event is rate-limited[ separately for each "NAME"]`, with the place of the name.
fn limit_sentence(sentence: &str) -> Option<Option<Range<usize>>> {
    let rest = sentence.strip_prefix(['t', 'T'])?.strip_prefix("his event is rate-limited")?;
    if rest.is_empty() {
        return Some(None);
    }
    let key = rest.strip_prefix(" separately for each \"")?.strip_suffix('"')?;
    let end = sentence.len() - 1;
    (!key.is_empty() && !key.contains('"')).then_some(Some(end - key.len()..end))
}

/// `"MEMBER" is "VALUE"`
fn condition(text: &str) -> Option<(&str, &str)> {
    let (member, value) = text.strip_prefix('"')?.strip_suffix('"')?.split_once("\" is \"")?;
    (!member.is_empty() && !member.contains('"') && !value.contains('"')).then_some((member, value))
}

fn mentions_limit(sentence: &str) -> bool {
    let sentence = sentence.to_ascii_lowercase();
    sentence.contains("rate-limited") || sentence.contains("rate limited")
}

/// The sentences of a text: each up to a full stop before a space, or to the end.
fn sentences(text: &str) -> Vec<Range<usize>> {
    let mut start = 0;
    let mut all = Vec::new();
    for (at, _) in text.match_indices(". ").chain([(text.len(), "")]) {
        let end = (at + 1).min(text.len());
        let from = start + (text[start..end].len() - text[start..end].trim_start().len());
        if from < end {
            all.push(from..end);
        }
        start = end;
    }
    all
}
