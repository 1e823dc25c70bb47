//! The QAPI front end: what it says of schemas, what it makes of them, what it survives.

mod dialects;
mod hostile;
mod meaning;
mod rules;

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use qmp_events_frontend::diagnostics::{Diagnostics, Severity};
use qmp_events_frontend::files::Files;
use qmp_events_frontend::qapi::{self, Dialect, Options};
use qmp_events_frontend::schema::Schema;
use qmp_events_frontend::source::SourceMap;

/// A schema that was read, and what was said of it.
struct Read {
    sources: SourceMap,
    diagnostics: Diagnostics,
    schema: Schema,
}

impl Read {
    fn of(files: &dyn Files, root: &Path, dialect: Option<Dialect>) -> Self {
        let options = Options { dialect, ..Options::default() };
        let mut sources = SourceMap::default();
        let mut diagnostics = Diagnostics::default();
        let schema = qapi::read_from(files, root, &mut sources, &mut diagnostics, options)
            .expect("the root is readable");
        Self { sources, diagnostics, schema }
    }

    /// Reads a text as a schema of one file.
    fn text(text: impl Into<Vec<u8>>) -> Self {
        Self::of(&memory([("schema.json", text)]), Path::new("schema.json"), None)
    }

    /// The diagnostics, without the directory of the tests.
    fn rendered(&self) -> String {
        let directory = directory("");
        let directory = directory.to_str().expect("the workspace has a printable path");
        self.diagnostics.render_plain(&self.sources).replace(directory, "")
    }

    fn errors(&self) -> usize {
        self.diagnostics.count(Severity::Error)
    }

    fn warnings(&self) -> usize {
        self.diagnostics.count(Severity::Warning)
    }
}

/// Files in memory.
fn memory<T: Into<Vec<u8>>>(
    files: impl IntoIterator<Item = (impl Into<PathBuf>, T)>,
) -> HashMap<PathBuf, Vec<u8>> {
    files.into_iter().map(|(path, text)| (path.into(), text.into())).collect()
}

fn directory(below: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/qapi").join(below)
}

/// The inputs of a directory, by name.
fn inputs(below: &str) -> Vec<(String, PathBuf)> {
    let entries = std::fs::read_dir(directory(below)).expect("the inputs are there");
    let mut inputs: Vec<_> = entries
        .map(|entry| entry.expect("the directory is readable").path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "json"))
        .map(|path| (path.file_stem().expect("a file has a name").to_string_lossy().into_owned(), path))
        .collect();
    inputs.sort();
    assert!(!inputs.is_empty(), "no input in {below}");
    inputs
}
