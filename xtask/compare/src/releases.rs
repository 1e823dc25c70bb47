//! The releases that a catalogue covers.

use std::io;
use std::path::Path;

use qmp_events_frontend::files::Files;
use qmp_events_frontend::version::Version;
use serde_json::Value;

/// No list of two releases is longer.
const MAX_BYTES: u64 = 4096;

/// The file that holds them, in the directory of the schema.
pub const FILE: &str = "releases.json";

/// The releases that a catalogue covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Releases {
    /// From this release on every fact is exact; before it, facts are what documents of the time say.
    pub exact_since: Version,
    /// The newest release. Of later ones nothing is known.
    pub newest: Version,
}

impl Releases {
    /// Reads `releases.json` in the directory of a schema.
    ///
    /// # Errors
    ///
    /// It cannot be read, or does not say both releases; the message names the file.
    pub fn read(files: &dyn Files, directory: &Path) -> io::Result<Self> {
        let path = directory.join(FILE);
        let named = |kind, message: String| io::Error::new(kind, format!("{}: {message}", path.display()));
        let bytes = files.read(&path, MAX_BYTES).map_err(|error| named(error.kind(), error.to_string()))?;
        let releases: Value = serde_json::from_slice(&bytes).unwrap_or_default();
        let release = |name: &str| {
            let version = releases[name].as_str().and_then(|text| text.parse().ok());
            let message = || format!("'{name}' must be a release of QEMU, such as \"10.0\"");
            version.ok_or_else(|| named(io::ErrorKind::InvalidData, message()))
        };
        Ok(Self { exact_since: release("exact-since")?, newest: release("newest")? })
    }

    /// The file's text.
    pub fn render(&self) -> String {
        format!("{{ \"exact-since\": \"{}\", \"newest\": \"{}\" }}\n", self.exact_since, self.newest)
    }
}

/// A release that is newer than all that a catalogue covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownRelease {
    /// The release that was asked for.
    pub asked: Version,
    /// The newest that the catalogue covers.
    pub newest: Version,
}

impl std::fmt::Display for UnknownRelease {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "QEMU {} is not in the catalogue, which ends with {}", self.asked, self.newest)
    }
}

impl std::error::Error for UnknownRelease {}
