// Made by `cargo xtask codegen` from schema/. Edit the schema, not this file.
//! Events and types of `schema/qapi/ui.json`.

use qmp_events_derive::{QapiEvent, QapiStruct};

use super::sockets::NetworkAddressFamily;
use crate::json::UnknownMembers;

/// One end of a SPICE connection.
///
/// # Versions
///
/// Since QEMU 2.1. Only in builds with `CONFIG_SPICE`.
#[derive(Clone, Debug, PartialEq, Eq, QapiStruct)]
#[qapi(name = "SpiceBasicInfo", since = "2.1", condition = "CONFIG_SPICE", new)]
#[non_exhaustive]
pub struct SpiceBasicInfo {
    /// Its address.
    pub host: String,
    /// Its port; empty for a local socket.
    pub port: String,
    /// Family of the address.
    pub family: NetworkAddressFamily,
    /// Members that this build does not know, kept as they came.
    #[qapi(unknown)]
    pub unknown: UnknownMembers,
}

/// The server's end of a SPICE connection.
///
/// # Versions
///
/// Since QEMU 2.1. Only in builds with `CONFIG_SPICE`.
#[derive(Clone, Debug, PartialEq, Eq, QapiStruct)]
#[qapi(name = "SpiceServerInfo", since = "2.1", condition = "CONFIG_SPICE", new)]
#[non_exhaustive]
pub struct SpiceServerInfo {
    /// Its address.
    pub host: String,
    /// Its port; empty for a local socket.
    pub port: String,
    /// Family of the address.
    pub family: NetworkAddressFamily,
    /// How clients authenticate, "none" or "spice" for instance.
    pub auth: Option<String>,
    /// Members that this build does not know, kept as they came.
    #[qapi(unknown)]
    pub unknown: UnknownMembers,
}

/// The client's end of a SPICE channel.
///
/// A session has several channels, each with a connection of its own.
///
/// # Versions
///
/// Since QEMU 0.14. Only in builds with `CONFIG_SPICE`.
#[derive(Clone, Debug, PartialEq, Eq, QapiStruct)]
#[qapi(name = "SpiceChannel", since = "0.14", condition = "CONFIG_SPICE", new)]
#[non_exhaustive]
pub struct SpiceChannel {
    /// Its address.
    pub host: String,
    /// Its port; empty for a local socket.
    pub port: String,
    /// Family of the address.
    pub family: NetworkAddressFamily,
    /// The session, the same number in all its channels; it may be negative.
    pub connection_id: i64,
    /// Purpose of the channel: 1 is the main channel, the others are in the SPICE protocol's list.
    pub channel_type: i64,
    /// Number of the channel among those of its type.
    pub channel_id: i64,
    /// Whether TLS protects the channel.
    pub tls: bool,
    /// Members that this build does not know, kept as they came.
    #[qapi(unknown)]
    pub unknown: UnknownMembers,
}

/// A SPICE client opened a connection.
///
/// It has not authenticated yet. A client opens one connection for each of its channels.
///
/// SPICE_INITIALIZED follows once the client has authenticated.
///
/// # Versions
///
/// Since QEMU 0.14. Only in builds with `CONFIG_SPICE`.
///
/// # Example
///
/// ```json
/// { "timestamp": { "seconds": 1722436061, "microseconds": 277409 },
///   "event": "SPICE_CONNECTED",
///   "data": { "server": { "host": "127.0.0.1", "port": "5930",
///                         "family": "ipv4" },
///             "client": { "host": "127.0.0.1", "port": "58434",
///                         "family": "ipv4" } } }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, QapiEvent)]
#[qapi(
    name = "SPICE_CONNECTED",
    since = "0.14",
    condition = "CONFIG_SPICE",
    new,
    example = r#"{"timestamp":{"seconds":1722436061,"microseconds":277409},"event":"SPICE_CONNECTED","data":{"server":{"host":"127.0.0.1","port":"5930","family":"ipv4"},"client":{"host":"127.0.0.1","port":"58434","family":"ipv4"}}}"#
)]
#[non_exhaustive]
pub struct SpiceConnected {
    /// The server's end.
    pub server: SpiceBasicInfo,
    /// The client's end.
    pub client: SpiceBasicInfo,
    /// Members that this build does not know, kept as they came.
    #[qapi(unknown)]
    pub unknown: UnknownMembers,
}

