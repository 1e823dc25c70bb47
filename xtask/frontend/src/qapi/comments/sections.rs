//! The sections of a documentation comment, and the lines that open them.

use crate::diagnostics::show;
use crate::qapi::syntax::ast::Name;
use crate::source::Span;

/// A parsed documentation comment.
#[derive(Clone, Debug)]
pub(crate) struct Doc {
    /// From `##` to `##`.
    pub(crate) span: Span,
    /// The definition that it says it documents; free-form comments have none.
    pub(crate) symbol: Option<Name>,
    /// Its sections, in order.
    pub(crate) sections: Vec<Section>,
    /// It broke a rule, which was reported: what is missing in it says nothing.
    pub(crate) damaged: bool,
}

/// A part of a documentation comment.
#[derive(Clone, Debug)]
pub(crate) struct Section {
    pub(crate) kind: SectionKind,
    /// The line that opens it.
    pub(crate) span: Span,
    /// Its lines; the first one without the tag or name, the others with their indentation.
    pub(crate) lines: Vec<String>,
}

impl Section {
    pub(crate) fn is_empty(&self) -> bool {
        self.lines.iter().all(String::is_empty)
    }
}

/// The kinds of sections.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum SectionKind {
    Plain,
    /// `@name:`
    Member(String),
    /// `@name:` under `Features:`
    Feature(String),
    Returns,
    Errors,
    Since,
    Todo,
    /// `Note:` of an older tree.
    Note,
    /// `Example:` of an older tree.
    Example,
}

impl SectionKind {
    fn from_tag(tag: &str) -> Option<Self> {
        Some(match tag {
            "Returns" => Self::Returns,
            "Errors" => Self::Errors,
            "Since" => Self::Since,
            "TODO" => Self::Todo,
            "Note" | "Notes" => Self::Note,
            "Example" | "Examples" => Self::Example,
            _ => return None,
        })
    }

    /// How it opens, for messages.
    pub(crate) fn opening(&self) -> String {
        match self {
            Self::Plain => "paragraph".to_owned(),
            Self::Member(name) | Self::Feature(name) => show(&format!("@{name}:")).to_string(),
            Self::Returns => "'Returns:'".to_owned(),
            Self::Errors => "'Errors:'".to_owned(),
            Self::Since => "'Since:'".to_owned(),
            Self::Todo => "'TODO:'".to_owned(),
            Self::Note => "'Note:'".to_owned(),
            Self::Example => "'Example:'".to_owned(),
        }
    }
}

/// Splits `@name: text`.
pub(crate) fn split_name(line: &str) -> Option<(&str, &str)> {
    let (name, text) = line.strip_prefix('@')?.split_once(':')?;
    Some((name, text.trim_start_matches(' ')))
}

/// Splits `Tag: text`; two colons are markup.
pub(crate) fn split_tag(line: &str) -> Option<(SectionKind, &str)> {
    let (tag, text) = line.split_once(':')?;
    let kind = SectionKind::from_tag(tag)?;
    (!text.starts_with(':')).then(|| (kind, text.trim_start_matches(' ')))
}

/// Whether a line is a heading in the markup of QEMU's former manual: `= Title`.
pub(crate) fn is_heading(line: &str) -> bool {
    let title = line.trim_start_matches('=');
    title.len() < line.len() && title.starts_with(' ')
}

/// How many blanks a line begins with.
pub(crate) fn indentation(line: &str) -> usize {
    line.len() - line.trim_start().len()
}
