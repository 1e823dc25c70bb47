// Made by `cargo xtask codegen` from schema/. Edit the schema, not this file.
//! Events and types of `schema/qapi/rdma.json`.

use qmp_events_derive::QapiEvent;

use crate::json::UnknownMembers;

/// The guest's RDMA driver added or removed an address (GID).
///
/// A manager then did the same to the network device of the host. The event went with the
/// paravirtual RDMA device, which no current QEMU has.
///
/// # Versions
///
/// Since QEMU 4.0, gone since QEMU 9.1.
///
/// # Example
///
/// ```json
/// { "timestamp": { "seconds": 1566819427, "microseconds": 880271 },
///   "event": "RDMA_GID_STATUS_CHANGED",
///   "data": { "netdev": "ens2f0", "gid-status": true,
///             "subnet-prefix": 18338657682652659712,
///             "interface-id": 144396663052566529 } }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, QapiEvent)]
#[qapi(
    name = "RDMA_GID_STATUS_CHANGED",
    since = "4.0",
    removed = "9.1",
    new,
    example = r#"{"timestamp":{"seconds":1566819427,"microseconds":880271},"event":"RDMA_GID_STATUS_CHANGED","data":{"netdev":"ens2f0","gid-status":true,"subnet-prefix":18338657682652659712,"interface-id":144396663052566529}}"#
)]
#[non_exhaustive]
pub struct RdmaGidStatusChanged {
    /// Network device of the host.
    pub netdev: String,
    /// True if the GID was added, false if it was removed.
    pub gid_status: bool,
    /// Upper half of the GID, unsigned.
    pub subnet_prefix: u64,
    /// Lower half of the GID, unsigned.
    pub interface_id: u64,
    /// Members that this build does not know, kept as they came.
    #[qapi(unknown)]
    pub unknown: UnknownMembers,
}