/// A SPICE client authenticated, and one of its channels is in use.
///
/// SPICE_DISCONNECTED follows when the connection ends.
///
/// # Versions
///
/// Since QEMU 0.14. Only in builds with `CONFIG_SPICE`.
///
/// # Example
///
/// ```json
/// { "timestamp": { "seconds": 1722436073, "microseconds": 559320 },
///   "event": "SPICE_INITIALIZED",
///   "data": { "server": { "host": "127.0.0.1", "port": "5930",
///                         "family": "ipv4", "auth": "spice" },
///             "client": { "host": "127.0.0.1", "port": "58434",
///                         "family": "ipv4",
///                         "connection-id": -1661181324,
///                         "channel-type": 1, "channel-id": 0,
///                         "tls": false } } }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, QapiEvent)]
#[qapi(
    name = "SPICE_INITIALIZED",
    since = "0.14",
    condition = "CONFIG_SPICE",
    new,
    example = r#"{"timestamp":{"seconds":1722436073,"microseconds":559320},"event":"SPICE_INITIALIZED","data":{"server":{"host":"127.0.0.1","port":"5930","family":"ipv4","auth":"spice"},"client":{"host":"127.0.0.1","port":"58434","family":"ipv4","connection-id":-1661181324,"channel-type":1,"channel-id":0,"tls":false}}}"#
)]
#[non_exhaustive]
pub struct SpiceInitialized {
    /// The server's end.
    pub server: SpiceServerInfo,
    /// The client's end, and the channel.
    pub client: SpiceChannel,
    /// Members that this build does not know, kept as they came.
    #[qapi(unknown)]
    pub unknown: UnknownMembers,
}

/// A connection of a SPICE client ended.
///
/// # Versions
///
/// Since QEMU 0.14. Only in builds with `CONFIG_SPICE`.
///
/// # Example
///
/// ```json
/// { "timestamp": { "seconds": 1722436088, "microseconds": 604517 },
///   "event": "SPICE_DISCONNECTED",
///   "data": { "server": { "host": "127.0.0.1", "port": "5930",
///                         "family": "ipv4" },
///             "client": { "host": "127.0.0.1", "port": "58434",
///                         "family": "ipv4" } } }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, QapiEvent)]
#[qapi(
    name = "SPICE_DISCONNECTED",
    since = "0.14",
    condition = "CONFIG_SPICE",
    new,
    example = r#"{"timestamp":{"seconds":1722436088,"microseconds":604517},"event":"SPICE_DISCONNECTED","data":{"server":{"host":"127.0.0.1","port":"5930","family":"ipv4"},"client":{"host":"127.0.0.1","port":"58434","family":"ipv4"}}}"#
)]
#[non_exhaustive]
pub struct SpiceDisconnected {
    /// The server's end.
    pub server: SpiceBasicInfo,
    /// The client's end.
    pub client: SpiceBasicInfo,
    /// Members that this build does not know, kept as they came.
    #[qapi(unknown)]
    pub unknown: UnknownMembers,
}

/// The SPICE client has moved over to the destination of a migration.
///
/// From now on the source can be ended without a break of the client's session.
///
/// # Versions
///
/// Since QEMU 1.3. Only in builds with `CONFIG_SPICE`.
///
/// # Example
///
/// ```json
/// { "timestamp": { "seconds": 1722436110, "microseconds": 938104 },
///   "event": "SPICE_MIGRATE_COMPLETED" }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, QapiEvent)]
#[qapi(
    name = "SPICE_MIGRATE_COMPLETED",
    since = "1.3",
    condition = "CONFIG_SPICE",
    new,
    example = r#"{"timestamp":{"seconds":1722436110,"microseconds":938104},"event":"SPICE_MIGRATE_COMPLETED"}"#
)]
#[non_exhaustive]
pub struct SpiceMigrateCompleted {
    /// Members that this build does not know, kept as they came.
    #[qapi(unknown)]
    pub unknown: UnknownMembers,
}

