//! Shapes: new definitions, and edits of those that we have.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::emit::{self, New, emit_definition};
use super::our_schema::OurSchema;
use super::qemu_schema::QemuSchema;
use super::shape_import::{DefinitionEditor, ShapeImport};
use super::text::{Edits, Node};
use crate::marker::MARKER;
use qmp_events_compare::surface::{Data, Event, Object, Shape, Surface, TypeDefinition, TypeReference};
use qmp_events_frontend::qapi::ast::{Item, ValueKind};
use qmp_events_frontend::qapi::parse_file;
use qmp_events_frontend::schema::Definition;
use qmp_events_frontend::source::Span;
use qmp_events_frontend::version::Version;

/// The description of a type that a person has to name. It begins with the [`MARKER`].
const UNNAMED: &str = "TODO: describe; named after its use, since QEMU masks names";

/// What a round of shape edits gives.
#[derive(Debug, Default)]
pub(super) struct Edited {
    /// Changed files with their texts.
    pub(super) changed: BTreeMap<String, String>,
    /// What is left to be done by hand.
    pub(super) by_hand: Vec<String>,
    /// What deserves a look, but needs no edit.
    pub(super) notes: Vec<String>,
}

/// Edits what both have, and writes what is new.
pub(super) fn edit(ours: &OurSchema, now: &Surface, tree: &QemuSchema<'_>, at: Version) -> Edited {
    let items = ours.schema.modules.iter().flat_map(|module| parse_file(module.file, &ours.sources).items);
    let items: BTreeMap<_, _> = items.map(|item| (item.span, item)).collect();
    let mut import = ShapeImport {
        ours,
        now,
        tree,
        at,
        items: &items,
        edits: Edits::default(),
        by_hand: Vec::new(),
        notes: Vec::new(),
        needed: Vec::new(),
        new: BTreeMap::new(),
        exceptions: BTreeSet::new(),
        described: BTreeMap::new(),
    };
    import.events();
    import.types();
    import.collect_needed();
    import.add_exceptions();
    let files = import.write_new();
    let mut changed = import.edits.apply(&ours.sources);
    changed.extend(files);
    Edited { changed, by_hand: import.by_hand, notes: import.notes }
}

impl<'a> ShapeImport<'a> {
    fn events(&mut self) {
        for (name, event) in &self.tree.surface.events {
            match (self.now.events.get(name), self.ours.schema.find(name)) {
                (Some(known), Some(id)) => self.event(self.ours.schema.get(id), known, event),
                (_, None) => self.define(name, New::Event(event)),
                (None, Some(id)) => {
                    self.reappeared(self.ours.schema.get(id).span, &format!("event '{name}'"))
                }
            }
        }
        for name in self.now.events.keys().filter(|name| !self.tree.surface.events.contains_key(*name)) {
            self.remove_definition(name);
        }
    }

    fn types(&mut self) {
        for (name, known) in &self.now.types {
            let Some(id) = self.ours.schema.find(name) else { continue };
            match self.tree.surface.types.get(name) {
                Some(theirs) => self.type_definition(self.ours.schema.get(id), known, theirs),
                // Commands may use it still.
                None if self.tree.schema.find(name).is_some() => {}
                None => self.remove_definition(name),
            }
        }
    }

    fn remove_definition(&mut self, name: &str) {
        let Some(definition) = self.ours.schema.find(name).map(|id| self.ours.schema.get(id)) else { return };
        if let Some(editor) = DefinitionEditor::of(self, definition) {
            editor.comment.add_paragraph(&format!("Removed: {}", self.at), &mut self.edits);
        }
    }

    fn event(&mut self, definition: &'a Definition, known: &'a Event, theirs: &'a Event) {
        self.facts(definition, &known.facts, &theirs.facts);
        self.compare_dates(&format!("event '{}'", definition.name), &known.facts, &theirs.facts);
        match (&known.data, &theirs.data) {
            (Data::Type(known), Data::Type(theirs)) if known == theirs => {}
            (Data::Type(known), Data::Type(theirs)) => {
                self.needs_manual_edit(
                    definition.span,
                    &format!("the data of this event is '{theirs}' now, not '{known}'"),
                );
            }
            (_, Data::Type(ty))
                if self.tree.surface.object(ty).is_some_and(|object| object.variants.is_some()) =>
            {
                self.needs_manual_edit(
                    definition.span,
                    &format!("the data of this event is the union '{ty}' now"),
                );
            }
            (Data::Members(known), _) => {
                let known: Vec<_> = known.iter().collect();
                let members = self.tree.surface.event_members(theirs);
                self.members(definition, "data", &known, &members);
            }
            (Data::Type(ty), Data::Members(members)) => {
                let Some(owner) = self.ours.schema.find(ty).map(|id| self.ours.schema.get(id)) else {
                    return;
                };
                let members: Vec<_> = members.iter().collect();
                self.members(owner, "data", &self.now.object_members(ty), &members);
            }
        }
    }

