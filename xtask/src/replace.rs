//! Files replaced as wholes: whatever happens, a file has its old text or its new one.
//!
//! New texts are written beside the files and synced first; only when all of them are on the disk are
//! they renamed over the files. A full disk changes nothing, and of a run that is killed no file is
//! cut short. What such a run leaves beside the files is removed by the next one.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// How the name of a text that is not in place yet ends.
const ENDING: &str = ".partial";

/// New texts of files, not in place yet. Dropped without [`Self::commit`], it changes nothing.
#[derive(Debug, Default)]
pub struct Replacements {
    staged: Vec<(PathBuf, PathBuf)>,
}

impl Replacements {
    /// Writes the new text of a file beside it, with the permissions that the file has.
    ///
    /// # Errors
    ///
    /// The text cannot be written; the message names the file.
    pub fn stage(&mut self, path: &Path, text: &str) -> io::Result<()> {
        // A link stays one: what it leads to is replaced.
        let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let mut partial = path.as_os_str().to_owned();
        partial.push(ENDING);
        let partial = PathBuf::from(partial);
        // First in the list, so that a text that is cut short is removed too.
        self.staged.push((partial.clone(), path.clone()));
        write(&partial, &path, text).map_err(|error| with_path(&path, &error))
    }

    /// Puts all texts in place.
    ///
    /// # Errors
    ///
    /// A file cannot be replaced; the message names it.
    pub fn commit(mut self) -> io::Result<()> {
        for (partial, path) in &self.staged {
            fs::rename(partial, path).map_err(|error| with_path(path, &error))?;
        }
        for directory in self.staged.iter().filter_map(|(_, path)| path.parent()) {
            // So that the names are on the disk too. Not every system can sync a directory.
            let _ = File::open(directory).and_then(|directory| directory.sync_all());
        }
        self.staged.clear();
        Ok(())
    }
}

impl Drop for Replacements {
    fn drop(&mut self) {
        for (partial, _) in &self.staged {
            let _ = fs::remove_file(partial);
        }
    }
}

fn write(partial: &Path, path: &Path, text: &str) -> io::Result<()> {
    let mut file = File::create(partial)?;
    file.write_all(text.as_bytes())?;
    if let Ok(existing) = fs::metadata(path) {
        file.set_permissions(existing.permissions())?;
    }
    file.sync_all()
}

/// Replaces one file. A device or a pipe is written to instead.
///
/// # Errors
///
/// The text cannot be written; the message names the file.
pub fn replace(path: &Path, text: &str) -> io::Result<()> {
    if fs::metadata(path).is_ok_and(|found| !found.is_file()) {
        return fs::write(path, text).map_err(|error| with_path(path, &error));
    }
    let mut replacements = Replacements::default();
    replacements.stage(path, text)?;
    replacements.commit()
}

/// An error that says which file it is about.
pub(crate) fn with_path(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}

/// Removes what a run that was killed left in a directory.
///
/// # Errors
///
/// The directory cannot be read, or something in it cannot be removed.
pub fn remove_partial(directory: &Path) -> io::Result<()> {
    if !directory.is_dir() {
        return Ok(());
    }
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        if path.as_os_str().to_string_lossy().ends_with(ENDING) && path.is_file() {
            fs::remove_file(path)?;
        }
    }
    Ok(())
}
