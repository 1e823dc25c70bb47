//! One test binary for the whole workspace.

mod client;
mod fresh;
mod wire;
