//! Rust names that would be the same in one name space: an error with a remedy, not broken code.

use std::collections::BTreeMap;

use super::emitter::Emitter;
use super::reserved::{RESERVED_MODULES, RESERVED_TYPES, UNKNOWN_EVENT};
use super::types::{UNKNOWN, UNKNOWN_MEMBERS};
use crate::names::snake_case;
use crate::reach::{data_members, own_members};
use proc_macro2::Ident;
use qmp_events_frontend::diagnostics::Diagnostics;
use qmp_events_frontend::schema::{Definition, DefinitionId, Kind};
use qmp_events_frontend::source::Span;

impl Emitter<'_> {
    /// Each file of the schema becomes a module of its own, if Rust allows its name.
    pub(super) fn check_modules(&self, diagnostics: &mut Diagnostics) {
        let mut known: BTreeMap<String, Span> = BTreeMap::new();
        let modules = self.catalogue.schema.modules.iter().enumerate();
        for (_, module) in modules.filter(|(index, _)| self.has_items(*index)) {
            let name = snake_case(&module.name);
            let span = Span::new(module.file, 0..0);
            let file = format!("'{}.json'", module.name);
            let help = "rename the file, and what includes it";
            if RESERVED_MODULES.contains(&&*name) || syn::parse_str::<Ident>(&name).is_err() {
                let message = format!("{file} cannot be a module of Rust: '{name}' has a meaning of its own");
                diagnostics.error("rust-module", span, message).help(help);
            } else if let Some(first) = known.insert(name.clone(), span) {
                let message = format!("{file} is a second file for the module '{name}' of Rust");
                diagnostics.error("rust-module", span, message).note(first, "the first one").help(help);
            }
        }
    }

    /// All generated types share one name space, and so do the parts of each of them.
    pub(super) fn check_idents(&self, diagnostics: &mut Diagnostics) {
        let mut types = Names::default();
        for name in RESERVED_TYPES {
            types.reserve(name);
        }
        let mut events = Names::default();
        events.reserve(UNKNOWN_EVENT);
        for (id, definition) in self.needed() {
            let ident = self.catalogue.names.type_ident(&definition.name);
            types.claim(ident.to_string(), &definition.name, definition.span, diagnostics);
            if let Kind::Event(_) = definition.kind {
                events.claim(ident.to_string(), &definition.name, definition.span, diagnostics);
            }
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
        parts.reserve(UNKNOWN_MEMBERS);
        let members = match &definition.kind {
            Kind::Event(event) => data_members(&self.catalogue.schema, &event.data),
            _ => own_members(&self.catalogue.schema, id),
        };
        for member in members {
            let ident = self.catalogue.names.member_ident(&definition.name, &member.name);
            parts.claim(ident.to_string(), &member.name, member.span, diagnostics);
        }
        let mut variants = Names::default();
        variants.reserve(UNKNOWN);
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

/// Who has which name: something of the schema with its place, or nothing of it where the name is
/// reserved.
#[derive(Default)]
struct Names(BTreeMap<String, Option<(String, Span)>>);

impl Names {
    fn reserve(&mut self, ident: &str) {
        self.0.insert(ident.to_owned(), None);
    }

    fn claim(&mut self, ident: String, name: &str, span: Span, diagnostics: &mut Diagnostics) {
        match self.0.get(&ident) {
            Some(Some((first, first_span))) => {
                let message = format!("'{first}' and '{name}' are both '{ident}' in Rust");
                diagnostics
                    .error("rust-name-clash", span, message)
                    .note(*first_span, "the other one")
                    .help("give one of them a name of its own in schema/names.toml, under [rust]");
            }
            Some(None) => {
                let message = format!("'{name}' is '{ident}' in Rust, which generated code has already");
                diagnostics
                    .error("rust-name-reserved", span, message)
                    .help("give it a name of its own in schema/names.toml, under [rust]");
            }
            None => {
                self.0.insert(ident, Some((name.to_owned(), span)));
            }
        }
    }
}
