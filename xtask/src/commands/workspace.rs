//! The checkout that the commands read and edit: found when they run, never when they are compiled.
//!
//! Checkouts may share a target directory, and then they share the program too.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

/// The files by which a checkout is recognised.
const LANDMARKS: [&str; 2] = ["schema/qapi/qapi-schema.json", "xtask/Cargo.toml"];

/// The root of the checkout: that of the package which `cargo run` runs, else the one around the
/// working directory.
pub(super) fn workspace() -> anyhow::Result<PathBuf> {
    let of_cargo = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    let here = env::current_dir().context("the working directory cannot be found")?;
    let found = of_cargo.as_deref().and_then(around).or_else(|| around(&here));
    found.map(Path::to_owned).with_context(|| {
        format!(
            "{} is not inside a checkout of qmp-events (a directory with {}): run this from inside of \
             one, or name the directory with --root or --schema",
            here.display(),
            LANDMARKS.join(" and ")
        )
    })
}

/// A directory that the user named, or the default inside of the checkout.
pub(super) fn or_default(named: Option<PathBuf>, below: &str) -> anyhow::Result<PathBuf> {
    named.map_or_else(|| Ok(workspace()?.join(below)), Ok)
}

fn around(place: &Path) -> Option<&Path> {
    place.ancestors().find(|directory| LANDMARKS.iter().all(|landmark| directory.join(landmark).is_file()))
}
