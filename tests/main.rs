//! One test binary for the whole workspace.

mod allocations;
mod client;
mod fresh;
mod imports;
#[cfg(unix)]
mod live;
mod log;
mod machine;
mod reference;
