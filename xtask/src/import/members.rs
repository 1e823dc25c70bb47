//! Edits of one definition: its members, values, branches, features and condition.

use std::collections::BTreeSet;

use super::comment::CommentEditor;
use super::emit;
use super::expression::NewEntry;
use super::shape_import::{DefinitionEditor, ShapeImport};
use qmp_events_compare::surface::{Facts, Member, Value, Variants};
use qmp_events_frontend::schema::{self, Data, Definition, Kind};

impl<'a> ShapeImport<'a> {
    /// Features and condition of the definition as a whole.
    pub(super) fn facts(&mut self, definition: &'a Definition, known: &Facts, theirs: &Facts) {
        if known.features == theirs.features && known.condition == theirs.condition {
            return;
        }
        let Some(editor) = self.editor(definition) else { return };
        if known.features != theirs.features {
            let features = self.features(definition, &definition.features, known, theirs, &editor.comment);
            if features.len() != definition.features.len() {
                editor.expression.set("features", &emit::features_node(&features), &mut self.edits);
            }
        }
        match &theirs.condition {
            _ if known.condition == theirs.condition => {}
            Some(condition) => editor.expression.set("if", &emit::condition_node(condition), &mut self.edits),
            None => editor.expression.remove("if", &mut self.edits),
        }
    }

    /// Dates the features that came and went. Returns all that the schema must list.
    fn features(
        &mut self,
        definition: &Definition,
        listed: &[schema::Feature],
        known: &Facts,
        theirs: &Facts,
        comment: &CommentEditor<'_>,
    ) -> BTreeSet<String> {
        let mut all: BTreeSet<String> = listed.iter().map(|feature| feature.name.clone()).collect();
        for feature in theirs.features.difference(&known.features) {
            // One text describes the feature for all parts of a definition, and has one date.
            if comment.has_feature(feature) {
                self.needs_manual_edit(
                    definition.span,
                    &format!("more of this has the feature '{feature}' than before"),
                );
            } else {
                self.describe_feature(definition, feature, comment);
                all.insert(feature.clone());
            }
        }
        for feature in known.features.difference(&theirs.features) {
            comment.date(feature, &format!("(removed {})", self.at), true, &mut self.edits);
        }
        all
    }

    /// Describes a feature once for each definition.
    fn describe_feature(&mut self, definition: &Definition, feature: &str, comment: &CommentEditor<'_>) {
        let described = self.described.entry(definition.name.clone()).or_default();
        let is_first = described.is_empty();
        if !comment.has_feature(feature) && described.insert(feature.to_owned()) {
            comment.add_feature(feature, self.at, is_first, &mut self.edits);
        }
    }

