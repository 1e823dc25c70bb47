//! The state of one round of shape edits, and the editors of a definition that it hands out.

use std::collections::{BTreeMap, BTreeSet};

use qmp_events_compare::surface::{Facts, Surface};
use qmp_events_frontend::qapi::ast::Item;
use qmp_events_frontend::schema::{self, Data, Definition, Kind};
use qmp_events_frontend::source::Span;
use qmp_events_frontend::version::Version;

use super::comment::CommentEditor;
use super::emit::New;
use super::expression::ExpressionEditor;
use super::our_schema::OurSchema;
use super::qemu_schema::QemuSchema;
use super::text::Edits;

/// What a round of shape edits knows and has collected.
pub(super) struct ShapeImport<'a> {
    pub(super) ours: &'a OurSchema,
    pub(super) now: &'a Surface,
    pub(super) tree: &'a QemuSchema<'a>,
    pub(super) at: Version,
    /// What deserves a look, but needs no edit.
    pub(super) notes: Vec<String>,
    pub(super) items: &'a BTreeMap<Span, Item>,
    pub(super) edits: Edits,
    pub(super) by_hand: Vec<String>,
    /// Types that something new refers to.
    pub(super) needed: Vec<String>,
    /// Definitions to write, in QEMU's order.
    pub(super) new: BTreeMap<(Option<Span>, &'a str), New<'a>>,
    /// Types whose members or values break the naming rules, as QEMU's may.
    pub(super) exceptions: BTreeSet<String>,
    /// Features that got their text in this round, by definition.
    pub(super) described: BTreeMap<String, BTreeSet<String>>,
}

impl<'a> ShapeImport<'a> {
    pub(super) fn editor(&mut self, definition: &Definition) -> Option<DefinitionEditor<'a>> {
        let editor = DefinitionEditor::of(self, definition);
        if editor.is_none() {
            self.needs_manual_edit(
                definition.span,
                "QEMU has this otherwise, and without a comment it cannot be dated",
            );
        }
        editor
    }

    /// Something that we dated as gone, or as later, is there.
    pub(super) fn reappeared(&mut self, span: Span, what: &str) {
        self.needs_manual_edit(span, &format!("QEMU has {what}, but its dates say otherwise"));
    }

    /// Since when QEMU has something that our schema lacks: what the tree says, if that is a release
    /// after all that the schema covers, and not after the imported one; else the imported one.
    pub(super) fn date(&mut self, what: &str, facts: &Facts) -> Version {
        let covered = self.ours.releases.newest();
        match facts.since {
            Some(since) if covered < since && since <= self.at => return since,
            Some(since) if covered < self.at => self.notes.push(format!(
                "{what}: the tree says since QEMU {since}, but our schema, which covers QEMU {covered}, does not \
                 have it: dated {}",
                self.at
            )),
            _ => {}
        }
        self.at
    }

    /// Notes a date that both sides say, each another one.
    pub(super) fn compare_dates(&mut self, what: &str, known: &Facts, theirs: &Facts) {
        if let (Some(ours), Some(since)) = (known.since, theirs.since)
            && ours != since
        {
            self.notes.push(format!("{what}: the tree says since QEMU {since}, our schema since {ours}"));
        }
    }

    pub(super) fn needs_manual_edit(&mut self, span: Span, message: &str) {
        self.by_hand.push(format!("{}: {message}", self.ours.place(span)));
    }

    pub(super) fn item(&self, definition: &Definition) -> Option<&'a Item> {
        self.items.get(&definition.extent)
    }

    /// A part of a definition that has the name, whatever its dates.
    pub(super) fn exists_undated(&self, definition: &Definition, name: &str) -> Option<Span> {
        let members = match &definition.kind {
            Kind::Struct(structure) => &structure.members,
            Kind::Union(union) => &union.base,
            Kind::Event(schema::Event { data: Data::Members(members) }) => members,
            Kind::Enum(list) => {
                return list.values.iter().find(|value| value.name == name).map(|value| value.span);
            }
            _ => return None,
        };
        members.iter().find(|member| member.name == name).map(|member| member.span)
    }
}

/// The two halves of a definition.
pub(super) struct DefinitionEditor<'a> {
    pub(super) expression: ExpressionEditor<'a>,
    pub(super) comment: CommentEditor<'a>,
}

impl<'a> DefinitionEditor<'a> {
    /// Nothing for a definition without a comment: there is no place for dates.
    pub(super) fn of(import: &ShapeImport<'a>, definition: &Definition) -> Option<Self> {
        let item = import.item(definition)?;
        let sources = &import.ours.sources;
        Some(Self {
            expression: ExpressionEditor::new(item, sources),
            comment: CommentEditor::new(item.comment.as_ref()?, sources),
        })
    }
}
