//! Generated Rust, from a [`Catalogue`] alone: tokens by `quote!`, printed item by item.
//!
//! What comes out is what a careful person would write by hand: documented types with attributes
//! for what Rust's syntax cannot say. Behaviour is the derive's affair. No file is written here.

mod attributes;
mod docs;
mod emitter;
mod idents;
mod reserved;
mod types;

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::quote;

use crate::catalogue::Catalogue;
use crate::names::snake_case;
use crate::reach::{reach, referenced};
use emitter::Emitter;
use qmp_events_frontend::diagnostics::Diagnostics;
use qmp_events_frontend::schema::{Data, DefinitionId, Event, Kind};

const HEADER: &str = "// Made by `cargo xtask codegen` from schema/. Edit the schema, not this file.\n";

/// The derives.
const DERIVES: [&str; 5] = ["QapiAlternate", "QapiEnum", "QapiEvent", "QapiStruct", "QapiUnion"];

/// The types for what a build does not know, of the runtime's module `unknown`.
const UNKNOWN: [&str; 2] = ["UnknownBranch", "UnknownValue"];

/// The types for JSON without a type, of the runtime's module `json`.
const JSON: [&str; 2] = ["RawJson", "UnknownMembers"];

/// The files of `generated/`: names with their contents.
pub fn emit(catalogue: &Catalogue, diagnostics: &mut Diagnostics) -> BTreeMap<String, String> {
    let emitter = Emitter { catalogue, reached: reach(&catalogue.schema) };
    emitter.check_modules(diagnostics);
    emitter.check_idents(diagnostics);
    let mut files = BTreeMap::new();
    let mut modules = Vec::new();
    for (index, module) in catalogue.schema.modules.iter().enumerate() {
        let items = emitter.emit_module(index);
        if !items.is_empty() {
            let name = snake_case(&module.name);
            let about = format!("//! Events and types of `schema/qapi/{}.json`.\n\n", module.name);
            let imports = emitter.emit_imports(index, &items);
            files.insert(format!("{name}.rs"), format!("{HEADER}{about}{imports}{}", print_items(items)));
            modules.push(name);
        }
    }
    modules.sort();
    files.insert("mod.rs".to_owned(), emitter.emit_root(&modules));
    files
}

impl Emitter<'_> {
    fn emit_module(&self, module: usize) -> Vec<TokenStream> {
        let here = self.needed().filter(|(_, definition)| definition.module == module);
        here.flat_map(|(id, definition)| self.emit_definition(id, definition)).collect()
    }

    /// What a file needs in scope: of the runtime and of the other files just what it names.
    fn emit_imports(&self, module: usize, items: &[TokenStream]) -> String {
        let mut found = BTreeSet::new();
        items.iter().for_each(|item| collect_idents(item.clone(), &mut found));
        let of = |names: &[&'static str]| -> Vec<&str> {
            names.iter().copied().filter(|name| found.contains(*name)).collect()
        };
        let schema = &self.catalogue.schema;
        let here = self.needed().filter(|(_, definition)| definition.module == module);
        let named = here.flat_map(|(id, _)| referenced(schema, id).into_iter().map(move |named| (id, named)));
        let mut siblings: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (id, named) in named.filter(|(_, named)| schema.get(*named).module != module) {
            let file = snake_case(&schema.modules[schema.get(named).module].name);
            siblings.entry(file).or_default().insert(self.name_within(id, named).to_string());
        }
        let siblings: String = siblings
            .iter()
            .map(|(file, names)| {
                let names: Vec<&str> = names.iter().map(String::as_str).collect();
                use_line(&format!("super::{file}"), &names)
            })
            .collect();
        let runtime = use_line("crate::json", &of(&JSON)) + &use_line("crate::unknown", &of(&UNKNOWN));
        let own = format!("{siblings}{runtime}");
        let groups = [use_line("qmp_events_derive", &of(&DERIVES)), own];
        groups.iter().filter(|group| !group.is_empty()).map(|group| format!("{group}\n")).collect()
    }

    /// What the Rust type of a definition calls another one: an event has the branches of a union
    /// where anything else has the union.
    fn name_within(&self, id: DefinitionId, named: DefinitionId) -> Ident {
        match &self.catalogue.schema.get(id).kind {
            Kind::Event(Event { data: Data::Type(data) }) if *data == named => self.branches_ident(named),
            _ => self.catalogue.names.type_ident(&self.catalogue.schema.get(named).name),
        }
    }

    fn emit_root(&self, modules: &[String]) -> String {
        let about = "//! Every event that QEMU has emitted, and the types that they are made of.\n\n";
        let declarations: String = modules.iter().map(|name| format!("mod {name};\n")).collect();
        let exports: String = modules.iter().map(|name| format!("pub use {name}::*;\n")).collect();
        let event = print_items(vec![self.emit_event_set()]);
        format!(
            "{HEADER}{about}{declarations}\n{exports}\nuse qmp_events_derive::QapiEvents;\n\n\
             use crate::unknown::UnknownEvent;\n\n{event}"
        )
    }

    fn emit_event_set(&self) -> TokenStream {
        let mut events: Vec<(&str, TokenStream)> = Vec::new();
        for (id, definition) in self.needed() {
            if let Kind::Event(_) = definition.kind {
                let text = &self.catalogue.events[&id];
                let docs = docs::doc_attributes(&docs::summary(&text.description));
                let wire = &definition.name;
                let payload = self.catalogue.names.type_ident(wire);
                events.push((wire, quote! { #docs #[qapi(name = #wire)] #payload(#payload), }));
            }
        }
        events.sort_by_key(|(name, _)| *name);
        let variants = events.into_iter().map(|(_, tokens)| tokens);
        let holds_float = self.needed().any(|(id, definition)| {
            matches!(definition.kind, Kind::Event(_)) && self.holds_float(id, &mut Vec::new())
        });
        let eq = if holds_float { quote!() } else { quote!(Eq,) };
        quote! {
            /// An event with its data: one variant for each event that QEMU has emitted.
            #[derive(Clone, Debug, PartialEq, #eq QapiEvents)]
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

fn use_line(path: &str, names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [name] => format!("use {path}::{name};\n"),
        _ => format!("use {path}::{{{}}};\n", names.join(", ")),
    }
}

fn collect_idents(tokens: TokenStream, found: &mut BTreeSet<String>) {
    for token in tokens {
        match token {
            TokenTree::Ident(ident) => {
                found.insert(ident.to_string());
            }
            TokenTree::Group(group) => collect_idents(group.stream(), found),
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
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
