//! The modules of a crate: the file of each, and what it names of the crate.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use proc_macro2::{TokenStream, TokenTree};
use syn::visit::{self, Visit};

/// The names from the crate's root to a module.
pub(super) type ModulePath = Vec<String>;

/// A module, in a file of its own or within one.
pub(super) struct Module {
    pub(super) file: PathBuf,
    /// The paths that it names, as they are written.
    pub(super) names: BTreeSet<Vec<String>>,
}

/// The modules of a crate by path.
pub(super) type Modules = BTreeMap<ModulePath, Module>;

/// Reads a crate from its root file on.
pub(super) fn read(root: &Path) -> Modules {
    let mut modules = Modules::new();
    let directory = root.parent().unwrap_or(Path::new(""));
    read_file(root, directory, Vec::new(), &mut modules);
    modules
}

/// Reads a file; the files of its modules are in `directory`.
fn read_file(file: &Path, directory: &Path, path: ModulePath, modules: &mut Modules) {
    let text = std::fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let parsed = syn::parse_file(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    read_module(&parsed.items, file, directory, path, modules);
}

fn read_module(items: &[syn::Item], file: &Path, directory: &Path, path: ModulePath, modules: &mut Modules) {
    let mut names = Names::default();
    for item in items {
        let syn::Item::Mod(module) = item else {
            names.visit_item(item);
            continue;
        };
        let name = module.ident.to_string();
        let below: ModulePath = path.iter().cloned().chain([name.clone()]).collect();
        let inner = directory.join(&name);
        match (&module.content, path_attribute(&module.attrs)) {
            (Some((_, items)), _) => read_module(items, file, &inner, below, modules),
            (None, Some(written)) => {
                let other = file.parent().unwrap_or(Path::new("")).join(written);
                let beside = other.parent().unwrap_or(Path::new("")).to_owned();
                read_file(&other, &beside, below, modules);
            }
            (None, None) => {
                let flat = directory.join(format!("{name}.rs"));
                let nested = inner.join("mod.rs");
                read_file(if flat.is_file() { &flat } else { &nested }, &inner, below, modules);
            }
        }
    }
    modules.insert(path, Module { file: file.to_owned(), names: names.0 });
}

fn path_attribute(attributes: &[syn::Attribute]) -> Option<String> {
    let value = attributes.iter().find(|one| one.path().is_ident("path"))?.meta.require_name_value().ok()?;
    match &value.value {
        syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) => Some(text.value()),
        _ => None,
    }
}

/// Collects the paths that code names.
#[derive(Default)]
struct Names(BTreeSet<Vec<String>>);

impl Names {
    fn use_tree(&mut self, tree: &syn::UseTree, mut before: Vec<String>) {
        match tree {
            syn::UseTree::Path(path) => {
                before.push(path.ident.to_string());
                self.use_tree(&path.tree, before);
            }
            syn::UseTree::Name(syn::UseName { ident })
            | syn::UseTree::Rename(syn::UseRename { ident, .. }) => {
                before.push(ident.to_string());
                self.0.insert(before);
            }
            syn::UseTree::Glob(_) => {
                self.0.insert(before);
            }
            syn::UseTree::Group(group) => {
                group.items.iter().for_each(|tree| self.use_tree(tree, before.clone()));
            }
        }
    }

    /// The paths in the tokens of a macro, which need not be an expression.
    fn tokens(&mut self, tokens: TokenStream) {
        let mut path: Vec<String> = Vec::new();
        let mut colons = 0;
        let mut is_ours = true;
        for token in tokens {
            match token {
                TokenTree::Ident(ident) if colons == 2 && !path.is_empty() => path.push(ident.to_string()),
                TokenTree::Ident(ident) => {
                    self.finish(&mut path, is_ours && colons == 0);
                    is_ours = colons == 0;
                    path.push(ident.to_string());
                }
                TokenTree::Punct(punct) if punct.as_char() == ':' => {
                    colons += 1;
                    continue;
                }
                TokenTree::Group(group) => {
                    self.finish(&mut path, is_ours);
                    self.tokens(group.stream());
                }
                TokenTree::Punct(punct) => {
                    self.finish(&mut path, is_ours);
                    // `$crate` is another crate, where the macro is used.
                    is_ours = punct.as_char() != '$';
                    colons = 0;
                    continue;
                }
                TokenTree::Literal(_) => self.finish(&mut path, is_ours),
            }
            colons = 0;
        }
        self.finish(&mut path, is_ours);
    }

    fn finish(&mut self, path: &mut Vec<String>, is_ours: bool) {
        let path = std::mem::take(path);
        if is_ours && path.len() > 1 {
            self.0.insert(path);
        }
    }
}

impl<'ast> Visit<'ast> for Names {
    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        if item.leading_colon.is_none() {
            self.use_tree(&item.tree, Vec::new());
        }
    }

    /// `pub(super)` takes nothing from the module that it names.
    fn visit_visibility(&mut self, _: &'ast syn::Visibility) {}

    fn visit_path(&mut self, path: &'ast syn::Path) {
        if path.leading_colon.is_none() {
            self.0.insert(path.segments.iter().map(|segment| segment.ident.to_string()).collect());
        }
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, item: &'ast syn::Macro) {
        self.visit_path(&item.path);
        self.tokens(item.tokens.clone());
    }
}
