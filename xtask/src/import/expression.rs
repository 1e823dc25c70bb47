//! Edits of definitions, apart from their comments: entries, members, values.

use super::text::{Edits, Node};
use qmp_events_frontend::qapi::ast::{Entry, Item, Value, ValueKind};
use qmp_events_frontend::source::{SourceMap, Span};

/// A definition that is edited.
pub(super) struct ExpressionEditor<'a> {
    item: &'a Item,
    sources: &'a SourceMap,
}

/// A new entry of an object.
pub(super) struct NewEntry {
    /// The name, in quotes.
    pub(super) key: String,
    pub(super) value: Node,
    /// The entry to come after, by its name without quotes and `*`.
    pub(super) after: Option<String>,
}

impl<'a> ExpressionEditor<'a> {
    pub(super) fn new(item: &'a Item, sources: &'a SourceMap) -> Self {
        Self { item, sources }
    }

    /// The value of a key of the definition.
    pub(super) fn value(&self, key: &str) -> Option<&'a Value> {
        self.item.entries.iter().find(|entry| entry.key.text == key).map(|entry| &entry.value)
    }

    /// The entry of an object under a key of the definition.
    pub(super) fn entry(&self, key: &str, name: &str) -> Option<&'a Entry> {
        let ValueKind::Object(entries) = &self.value(key)?.kind else { return None };
        entries.iter().find(|entry| entry.key.text.trim_start_matches('*') == name)
    }

    /// Whether entries can be added under a key: there is an object, or nothing yet.
    pub(super) fn can_take_entries(&self, key: &str) -> bool {
        self.value(key).is_none_or(|value| matches!(value.kind, ValueKind::Object(_)))
    }

    fn column(&self, span: Span) -> usize {
        self.sources.position(span).column - 1
    }

    /// Adds entries to the object under a key of the definition, which gets the key if it lacks it.
    pub(super) fn add_entries(&self, key: &'static str, new: Vec<NewEntry>, edits: &mut Edits) {
        let all = |new: Vec<NewEntry>| {
            let entries = new.into_iter().map(|entry| (entry.key, entry.value)).collect();
            Node::Object(entries, super::text::Layout::Listed)
        };
        let Some(value) = self.value(key) else {
            return self.set(key, &all(new), edits);
        };
        let ValueKind::Object(entries) = &value.kind else { return };
        let Some(first) = entries.first() else {
            return edits.replace(value.span, all(new).render(self.column(value.span), 2));
        };
        let column = self.column(first.key.span);
        let indent = " ".repeat(column);
        let mut before: Vec<String> = Vec::new();
        for entry in new {
            let text = format!("{}: {}", entry.key, entry.value.render(column + entry.key.len() + 2, 4));
            // Behind an entry that is new too, new entries follow each other.
            let known = entry.after.as_ref().and_then(|after| {
                entries.iter().rposition(|entry| entry.key.text.trim_start_matches('*') == after)
            });
            match (known, &entry.after) {
                (Some(at), _) => {
                    let Span { file, end, .. } = entries[at].value.span;
                    edits.insert(file, end as usize, format!(",\n{indent}{text}"));
                }
                (None, _) => before.push(format!("{text},\n{indent}")),
            }
        }
        edits.insert(first.key.span.file, first.key.span.start as usize, before.concat());
    }

    /// Sets a key of the definition: replaces its value, or adds it after the others.
    pub(super) fn set(&self, key: &str, node: &Node, edits: &mut Edits) {
        if let Some(value) = self.value(key) {
            return edits.replace(value.span, node.render(self.column(value.span), 2));
        }
        // Conditions come last.
        let previous = self.item.entries.iter().rfind(|entry| key == "if" || entry.key.text != "if");
        let Some(previous) = previous else { return };
        let Span { file, end, .. } = previous.value.span;
        edits.insert(file, end as usize, format!(",\n  '{key}': {}", node.render(key.len() + 6, 2)));
    }

    /// Removes a key of the definition.
    pub(super) fn remove(&self, key: &str, edits: &mut Edits) {
        let Some(at) = self.item.entries.iter().position(|entry| entry.key.text == key) else { return };
        let Some(before) = at.checked_sub(1).map(|before| &self.item.entries[before]) else { return };
        let span = Span { start: before.value.span.end, ..self.item.entries[at].value.span };
        edits.replace(span, "");
    }

    /// Replaces what comes after a name.
    pub(super) fn replace_value(&self, entry: &Entry, node: &Node, edits: &mut Edits) {
        edits.replace(entry.value.span, node.render(self.column(entry.value.span), 2));
    }

    /// Writes the list under a key of the definition anew: each value as it is, or what `rewrite`
    /// makes of it, and the new ones after those that they name. A value that carries a comment
    /// keeps it.
    pub(super) fn edit_list(
        &self,
        key: &str,
        rewrite: impl Fn(&str) -> Option<Node>,
        new: Vec<(Option<String>, Node)>,
        edits: &mut Edits,
    ) {
        let Some(Value { span, kind: ValueKind::List(values) }) = self.value(key) else { return };
        if self.sources.text(*span).contains('#') {
            return self.edit_commented_list(values, rewrite, new, edits);
        }
        let mut nodes: Vec<(String, Node)> = Vec::new();
        for value in values {
            let name = value_name(value);
            let node = rewrite(name).unwrap_or_else(|| Node::Word(self.one_line(value.span)));
            nodes.push((name.to_owned(), node));
        }
        for (after, node) in new.into_iter().rev() {
            let at = after.and_then(|after| nodes.iter().position(|(name, _)| *name == after));
            nodes.insert(at.map_or(0, |at| at + 1), (String::new(), node));
        }
        let list = Node::List(nodes.into_iter().map(|(_, node)| node).collect());
        edits.replace(*span, list.render(self.column(*span), 2));
    }

    fn edit_commented_list(
        &self,
        values: &[Value],
        rewrite: impl Fn(&str) -> Option<Node>,
        new: Vec<(Option<String>, Node)>,
        edits: &mut Edits,
    ) {
        for value in values {
            if let Some(node) = rewrite(value_name(value)) {
                edits.replace(value.span, node.render(self.column(value.span), 2));
            }
        }
        for (after, node) in new {
            let found = values.iter().find(|value| after.as_deref() == Some(value_name(value)));
            let Some(previous) = found.or(values.last()) else { continue };
            let column = self.column(previous.span);
            let text = format!(",\n{}{}", " ".repeat(column), node.render(column, 2));
            edits.insert(previous.span.file, previous.span.end as usize, text);
        }
    }

    fn one_line(&self, span: Span) -> String {
        self.sources.text(span).split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

/// The name of an enum's value, short form or long.
fn value_name(value: &Value) -> &str {
    match &value.kind {
        ValueKind::String(name) => name,
        ValueKind::Object(entries) => {
            let name = entries.iter().find(|entry| entry.key.text == "name");
            name.map_or("", |entry| value_name(&entry.value))
        }
        _ => "",
    }
}
