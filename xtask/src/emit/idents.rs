//! Rust names that would be the same in one name space: an error with a remedy, not broken code.

use std::collections::BTreeMap;

use super::emitter::Emitter;
use super::types::UNKNOWN;
use crate::reach::{data_members, own_members};
use qmp_events_frontend::diagnostics::Diagnostics;
use qmp_events_frontend::schema::{Definition, DefinitionId, Kind};
use qmp_events_frontend::source::Span;

impl Emitter<'_> {
    /// All generated types share one name space, and so do the parts of each of them.
    pub(super) fn check_idents(&self, diagnostics: &mut Diagnostics) {
        let mut types = Names::default();
        for (id, definition) in self.needed() {
            let ident = self.catalogue.names.type_ident(&definition.name);
            types.claim(ident.to_string(), &definition.name, definition.span, diagnostics);
            if let Kind::Union(_) = definition.kind {
                let branches = self.branches_ident(id).to_string();
                if ident != branches.as_str() {
                    types.claim(branches, &definition.name, definition.span, diagnostics);
                }
            }
            self.check_parts(id, definition, diagnostics);
        }
    }

    fn check_parts(&self, id: DefinitionId, definition: &Definition, diagnostics: &mut Diagnostics) {
        let mut parts = Names::default();
        let members = match &definition.kind {
            Kind::Event(event) => data_members(&self.catalogue.schema, &event.data),
            _ => own_members(&self.catalogue.schema, id),
        };
        for member in members {
            let ident = self.catalogue.names.member_ident(&definition.name, &member.name);
            parts.claim(ident.to_string(), &member.name, member.span, diagnostics);
        }
        let mut variants = Names::default();
        variants.reserve(UNKNOWN, "what a build does not know", definition.span);
        for (name, span) in self.variants(definition) {
            let ident = self.catalogue.names.value_ident(&definition.name, name);
            variants.claim(ident.to_string(), name, span, diagnostics);
        }
    }

    /// The names that become variants of an enum in Rust.
    fn variants<'a>(&'a self, definition: &'a Definition) -> Vec<(&'a str, Span)> {
        let values = |list: &'a qmp_events_frontend::schema::Enum| {
            list.values.iter().map(|value| (value.name.as_str(), value.span))
        };
        match &definition.kind {
            Kind::Enum(list) => values(list).collect(),
            Kind::Union(union) => match union.tag_type.map(|tag| &self.catalogue.schema.get(tag).kind) {
                Some(Kind::Enum(list)) => values(list).collect(),
                _ => Vec::new(),
            },
            Kind::Alternate(alternate) => {
                alternate.branches.iter().map(|branch| (branch.name.as_str(), branch.span)).collect()
            }
            _ => Vec::new(),
        }
    }
}

/// Who has which name.
#[derive(Default)]
struct Names(BTreeMap<String, (String, Span)>);

impl Names {
    fn reserve(&mut self, ident: &str, what: &str, span: Span) {
        self.0.insert(ident.to_owned(), (what.to_owned(), span));
    }

    fn claim(&mut self, ident: String, name: &str, span: Span, diagnostics: &mut Diagnostics) {
        if let Some((first, first_span)) = self.0.get(&ident) {
            diagnostics
                .error("rust-name-clash", span, format!("'{first}' and '{name}' are both '{ident}' in Rust"))
                .note(*first_span, "the other one")
                .help("give one of them a name of its own in schema/names.toml, under [rust]");
        } else {
            self.0.insert(ident, (name.to_owned(), span));
        }
    }
}
