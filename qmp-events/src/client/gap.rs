//! A time without connection.

use std::fmt;

/// A time without connection, after it has ended.
///
/// QEMU keeps no events for a client that is not connected: what happened meanwhile must be queried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Gap {
    /// Whether the server is the one from before.
    pub peer: Peer,
}

impl Gap {
    /// A gap after which this is the server.
    pub const fn new(peer: Peer) -> Self {
        Gap { peer }
    }
}

/// Whether the server after a reconnect is the one from before.
///
/// QMP has no identifier of a running QEMU, so this goes by evidence: the process at the other end of a
/// unix socket (on Linux, process id and start time) and the host thread of the first vCPU
/// (`query-cpus-fast`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Peer {
    /// The same process: the machine lived on.
    Same,
    /// A different process on the same endpoint: what was known about the machine is void.
    Different,
    /// The evidence does not suffice, as over TCP. Treat it like [`Different`](Self::Different) if in
    /// doubt.
    Unknown,
}

impl fmt::Display for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Peer::Same => "the same QEMU",
            Peer::Different => "another QEMU",
            Peer::Unknown => "perhaps another QEMU",
        })
    }
}
