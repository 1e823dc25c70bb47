//! What machines are called whose sockets a pattern finds.

use std::path::Path;

/// How labels are made of the names of files.
#[derive(Clone, Debug)]
pub(super) struct Naming {
    /// What the command line puts in front of them.
    pub(super) prefix: String,
    /// Whether all names end with the same extension, which is left out then.
    pub(super) have_extension: bool,
}

impl Naming {
    pub(super) fn label(&self, path: &Path) -> String {
        let name = if self.have_extension { path.file_stem() } else { path.file_name() };
        format!("{}{}", self.prefix, name.unwrap_or_default().to_string_lossy())
    }
}