    /// Members under a key of the definition.
    pub(super) fn members(
        &mut self,
        definition: &'a Definition,
        key: &'static str,
        known: &[&'a Member],
        theirs: &[&'a Member],
    ) {
        let Some(editor) = self.editor(definition) else { return };
        let mut previous: Option<&str> = None;
        let mut new = Vec::new();
        for member in theirs {
            if let Some(old) = known.iter().find(|old| old.name == member.name) {
                self.member(definition, key, &editor, old, member);
                previous = Some(&member.name);
            } else if let Some(span) = self.exists_undated(definition, &member.name) {
                self.reappeared(span, &format!("member '{}' of '{}'", member.name, definition.name));
            } else {
                let entry = NewEntry {
                    key: emit::member_key(member),
                    value: emit::member_node(member),
                    after: previous.map(str::to_owned),
                };
                new.push((entry, *member));
            }
        }
        self.add_members(definition, key, &editor, new);
        for member in known.iter().filter(|old| !theirs.iter().any(|member| member.name == old.name)) {
            if editor.comment.has_member(&member.name) {
                let date = format!("(removed {})", self.at);
                editor.comment.date(&member.name, &date, false, &mut self.edits);
            } else {
                self.needs_manual_edit(
                    definition.span,
                    &format!("'{}' is gone here, and inherited", member.name),
                );
            }
        }
    }

    fn add_members(
        &mut self,
        definition: &Definition,
        key: &'static str,
        editor: &DefinitionEditor<'a>,
        new: Vec<(NewEntry, &'a Member)>,
    ) {
        if new.is_empty() {
            return;
        }
        if !editor.expression.can_take_entries(key) {
            return self.needs_manual_edit(
                definition.span,
                "this has new members in QEMU, but here it names a base",
            );
        }
        for (entry, member) in &new {
            let what = format!("member '{}' of '{}'", member.name, definition.name);
            let since = self.date(&what, &member.facts);
            editor.comment.add_member(&member.name, entry.after.as_deref(), since, &mut self.edits);
            self.needed.extend(member.ty.element().map(str::to_owned));
            for feature in &member.facts.features {
                self.describe_feature(definition, feature, &editor.comment);
            }
            if emit::is_exceptional(&member.name) {
                self.exceptions.insert(definition.name.clone());
            }
        }
        let entries = new.into_iter().map(|(entry, _)| entry).collect();
        editor.expression.add_entries(key, entries, &mut self.edits);
    }

    fn member(
        &mut self,
        definition: &Definition,
        key: &'static str,
        editor: &DefinitionEditor<'a>,
        known: &Member,
        theirs: &Member,
    ) {
        let name = known.name.as_str();
        let place = known.facts.span.unwrap_or(definition.span);
        self.compare_dates(&format!("'{name}' of '{}'", definition.name), &known.facts, &theirs.facts);
        if known.ty != theirs.ty {
            self.needs_manual_edit(
                place,
                &format!("'{name}' has the type '{}' now, not '{}'", theirs.ty, known.ty),
            );
        }
        let same_facts =
            known.facts.features == theirs.facts.features && known.facts.condition == theirs.facts.condition;
        if known.optional == theirs.optional && same_facts {
            return;
        }
        let (Some(entry), Some(written)) =
            (editor.expression.entry(key, name), find_member(definition, name))
        else {
            return self
                .needs_manual_edit(place, &format!("'{name}' differs in QEMU, and is inherited here"));
        };
        if known.optional != theirs.optional {
            if written.lifetime.optional.or(written.lifetime.mandatory).is_some() {
                self.needs_manual_edit(place, &format!("'{name}' became optional or mandatory once more"));
            } else if theirs.optional {
                self.edits.replace(entry.key.span, format!("'*{name}'"));
                let date = format!("(optional since {})", self.at);
                editor.comment.date(name, &date, false, &mut self.edits);
            } else {
                let date = format!("(mandatory since {})", self.at);
                editor.comment.date(name, &date, false, &mut self.edits);
            }
        }
        if !same_facts {
            let features =
                self.features(definition, &written.features, &known.facts, &theirs.facts, &editor.comment);
            let facts = Facts { features, ..theirs.facts.clone() };
            let node = emit::member_node(&Member { facts, ty: known.ty.clone(), ..theirs.clone() });
            editor.expression.replace_value(entry, &node, &mut self.edits);
        }
    }

    /// Values of an enum.
    pub(super) fn values(&mut self, definition: &'a Definition, known: &'a [Value], theirs: &'a [Value]) {
        let Some(editor) = self.editor(definition) else { return };
        let mut previous: Option<&str> = None;
        let mut new = Vec::new();
        let mut changed: Vec<Value> = Vec::new();
        for value in theirs {
            if let Some(old) = known.iter().find(|old| old.name == value.name) {
                let what = format!("value '{}' of '{}'", value.name, definition.name);
                self.compare_dates(&what, &old.facts, &value.facts);
                changed.extend(self.value(definition, &editor, old, value));
                previous = Some(&value.name);
            } else if let Some(span) = self.exists_undated(definition, &value.name) {
                self.reappeared(span, &format!("value '{}' of '{}'", value.name, definition.name));
            } else {
                let what = format!("value '{}' of '{}'", value.name, definition.name);
                let since = self.date(&what, &value.facts);
                editor.comment.add_member(&value.name, previous, since, &mut self.edits);
                for feature in &value.facts.features {
                    self.describe_feature(definition, feature, &editor.comment);
                }
                new.push((previous.map(str::to_owned), emit::value_node(value)));
                if emit::is_exceptional(&value.name) {
                    self.exceptions.insert(definition.name.clone());
                }
            }
        }
        if !new.is_empty() || !changed.is_empty() {
            let rewrite = |name: &str| changed.iter().find(|value| value.name == name).map(emit::value_node);
            editor.expression.edit_list("data", rewrite, new, &mut self.edits);
        }
        for value in known.iter().filter(|old| !theirs.iter().any(|value| value.name == old.name)) {
            let date = format!("(removed {})", self.at);
            editor.comment.date(&value.name, &date, false, &mut self.edits);
        }
    }

    /// What a value must become, if its features or condition changed.
    fn value(
        &mut self,
        definition: &Definition,
        editor: &DefinitionEditor<'a>,
        known: &Value,
        theirs: &Value,
    ) -> Option<Value> {
        if known.facts.features == theirs.facts.features && known.facts.condition == theirs.facts.condition {
            return None;
        }
        let Kind::Enum(list) = &definition.kind else { return None };
        let written = list.values.iter().find(|value| value.name == known.name)?;
        let features =
            self.features(definition, &written.features, &known.facts, &theirs.facts, &editor.comment);
        Some(Value { name: known.name.clone(), facts: Facts { features, ..theirs.facts.clone() } })
    }

    /// Branches of a union.
    pub(super) fn branches(&mut self, definition: &'a Definition, known: &Variants, theirs: &Variants) {
        let Some(editor) = self.editor(definition) else { return };
        let mut previous: Option<&str> = None;
        let mut new = Vec::new();
        for branch in &theirs.branches {
            let Some(old) = known.branches.iter().find(|old| old.name == branch.name) else {
                self.needed.push(branch.ty.clone());
                new.push(NewEntry {
                    key: format!("'{}'", branch.name),
                    value: emit::branch_node(branch),
                    after: previous.map(str::to_owned),
                });
                continue;
            };
            previous = Some(&branch.name);
            if old.ty != branch.ty {
                let place = old.facts.span.unwrap_or(definition.span);
                self.needs_manual_edit(
                    place,
                    &format!("this branch is a '{}' now, not a '{}'", branch.ty, old.ty),
                );
            } else if old.facts.condition != branch.facts.condition
                && let Some(entry) = editor.expression.entry("data", &branch.name)
            {
                editor.expression.replace_value(entry, &emit::branch_node(branch), &mut self.edits);
            }
        }
        if !new.is_empty() {
            editor.expression.add_entries("data", new, &mut self.edits);
        }
        for old in known.branches.iter().filter(|old| !theirs.branches.iter().any(|one| one.name == old.name))
        {
            // The branch of a value that is gone is gone with it.
            let tag_value_is_gone = !self.tree_has_value(&definition.name, &theirs.tag, &old.name);
            if !tag_value_is_gone {
                let place = old.facts.span.unwrap_or(definition.span);
                self.needs_manual_edit(place, "QEMU has no members for this value any more");
            }
        }
    }

    fn tree_has_value(&self, union: &str, tag: &str, value: &str) -> bool {
        let surface = self.tree.surface;
        let members = surface.object_members(union);
        let tag = members.iter().find(|member| member.name == tag).and_then(|member| member.ty.element());
        match tag.and_then(|tag| surface.types.get(tag)).map(|definition| &definition.shape) {
            Some(qmp_events_compare::surface::Shape::Enum(values)) => {
                values.iter().any(|one| one.name == value)
            }
            _ => false,
        }
    }
}

/// A member that the definition itself lists.
fn find_member<'d>(definition: &'d Definition, name: &str) -> Option<&'d schema::Member> {
    let members = match &definition.kind {
        Kind::Struct(structure) => &structure.members,
        Kind::Union(union) => &union.base,
        Kind::Event(schema::Event { data: Data::Members(members) }) => members,
        _ => return None,
    };
    members.iter().find(|member| member.name == name)
}
