//! The client side of the protocol, from bytes to clients, against scripted servers.

mod api;
mod blocking;
#[cfg(unix)]
mod closing;
#[cfg(unix)]
mod cost;
mod endings;
mod errors;
mod floods;
mod handshake;
#[cfg(unix)]
mod listener;
mod one_pass;
mod overlong;
mod regreeting;
mod session;
#[cfg(unix)]
mod share;
mod splitter;
mod tokio;

/// A recording of QEMU 7.2.
fn fixture(name: &str) -> Vec<u8> {
    let path = format!("{}/fixtures/qemu-7.2.22/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}
