//! Which rules a schema was written for.

use crate::qapi::syntax::ast::{Comment, Entry, Item, Value, ValueKind};

/// Which rules a schema was written for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Dialect {
    /// Those of QEMU 10.
    #[default]
    Current,
    /// Those of QEMU 2.12 to 8.0 as well: unions without a discriminator, conditions in C,
    /// loose documentation with `Note:` and `Example:`, names in any case.
    Older,
}

impl std::str::FromStr for Dialect {
    type Err = UnknownDialect;

    fn from_str(text: &str) -> Result<Self, UnknownDialect> {
        match text {
            "current" => Ok(Self::Current),
            "older" => Ok(Self::Older),
            _ => Err(UnknownDialect),
        }
    }
}

/// The text names no [`Dialect`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownDialect;

impl std::fmt::Display for UnknownDialect {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the dialects are 'current' and 'older'")
    }
}

impl std::error::Error for UnknownDialect {}

/// This many signs make a tree an older one. No small schema has as many by mistake, every tree
/// that QEMU shipped in those years has some hundred.
const ENOUGH_SIGNS: usize = 8;

impl Dialect {
    /// Finds it out from what was written.
    pub(crate) fn of<'a>(items: impl Iterator<Item = &'a Item>) -> Self {
        match items.map(count_signs).sum::<usize>() {
            ENOUGH_SIGNS.. => Self::Older,
            _ => Self::Current,
        }
    }
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
