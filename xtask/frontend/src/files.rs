//! Where texts come from: the disk, or memory. The only part that reads files.

use std::collections::HashMap;
use std::io::{self, Read as _};
use std::path::{Component, Path, PathBuf};

use crate::source::{FileId, SourceMap};

/// No event document and no list of names that people write is larger.
const MAX_TEXT_BYTES: u64 = 64 << 20;

/// Where files come from.
pub trait Files {
    /// The bytes of a file, `limit` and one more at most.
    fn read(&self, path: &Path, limit: u64) -> io::Result<Vec<u8>>;

    /// The same path for all ways to name a file.
    fn identity(&self, path: &Path) -> PathBuf;
}

/// The file system.
#[derive(Clone, Copy, Debug, Default)]
pub struct Disk;

impl Files for Disk {
    fn read(&self, path: &Path, limit: u64) -> io::Result<Vec<u8>> {
        // A device or a pipe might never end, or never answer.
        if !std::fs::metadata(path)?.is_file() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"));
        }
        let mut bytes = Vec::new();
        std::fs::File::open(path)?.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    fn identity(&self, path: &Path) -> PathBuf {
        // What is not there has the identity of the directories that are.
        let real = path.ancestors().find_map(|there| {
            let there_is = if there == Path::new("") { Path::new(".") } else { there };
            let missing = path.strip_prefix(there).ok()?;
            Some(normalize(&std::fs::canonicalize(there_is).ok()?.join(missing)))
        });
        real.unwrap_or_else(|| normalize(path))
    }
}

/// Files in memory, by path.
impl Files for HashMap<PathBuf, Vec<u8>> {
    fn read(&self, path: &Path, _limit: u64) -> io::Result<Vec<u8>> {
        self.get(&normalize(path)).cloned().ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn identity(&self, path: &Path) -> PathBuf {
        normalize(path)
    }
}

/// Resolves `.` and `..` without looking at the disk.
fn normalize(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir if out.file_name().is_some() => {
                out.pop();
            }
            other => out.push(other),
        }
    }
    out
}

/// Reads a text that includes no others, such as an event document. Bytes that are not UTF-8 become
/// U+FFFD, which the parsers report.
///
/// # Errors
///
/// When the file cannot be read, or is larger than 64 MiB; the message names it.
pub fn read_text(files: &dyn Files, path: &Path, sources: &mut SourceMap) -> io::Result<FileId> {
    let named = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let bytes =
        files.read(path, MAX_TEXT_BYTES).map_err(|error| io::Error::new(error.kind(), named(&error)))?;
    if bytes.len() as u64 > MAX_TEXT_BYTES {
        let message = format!("larger than {} MiB", MAX_TEXT_BYTES >> 20);
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, named(&message)));
    }
    Ok(sources.add(path.display().to_string(), String::from_utf8_lossy(&bytes), None))
}
