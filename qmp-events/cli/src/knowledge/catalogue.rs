//! What this build knows about events, looked up by people: names with typing errors, paths of
//! members, the members that a type can have.

use std::fmt;

use qmp_events::info::{Availability, EventInfo, MemberInfo, TypeInfo};
use qmp_events::{EventKind, Version};

use super::everyday_words::words_for;

/// How alike two names must be for one to be suggested for the other.
const LIKENESS: f64 = 0.8;

/// All events, by name.
pub(crate) fn events() -> Vec<&'static EventInfo> {
    let mut events: Vec<_> = EventKind::ALL.iter().map(|kind| kind.info()).collect();
    events.sort_by_key(|info| info.name);
    events
}

/// The event of this name, in any case and with dashes for underscores.
pub(crate) fn find_event(name: &str) -> Option<&'static EventInfo> {
    let upper = name.to_uppercase().replace('-', "_");
    [name, &upper].iter().find_map(|name| name.parse::<EventKind>().ok()).map(EventKind::info)
}

/// The events that a pattern for names, or an everyday word, asks for.
pub(crate) fn find_events(asked: &str) -> Vec<&'static EventInfo> {
    events().into_iter().filter(|event| is_asked_for(event, asked)).collect()
}

fn is_asked_for(event: &EventInfo, asked: &str) -> bool {
    let upper = asked.to_uppercase().replace('-', "_");
    let pattern = glob::Pattern::new(&upper);
    pattern.is_ok_and(|pattern| pattern.matches(event.name))
        || words_for(event.name).iter().any(|word| word.eq_ignore_ascii_case(asked))
}

/// Whether an event is asked for, or has the text in its name or summary.
pub(crate) fn mentions(event: &EventInfo, text: &str) -> bool {
    let has = |whole: &str| whole.to_lowercase().contains(&text.to_lowercase());
    is_asked_for(event, text) || has(event.name) || has(&summary(event.description))
}

/// The names that are most like this one, best first, at most three.
pub(crate) fn near<'a>(name: &str, names: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let lower = name.to_lowercase();
    let rate = |other: &str| {
        let other = other.to_lowercase();
        let is_part = lower.len() >= 3 && other.contains(&lower);
        if is_part { 1.0 } else { strsim::jaro_winkler(&lower, &other) }
    };
    let mut rated: Vec<(f64, &str)> = names.into_iter().map(|other| (rate(other), other)).collect();
    rated.retain(|(likeness, _)| *likeness >= LIKENESS);
    rated.sort_by(|(left, _), (right, _)| right.total_cmp(left));
    rated.into_iter().take(3).map(|(_, name)| name).collect()
}

/// `, did you mean A, B or C?`, or nothing.
pub(crate) fn suggestion(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [name] => format!("; did you mean {name}?"),
        [names @ .., last] => format!("; did you mean {} or {last}?", names.join(", ")),
    }
}

/// Something that an object of a type can hold: a member, or the tag of its union.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Part {
    pub(crate) name: &'static str,
    pub(crate) ty: TypeInfo,
    pub(crate) optional: bool,
    pub(crate) availability: Availability,
    pub(crate) description: &'static str,
    /// The tag and the value of it with which the member is there.
    pub(crate) branch: Option<(&'static str, &'static str)>,
    /// Whether the value of this part selects the branch.
    pub(crate) is_tag: bool,
}

/// The parts of an event's data.
pub(crate) fn parts_of_event(event: &'static EventInfo) -> Vec<Part> {
    let mut parts = Vec::new();
    collect(event.members, event.branches, None, &mut parts);
    parts
}

/// The parts of a value of this type; none if it is not an object. For a list, those of its items.
pub(crate) fn parts_of_type(ty: TypeInfo) -> Vec<Part> {
    let mut parts = Vec::new();
    match ty {
        TypeInfo::List(item) => return parts_of_type(*item),
        TypeInfo::Struct(info) => collect(info.members, info.branches, None, &mut parts),
        TypeInfo::Union(_) => collect(&[], Some(ty), None, &mut parts),
        _ => {}
    }
    parts
}

fn collect(
    members: &'static [MemberInfo],
    branches: Option<TypeInfo>,
    branch: Option<(&'static str, &'static str)>,
    parts: &mut Vec<Part>,
) {
    parts.extend(members.iter().map(|member| Part {
        name: member.name,
        ty: member.ty,
        optional: member.optional,
        availability: member.availability,
        description: member.description,
        branch,
        is_tag: false,
    }));
    let Some(TypeInfo::Union(union)) = branches else { return };
    parts.push(Part {
        name: union.tag,
        ty: branches.unwrap_or(TypeInfo::String),
        optional: false,
        availability: Availability::ALWAYS,
        description: "",
        branch,
        is_tag: true,
    });
    for value in union.branches {
        let branch = Some((union.tag, value.name));
        match value.ty {
            Some(TypeInfo::Struct(info)) => collect(info.members, info.branches, branch, parts),
            Some(ty @ TypeInfo::Union(_)) => collect(&[], Some(ty), branch, parts),
            _ => {}
        }
    }
}

