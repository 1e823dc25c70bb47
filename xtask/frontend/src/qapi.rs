//! The QAPI front end: QEMU's schema language to a [`Schema`].
//!
//! ```text
//! syntax ─► definitions ─► lower ─► check ─► comments ─► Schema
//! (ast: what was written)          (Schema: what it means)
//! ```
//!
//! Every defect is reported once, and reading goes on. An error is placed on the line on which QEMU's
//! own generator would report it. No input makes this panic or use memory without bound.

mod check;
mod comments;
mod context;
mod definitions;
mod dialect;
mod lower;
mod origin;
mod syntax;

use std::io;
use std::path::Path;

pub use dialect::{Dialect, UnknownDialect};
pub use syntax::ast;

use crate::diagnostics::Diagnostics;
use crate::files::{Disk, Files};
use crate::schema::Schema;
use crate::source::{FileId, SourceMap};
use comments::{attach, parse};
use context::Context;
use definitions::definition::{self, Outcome};
use dialect::Rule;
use syntax::includes::{self, Tree};
use syntax::{parser, pragma};

/// How a schema is read.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options<'a> {
    /// The rules that it keeps to; by default those of the newest date in it, if it dates enough.
    pub dialect: Option<Dialect>,
    /// The directory that includes must stay in, links included; by default that of the root.
    pub within: Option<&'a Path>,
}

/// Reads a schema from disk.
///
/// # Errors
///
/// The root cannot be read. Everything else that is wrong is a diagnostic.
pub fn read(
    root: &Path,
    sources: &mut SourceMap,
    diagnostics: &mut Diagnostics,
    options: Options<'_>,
) -> io::Result<Schema> {
    read_from(&Disk, root, sources, diagnostics, options)
}

/// Reads a schema from `files`.
///
/// # Errors
///
/// The root cannot be read. Everything else that is wrong is a diagnostic.
pub fn read_from(
    files: &dyn Files,
    root: &Path,
    sources: &mut SourceMap,
    diagnostics: &mut Diagnostics,
    options: Options<'_>,
) -> io::Result<Schema> {
    let mut tree = includes::load(root, options.within, files, sources, diagnostics)?;
    let dialect = options.dialect.unwrap_or_else(|| Dialect::of(tree.items.iter().map(|(_, item)| item)));
    if dialect.has(Rule::PragmaNames) {
        pragma::check_spellings(&tree.pragmas, sources, diagnostics);
    }
    let pragmas = std::mem::take(&mut tree.pragmas);
    let mut context = Context { sources, diagnostics, dialect, pragmas, reported: 0 };
    Ok(make_schema(tree, &mut context))
}

/// What was written in one file: for those who edit its text. Its defects are those that reading
/// the schema reports.
pub fn parse_file(file: FileId, sources: &SourceMap) -> ast::File {
    parser::parse(file, sources.file(file).text(), false, &mut Diagnostics::default())
}

fn make_schema(tree: Tree, context: &mut Context<'_>) -> Schema {
    for comment in &tree.free_comments {
        parse::check_lone(comment, context);
    }
    let mut definitions = lower::Definitions::new(tree.incomplete);
    for (module, item) in tree.items {
        match definition::parse_definition(item, context) {
            Outcome::Definition(definition) => definitions.declare(module, *definition, context),
            Outcome::Broken(name) => definitions.declare_broken(name),
            Outcome::Lost => definitions.lose(),
        }
    }
    let (mut schema, origins) = lower::lower(definitions, context);
    schema.modules = tree.modules;
    check::check(&mut schema, &origins, context);
    attach::attach(&mut schema, &origins, context);
    schema
}
