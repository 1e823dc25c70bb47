//! What emitting knows: the catalogue, and which of its definitions generated code needs.

use std::collections::BTreeSet;

use qmp_events_frontend::schema::{Definition, DefinitionId, Kind};

use crate::catalogue::Catalogue;

/// Emits from one catalogue; a file beside this one for each kind of item.
pub(super) struct Emitter<'a> {
    pub(super) catalogue: &'a Catalogue,
    pub(super) reached: BTreeSet<DefinitionId>,
}

impl Emitter<'_> {
    /// Whether generated code needs a type or an event.
    pub(super) fn is_needed(&self, id: DefinitionId) -> bool {
        self.reached.contains(&id) || matches!(self.catalogue.schema.get(id).kind, Kind::Event(_))
    }

    /// Whether a file of the schema has anything that becomes Rust.
    pub(super) fn has_items(&self, module: usize) -> bool {
        let here = |definition: &Definition| {
            definition.module == module && !matches!(definition.kind, Kind::Command(_))
        };
        self.needed().any(|(_, definition)| here(definition))
    }

    pub(super) fn needed(&self) -> impl Iterator<Item = (DefinitionId, &Definition)> {
        let schema = &self.catalogue.schema;
        schema.ids().filter(|id| self.is_needed(*id)).map(|id| (id, schema.get(id)))
    }
}
