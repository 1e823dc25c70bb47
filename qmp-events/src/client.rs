//! What the blocking and the tokio client have in common: how connections end and begin again, and what can go
//! wrong.

mod disconnected;
mod error;
mod gap;
#[cfg(any(feature = "blocking", feature = "tokio"))]
mod handshake;
mod malformed;
#[cfg(any(feature = "blocking", feature = "tokio"))]
mod read_size;

pub use disconnected::Disconnected;
pub use error::Error;
pub use gap::{Gap, Peer};
pub use malformed::Malformed;

#[cfg(any(feature = "blocking", feature = "tokio"))]
pub(crate) use error::decode_reply;
#[cfg(any(feature = "blocking", feature = "tokio"))]
pub(crate) use handshake::{DEFAULT_HANDSHAKE_TIMEOUT, Handshake};
#[cfg(any(feature = "blocking", feature = "tokio"))]
pub(crate) use read_size::ReadSize;
