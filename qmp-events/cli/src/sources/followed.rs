//! A file that grows, read on after its end. Where the file is replaced (rotated) or emptied, reading goes on
//! at the beginning of what is there then.

use std::fs::{File, Metadata};
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How often it is looked for more.
const INTERVAL: Duration = Duration::from_millis(100);

/// Reads without an end.
pub(crate) struct Followed {
    path: PathBuf,
    file: File,
    position: u64,
}

impl Followed {
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        Ok(Followed { path: path.to_owned(), file: File::open(path)?, position: 0 })
    }

    /// The file that has taken the place of this one, or the same one if it was emptied.
    fn successor(&self) -> io::Result<Option<File>> {
        let named = match std::fs::metadata(&self.path) {
            // Between two files of a rotation there is none.
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            metadata => metadata?,
        };
        let is_same = is_same(&named, &self.file.metadata()?);
        let is_emptied = is_same && named.len() < self.position;
        if is_same && !is_emptied {
            return Ok(None);
        }
        match File::open(&self.path) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            file => file.map(Some),
        }
    }
}

#[cfg(unix)]
fn is_same(left: &Metadata, right: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    (left.dev(), left.ino()) == (right.dev(), right.ino())
}

#[cfg(not(unix))]
fn is_same(left: &Metadata, right: &Metadata) -> bool {
    left.created().ok() == right.created().ok()
}

impl Read for Followed {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            // Looked for before the end is: what is written in between is still read.
            let successor = self.successor()?;
            let count = self.file.read(buffer)?;
            if count > 0 {
                self.position += count as u64;
                return Ok(count);
            }
            match successor {
                Some(file) => (self.file, self.position) = (file, 0),
                None => std::thread::sleep(INTERVAL),
            }
        }
    }
}
