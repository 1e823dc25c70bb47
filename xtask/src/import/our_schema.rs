//! Our schema as an import edits it: meanings, texts and places.

use std::path::{Path, PathBuf};

use qmp_events_compare::releases::Releases;
use qmp_events_frontend::diagnostics::Diagnostics;
use qmp_events_frontend::document::{self, EventDocument};
use qmp_events_frontend::files::{Files, read_text};
use qmp_events_frontend::qapi;
use qmp_events_frontend::schema::Schema;
use qmp_events_frontend::source::{FileId, SourceMap, Span};

/// Our schema with its texts.
pub(super) struct OurSchema {
    pub(super) sources: SourceMap,
    pub(super) schema: Schema,
    pub(super) document: EventDocument,
    pub(super) document_file: FileId,
    pub(super) names_file: FileId,
    pub(super) releases: Releases,
    pub(super) directory: PathBuf,
}

impl OurSchema {
    /// Defects are not looked at: between two rounds the parts do not fit together.
    pub(super) fn read(files: &dyn Files, directory: &Path) -> anyhow::Result<Self> {
        let mut sources = SourceMap::default();
        let mut defects = Diagnostics::default();
        let root = directory.join("qapi/qapi-schema.json");
        let schema = qapi::read_from(files, &root, &mut sources, &mut defects, qapi::Options::default())?;
        let document_file = read_text(files, &directory.join("qmp-events.txt"), &mut sources)?;
        let document = document::parse(document_file, &sources, &mut defects);
        let names_file = read_text(files, &directory.join("names.toml"), &mut sources)?;
        let releases = Releases::read(files, directory)?;
        let directory = directory.to_owned();
        Ok(Self { sources, schema, document, document_file, names_file, releases, directory })
    }

    /// A place, as people read it.
    pub(super) fn place(&self, span: Span) -> String {
        self.sources.place(span)
    }
}
