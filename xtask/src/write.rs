//! Generated files on disk: written only where they differ, or only compared.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{fs, io};

use crate::replace::{Replacements, remove_partial, with_path};

/// How a directory differs from what was generated.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stale {
    /// A file is not there.
    Missing(PathBuf),
    /// A file has other contents.
    Different(PathBuf),
    /// A file is there that nothing generates.
    Extra(PathBuf),
}

impl std::fmt::Display for Stale {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Missing(path) => write!(f, "{} is missing", path.display()),
            Self::Different(path) => write!(f, "{} is out of date", path.display()),
            Self::Extra(path) => write!(f, "{} is generated no more", path.display()),
        }
    }
}

/// Compares a directory with the files that belong there: names with contents.
///
/// # Errors
///
/// When the directory or a file in it cannot be read.
pub fn compare(directory: &Path, files: &BTreeMap<String, String>) -> io::Result<Vec<Stale>> {
    let mut stale = Vec::new();
    for (name, contents) in files {
        let path = directory.join(name);
        match fs::read_to_string(&path) {
            Ok(found) if found == *contents => {}
            Ok(_) => stale.push(Stale::Different(path)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => stale.push(Stale::Missing(path)),
            Err(error) => return Err(error),
        }
    }
    if directory.is_dir() {
        for entry in fs::read_dir(directory)? {
            let entry = entry?;
            if !files.contains_key(&*entry.file_name().to_string_lossy()) {
                stale.push(Stale::Extra(entry.path()));
            }
        }
    }
    stale.sort();
    Ok(stale)
}

/// Makes a directory hold the files and no others. Returns what had to be changed; a file that is
/// right already keeps its time stamp, so that nothing is rebuilt for it.
///
/// # Errors
///
/// When something cannot be read, written or removed.
pub fn write(directory: &Path, files: &BTreeMap<String, String>) -> io::Result<Vec<Stale>> {
    fs::create_dir_all(directory)?;
    remove_partial(directory)?;
    let stale = compare(directory, files)?;
    let mut replacements = Replacements::default();
    for one in &stale {
        if let Stale::Missing(path) | Stale::Different(path) = one {
            let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
            replacements.stage(path, files.get(&*name).map_or("", String::as_str))?;
        }
    }
    replacements.commit()?;
    for one in &stale {
        if let Stale::Extra(path) = one {
            fs::remove_file(path)?;
        }
    }
    Ok(stale)
}

/// Makes a directory hold the files, whose names may have directories in front, and nothing else.
///
/// All of them are written before one that is there is touched. A directory that holds something else
/// than what this wrote before is not touched at all: its name may have been a slip.
///
/// # Errors
///
/// When there are foreign files, or something cannot be read, written or removed.
pub fn write_tree(directory: &Path, files: &BTreeMap<String, String>) -> io::Result<()> {
    let mark = directory.join(TREE_MARK);
    let new_tree = directory.join(NEW_TREE);
    let (is_new, is_ours) = (!directory.is_dir(), mark.is_file());
    if !is_new && !is_ours && fs::read_dir(directory)?.next().is_some() {
        let message = "the directory is not empty, and was not written by this command";
        return Err(io::Error::new(io::ErrorKind::AlreadyExists, message));
    }
    fs::create_dir_all(directory)?;
    // What a run that was killed left.
    let _ = fs::remove_dir_all(&new_tree);
    if let Err(error) = fs::write(&mark, "").and_then(|()| write_below(&new_tree, files)) {
        let _ = fs::remove_dir_all(&new_tree);
        if !is_ours {
            let _ = fs::remove_file(&mark);
        }
        if is_new {
            let _ = fs::remove_dir(directory);
        }
        return Err(error);
    }
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        let path = entry.path();
        if entry.file_type()?.is_dir() {
            if path != new_tree {
                fs::remove_dir_all(path)?;
            }
        } else if path != mark {
            fs::remove_file(path)?;
        }
    }
    for entry in fs::read_dir(&new_tree)? {
        let entry = entry?;
        fs::rename(entry.path(), directory.join(entry.file_name()))?;
    }
    fs::remove_dir(new_tree)
}

fn write_below(directory: &Path, files: &BTreeMap<String, String>) -> io::Result<()> {
    for (name, contents) in files {
        let path = directory.join(name);
        let parent = path.parent().map_or(Ok(()), fs::create_dir_all);
        parent
            .and_then(|()| fs::write(&path, contents))
            .map_err(|error| with_path(Path::new(name), &error))?;
    }
    Ok(())
}

/// The file by which [`write_tree`] knows a directory of its own. It also tells GitHub Pages to serve
/// files as they are.
const TREE_MARK: &str = ".nojekyll";

/// Where the files are until all of them are written.
const NEW_TREE: &str = ".partial";
