//! Generated Rust, from a [`Catalogue`] alone: tokens by `quote!`, printed item by item.
//!
//! What comes out is what a careful person would write by hand: documented types with attributes
//! for what Rust's syntax cannot say. Behaviour is the derive's affair. No file is written here.

mod attributes;
mod docs;
mod types;

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use crate::catalogue::Catalogue;
use crate::diagnostics::Diagnostics;
use crate::names::{camel_case, snake_case};
use crate::reach::reach;
use crate::schema::{Definition, DefinitionId, Kind};

const HEADER: &str = "// Made by `cargo xtask codegen` from schema/. Edit the schema, not this file.\n";

/// The files of `generated/`: names with their contents.
pub fn emit(catalogue: &Catalogue, diagnostics: &mut Diagnostics) -> BTreeMap<String, String> {
    let emitter = Emitter { catalogue, reached: reach(&catalogue.schema) };
    emitter.check_idents(diagnostics);
    let mut files = BTreeMap::new();
    let mut modules = Vec::new();
    for (index, module) in catalogue.schema.modules.iter().enumerate() {
        let items = emitter.emit_module(index);
        if !items.is_empty() {
            let name = snake_case(&module.name);
            let about = format!("//! Events and types of `schema/qapi/{}.json`.\n\n", module.name);
            let imports = "use super::prelude::*;\n\n";
            files.insert(format!("{name}.rs"), format!("{HEADER}{about}{imports}{}", print_items(items)));
            modules.push(name);
        }
    }
    files.insert("mod.rs".to_owned(), emitter.emit_root(&modules));
    files
}

struct Emitter<'a> {
    catalogue: &'a Catalogue,
    reached: BTreeSet<DefinitionId>,
}

impl Emitter<'_> {
    /// Whether generated code needs a type or an event.
    fn is_needed(&self, id: DefinitionId) -> bool {
        self.reached.contains(&id) || matches!(self.catalogue.schema.get(id).kind, Kind::Event(_))
    }

    fn needed(&self) -> impl Iterator<Item = (DefinitionId, &Definition)> {
        let schema = &self.catalogue.schema;
        schema.ids().filter(|id| self.is_needed(*id)).map(|id| (id, schema.get(id)))
    }

    /// All generated types share one name space: two that end up with the same name are an error.
    fn check_idents(&self, diagnostics: &mut Diagnostics) {
        let mut seen: BTreeMap<String, &Definition> = BTreeMap::new();
        for (_, definition) in self.needed() {
            let ident = self.catalogue.names.type_ident(&definition.name).to_string();
            if let Some(first) = seen.insert(ident.clone(), definition) {
                let message =
                    format!("'{}' and '{}' are both '{ident}' in Rust", first.name, definition.name);
                diagnostics
                    .error("rust-name-clash", definition.span, message)
                    .note(first.span, "the other one")
                    .help("give one of them a name of its own in schema/names.toml, under [rust]");
            }
        }
    }

    fn emit_module(&self, module: usize) -> Vec<TokenStream> {
        let here = self.needed().filter(|(_, definition)| definition.module == module);
        here.flat_map(|(id, definition)| self.emit_definition(id, definition)).collect()
    }

    fn emit_root(&self, modules: &[String]) -> String {
        let about = "//! Every event that QEMU has emitted, and the types that they are made of.\n\n";
        let declarations: String = modules.iter().map(|name| format!("mod {name};\n")).collect();
        let exports: String = modules.iter().map(|name| format!("pub use {name}::*;\n")).collect();
        let prelude = "/// What the generated modules need in scope.\nmod prelude {\n    \
                       pub(super) use super::*;\n    \
                       pub(super) use crate::{\n        \
                       QapiAlternate, QapiEnum, QapiEvent, QapiStruct, QapiUnion, UnknownBranch, UnknownValue,\n    \
                       };\n}\n";
        let event = print_items(vec![self.emit_event_set()]);
        format!(
            "{HEADER}{about}{declarations}\n{exports}\nuse crate::{{QapiEvents, UnknownEvent}};\n\n{prelude}\n{event}"
        )
    }

    fn emit_event_set(&self) -> TokenStream {
        let mut events: Vec<(&str, TokenStream)> = Vec::new();
        for (id, definition) in self.needed() {
            if let Kind::Event(_) = definition.kind {
                let text = &self.catalogue.events[&id];
                let docs = docs::doc_attributes(&docs::summary(&text.description));
                let wire = &definition.name;
                let variant = format_ident!("{}", camel_case(wire));
                let payload = self.catalogue.names.type_ident(wire);
                let aliases = self.catalogue.names.aliases(wire);
                let aliases = aliases.iter().map(|alias| quote!(, alias = #alias));
                events.push((wire, quote! { #docs #[qapi(name = #wire #(#aliases)*)] #variant(#payload), }));
            }
        }
        events.sort_by_key(|(name, _)| *name);
        let variants = events.into_iter().map(|(_, tokens)| tokens);
        quote! {
            /// An event with its data: one variant for each event that QEMU has emitted.
            #[derive(Clone, Debug, PartialEq, QapiEvents)]
            #[qapi(kind = EventKind)]
            #[non_exhaustive]
            pub enum Event {
                #(#variants)*
                /// An event that this build does not know, kept whole.
                #[qapi(unknown)]
                Unknown(UnknownEvent),
            }
        }
    }
}

/// One item after the other with an empty line between them, which prettyplease leaves out.
fn print_items(items: Vec<TokenStream>) -> String {
    let printed = items.into_iter().map(|tokens| match syn::parse2::<syn::File>(tokens.clone()) {
        Ok(file) => prettyplease::unparse(&file),
        // Cannot happen for what this module builds; rustc would point at the text.
        Err(error) => format!("// {error}\n{tokens}\n"),
    });
    printed.collect::<Vec<_>>().join("\n")
}
