//! The members of an event as words that a line can be broken between.
//!
//! A word is `name=value`; objects stand in braces and lists in brackets, in as many words as they
//! have members. What this build does not know ends with `?`.

use anstyle::Style;
use qmp_events::info::Unrecognized;
use textwrap::core::display_width;

use crate::palette::{DIM, PLAIN, UNKNOWN, paint};
use crate::record::Record;
use crate::text::printable;
use crate::tree::Tree;

/// A piece of text that is not broken, with its width on the screen.
pub(crate) struct Word {
    pub(crate) text: String,
    pub(crate) width: usize,
}

impl Word {
    fn push(&mut self, style: Style, text: &str) {
        self.width += display_width(text);
        self.text.push_str(&paint(style, text).to_string());
    }

    pub(crate) fn new(style: Style, text: &str) -> Self {
        let mut word = Word { text: String::new(), width: 0 };
        word.push(style, text);
        word
    }
}

/// Turns members into words: `name=value`, with braces around members of members.
pub(crate) struct Words<'a> {
    found: &'a [Unrecognized],
    /// Of the value that is being printed, as in `found`.
    path: String,
    words: Vec<Word>,
}

impl<'a> Words<'a> {
    /// All members of an event's data.
    pub(crate) fn of(record: &'a Record) -> Vec<Word> {
        let mut words = Words { found: &record.unrecognized, path: String::new(), words: Vec::new() };
        words.object(&record.members, record.raw.as_ref().filter(|_| !record.is_unknown()));
        words.words
    }

    fn object(&mut self, members: &Tree, raw: Option<&Tree>) {
        if let Tree::Object(members) = members {
            for (name, value) in members {
                self.member(name, value, raw.and_then(|raw| raw.member(name)), false);
            }
        }
        if let Some(Tree::Object(members)) = raw {
            for (name, value) in members {
                let path = self.path_of(name);
                if self
                    .found
                    .iter()
                    .any(|found| matches!(found, Unrecognized::Member { path: p } if *p == path))
                {
                    self.member(name, value, None, true);
                }
            }
        }
    }

    fn member(&mut self, name: &str, value: &Tree, raw: Option<&Tree>, is_unknown: bool) {
        let length = self.path.len();
        self.path = self.path_of(name);
        let style = if is_unknown { UNKNOWN } else { DIM };
        let mut word = Word::new(style, &format!("{}=", printable(name)));
        self.value(&mut word, value, raw, is_unknown);
        self.words.push(word);
        self.path.truncate(length);
    }

    /// Continues `word` with a value; what may be broken off before it becomes a word of its own.
    fn value(&mut self, word: &mut Word, value: &Tree, raw: Option<&Tree>, is_unknown: bool) {
        let is_unknown = is_unknown || self.is_unknown_value();
        let style = if is_unknown { UNKNOWN } else { PLAIN };
        match value {
            Tree::Bare(text) => word.push(style, text),
            Tree::Text(text) => word.push(style, &printable(text)),
            Tree::List(items) => {
                word.push(DIM, "[");
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        self.words.push(std::mem::replace(word, Word::new(PLAIN, "")));
                    }
                    let raw = raw.and_then(|raw| item_of(raw, index));
                    self.within_item(index, |words| words.value(word, item, raw, is_unknown));
                }
                word.push(DIM, "]");
            }
            Tree::Object(_) => {
                let before = self.words.len();
                self.object(value, raw);
                let inner = self.words.split_off(before);
                word.push(DIM, "{");
                let count = inner.len();
                for (index, part) in inner.into_iter().enumerate() {
                    word.text.push_str(&part.text);
                    word.width += part.width;
                    if index + 1 < count {
                        self.words.push(std::mem::replace(word, Word::new(PLAIN, "")));
                    }
                }
                word.push(DIM, "}");
            }
        }
        if is_unknown {
            word.push(UNKNOWN, "?");
        }
    }

    fn is_unknown_value(&self) -> bool {
        self.found.iter().any(|found| match found {
            Unrecognized::Value { path, .. } | Unrecognized::Branch { path, .. } => *path == self.path,
            _ => false,
        })
    }

    fn within_item(&mut self, index: usize, run: impl FnOnce(&mut Self)) {
        let length = self.path.len();
        self.path.push_str(&format!("[{index}]"));
        run(self);
        self.path.truncate(length);
    }

    fn path_of(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) }
    }
}

fn item_of(tree: &Tree, index: usize) -> Option<&Tree> {
    match tree {
        Tree::List(items) => items.get(index),
        _ => None,
    }
}
