//! Devices, drives, ports and those who are connected to the machine.

use super::query::{BlockInfo, IoStatus};
use super::table::{kept_text, kept_value};
use crate::timestamp::Timestamp;

/// A drive with a tray or an error state.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Drive {
    /// Whether its tray is open; `None` if it has none, or that is unknown.
    pub tray_open: Option<bool>,
    /// Whether it works, when that was last queried.
    pub io_status: Option<IoStatus>,
}

/// What went wrong with a drive, a node or a device. QEMU limits how often it tells: the counts are of the
/// events that came, and there may have been more failures.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Errors {
    /// Requests of the guest that failed.
    pub io: u64,
    /// Those among them that failed for want of space.
    pub nospace: u64,
    /// Reports that a child of a quorum failed or was outvoted.
    pub quorum_reports: u64,
    /// Requests of a quorum that failed.
    pub quorum_failures: u64,
    /// Damage that was found in an image.
    pub corruptions: u64,
    /// Whether damage made the image unusable.
    pub is_fatal: bool,
    /// The last error, for people.
    pub reason: Option<String>,
    /// When the last one was.
    pub last: Option<Timestamp>,
}

/// A device that is to leave the machine.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Unplug {
    /// The guest was asked to let go of it.
    Requested,
    /// The guest, or QEMU, refused to let go of it.
    Refused {
        /// Why, for people, if that was said.
        reason: Option<String>,
    },
}

/// A client of the machine's display, or one of its connections.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct DisplayClient {
    /// Where it comes from.
    pub host: String,
    /// Its port.
    pub service: String,
    /// Whether it was let in; `None` if that is unknown.
    pub is_initialized: Option<bool>,
    /// As whom it was let in, by certificate or by name.
    pub identity: Option<String>,
}

/// A block export.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Export {
    /// How it is exported: `nbd`, `vhost-user-blk`, …
    pub r#type: String,
    /// The node that is exported.
    pub node_name: String,
}

impl Drive {
    pub(super) fn has_failed(&self) -> bool {
        !matches!(self.io_status, None | Some(IoStatus::Ok))
    }

    /// The id of a drive and what `query-block` says of it; `None` if that is nothing.
    pub(super) fn of_info(info: BlockInfo) -> Option<(String, Drive)> {
        let BlockInfo { device, qdev, tray_open, io_status, .. } = info;
        if tray_open.is_none() && io_status.is_none() {
            return None;
        }
        let io_status = io_status.as_ref().map(kept_value);
        Some((id_of(qdev.as_deref(), &device).to_owned(), Drive { tray_open, io_status }))
    }
}

/// The first id that says anything: where one has no name, QEMU leaves it empty.
pub(super) fn id_of<'a>(first: Option<&'a str>, second: &'a str) -> &'a str {
    first.filter(|id| !id.is_empty()).unwrap_or(second)
}

impl DisplayClient {
    pub(super) fn new(host: &str, service: &str) -> Self {
        let (host, service) = (kept_text(host), kept_text(service));
        DisplayClient { host, service, ..DisplayClient::default() }
    }

    pub(super) fn initialized(mut self, identity: Option<&str>) -> Self {
        self.is_initialized = Some(true);
        self.identity = identity.map(kept_text);
        self
    }

    pub(super) fn id(host: &str, service: &str) -> String {
        format!("{host}:{service}")
    }
}
