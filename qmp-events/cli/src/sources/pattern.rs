//! Machines whose sockets are in a directory, by a pattern for their names. They come and go as the files do:
//! a socket on which nobody listens, not yet or not any more, is nothing unusual.

mod inode;
mod lookout;
mod naming;
mod socket;

use std::collections::{BTreeMap, HashMap};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use qmp_events::tokio::Options;
use tokio::sync::Semaphore;

use super::arrivals::{Announced, Arrivals};
use super::uri::uri_reference;
use inode::Inode;
use lookout::Lookout;
use naming::Naming;
use socket::{Place, Socket, Visits};

/// How many sockets are connected to at a time; more wait for their turn.
const ATTEMPTS: usize = 256;

/// The characters that make a name a pattern.
const WILDCARDS: [char; 3] = ['*', '?', '['];

/// Hidden files match only patterns that begin with a dot.
const AS_IN_A_SHELL: glob::MatchOptions = glob::MatchOptions {
    case_sensitive: true,
    require_literal_separator: true,
    require_literal_leading_dot: true,
};

/// A pattern for the sockets in a directory.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Pattern {
    path: PathBuf,
    directory: PathBuf,
    name: glob::Pattern,
}

impl Pattern {
    /// Reads a path whose last component is a pattern, with `*`, `?` or `[…]`; `None` if it is not.
    pub(super) fn parse(path: &Path) -> Option<Self> {
        let name = path.file_name()?.to_str().filter(|name| name.contains(WILDCARDS))?;
        let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty());
        Some(Pattern {
            path: path.to_owned(),
            directory: directory.unwrap_or(Path::new(".")).to_owned(),
            name: glob::Pattern::new(name).ok()?,
        })
    }

    /// The path, if there is a file that is called exactly as the pattern is written: that is what is meant.
    pub(super) fn literal(&self) -> Option<&Path> {
        std::fs::symlink_metadata(&self.path).is_ok().then_some(&*self.path)
    }

    /// The sockets that match now, each with the label of its machine.
    ///
    /// # Errors
    ///
    /// If the directory cannot be read, or none matches.
    pub(super) fn present(&self, prefix: &str) -> anyhow::Result<Vec<(String, PathBuf)>> {
        let found = self.scan().with_context(|| format!("cannot read {}", self.directory.display()))?;
        anyhow::ensure!(!found.is_empty(), "no socket matches {}", self.path.display());
        let naming = self.naming(prefix);
        Ok(found.into_keys().map(|path| (naming.label(&path), path)).collect())
    }

    fn naming(&self, prefix: &str) -> Naming {
        let extension = self.path.extension().and_then(|extension| extension.to_str());
        let have_extension = extension.is_some_and(|extension| !extension.contains(WILDCARDS));
        Naming { prefix: prefix.to_owned(), have_extension }
    }

    /// The sockets that match now.
    fn scan(&self) -> io::Result<BTreeMap<PathBuf, Place>> {
        let mut found = BTreeMap::new();
        for entry in self.directory.read_dir()? {
            let entry = entry?;
            if self.name.matches_with(&entry.file_name().to_string_lossy(), AS_IN_A_SHELL)
                && let Some(place) = Place::of(entry.path())
            {
                found.insert(place.path.clone(), place);
            }
        }
        Ok(found)
    }

    /// Looks for sockets, and announces the machines that can be connected to.
    pub(super) fn watch(&self, prefix: &str, arrivals: &Arrivals) {
        let visits = Visits {
            arrivals: arrivals.clone(),
            // A file decides whether to connect again: the machine leaves with it.
            options: Options::new(),
            naming: self.naming(prefix),
            attempts: Semaphore::new(ATTEMPTS),
        };
        let watched = Watched { visits: Arc::new(visits), sockets: HashMap::new() };
        tokio::spawn(follow(self.clone(), Lookout::new(self.directory.clone()), watched));
    }
}

/// Looks again whenever something has changed, until the program ends.
async fn follow(pattern: Pattern, mut lookout: Lookout, mut watched: Watched) -> Option<()> {
    let mut trouble = Trouble { path: pattern.path.clone(), myself: None, last: String::new() };
    loop {
        // What comes after this look wakes it again.
        lookout.watch();
        match pattern.scan() {
            Ok(found) => watched.update(found),
            Err(error) if error.kind() == io::ErrorKind::NotFound => watched.update(BTreeMap::new()),
            Err(error) => trouble.tell(&watched.visits.arrivals, format!("cannot look: {error}")).await?,
        }
        tokio::select! {
            () = lookout.changed() => {}
            () = watched.visits.arrivals.closed() => return None,
        }
    }
}

/// Tells why there can be no look, once for each reason.
struct Trouble {
    path: PathBuf,
    myself: Option<Announced>,
    last: String,
}

impl Trouble {
    async fn tell(&mut self, arrivals: &Arrivals, text: String) -> Option<()> {
        if self.last == text {
            return Some(());
        }
        let myself = match self.myself.take() {
            Some(myself) => myself,
            None => {
                let name = format!("unix:{}", self.path.display());
                let source = uri_reference(&name);
                arrivals.announce(&name, name.clone(), source).await?
            }
        };
        self.last.clone_from(&text);
        let is_told = myself.trouble(text).await;
        self.myself = Some(myself);
        is_told.then_some(())
    }
}

/// The sockets that were there at the last look.
struct Watched {
    visits: Arc<Visits>,
    sockets: HashMap<PathBuf, Socket>,
}

impl Watched {
    /// Takes in what is there now.
    fn update(&mut self, mut found: BTreeMap<PathBuf, Place>) {
        let mut gone: HashMap<Inode, Socket> = self
            .sockets
            .extract_if(|path, _| !found.contains_key(path))
            .map(|(_, socket)| (socket.inode.clone(), socket))
            .collect();
        for (path, socket) in &mut self.sockets {
            if let Some(place) = found.remove(path) {
                socket.set_place(place);
            }
        }
        for (path, place) in found {
            let socket = match gone.remove(&place.inode) {
                Some(mut renamed) => {
                    renamed.set_place(place);
                    renamed
                }
                None => self.visits.begin(place),
            };
            self.sockets.insert(path, socket);
        }
        gone.into_values().for_each(Socket::give_up);
    }
}