    fn type_definition(
        &mut self,
        definition: &'a Definition,
        known: &'a TypeDefinition,
        theirs: &'a TypeDefinition,
    ) {
        self.facts(definition, &known.facts, &theirs.facts);
        self.compare_dates(&format!("type '{}'", definition.name), &known.facts, &theirs.facts);
        match (&known.shape, &theirs.shape) {
            (Shape::Enum(known), Shape::Enum(theirs)) => self.values(definition, known, theirs),
            (Shape::Object(known), Shape::Object(theirs)) => self.object(definition, known, theirs),
            (Shape::Alternate(known), Shape::Alternate(theirs)) => {
                if known.iter().collect::<BTreeSet<_>>() != theirs.iter().collect() {
                    self.needs_manual_edit(definition.span, "this alternate has other branches in QEMU");
                }
            }
            _ => self.needs_manual_edit(definition.span, "QEMU has something else of this name"),
        }
    }

    fn object(&mut self, definition: &'a Definition, known: &'a Object, theirs: &'a Object) {
        let name = &definition.name;
        let key = if known.variants.is_some() { "base" } else { "data" };
        if known.base == theirs.base {
            let (known, theirs) =
                (known.members.iter().collect::<Vec<_>>(), theirs.members.iter().collect::<Vec<_>>());
            self.members(definition, key, &known, &theirs);
        } else {
            // Where members are inherited from is nothing that a message shows.
            let known = self.now.object_members(name);
            self.members(definition, key, &known, &self.tree.surface.object_members(name));
        }
        match (&known.variants, &theirs.variants) {
            (Some(known), Some(theirs)) if known.tag == theirs.tag => {
                self.branches(definition, known, theirs)
            }
            (None, None) => {}
            _ => self.needs_manual_edit(
                definition.span,
                "this is a union on one side only, or one with another tag",
            ),
        }
    }

    fn define(&mut self, name: &'a str, new: New<'a>) {
        self.new.insert((new.facts().span, name), new);
        match new {
            New::Event(event) => {
                match &event.data {
                    Data::Type(ty) => self.needed.push(ty.clone()),
                    Data::Members(members) => {
                        self.needed.extend(
                            members.iter().filter_map(|member| member.ty.element()).map(str::to_owned),
                        );
                    }
                };
            }
            New::Type(definition) => {
                self.needed.extend(references(&definition.shape));
                if emit::breaks_naming_rules(&definition.shape) {
                    self.exceptions.insert(name.to_owned());
                }
            }
        }
        if let New::Event(Event { data: Data::Members(members), .. }) = new
            && members.iter().any(|member| emit::is_exceptional(&member.name))
        {
            self.exceptions.insert(name.to_owned());
        }
    }

    /// Defines what is referred to, until nothing is missing.
    fn collect_needed(&mut self) {
        while let Some(name) = self.needed.pop() {
            let known = self.ours.schema.find(&name).map(|id| self.ours.schema.get(id));
            if let Some((name, theirs)) = self.tree.surface.types.get_key_value(&name) {
                let key = (theirs.facts.span, name.as_str());
                match known {
                    Some(Definition { lifetime, span, .. })
                        if lifetime.removed.is_some_and(|gone| gone <= self.at) =>
                    {
                        self.reappeared(*span, &format!("type '{name}'"));
                    }
                    Some(_) => {}
                    None if self.new.contains_key(&key) => {}
                    None => self.define(name, New::Type(theirs)),
                }
            }
        }
    }

