// Made by `cargo xtask codegen` from schema/. Edit the schema, not this file.
//! Events and types of `schema/qapi/net.json`.

use qmp_events_derive::QapiEvent;

use super::sockets::SocketAddress;
use crate::json::UnknownMembers;

/// The guest changed which packets its network device accepts.
///
/// The change itself is to be fetched with `query-rx-filter`. Until a client has done so, further
/// changes of the same device send no event.
///
/// # Versions
///
/// Since QEMU 1.6.
///
/// # Example
///
/// ```json
/// { "timestamp": { "seconds": 1722435799, "microseconds": 33852 },
///   "event": "NIC_RX_FILTER_CHANGED",
///   "data": { "name": "nic0",
///             "path": "/machine/peripheral/nic0/virtio-backend" } }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, QapiEvent)]
#[qapi(
    name = "NIC_RX_FILTER_CHANGED",
    since = "1.6",
    new,
    example = r#"{"timestamp":{"seconds":1722435799,"microseconds":33852},"event":"NIC_RX_FILTER_CHANGED","data":{"name":"nic0","path":"/machine/peripheral/nic0/virtio-backend"}}"#
)]
#[non_exhaustive]
pub struct NicRxFilterChanged {
    /// Id of the network device, if it has one.
    pub name: Option<String>,
    /// QOM path of the network device.
    pub path: String,
    /// Members that this build does not know, kept as they came.
    #[qapi(unknown)]
    pub unknown: UnknownMembers,
}

/// The guest's driver supports failover, so the primary network device can be plugged in.
///
/// In a failover pair a passed-through network device is the primary, and a virtio device stands in
/// for it during a migration. QEMU holds the primary back until the guest's virtio driver agrees,
/// then plugs it in.
///
/// # Versions
///
/// Since QEMU 4.2.
///
/// # Example
///
/// ```json
/// { "timestamp": { "seconds": 1722435388, "microseconds": 730016 },
///   "event": "FAILOVER_NEGOTIATED",
///   "data": { "device-id": "standby0" } }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, QapiEvent)]
#[qapi(
    name = "FAILOVER_NEGOTIATED",
    since = "4.2",
    new,
    example = r#"{"timestamp":{"seconds":1722435388,"microseconds":730016},"event":"FAILOVER_NEGOTIATED","data":{"device-id":"standby0"}}"#
)]
#[non_exhaustive]
pub struct FailoverNegotiated {
    /// The virtio device, by id.
    pub device_id: String,
    /// Members that this build does not know, kept as they came.
    #[qapi(unknown)]
    pub unknown: UnknownMembers,
}

/// A stream network backend has a connection to its peer.
///
/// # Versions
///
/// Since QEMU 7.2.
///
/// # Example
///
/// ```json
/// { "timestamp": { "seconds": 1722435713, "microseconds": 58264 },
///   "event": "NETDEV_STREAM_CONNECTED",
///   "data": { "netdev-id": "net0",
///             "addr": { "type": "inet", "host": "127.0.0.1",
///                       "port": "51243", "ipv4": true } } }
/// { "timestamp": { "seconds": 1722435726, "microseconds": 301947 },
///   "event": "NETDEV_STREAM_CONNECTED",
///   "data": {
///     "netdev-id": "net1",
///     "addr": { "type": "unix", "path": "/run/vm/net1.sock" } } }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, QapiEvent)]
#[qapi(
    name = "NETDEV_STREAM_CONNECTED",
    since = "7.2",
    new,
    example = r#"{"timestamp":{"seconds":1722435713,"microseconds":58264},"event":"NETDEV_STREAM_CONNECTED","data":{"netdev-id":"net0","addr":{"type":"inet","host":"127.0.0.1","port":"51243","ipv4":true}}}"#,
    example = r#"{"timestamp":{"seconds":1722435726,"microseconds":301947},"event":"NETDEV_STREAM_CONNECTED","data":{"netdev-id":"net1","addr":{"type":"unix","path":"/run/vm/net1.sock"}}}"#
)]
#[non_exhaustive]
pub struct NetdevStreamConnected {
    /// The backend, by id.
    pub netdev_id: String,
    /// Address of the connection.
    pub addr: SocketAddress,
    /// Members that this build does not know, kept as they came.
    #[qapi(unknown)]
    pub unknown: UnknownMembers,
}

/// A stream network backend lost its peer.
///
/// The guest's packets go nowhere until there is a new connection.
///
/// Each new connection gives NETDEV_STREAM_CONNECTED.
///
/// # Versions
///
/// Since QEMU 7.2.
///
/// # Example
///
/// ```json
/// { "timestamp": { "seconds": 1722435740, "microseconds": 622985 },
///   "event": "NETDEV_STREAM_DISCONNECTED",
///   "data": { "netdev-id": "net0" } }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, QapiEvent)]
#[qapi(
    name = "NETDEV_STREAM_DISCONNECTED",
    since = "7.2",
    new,
    example = r#"{"timestamp":{"seconds":1722435740,"microseconds":622985},"event":"NETDEV_STREAM_DISCONNECTED","data":{"netdev-id":"net0"}}"#
)]
#[non_exhaustive]
pub struct NetdevStreamDisconnected {
    /// The backend, by id.
    pub netdev_id: String,
    /// Members that this build does not know, kept as they came.
    #[qapi(unknown)]
    pub unknown: UnknownMembers,
}

/// A vhost-user network backend is in contact with the process that serves it.
///
/// # Versions
///
/// Since QEMU 10.0.
///
/// # Example
///
/// ```json
/// { "timestamp": { "seconds": 1741000212, "microseconds": 186043 },
///   "event": "NETDEV_VHOST_USER_CONNECTED",
///   "data": { "netdev-id": "net0", "chardev-id": "chr-net0" } }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, QapiEvent)]
#[qapi(
    name = "NETDEV_VHOST_USER_CONNECTED",
    since = "10.0",
    new,
    example = r#"{"timestamp":{"seconds":1741000212,"microseconds":186043},"event":"NETDEV_VHOST_USER_CONNECTED","data":{"netdev-id":"net0","chardev-id":"chr-net0"}}"#
)]
#[non_exhaustive]
pub struct NetdevVhostUserConnected {
    /// The backend, by id.
    pub netdev_id: String,
    /// The character device that carries the protocol, by id.
    pub chardev_id: String,
    /// Members that this build does not know, kept as they came.
    #[qapi(unknown)]
    pub unknown: UnknownMembers,
}

/// A vhost-user network backend lost the process that serves it.
///
/// Each new contact gives NETDEV_VHOST_USER_CONNECTED.
///
/// # Versions
///
/// Since QEMU 10.0.
///
/// # Example
///
/// ```json
/// { "timestamp": { "seconds": 1741000977, "microseconds": 540718 },
///   "event": "NETDEV_VHOST_USER_DISCONNECTED",
///   "data": { "netdev-id": "net0" } }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, QapiEvent)]
#[qapi(
    name = "NETDEV_VHOST_USER_DISCONNECTED",
    since = "10.0",
    new,
    example = r#"{"timestamp":{"seconds":1741000977,"microseconds":540718},"event":"NETDEV_VHOST_USER_DISCONNECTED","data":{"netdev-id":"net0"}}"#
)]
#[non_exhaustive]
pub struct NetdevVhostUserDisconnected {
    /// The backend, by id.
    pub netdev_id: String,
    /// Members that this build does not know, kept as they came.
    #[qapi(unknown)]
    pub unknown: UnknownMembers,
}
