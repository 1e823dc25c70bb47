//! Data flows one way: no file imports, directly or through others, a file that imports it.
//!
//! Whatever a file names of its own crate counts: `use`, paths in code and in the arguments of
//! macros. A `mod` declaration does not: it says where a file is, not what is taken from it.

mod graph;
mod modules;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use graph::Graph;

/// Every root of a crate below a package: libraries, programs, tests, examples, fuzz targets.
fn crate_roots(package: &Path) -> Vec<PathBuf> {
    let mut roots = vec![package.join("src/lib.rs"), package.join("src/main.rs"), package.join("main.rs")];
    for directory in ["src/bin", "tests", "examples", "benches", "fuzz_targets"] {
        let directory = package.join(directory);
        if directory.join("Cargo.toml").is_file() {
            continue;
        }
        for entry in entries(&directory) {
            roots.push(if entry.is_dir() { entry.join("main.rs") } else { entry });
        }
    }
    roots.retain(|root| root.is_file() && root.extension().is_some_and(|ending| ending == "rs"));
    roots
}

/// Every directory of the checkout that holds a package, those of other workspaces too.
fn packages(directory: &Path, found: &mut Vec<PathBuf>) {
    if directory.join("Cargo.toml").is_file() {
        found.push(directory.to_owned());
    }
    for entry in entries(directory) {
        let name = entry.file_name().unwrap_or_default().to_string_lossy();
        if entry.is_dir() && !entry.is_symlink() && name != "target" && !name.starts_with('.') {
            packages(&entry, found);
        }
    }
}

fn entries(directory: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(directory) else { return Vec::new() };
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("a readable directory").path()).collect();
    paths.sort();
    paths
}

/// The circles of files below a root, each as a list of the checkout's paths.
fn circles(root: &Path, checkout: &Path) -> BTreeSet<Vec<String>> {
    let shown = |file: &&Path| file.strip_prefix(checkout).unwrap_or(file).display().to_string();
    let sorted = |circle: Vec<&Path>| circle.iter().map(shown).collect::<BTreeSet<_>>();
    let graph = Graph::of(&modules::read(root));
    graph.circles().into_iter().map(|circle| sorted(circle).into_iter().collect()).collect()
}

#[test]
fn no_file_imports_a_file_that_imports_it() {
    let checkout = tests::workspace();
    let mut found = Vec::new();
    packages(&checkout, &mut found);
    let roots: Vec<_> = found.iter().flat_map(|package| crate_roots(package)).collect();
    assert!(roots.len() > 10, "only {} crates below {}", roots.len(), checkout.display());
    let circles: BTreeSet<_> = roots.iter().flat_map(|root| circles(root, &checkout)).collect();
    let lines: Vec<_> = circles.iter().map(|circle| circle.join(" <-> ")).collect();
    assert!(circles.is_empty(), "circles of imports:\n{}", lines.join("\n"));
}

#[test]
fn a_circle_is_found_through_every_kind_of_import() {
    let directory = std::env::temp_dir().join(format!("qmp-events-imports-{}", std::process::id()));
    std::fs::create_dir_all(directory.join("a")).expect("a temporary directory");
    let write = |name: &str, text: &str| std::fs::write(directory.join(name), text).expect("a file");
    write("lib.rs", "mod a; mod b; mod c; pub use a::A; fn f() { c::g() }");
    write("b.rs", "pub struct B; fn f() { vec![crate::c::C]; }");
    write("c.rs", "pub struct C; pub fn g() {}");
    for back in
        ["use crate::a;", "use super::a::A;", "type T = crate::a::A;", "fn f() { m!(crate::a::g()); }"]
    {
        write("a.rs", "mod inner; pub use crate::b::B; pub use inner::I;");
        write("a/inner.rs", "pub struct I;");
        assert_eq!(circles(&directory.join("lib.rs"), &directory), BTreeSet::new());
        write("b.rs", back);
        let circle = vec!["a.rs".to_owned(), "b.rs".to_owned()];
        assert_eq!(circles(&directory.join("lib.rs"), &directory), BTreeSet::from([circle]), "{back}");
        write("b.rs", "pub struct B;");
        write("a/inner.rs", "use super::B;");
        let circle = vec!["a.rs".to_owned(), "a/inner.rs".to_owned()];
        assert_eq!(circles(&directory.join("lib.rs"), &directory), BTreeSet::from([circle]), "{back}");
        write("a/inner.rs", "use crate::A;");
        let circle = vec!["a.rs".to_owned(), "a/inner.rs".to_owned(), "lib.rs".to_owned()];
        assert_eq!(circles(&directory.join("lib.rs"), &directory), BTreeSet::from([circle]), "{back}");
    }
    std::fs::remove_dir_all(&directory).expect("the directory is ours");
}
