//! The rules of the language that were not always there, and the release that each began with.
//!
//! This is the only place that knows releases: everything else asks whether a rule applies.

use crate::qapi::comments::prose::first_version;
use crate::qapi::syntax::ast::{Comment, Entry, Item, Value, ValueKind};
use crate::version::Version;

/// A rule that began with some release.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rule {
    /// Comments have a form: names, tags and continuation lines are where they belong.
    CommentForm,
    /// Pragmas have today's names.
    PragmaNames,
    /// Names keep to the case of their kind.
    NameCase,
    /// Unions have a base and a discriminator.
    Discriminators,
    /// Conditions are names of macros, and objects of those, not C.
    ConditionsAreNames,
    /// Events and commands with a conditional member are boxed.
    BoxedConditionals,
    /// A heading comes first in its comment.
    HeadingsFirst,
    /// Continuation lines need not line up with the text of the first one.
    FreeIndentation,
    /// Sections follow blank lines, are indented, and have text.
    SectionForm,
    /// Every member and value is described.
    MembersDescribed,
    /// `Note:` and `Example:` are written as directives.
    Directives,
    /// Only commands that return something document it.
    ResultsExist,
    /// Lines of documentation are short, and two spaces separate their sentences.
    LineFormat,
}

/// Every rule, and the first release of QEMU whose generator has it.
const BEGAN: [(Rule, Version); 13] = [
    (Rule::CommentForm, Version { major: 5, minor: 2 }),
    (Rule::PragmaNames, Version { major: 6, minor: 0 }),
    (Rule::NameCase, Version { major: 6, minor: 0 }),
    (Rule::Discriminators, Version { major: 6, minor: 2 }),
    (Rule::ConditionsAreNames, Version { major: 6, minor: 2 }),
    (Rule::BoxedConditionals, Version { major: 8, minor: 0 }),
    (Rule::HeadingsFirst, Version { major: 8, minor: 1 }),
    (Rule::FreeIndentation, Version { major: 8, minor: 1 }),
    (Rule::SectionForm, Version { major: 9, minor: 0 }),
    (Rule::MembersDescribed, Version { major: 9, minor: 0 }),
    (Rule::Directives, Version { major: 9, minor: 1 }),
    (Rule::ResultsExist, Version { major: 9, minor: 1 }),
    (Rule::LineFormat, Version { major: 10, minor: 2 }),
];

/// The rules of a release of QEMU, for a schema that was written for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dialect {
    release: Version,
}

impl Dialect {
    /// All rules of today.
    pub const CURRENT: Self = Self { release: Version { major: u16::MAX, minor: 0 } };

    /// The rules of QEMU 2.12, which every older schema keeps to: unions may lack a discriminator,
    /// conditions are C, comments are loose, and names have any case.
    pub const OLDER: Self = Self { release: Version { major: 2, minor: 12 } };

    /// The rules of a release.
    pub const fn of_release(release: Version) -> Self {
        Self { release }
    }

    /// Whether a rule applies.
    pub(crate) fn has(self, rule: Rule) -> bool {
        BEGAN.iter().any(|(one, began)| *one == rule && *began <= self.release)
    }
}

impl Default for Dialect {
    fn default() -> Self {
        Self::CURRENT
    }
}

impl std::str::FromStr for Dialect {
    type Err = UnknownDialect;

    fn from_str(text: &str) -> Result<Self, UnknownDialect> {
        match text {
            "current" => Ok(Self::CURRENT),
            "older" => Ok(Self::OLDER),
            _ => text.parse().map(Self::of_release).map_err(|_| UnknownDialect),
        }
    }
}

/// The text does not name a [`Dialect`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownDialect;

impl std::fmt::Display for UnknownDialect {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a dialect is a release of QEMU, such as 7.2, or 'current', or 'older'")
    }
}

impl std::error::Error for UnknownDialect {}

/// A tree that dates this many definitions dates all that is new in its release. Every tree that QEMU
/// shipped has hundreds of dates; smaller schemas may have a few of any release.
const ENOUGH_DATES: usize = 50;

/// This many signs make a tree without dates an older one. No small schema has as many by mistake.
const ENOUGH_SIGNS: usize = 8;

impl Dialect {
    /// Finds it out from what was written: by the newest date, or by signs of older rules.
    pub(crate) fn of<'a>(items: impl Iterator<Item = &'a Item> + Clone) -> Self {
        let dates: Vec<Version> = items.clone().filter_map(|item| since(item.comment.as_ref()?)).collect();
        match dates.iter().max() {
            Some(newest) if dates.len() >= ENOUGH_DATES => Self::of_release(*newest),
            _ if items.map(count_signs).sum::<usize>() >= ENOUGH_SIGNS => Self::OLDER,
            _ => Self::CURRENT,
        }
    }
}

fn since(comment: &Comment) -> Option<Version> {
    comment.lines.iter().find_map(|line| line.text.strip_prefix("Since:")).and_then(first_version)
}

fn count_signs(item: &Item) -> usize {
    let has = |key: &str| item.entries.iter().any(|entry| entry.key.text == key);
    let simple_union = has("union") && has("data") && !has("discriminator") && !has("base");
    let tags = item.comment.as_ref().map_or(0, count_older_tags);
    usize::from(simple_union) + tags + count_c_conditions(&item.entries)
}

fn count_older_tags(comment: &Comment) -> usize {
    let is_tag = |text: &str| {
        ["Note:", "Notes:", "Example:", "Examples:"].into_iter().any(|tag| {
            // With two colons it is a paragraph of today's markup.
            text.strip_prefix(tag).is_some_and(|rest| !rest.starts_with(':'))
        })
    };
    comment.lines.iter().filter(|line| is_tag(&line.text)).count()
}

fn count_c_conditions(entries: &[Entry]) -> usize {
    let count = |Entry { key, value }: &Entry| match &value.kind {
        ValueKind::String(text) => usize::from(key.text == "if" && text.contains("defined(")),
        _ => count_in_value(value),
    };
    entries.iter().map(count).sum()
}

fn count_in_value(value: &Value) -> usize {
    match &value.kind {
        ValueKind::Object(entries) => count_c_conditions(entries),
        ValueKind::List(values) => values.iter().map(count_in_value).sum(),
        _ => 0,
    }
}
