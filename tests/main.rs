//! One test binary for the whole workspace.

mod client;
mod fresh;
#[cfg(unix)]
mod live;
mod wire;
