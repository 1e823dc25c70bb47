//! A dated schema with its rate limits: what every release of QEMU has, in one place.

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::path::Path;

use qmp_events_frontend::diagnostics::Diagnostics;
use qmp_events_frontend::document::{self, EventDocument};
use qmp_events_frontend::files::{Files, read_text};
use qmp_events_frontend::qapi;
use qmp_events_frontend::schema::Schema;
use qmp_events_frontend::source::{SourceMap, Span};
use qmp_events_frontend::version::Version;

use crate::projection::project;
use crate::releases::{Releases, UnknownRelease};
use crate::surface::{RateLimit, Surface};

/// What every release of QEMU has.
#[derive(Debug)]
pub struct Catalogue {
    /// The shapes, dated.
    pub schema: Schema,
    /// The texts, for the places in [`Self::schema`].
    pub sources: SourceMap,
    /// The releases that it covers.
    pub releases: Releases,
    limits: BTreeMap<String, DatedLimit>,
}

/// A rate limit and the release with which it began, if that is later than the event.
#[derive(Debug)]
struct DatedLimit {
    since: Option<Version>,
    limit: RateLimit,
}

/// Why a catalogue cannot be read.
#[derive(Debug)]
pub enum CatalogueError {
    /// A file cannot be read; the message names it.
    Io(io::Error),
    /// The sources have errors: a line each, with its place.
    Defects(String),
}

impl fmt::Display for CatalogueError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(error) => error.fmt(f),
            Self::Defects(defects) => f.write_str(defects.trim_end()),
        }
    }
}

impl std::error::Error for CatalogueError {}

impl Catalogue {
    /// Reads `qapi/qapi-schema.json`, `qmp-events.txt` and `releases.json` in a directory.
    ///
    /// # Errors
    ///
    /// A file cannot be read, or has errors.
    pub fn read(files: &dyn Files, directory: &Path) -> Result<Self, CatalogueError> {
        let (mut sources, mut diagnostics) = (SourceMap::default(), Diagnostics::default());
        let root = directory.join("qapi/qapi-schema.json");
        let named = |error: io::Error| {
            CatalogueError::Io(io::Error::new(error.kind(), format!("{}: {error}", root.display())))
        };
        let schema = qapi::read_from(files, &root, &mut sources, &mut diagnostics, qapi::Options::default())
            .map_err(named)?;
        let text = directory.join("qmp-events.txt");
        let text = read_text(files, &text, &mut sources).map_err(CatalogueError::Io)?;
        let document = document::parse(text, &sources, &mut diagnostics);
        if diagnostics.has_errors() {
            return Err(CatalogueError::Defects(diagnostics.render_plain(&sources)));
        }
        let releases = Releases::read(files, directory).map_err(CatalogueError::Io)?;
        Ok(Self { schema, sources, releases, limits: limits(&document) })
    }

    /// The catalogue of qmp-events, as this crate was built with it.
    #[cfg(feature = "catalogue")]
    #[cfg_attr(docsrs, doc(cfg(feature = "catalogue")))]
    #[expect(clippy::missing_panics_doc, reason = "a test reads what is built in")]
    pub fn built_in() -> Self {
        Self::read(&built_in::BuiltIn, Path::new("")).expect("the catalogue is read by a test")
    }

    /// What a client of the release `at` can see.
    ///
    /// # Errors
    ///
    /// The release is newer than the catalogue.
    pub fn at(&self, release: Version) -> Result<Surface, UnknownRelease> {
        if release > self.releases.newest() {
            return Err(UnknownRelease { asked: release, newest: self.releases.newest() });
        }
        let mut surface = project(&self.schema, Some(release));
        let limited = |(name, dated): (&String, &DatedLimit)| {
            let holds = dated.since.is_none_or(|since| since <= release) && surface.events.contains_key(name);
            holds.then(|| (name.clone(), dated.limit.clone()))
        };
        surface.rate_limits = Some(self.limits.iter().filter_map(limited).collect());
        Ok(surface)
    }

    /// Everything that any release has: what a QEMU has beyond it is new.
    pub fn of_all_releases(&self) -> Surface {
        project(&self.schema, None)
    }

    /// Where the schema begins: the place of what it does not have.
    pub fn root(&self) -> Option<Span> {
        self.schema.modules.first().map(|module| Span::new(module.file, 0..0))
    }
}

fn limits(document: &EventDocument) -> BTreeMap<String, DatedLimit> {
    let mut limits = BTreeMap::new();
    for section in &document.sections {
        let Some(written) = &section.rate_limit else { continue };
        let exempt = written.exempt.as_ref();
        let limit = RateLimit {
            key: written.key.as_ref().map(|key| key.text.clone()),
            exempt: exempt.map(|exempt| (exempt.member.text.clone(), exempt.value.clone())),
        };
        for name in &section.names {
            limits.insert(name.text.clone(), DatedLimit { since: written.since, limit: limit.clone() });
        }
    }
    limits
}

#[cfg(feature = "catalogue")]
mod built_in {
    use std::io;
    use std::path::{Path, PathBuf};

    use include_dir::{Dir, include_dir};
    use qmp_events_frontend::files::Files;

    static SCHEMA: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/schema");

    pub(super) struct BuiltIn;

    impl Files for BuiltIn {
        fn read(&self, path: &Path, _: u64) -> io::Result<Vec<u8>> {
            let file = SCHEMA.get_file(path).ok_or(io::ErrorKind::NotFound)?;
            Ok(file.contents().to_vec())
        }

        fn identity(&self, path: &Path) -> PathBuf {
            path.to_owned()
        }
    }
}