/// One end of a VNC connection.
///
/// # Versions
///
/// Since QEMU 2.1. Only in builds with `CONFIG_VNC`.
#[derive(Clone, Debug, PartialEq, Eq, QapiStruct)]
#[qapi(name = "VncBasicInfo", since = "2.1", condition = "CONFIG_VNC", new)]
#[non_exhaustive]
pub struct VncBasicInfo {
    /// Its address.
    pub host: String,
    /// Its port, as a number or a service name.
    pub service: String,
    /// Family of the address.
    pub family: NetworkAddressFamily,
    /// True if VNC runs inside a WebSocket.
    ///
    /// Since QEMU 2.3.
    #[qapi(since = "2.3", mandatory)]
    pub websocket: Option<bool>,
    /// Members that this build does not know, kept as they came.
    #[qapi(unknown)]
    pub unknown: UnknownMembers,
}

/// The server's end of a VNC connection.
///
/// # Versions
///
/// Since QEMU 2.1. Only in builds with `CONFIG_VNC`.
#[derive(Clone, Debug, PartialEq, Eq, QapiStruct)]
#[qapi(name = "VncServerInfo", since = "2.1", condition = "CONFIG_VNC", new)]
#[non_exhaustive]
pub struct VncServerInfo {
    /// Its address.
    pub host: String,
    /// Its port, as a number or a service name.
    pub service: String,
    /// Family of the address.
    pub family: NetworkAddressFamily,
    /// True if VNC runs inside a WebSocket.
    ///
    /// Since QEMU 2.3.
    #[qapi(since = "2.3", mandatory)]
    pub websocket: Option<bool>,
    /// How clients authenticate, "none" or "vencrypt+x509+sasl" for instance.
    pub auth: Option<String>,
    /// Members that this build does not know, kept as they came.
    #[qapi(unknown)]
    pub unknown: UnknownMembers,
}

/// The client's end of a VNC connection.
///
/// # Versions
///
/// Since QEMU 0.14. Only in builds with `CONFIG_VNC`.
#[derive(Clone, Debug, PartialEq, Eq, QapiStruct)]
#[qapi(name = "VncClientInfo", since = "0.14", condition = "CONFIG_VNC", new)]
#[non_exhaustive]
pub struct VncClientInfo {
    /// Its address.
    pub host: String,
    /// Its port, as a number or a service name.
    pub service: String,
    /// Family of the address.
    pub family: NetworkAddressFamily,
    /// True if VNC runs inside a WebSocket.
    ///
    /// Since QEMU 2.3.
    #[qapi(since = "2.3", mandatory)]
    pub websocket: Option<bool>,
    /// Subject of the client's TLS certificate, if it presented one.
    #[qapi(name = "x509_dname")]
    pub x509_dname: Option<String>,
    /// User name, if the client logged in by SASL.
    #[qapi(name = "sasl_username")]
    pub sasl_username: Option<String>,
    /// Members that this build does not know, kept as they came.
    #[qapi(unknown)]
    pub unknown: UnknownMembers,
}

/// A VNC client opened a connection.
///
/// It has not authenticated yet, so its name is not known.
///
/// VNC_INITIALIZED follows once the client has authenticated, or VNC_DISCONNECTED.
///
/// # Versions
///
/// Since QEMU 0.13. Only in builds with `CONFIG_VNC`.
///
/// # Example
///
/// ```json
/// { "timestamp": { "seconds": 1722436281, "microseconds": 857200 },
///   "event": "VNC_CONNECTED",
///   "data": { "server": { "host": "127.0.0.1", "service": "5907",
///                         "family": "ipv4", "websocket": false,
///                         "auth": "vencrypt+x509+sasl" },
///             "client": { "host": "127.0.0.1", "service": "55770",
///                         "family": "ipv4", "websocket": false } } }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, QapiEvent)]
#[qapi(
    name = "VNC_CONNECTED",
    since = "0.13",
    condition = "CONFIG_VNC",
    new,
    example = r#"{"timestamp":{"seconds":1722436281,"microseconds":857200},"event":"VNC_CONNECTED","data":{"server":{"host":"127.0.0.1","service":"5907","family":"ipv4","websocket":false,"auth":"vencrypt+x509+sasl"},"client":{"host":"127.0.0.1","service":"55770","family":"ipv4","websocket":false}}}"#
)]
#[non_exhaustive]
pub struct VncConnected {
    /// The server's end.
    pub server: VncServerInfo,
    /// The client's end.
    pub client: VncBasicInfo,
    /// Members that this build does not know, kept as they came.
    #[qapi(unknown)]
    pub unknown: UnknownMembers,
}

