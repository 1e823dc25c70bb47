//! One test binary for the whole workspace.

mod allocations;
mod client;
mod fresh;
#[cfg(unix)]
mod live;
mod wire;
