//! What the tests share: the fixtures. It never asserts.

use std::path::PathBuf;

/// A file of `tests/fixtures`.
pub fn fixture(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name)
}

/// The text of a file of `tests/fixtures`.
///
/// # Panics
///
/// When the file is not there.
pub fn read_fixture(name: &str) -> String {
    let path = fixture(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The lines of a file of `tests/fixtures`.
///
/// # Panics
///
/// When the file is not there.
pub fn fixture_lines(name: &str) -> Vec<String> {
    read_fixture(name).lines().map(str::to_owned).collect()
}

/// The workspace that the tests belong to.
pub fn workspace() -> PathBuf {
    let tests = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    tests.parent().map(PathBuf::from).unwrap_or(tests)
}
