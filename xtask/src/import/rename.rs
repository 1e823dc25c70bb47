//! Types that QEMU calls by another name now: the references moved, and the structure is the same.

use std::collections::BTreeMap;

use super::comment::CommentEditor;
use super::our_schema::OurSchema;
use super::qemu_schema::QemuSchema;
use super::text::Edits;
use qmp_events_compare::compare::compare;
use qmp_events_compare::difference::{Change, Owner};
use qmp_events_compare::surface::Surface;
use qmp_events_frontend::qapi::ast::{Item, Value, ValueKind};
use qmp_events_frontend::qapi::parse_file;
use qmp_events_frontend::source::{FileId, SourceMap, Span};
use qmp_events_frontend::version::Version;

/// Renames them in all our sources.
pub(super) fn edit(
    ours: &OurSchema,
    now: &Surface,
    tree: &QemuSchema<'_>,
    at: Version,
) -> BTreeMap<String, String> {
    let mut edits = Edits::default();
    for (old, new) in find(ours, now, tree) {
        for module in &ours.schema.modules {
            for item in &parse_file(module.file, &ours.sources).items {
                rename_in_item(item, &old, &new, at, &ours.sources, &mut edits);
            }
        }
        rename_in_text(ours.document_file, &old, &new, &ours.sources, &mut edits);
        rename_in_names(ours.names_file, &old, &new, &ours.sources, &mut edits);
    }
    edits.apply(&ours.sources)
}

/// Renamed is what met under another name, and lost nothing.
fn find(ours: &OurSchema, now: &Surface, tree: &QemuSchema<'_>) -> Vec<(String, String)> {
    let differences = compare(now, tree.surface);
    let lost_something = |key: &String| {
        differences.iter().any(|one| {
            let same = matches!(&one.owner, Owner::Type { key: other, .. } if other == key);
            same && matches!(
                one.change,
                Change::MemberRemoved { .. }
                    | Change::ValueRemoved { .. }
                    | Change::BranchRemoved { .. }
                    | Change::TypeChanged { .. }
            )
        })
    };
    let renamed = differences.iter().filter_map(|one| match (&one.owner, &one.change) {
        (Owner::Type { key, .. }, Change::Renamed { new }) if !lost_something(key) => {
            Some((key.clone(), new.clone()))
        }
        _ => None,
    });
    let mut renamed: Vec<_> = renamed.filter(|(_, new)| ours.schema.find(new).is_none()).collect();
    // A type that two others replace was split, not renamed; the first one keeps its name.
    let mut seen = std::collections::BTreeSet::new();
    renamed.retain(|(old, new)| seen.insert(old.clone()) && seen.insert(new.clone()));
    renamed
}

fn rename_in_item(item: &Item, old: &str, new: &str, at: Version, sources: &SourceMap, edits: &mut Edits) {
    let is_enum = item.entries.iter().any(|entry| entry.key.text == "enum");
    let mut defines = false;
    for entry in &item.entries {
        match entry.key.text.as_str() {
            "enum" | "struct" | "union" | "alternate" => {
                defines = is_string(&entry.value, old);
                rename_in_value(&entry.value, old, new, edits);
            }
            "base" | "data" | "returns" if !is_enum => rename_in_value(&entry.value, old, new, edits),
            "pragma" => rename_in_value(&entry.value, old, new, edits),
            _ => {}
        }
    }
    let Some(comment) = &item.comment else { return };
    for line in &comment.lines {
        rename_words(&line.text, line.span, old, new, edits);
    }
    if defines {
        CommentEditor::new(comment, sources).add_paragraph(&format!("Renamed: {at} from {old}"), edits);
    }
}

/// Whether a list of the schema has a name.
pub(super) fn lists(list: &Value, name: &str) -> bool {
    matches!(&list.kind, ValueKind::List(values) if values.iter().any(|value| is_string(value, name)))
}

fn is_string(value: &Value, text: &str) -> bool {
    matches!(&value.kind, ValueKind::String(found) if found == text)
}

fn rename_in_value(value: &Value, old: &str, new: &str, edits: &mut Edits) {
    match &value.kind {
        ValueKind::String(text) if text == old => edits.replace(value.span, format!("'{new}'")),
        ValueKind::List(values) => values.iter().for_each(|one| rename_in_value(one, old, new, edits)),
        ValueKind::Object(entries) => {
            for entry in entries.iter().filter(|entry| !matches!(&*entry.key.text, "if" | "features")) {
                rename_in_value(&entry.value, old, new, edits);
            }
        }
        _ => {}
    }
}

fn rename_in_text(file: FileId, old: &str, new: &str, sources: &SourceMap, edits: &mut Edits) {
    let text = sources.file(file).text();
    rename_words(text, Span::new(file, 0..text.len()), old, new, edits);
}

/// Replaces a name wherever it is a word. A name that looks like a word of English stays,
/// apart from the `@Name:` that opens a comment.
fn rename_words(text: &str, at: Span, old: &str, new: &str, edits: &mut Edits) {
    let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
    let is_word = old.chars().filter(char::is_ascii_uppercase).count() < 2;
    for (start, _) in text.match_indices(old) {
        let (before, after) = (&text[..start], &text[start + old.len()..]);
        let opens = before == "@" && after.starts_with(':');
        let whole = !before.ends_with(is_part) && !after.starts_with(is_part);
        if opens || whole && !is_word {
            let start = at.start as usize + start;
            edits.replace(Span::new(at.file, start..start + old.len()), new);
        }
    }
}

/// Keys of exceptions: `Old = …`, `"Old.member" = …`.
fn rename_in_names(file: FileId, old: &str, new: &str, sources: &SourceMap, edits: &mut Edits) {
    let mut offset = 0;
    for line in sources.file(file).text().split_inclusive('\n') {
        let quote = usize::from(line.starts_with('"'));
        let rest = line[quote..].strip_prefix(old);
        if rest.is_some_and(|rest| rest.starts_with([' ', '.', '=', '"'])) {
            let start = offset + quote;
            edits.replace(Span::new(file, start..start + old.len()), new);
        }
        offset += line.len();
    }
}