    /// Lets the types that need it break the naming rules.
    fn add_exceptions(&mut self) {
        let rule = "member-name-exceptions";
        let lists = self.items.values().filter_map(|item| {
            let pragma = item.entries.iter().find(|entry| entry.key.text == "pragma")?;
            let ValueKind::Object(entries) = &pragma.value.kind else { return None };
            entries.iter().find(|entry| entry.key.text == rule).map(|entry| &entry.value)
        });
        let lists: Vec<_> = lists.collect();
        let listed = |name: &String| lists.iter().any(|list| super::rename::lists(list, name));
        let missing: Vec<&String> = self.exceptions.iter().filter(|name| !listed(name)).collect();
        let last = lists.iter().rev().find_map(|list| match &list.kind {
            ValueKind::List(values) => values.last(),
            _ => None,
        });
        match (missing.as_slice(), last) {
            ([], _) => {}
            (missing, Some(last)) => {
                let indent = " ".repeat(self.ours.sources.position(last.span).column - 1);
                let text: String = missing.iter().map(|name| format!("'{name}',\n{indent}")).collect();
                self.edits.insert(last.span.file, last.span.start as usize, text);
            }
            (missing, None) => {
                let list = Node::List(missing.iter().map(|name| Node::single(name)).collect());
                let text = format!("{{ 'pragma': {{ '{rule}': {} }} }}\n", list.render(40, 4));
                if let Some(root) = self.ours.schema.modules.first() {
                    self.edits.insert(root.file, 0, text);
                }
            }
        }
    }

    /// Appends the new definitions to the module that has QEMU's name; writes that if it is new.
    fn write_new(&mut self) -> BTreeMap<String, String> {
        let mut by_module: BTreeMap<String, String> = BTreeMap::new();
        let mut order = Vec::new();
        for ((span, name), new) in std::mem::take(&mut self.new) {
            let module = self.module_of(span);
            let since = self.date(&format!("'{name}'"), new.facts());
            let dates = emit::Dates { covered: self.ours.releases.newest(), since, at: self.at };
            let overview = if self.tree.unnamed.contains(name) { UNNAMED } else { MARKER };
            let text = emit_definition(name, overview, new, self.must_be_boxed(new), dates);
            if !by_module.contains_key(&module) {
                order.push(module.clone());
            }
            let texts = by_module.entry(module).or_default();
            texts.push('\n');
            texts.push_str(&text);
        }
        let mut files = BTreeMap::new();
        let mut includes = String::new();
        for module in order {
            let text = by_module.remove(&module).unwrap_or_default();
            match self.ours.schema.modules.iter().find(|known| known.name == module) {
                Some(known) => {
                    let end = self.ours.sources.file(known.file).text().len();
                    self.edits.insert(known.file, end, text);
                }
                None => {
                    let head = format!("# SPDX-License-Identifier: MIT OR Apache-2.0\n#\n# {MARKER}\n");
                    let path = self.ours.directory.join(format!("qapi/{module}.json"));
                    files.insert(path.display().to_string(), head + &text);
                    includes.push_str(&format!("{{ 'include': '{module}.json' }}\n"));
                }
            }
        }
        self.include(&includes);
        files
    }

    /// Includes new modules after those that the root includes.
    fn include(&mut self, includes: &str) {
        let Some(root) = self.ours.schema.modules.first().filter(|_| !includes.is_empty()) else { return };
        let is_include = |item: &&Item| item.entries.iter().any(|entry| entry.key.text == "include");
        let last = self.items.values().filter(|item| item.span.file == root.file).rfind(is_include);
        let text = self.ours.sources.file(root.file).text();
        match last {
            Some(item) => {
                let includes = includes.trim_end();
                self.edits.insert(root.file, item.span.end as usize, format!("\n{includes}"));
            }
            None => self.edits.insert(root.file, text.len(), includes),
        }
    }

    fn module_of(&self, span: Option<Span>) -> String {
        let name = span.map_or("imported.json", |span| self.tree.sources.file(span.file).name());
        Path::new(name).file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default()
    }

    fn must_be_boxed(&self, new: New<'_>) -> bool {
        match new {
            New::Event(Event { data: Data::Type(ty), .. }) => {
                self.tree.surface.object(ty).is_some_and(|object| object.variants.is_some())
            }
            _ => false,
        }
    }
}

/// The types that a shape refers to.
fn references(shape: &Shape) -> Vec<String> {
    let element = |ty: &TypeReference| ty.element().map(str::to_owned);
    match shape {
        Shape::Enum(_) => Vec::new(),
        Shape::Alternate(types) => types.iter().filter_map(element).collect(),
        Shape::Object(Object { base, members, variants }) => {
            let branches = variants.iter().flat_map(|variants| &variants.branches);
            let members = members.iter().filter_map(|member| element(&member.ty));
            members.chain(base.clone()).chain(branches.map(|branch| branch.ty.clone())).collect()
        }
    }
}