/// A VNC client authenticated, and its session begins.
///
/// VNC_DISCONNECTED follows when the session ends.
///
/// # Versions
///
/// Since QEMU 0.13. Only in builds with `CONFIG_VNC`.
///
/// # Example
///
/// ```json
/// { "timestamp": { "seconds": 1722436294, "microseconds": 130875 },
///   "event": "VNC_INITIALIZED",
///   "data": { "server": { "host": "127.0.0.1", "service": "5907",
///                         "family": "ipv4", "websocket": false,
///                         "auth": "vencrypt+x509+sasl" },
///             "client": { "host": "127.0.0.1", "service": "55770",
///                         "family": "ipv4", "websocket": false,
///                         "x509_dname": "C=FR,O=Example,CN=viewer1",
///                         "sasl_username": "alice" } } }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, QapiEvent)]
#[qapi(
    name = "VNC_INITIALIZED",
    since = "0.13",
    condition = "CONFIG_VNC",
    new,
    example = r#"{"timestamp":{"seconds":1722436294,"microseconds":130875},"event":"VNC_INITIALIZED","data":{"server":{"host":"127.0.0.1","service":"5907","family":"ipv4","websocket":false,"auth":"vencrypt+x509+sasl"},"client":{"host":"127.0.0.1","service":"55770","family":"ipv4","websocket":false,"x509_dname":"C=FR,O=Example,CN=viewer1","sasl_username":"alice"}}}"#
)]
#[non_exhaustive]
pub struct VncInitialized {
    /// The server's end.
    pub server: VncServerInfo,
    /// The client's end.
    pub client: VncClientInfo,
    /// Members that this build does not know, kept as they came.
    #[qapi(unknown)]
    pub unknown: UnknownMembers,
}

/// The connection of a VNC client ended.
///
/// # Versions
///
/// Since QEMU 0.13. Only in builds with `CONFIG_VNC`.
///
/// # Example
///
/// ```json
/// { "timestamp": { "seconds": 1722436332, "microseconds": 404550 },
///   "event": "VNC_DISCONNECTED",
///   "data": { "server": { "host": "127.0.0.1", "service": "5907",
///                         "family": "ipv4", "websocket": false,
///                         "auth": "vencrypt+x509+sasl" },
///             "client": { "host": "127.0.0.1", "service": "55770",
///                         "family": "ipv4", "websocket": false,
///                         "x509_dname": "C=FR,O=Example,CN=viewer1",
///                         "sasl_username": "alice" } } }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, QapiEvent)]
#[qapi(
    name = "VNC_DISCONNECTED",
    since = "0.13",
    condition = "CONFIG_VNC",
    new,
    example = r#"{"timestamp":{"seconds":1722436332,"microseconds":404550},"event":"VNC_DISCONNECTED","data":{"server":{"host":"127.0.0.1","service":"5907","family":"ipv4","websocket":false,"auth":"vencrypt+x509+sasl"},"client":{"host":"127.0.0.1","service":"55770","family":"ipv4","websocket":false,"x509_dname":"C=FR,O=Example,CN=viewer1","sasl_username":"alice"}}}"#
)]
#[non_exhaustive]
pub struct VncDisconnected {
    /// The server's end.
    pub server: VncServerInfo,
    /// The client's end.
    pub client: VncClientInfo,
    /// Members that this build does not know, kept as they came.
    #[qapi(unknown)]
    pub unknown: UnknownMembers,
}
