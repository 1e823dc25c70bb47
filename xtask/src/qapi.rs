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

use std::fmt::{self, Write as _};
use std::io;
use std::path::Path;

pub use dialect::{Dialect, UnknownDialect};
pub use files::{Disk, Files};

use crate::diagnostics::Diagnostics;
use crate::schema::Schema;
use crate::source::{FileId, SourceMap};
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

/// What was written in one file: for those who edit its text. Its defects are those that reading
/// the schema reports.
pub(crate) fn parse_file(file: FileId, sources: &SourceMap) -> ast::File {
    parser::parse(file, sources.file(file).text(), false, &mut Diagnostics::default())
}

fn make_schema(tree: Tree, context: &mut Context<'_>) -> Schema {
    for comment in &tree.free_comments {
        doc::check_lone(comment, context);
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
fn show(text: &str) -> Shown<'_> {
    Shown(text)
}

/// What [`show`] gives.
#[derive(Clone, Copy, Debug)]
struct Shown<'a>(&'a str);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const MOST: usize = 60;
        f.write_char('\'')?;
        for c in self.0.chars().take(MOST) {
            match c {
                '\'' | '"' => f.write_char(c)?,
                _ => write!(f, "{}", c.escape_debug())?,
            }
        }
        if self.0.chars().nth(MOST).is_some() {
            f.write_char('…')?;
        }
        f.write_char('\'')
    }
}
