//! Edits of documentation comments: new members and features, and dates.

use super::text::{Edits, WIDTH, fill};
use crate::marker::MARKER;
use qmp_events_frontend::qapi::ast::{Comment, Line};
use qmp_events_frontend::source::{SourceMap, Span};
use qmp_events_frontend::version::Version;

/// The tags that follow all members, in the order in which our comments have them.
const TAGS: [&str; 7] = ["Features:", "Removed:", "Renamed:", "Returns:", "Errors:", "TODO:", "Since:"];

/// A comment that is edited.
pub(super) struct CommentEditor<'a> {
    comment: &'a Comment,
    sources: &'a SourceMap,
}

impl<'a> CommentEditor<'a> {
    pub(super) fn new(comment: &'a Comment, sources: &'a SourceMap) -> Self {
        Self { comment, sources }
    }

    fn lines(&self) -> &'a [Line] {
        &self.comment.lines
    }

    /// Where the features begin, or the end.
    fn features_at(&self) -> usize {
        self.lines().iter().position(|line| line.text == "Features:").unwrap_or(self.lines().len())
    }

    /// The first and the last line of a member's text.
    fn member(&self, name: &str) -> Option<(usize, usize)> {
        self.section(name, 1..self.features_at())
    }

    /// The first and the last line of a feature's text.
    fn feature(&self, name: &str) -> Option<(usize, usize)> {
        self.section(name, self.features_at()..self.lines().len())
    }

    fn section(&self, name: &str, mut within: std::ops::Range<usize>) -> Option<(usize, usize)> {
        let opening = format!("@{name}:");
        let first = within.find(|&at| self.lines()[at].text.starts_with(&opening))?;
        Some((first, self.section_end(first)))
    }

    /// The last line with text of a section: it goes on as long as lines are empty or indented.
    fn section_end(&self, first: usize) -> usize {
        let inside = |line: &&Line| line.text.is_empty() || line.text.starts_with(' ');
        let length = self.lines()[first + 1..].iter().take_while(inside).count();
        let last = (first..=first + length).rev().find(|&at| !self.lines()[at].text.is_empty());
        last.unwrap_or(first)
    }

    pub(super) fn has_member(&self, name: &str) -> bool {
        self.member(name).is_some()
    }

    pub(super) fn has_feature(&self, name: &str) -> bool {
        self.feature(name).is_some()
    }

    /// Describes a new member after the text of another one, or in front of the others.
    pub(super) fn add_member(&self, name: &str, after: Option<&str>, since: Version, edits: &mut Edits) {
        let text = describe(name, since);
        match after.and_then(|after| self.member(after)) {
            Some((_, last)) => self.insert_behind(last, &text, edits),
            None => {
                let first = (1..self.lines().len()).find(|&at| self.opens_something(at));
                self.insert_before(first, &text, edits);
            }
        }
    }

    fn opens_something(&self, at: usize) -> bool {
        let text = &self.lines()[at].text;
        text.starts_with('@') || TAGS.iter().any(|tag| text.starts_with(tag))
    }

    /// Describes a new feature, the first of the comment's new ones or a further one.
    pub(super) fn add_feature(&self, name: &str, since: Version, is_first: bool, edits: &mut Edits) {
        let text = describe(name, since);
        let features = self.features_at();
        let described =
            (features..self.lines().len()).rev().find(|&at| self.lines()[at].text.starts_with('@'));
        match described {
            Some(first) => self.insert_behind(self.section_end(first), &text, edits),
            None => {
                let heading = if is_first { "# Features:\n#\n" } else { "" };
                self.insert_before(self.first_tag(&TAGS[1..]), &format!("{heading}{text}"), edits);
            }
        }
    }

    fn first_tag(&self, tags: &[&str]) -> Option<usize> {
        self.lines().iter().position(|line| tags.iter().any(|tag| line.text.starts_with(tag)))
    }

    /// Adds a date such as `(removed 10.1)` to the text of a member or, failing that, of a feature.
    pub(super) fn date(&self, name: &str, date: &str, is_feature: bool, edits: &mut Edits) {
        let section = if is_feature { self.feature(name) } else { self.member(name) };
        let Some((_, last)) = section else { return };
        let line = &self.lines()[last];
        let length = "# ".len() + line.text.chars().count() + 1 + date.len();
        let text = if length <= WIDTH { format!(" {date}") } else { format!("\n#     {date}") };
        edits.insert(line.span.file, line.span.end as usize, text);
    }

    /// Adds a paragraph of its own, such as `Removed: 10.1`, in front of `Since:`.
    pub(super) fn add_paragraph(&self, paragraph: &str, edits: &mut Edits) {
        self.insert_before(self.first_tag(&["Since:"]), &format!("# {paragraph}"), edits);
    }

    fn insert_behind(&self, at: usize, text: &str, edits: &mut Edits) {
        let Span { file, end, .. } = self.lines()[at].span;
        edits.insert(file, end as usize, format!("\n#\n{text}"));
    }

    /// In front of a line, or at the end.
    fn insert_before(&self, at: Option<usize>, text: &str, edits: &mut Edits) {
        let Some(at) = at else {
            let last = (0..self.lines().len()).rev().find(|&at| !self.lines()[at].text.is_empty());
            return self.insert_behind(last.unwrap_or(0), text, edits);
        };
        let Span { file, start, .. } = self.lines()[at].span;
        let before = &self.sources.file(file).text()[..start as usize];
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        edits.insert(file, line_start, format!("{text}\n#\n"));
    }
}

fn describe(name: &str, since: Version) -> String {
    fill(&format!("{MARKER} (since {since})"), &format!("# @{name}: "), "#     ")
}
