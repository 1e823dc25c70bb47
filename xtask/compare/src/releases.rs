//! The releases that a catalogue covers.

use std::fmt::Write as _;
use std::io;
use std::path::Path;

use qmp_events_frontend::files::Files;
use qmp_events_frontend::version::Version;
use serde_json::Value;

/// No list of releases is longer.
const MAX_BYTES: u64 = 1 << 16;

/// The file that holds them, in the directory of the schema.
pub const FILE: &str = "releases.json";

/// The releases that a catalogue covers: for each of them every fact is exact. Before the first, facts
/// are what documents of the time say; of releases after the last nothing is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Releases {
    exact_since: Version,
    /// Those after the first, oldest first.
    later: Vec<Version>,
}

impl Releases {
    /// Reads `releases.json` in the directory of a schema.
    ///
    /// # Errors
    ///
    /// It cannot be read, or is not a list of releases, oldest first; the message names the file.
    pub fn read(files: &dyn Files, directory: &Path) -> io::Result<Self> {
        let path = directory.join(FILE);
        let named = |kind, message: String| io::Error::new(kind, format!("{}: {message}", path.display()));
        let bytes = files.read(&path, MAX_BYTES).map_err(|error| named(error.kind(), error.to_string()))?;
        let list = || named(io::ErrorKind::InvalidData, EXPECTED.to_owned());
        let parsed: Value = serde_json::from_slice(&bytes).map_err(|_| list())?;
        let texts = parsed["releases"].as_array().ok_or_else(list)?;
        let releases = texts.iter().map(|text| text.as_str().and_then(|text| text.parse().ok()));
        let releases: Vec<Version> = releases.collect::<Option<_>>().ok_or_else(list)?;
        match releases.split_first() {
            Some((first, later)) if releases.is_sorted_by(|older, newer| older < newer) => {
                Ok(Self { exact_since: *first, later: later.to_vec() })
            }
            _ => Err(list()),
        }
    }

    /// The oldest release that it covers.
    pub fn exact_since(&self) -> Version {
        self.exact_since
    }

    /// The newest release that it covers.
    pub fn newest(&self) -> Version {
        self.later.last().copied().unwrap_or(self.exact_since)
    }

    /// Every release that it covers, oldest first.
    pub fn iter(&self) -> impl Iterator<Item = Version> {
        std::iter::once(self.exact_since).chain(self.later.iter().copied())
    }

    /// The same with one more release, which is newer than all others.
    #[must_use]
    pub fn and(&self, release: Version) -> Self {
        let mut releases = self.clone();
        if self.newest() < release {
            releases.later.push(release);
        }
        releases
    }

    /// The file's text: a line for each major version.
    pub fn render(&self) -> String {
        let mut text = String::from("{ \"releases\": [");
        let mut before: Option<Version> = None;
        for release in self.iter() {
            let gap = match before {
                None => "\n  ",
                Some(before) if before.major == release.major => ", ",
                Some(_) => ",\n  ",
            };
            let _ = write!(text, "{gap}\"{release}\"");
            before = Some(release);
        }
        text + "\n] }\n"
    }
}

const EXPECTED: &str =
    "'releases' must be a list of releases of QEMU, oldest first, such as [\"9.2\", \"10.0\"]";

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

#[cfg(test)]
mod tests {
    use std::collections::HashMap;
    use std::path::PathBuf;

    use super::*;

    fn read(text: &str) -> io::Result<Releases> {
        let files = HashMap::from([(PathBuf::from(FILE), text.as_bytes().to_vec())]);
        Releases::read(&files, Path::new(""))
    }

    fn version(text: &str) -> Version {
        text.parse().expect("a release")
    }

    #[test]
    fn a_list_is_read_and_written_again() {
        let text = "{ \"releases\": [\n  \"2.12\",\n  \"3.0\", \"3.1\",\n  \"4.0\"\n] }\n";
        let releases = read(text).expect("a list");
        assert_eq!(releases.render(), text);
        assert_eq!((releases.exact_since(), releases.newest()), (version("2.12"), version("4.0")));
    }

    #[test]
    fn a_release_is_added_once() {
        let releases = read("{ \"releases\": [\"9.2\"] }").expect("a list").and(version("10.0"));
        assert_eq!(releases.render(), "{ \"releases\": [\n  \"9.2\",\n  \"10.0\"\n] }\n");
        assert_eq!(releases.and(version("10.0")), releases);
    }

    #[test]
    fn what_is_not_a_list_of_releases_oldest_first_is_refused() {
        for text in
            ["", "{}", "{\"releases\": []}", "{\"releases\": [\"x\"]}", "{\"releases\": [\"3.0\", \"2.12\"]}"]
        {
            let error = read(text).expect_err(text);
            assert!(error.to_string().starts_with("releases.json: 'releases' must be"), "{error}");
        }
    }
}