/// A named value that a part can have.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NamedValue {
    pub(crate) name: &'static str,
    pub(crate) availability: Availability,
    pub(crate) description: &'static str,
}

/// The values of an enum, or of the tag of a union; none for other types.
pub(crate) fn values_of(part: &Part) -> Vec<NamedValue> {
    match part.ty {
        TypeInfo::Union(info) if part.is_tag => info
            .branches
            .iter()
            .map(|branch| NamedValue {
                name: branch.name,
                availability: branch.availability,
                description: branch.description,
            })
            .collect(),
        ty => values_of_type(ty),
    }
}

fn values_of_type(ty: TypeInfo) -> Vec<NamedValue> {
    match ty {
        TypeInfo::List(item) => values_of_type(*item),
        TypeInfo::Enum(info) => info
            .values
            .iter()
            .map(|value| NamedValue {
                name: value.name,
                availability: value.availability,
                description: value.description,
            })
            .collect(),
        _ => Vec::new(),
    }
}

/// A type in words.
pub(crate) fn type_words(part: &Part) -> String {
    if part.is_tag { "one of its values".to_owned() } else { words(part.ty) }
}

fn words(ty: TypeInfo) -> String {
    match ty {
        TypeInfo::Integer { signed, bits } => {
            let sign = if signed { "" } else { "unsigned " };
            let size = if bits == 64 { String::new() } else { format!(" of {bits} bits") };
            format!("{sign}integer{size}")
        }
        TypeInfo::Number => "number".to_owned(),
        TypeInfo::Boolean => "true or false".to_owned(),
        TypeInfo::String => "string".to_owned(),
        TypeInfo::Null => "null".to_owned(),
        TypeInfo::Any => "any JSON value".to_owned(),
        TypeInfo::List(item) => format!("list of: {}", words(*item)),
        TypeInfo::Enum(info) => format!("{}, one of its values", info.name),
        TypeInfo::Struct(info) => format!("{}, an object", info.name),
        TypeInfo::Union(info) => format!("{}, an object with `{}`", info.name, info.tag),
        TypeInfo::Alternate(info) => {
            let types: Vec<String> = info.types.iter().map(|ty| words(*ty)).collect();
            format!("{}: {}", info.name, types.join("; or "))
        }
        other => other.name().to_owned(),
    }
}

/// A description without its sections for rustdoc, which say what the rest of the metadata says, and
/// without the escapes of Markdown; in paragraphs.
pub(crate) fn paragraphs(description: &str) -> Vec<String> {
    let is_prose = |paragraph: &&str| !paragraph.starts_with("# ");
    description.trim().split("\n\n").take_while(is_prose).map(plain).collect()
}

fn plain(markdown: &str) -> String {
    let mut text = String::new();
    let mut letters = markdown.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' if letters.peek().is_some_and(char::is_ascii_punctuation) => {}
            '`' => {
                while letters.next_if_eq(&'`').is_some() {}
                text.push('`');
            }
            letter if letter.is_whitespace() => text.push(' '),
            letter => text.push(letter),
        }
    }
    text
}

/// The first paragraph of a description.
pub(crate) fn summary(description: &str) -> String {
    paragraphs(description).into_iter().next().unwrap_or_default()
}

/// Since and until when, and in which builds, in brackets; nothing if it always goes with its owner.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Dates(pub(crate) Availability);

impl fmt::Display for Dates {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Availability { since, removed, deprecated, unstable, condition, .. } = self.0;
        let since = since.map(|version: Version| format!("since {version}"));
        let removed = removed.map(|version| format!("gone since {version}"));
        let deprecated = deprecated.then(|| "deprecated".to_owned());
        let unstable = unstable.then(|| "unstable".to_owned());
        let condition = condition.map(|condition| format!("only in builds with {condition}"));
        let words: Vec<String> =
            [since, removed, deprecated, unstable, condition].into_iter().flatten().collect();
        if words.is_empty() { Ok(()) } else { write!(formatter, "({})", words.join(", ")) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typing_errors_find_the_name() {
        let names = || events().into_iter().map(|info| info.name);
        assert_eq!(near("BLOK_IO_ERROR", names()).first(), Some(&"BLOCK_IO_ERROR"));
        assert_eq!(near("panick", names()).first(), Some(&"GUEST_PANICKED"));
        assert!(near("zzzz", names()).is_empty());
    }

    #[test]
    fn descriptions_are_plain_text() {
        let description = "Sends \\<x\\> by ``quit``\nor `stop`.\n\nMore.\n\n# Versions\n\nSince QEMU 1.0.";
        assert_eq!(paragraphs(description), ["Sends <x> by `quit` or `stop`.", "More."]);
    }

    #[test]
    fn events_are_found_in_any_spelling() {
        assert_eq!(find_event("block-io-error").map(|info| info.name), Some("BLOCK_IO_ERROR"));
        assert!(find_event("nothing").is_none());
    }
}
