//! The QAPI front end: QEMU's schema language to a [`Schema`].
//!
//! ```text
//! files ─► lexer ─► parser ─► shape ─► lower ─► check ─► Schema
//!                              (ast)    (documentation)
//! ```
//!
//! Every defect is reported once and the rest is read on. An error stands on the line on which
//! QEMU's own generator would put it. No input makes this panic or use memory without bound.

pub mod ast;
mod check;
mod condition;
mod context;
mod dialect;
mod doc;
mod doc_older;
mod doc_style;
mod documentation;
mod files;
mod lexer;
mod lower;
mod names;
mod parser;
mod parts;
mod pragma;
mod prose;
mod shape;

use std::io;
use std::path::Path;

pub use dialect::Dialect;
pub use files::{Disk, Files};

use crate::diagnostics::Diagnostics;
use crate::schema::Schema;
use crate::source::SourceMap;
use context::Context;
use files::Tree;

/// Reads a schema from disk. Without a `dialect` it is found out from the schema.
///
/// # Errors
///
/// The root cannot be read. Everything else that is wrong is a diagnostic.
pub fn read(
    root: &Path,
    sources: &mut SourceMap,
    diagnostics: &mut Diagnostics,
    dialect: Option<Dialect>,
) -> io::Result<Schema> {
    read_from(&Disk, root, sources, diagnostics, dialect)
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
    dialect: Option<Dialect>,
) -> io::Result<Schema> {
    let mut tree = files::load(root, files, sources, diagnostics)?;
    let dialect = dialect.unwrap_or_else(|| Dialect::of(tree.items.iter().map(|(_, item)| item)));
    if dialect == Dialect::Current {
        pragma::check_spellings(&tree.pragmas, sources, diagnostics);
    }
    let pragmas = std::mem::take(&mut tree.pragmas);
    let mut context = Context { sources, diagnostics, dialect, pragmas, reported: 0 };
    Ok(make_schema(tree, &mut context))
}

fn make_schema(tree: Tree, context: &mut Context<'_>) -> Schema {
    for comment in &tree.free_comments {
        doc::check_free(comment, context);
    }
    let mut definitions = lower::Definitions::new(tree.incomplete);
    for (module, item) in tree.items {
        match shape::parse_definition(item, context) {
            shape::Outcome::Definition(definition) => definitions.declare(module, *definition, context),
            shape::Outcome::Broken(name) => definitions.declare_broken(name),
            shape::Outcome::Lost => definitions.lose(),
        }
    }
    let (mut schema, origins) = lower::lower(definitions, context);
    schema.modules = tree.modules;
    check::check(&mut schema, &origins, context);
    documentation::join(&mut schema, &origins, context);
    schema
}

/// Quotes a text of the source for a message: short, and without control characters.
fn show(text: &str) -> String {
    const MOST: usize = 60;
    let mut shown: String = text.chars().take(MOST).flat_map(char::escape_debug).collect();
    if text.chars().nth(MOST).is_some() {
        shown.push('…');
    }
    format!("'{}'", shown.replace(r"\'", "'"))
}
