// Made by `cargo xtask codegen` from schema/. Edit the schema, not this file.
//! Events and types of `schema/qapi/sockets.json`.

use qmp_events_derive::{QapiEnum, QapiStruct, QapiUnion};

use crate::json::UnknownMembers;
use crate::unknown::{UnknownBranch, UnknownValue};

/// Family of a socket's address.
///
/// # Versions
///
/// Since QEMU 2.1.
#[derive(Clone, Debug, PartialEq, Eq, Hash, QapiEnum)]
#[qapi(name = "NetworkAddressFamily", since = "2.1")]
#[non_exhaustive]
pub enum NetworkAddressFamily {
    /// IPv4.
    Ipv4,
    /// IPv6.
    Ipv6,
    /// A local (UNIX domain) socket.
    Unix,
    /// A socket between guest and host.
    ///
    /// Since QEMU 2.8.
    #[qapi(since = "2.8")]
    Vsock,
    /// None of the others.
    Unknown,
    /// A value that this build does not know, kept as it came.
    #[qapi(unknown)]
    Other(UnknownValue),
}

/// An internet socket address.
///
/// The members besides host and port say how QEMU was told to use it; an event shows only those
/// that were set.
///
/// # Versions
///
/// Since QEMU 1.3.
#[derive(Clone, Debug, PartialEq, Eq, QapiStruct)]
#[qapi(name = "InetSocketAddress", since = "1.3", new)]
#[non_exhaustive]
pub struct InetSocketAddress {
    /// Host name, or address in numeric form.
    pub host: String,
    /// Port, as a decimal number or a service name.
    pub port: String,
    /// True if the host is an address already, so that nothing has to be looked up.
    ///
    /// Since QEMU 2.9.
    #[qapi(since = "2.9")]
    pub numeric: Option<bool>,
    /// Last port of the range in which a listener may search for a free one.
    pub to: Option<u16>,
    /// Whether IPv4 may be used.
    pub ipv4: Option<bool>,
    /// Whether IPv6 may be used.
    pub ipv6: Option<bool>,
    /// Whether idle connections are probed by TCP.
    ///
    /// Since QEMU 4.2.
    #[qapi(since = "4.2")]
    pub keep_alive: Option<bool>,
    /// How many probes without an answer end the connection; 0 leaves it to the system.
    ///
    /// Since QEMU 10.1. Only in builds with `HAVE_TCP_KEEPCNT`.
    #[qapi(since = "10.1", condition = "HAVE_TCP_KEEPCNT")]
    pub keep_alive_count: Option<u32>,
    /// Seconds without traffic before the first probe; 0 leaves it to the system.
    ///
    /// Since QEMU 10.1. Only in builds with `HAVE_TCP_KEEPIDLE`.
    #[qapi(since = "10.1", condition = "HAVE_TCP_KEEPIDLE")]
    pub keep_alive_idle: Option<u32>,
    /// Seconds between two probes; 0 leaves it to the system.
    ///
    /// Since QEMU 10.1. Only in builds with `HAVE_TCP_KEEPINTVL`.
    #[qapi(since = "10.1", condition = "HAVE_TCP_KEEPINTVL")]
    pub keep_alive_interval: Option<u32>,
    /// Whether multi-path TCP is used.
    ///
    /// Since QEMU 6.1. Only in builds with `HAVE_IPPROTO_MPTCP`.
    #[qapi(since = "6.1", condition = "HAVE_IPPROTO_MPTCP")]
    pub mptcp: Option<bool>,
    /// Members that this build does not know, kept as they came.
    #[qapi(unknown)]
    pub unknown: UnknownMembers,
}

/// Address of a local (UNIX domain) socket.
///
/// # Versions
///
/// Since QEMU 1.3.
#[derive(Clone, Debug, PartialEq, Eq, QapiStruct)]
#[qapi(name = "UnixSocketAddress", since = "1.3", new)]
#[non_exhaustive]
pub struct UnixSocketAddress {
    /// Path in the file system, or name in the abstract name space.
    pub path: String,
    /// True if the name lives in Linux's abstract name space instead of the file system; false by
    /// default.
    ///
    /// Since QEMU 5.1. Only in builds with `CONFIG_LINUX`.
    #[qapi(since = "5.1", condition = "CONFIG_LINUX")]
    pub r#abstract: Option<bool>,
    /// True, the default, if an abstract name ends with its last character; false if it is padded with
    /// NUL bytes to the full size of the address.
    ///
    /// Since QEMU 5.1. Only in builds with `CONFIG_LINUX`.
    #[qapi(since = "5.1", condition = "CONFIG_LINUX")]
    pub tight: Option<bool>,
    /// Members that this build does not know, kept as they came.
    #[qapi(unknown)]
    pub unknown: UnknownMembers,
}

/// Address of a socket between guest and host.
///
/// # Versions
///
/// Since QEMU 2.8.
#[derive(Clone, Debug, PartialEq, Eq, QapiStruct)]
#[qapi(name = "VsockSocketAddress", since = "2.8", new)]
#[non_exhaustive]
pub struct VsockSocketAddress {
    /// Context identifier of the machine, as a decimal number.
    pub cid: String,
    /// Port, as a decimal number.
    pub port: String,
    /// Members that this build does not know, kept as they came.
    #[qapi(unknown)]
    pub unknown: UnknownMembers,
}

/// A socket that QEMU inherited or was handed, known by its file descriptor.
///
/// # Versions
///
/// Since QEMU 1.2.
#[derive(Clone, Debug, PartialEq, Eq, QapiStruct)]
#[qapi(name = "FdSocketAddress", since = "1.2", new)]
#[non_exhaustive]
pub struct FdSocketAddress {
    /// Number of the descriptor, or the name under which a monitor passed it in.
    pub str: String,
    /// Members that this build does not know, kept as they came.
    #[qapi(unknown)]
    pub unknown: UnknownMembers,
}

/// Address of a socket of any kind.
///
/// # Versions
///
/// Since QEMU 2.9.
#[derive(Clone, Debug, PartialEq, Eq, QapiUnion)]
#[qapi(name = "SocketAddress", since = "2.9", tag = "type")]
#[non_exhaustive]
pub enum SocketAddress {
    /// An internet socket.
    Inet(InetSocketAddress),
    /// A local (UNIX domain) socket.
    Unix(UnixSocketAddress),
    /// A socket between guest and host.
    Vsock(VsockSocketAddress),
    /// An open file descriptor.
    Fd(FdSocketAddress),
    /// A branch that this build does not know, kept whole.
    #[qapi(unknown)]
    Other(UnknownBranch),
}
