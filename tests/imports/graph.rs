//! Which file of a crate imports which, and the circles in that.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::modules::{ModulePath, Modules};

/// The files of a crate with those that they import.
pub(super) struct Graph(BTreeMap<PathBuf, BTreeSet<PathBuf>>);

impl Graph {
    pub(super) fn of(modules: &Modules) -> Self {
        let mut graph: BTreeMap<PathBuf, BTreeSet<PathBuf>> = BTreeMap::new();
        for (path, module) in modules {
            let imported = graph.entry(module.file.clone()).or_default();
            let found = module.names.iter().filter_map(|name| resolve(modules, path, name));
            imported
                .extend(found.map(|found| modules[&found].file.clone()).filter(|file| *file != module.file));
        }
        Self(graph)
    }

    /// The largest sets of files that all reach each other, of two files or more.
    pub(super) fn circles(&self) -> BTreeSet<Vec<&Path>> {
        let reached: BTreeMap<&Path, BTreeSet<&Path>> =
            self.0.keys().map(|file| (file.as_path(), self.reachable(file))).collect();
        let circle = |file: &Path| -> Vec<&Path> {
            reached[file].iter().copied().filter(|other| reached[other].contains(file)).collect()
        };
        self.0.keys().map(|file| circle(file)).filter(|circle| circle.len() > 1).collect()
    }

    fn reachable(&self, file: &Path) -> BTreeSet<&Path> {
        let mut seen = BTreeSet::new();
        let mut queue: Vec<&PathBuf> = self.0[file].iter().collect();
        while let Some(next) = queue.pop() {
            if seen.insert(next.as_path()) {
                queue.extend(&self.0[next]);
            }
        }
        seen
    }
}

/// The module of this crate that a path leads to, or in which it names something.
fn resolve(modules: &Modules, from: &ModulePath, name: &[String]) -> Option<ModulePath> {
    let child = |first: &String| from.iter().chain([first]).cloned().collect::<ModulePath>();
    let (mut at, mut rest) = match name.split_first()? {
        (first, rest) if first == "crate" => (Vec::new(), rest),
        (first, rest) if first == "self" && !rest.is_empty() => (from.clone(), rest),
        (first, _) if first == "super" => (from.clone(), name),
        (first, rest) if modules.contains_key(&child(first)) => (child(first), rest),
        _ => return None,
    };
    while let Some((next, after)) = rest.split_first() {
        if next == "super" {
            at.pop()?;
        } else {
            at.push(next.clone());
            if !modules.contains_key(&at) {
                at.pop();
                break;
            }
        }
        rest = after;
    }
    Some(at)
}
