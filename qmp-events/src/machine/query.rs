//! The queries that tell what events do not, and the part of their replies that the machine reads.

use super::run_state::RunState;
use crate::generated::{JobStatus, JobType, MigrationStatus, VncClientInfo};
use crate::protocol::CommandError;
use crate::unknown::UnknownValue;
use qmp_events_derive::{QapiEnum, QapiStruct};
use serde::de::DeserializeOwned;

/// A command without arguments that tells something of a machine's state and changes nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Query {
    /// `query-status`: the run state.
    Status,
    /// `query-jobs`: all jobs.
    Jobs,
    /// `query-block-jobs`: how far block jobs are.
    BlockJobs,
    /// `query-migrate`: the last migration.
    Migrate,
    /// `query-migrate-capabilities`: whether there are events of migrations.
    MigrateCapabilities,
    /// `query-name`: what the guest is called.
    Name,
    /// `query-block`: trays, and drives in an error state.
    Block,
    /// `query-block-exports`: what is exported.
    BlockExports,
    /// `query-chardev`: which character devices are open on the guest's side.
    Chardev,
    /// `query-balloon`: the memory that the balloon leaves to the guest.
    Balloon,
    /// `query-memory-devices`: how large they are.
    MemoryDevices,
    /// `query-vnc`: clients.
    Vnc,
    /// `query-spice`: connections.
    Spice,
}

impl Query {
    /// All of them, the most important ones first.
    pub const ALL: [Query; 13] = [
        Query::Status,
        Query::Jobs,
        Query::BlockJobs,
        Query::MigrateCapabilities,
        Query::Migrate,
        Query::Name,
        Query::Block,
        Query::BlockExports,
        Query::Chardev,
        Query::Balloon,
        Query::MemoryDevices,
        Query::Vnc,
        Query::Spice,
    ];

    /// The name of the command.
    pub const fn command(self) -> &'static str {
        match self {
            Query::Status => "query-status",
            Query::Jobs => "query-jobs",
            Query::BlockJobs => "query-block-jobs",
            Query::Migrate => "query-migrate",
            Query::MigrateCapabilities => "query-migrate-capabilities",
            Query::Name => "query-name",
            Query::Block => "query-block",
            Query::BlockExports => "query-block-exports",
            Query::Chardev => "query-chardev",
            Query::Balloon => "query-balloon",
            Query::MemoryDevices => "query-memory-devices",
            Query::Vnc => "query-vnc",
            Query::Spice => "query-spice",
        }
    }
}

/// Which queries are to be sent, and which are on their way.
#[derive(Clone, Debug, Default)]
pub(super) struct Questions {
    slots: [Slot; Query::ALL.len()],
}

#[derive(Clone, Copy, Debug, Default)]
struct Slot {
    is_wanted: bool,
    /// The number of the event before it was sent.
    asked: Option<u64>,
    /// The number of the last event that told of the same.
    told: u64,
    /// The server does not know the command.
    is_unsupported: bool,
}

impl Questions {
    /// Forgets what was asked, as the connection is gone.
    pub(super) fn reset(&mut self) {
        *self = Questions::default();
    }

    pub(super) fn want(&mut self, queries: &[Query]) {
        for &query in queries {
            self.slots[query as usize].is_wanted = true;
        }
    }

    /// Notes that event number `event` told of what the query tells.
    pub(super) fn note_told(&mut self, event: u64, query: Query) {
        self.slots[query as usize].told = event;
    }

    /// The next query that is wanted, marked as sent after event number `event`.
    pub(super) fn next(&mut self, event: u64) -> Option<Query> {
        let is_next = |slot: &Slot| slot.is_wanted && slot.asked.is_none() && !slot.is_unsupported;
        let query = Query::ALL.into_iter().find(|&query| is_next(&self.slots[query as usize]))?;
        let slot = &mut self.slots[query as usize];
        slot.is_wanted = false;
        slot.asked = Some(event);
        Some(query)
    }

    /// Takes a reply's place among the events: whether no event told of the same since it was asked for.
    pub(super) fn note_answered(&mut self, query: Query) -> bool {
        let slot = &mut self.slots[query as usize];
        let asked = slot.asked.take();
        asked.is_none_or(|asked| slot.told <= asked)
    }

    pub(super) fn note_refused(&mut self, query: Query, error: &CommandError) {
        if let CommandError::Refused { class, .. } = error {
            self.slots[query as usize].is_unsupported = class == "CommandNotFound";
        }
    }

    /// Whether the server does not know the command.
    pub(super) fn is_unsupported(&self, query: Query) -> bool {
        self.slots[query as usize].is_unsupported
    }

    /// Whether nothing is wanted and nothing on its way.
    pub(super) fn are_answered(&self) -> bool {
        let is_open = |slot: &Slot| slot.asked.is_some() || (slot.is_wanted && !slot.is_unsupported);
        !self.slots.iter().any(is_open)
    }
}

/// Reads what a query returned.
pub(super) fn parse<T: DeserializeOwned>(json: &str) -> Result<T, CommandError> {
    serde_json::from_str(json).map_err(|error| CommandError::Undecodable { problem: error.to_string() })
}

#[derive(Clone, Debug, QapiStruct)]
#[qapi(name = "StatusInfo")]
pub(super) struct StatusInfo {
    pub(super) status: RunState,
}

#[derive(Clone, Debug, QapiStruct)]
#[qapi(name = "JobInfo")]
pub(super) struct JobInfo {
    pub(super) id: String,
    pub(super) r#type: JobType,
    pub(super) status: JobStatus,
    pub(super) current_progress: i64,
    pub(super) total_progress: i64,
    pub(super) error: Option<String>,
}

#[derive(Clone, Debug, QapiStruct)]
#[qapi(name = "BlockJobInfo")]
pub(super) struct BlockJobInfo {
    pub(super) device: String,
    pub(super) r#type: JobType,
    pub(super) len: i64,
    pub(super) offset: i64,
    pub(super) speed: i64,
    pub(super) status: Option<JobStatus>,
    pub(super) error: Option<String>,
}

#[derive(Clone, Debug, QapiStruct)]
#[qapi(name = "MigrationInfo")]
pub(super) struct MigrationInfo {
    pub(super) status: Option<MigrationStatus>,
    pub(super) ram: Option<MigrationStats>,
    pub(super) total_time: Option<i64>,
    pub(super) downtime: Option<i64>,
    pub(super) error_desc: Option<String>,
}

#[derive(Clone, Debug, QapiStruct)]
#[qapi(name = "MigrationStats")]
pub(super) struct MigrationStats {
    pub(super) transferred: i64,
    pub(super) remaining: i64,
    pub(super) total: i64,
    pub(super) dirty_sync_count: Option<i64>,
}

#[derive(Clone, Debug, QapiStruct)]
#[qapi(name = "MigrationCapabilityStatus")]
pub(super) struct MigrationCapability {
    pub(super) capability: String,
    pub(super) state: bool,
}

#[derive(Clone, Debug, QapiStruct)]
#[qapi(name = "NameInfo")]
pub(super) struct NameInfo {
    pub(super) name: Option<String>,
}

#[derive(Clone, Debug, QapiStruct)]
#[qapi(name = "BlockInfo")]
pub(super) struct BlockInfo {
    pub(super) device: String,
    pub(super) qdev: Option<String>,
    #[qapi(name = "tray_open")]
    pub(super) tray_open: Option<bool>,
    pub(super) io_status: Option<IoStatus>,
}

/// Whether a drive works, as `query-block` says.
#[derive(Clone, Debug, PartialEq, Eq, Hash, QapiEnum)]
#[qapi(name = "BlockDeviceIoStatus")]
#[non_exhaustive]
pub enum IoStatus {
    /// It works.
    Ok,
    /// The last request failed.
    Failed,
    /// The last request failed for want of space.
    Nospace,
    /// A value that this build does not know, kept as it came.
    #[qapi(unknown)]
    Other(UnknownValue),
}

#[derive(Clone, Debug, QapiStruct)]
#[qapi(name = "BlockExportInfo")]
pub(super) struct BlockExportInfo {
    pub(super) id: String,
    pub(super) r#type: String,
    pub(super) node_name: String,
}

#[derive(Clone, Debug, QapiStruct)]
#[qapi(name = "ChardevInfo")]
pub(super) struct ChardevInfo {
    pub(super) label: String,
    pub(super) frontend_open: Option<bool>,
}

#[derive(Clone, Debug, QapiStruct)]
#[qapi(name = "BalloonInfo")]
pub(super) struct BalloonInfo {
    pub(super) actual: i64,
}

#[derive(Clone, Debug, QapiStruct)]
#[qapi(name = "MemoryDeviceInfo")]
pub(super) struct MemoryDeviceInfo {
    pub(super) data: MemoryDeviceData,
}

#[derive(Clone, Debug, QapiStruct)]
#[qapi(name = "MemoryDeviceData")]
pub(super) struct MemoryDeviceData {
    pub(super) id: Option<String>,
    pub(super) size: Option<u64>,
}

#[derive(Clone, Debug, QapiStruct)]
#[qapi(name = "VncInfo")]
pub(super) struct VncInfo {
    pub(super) clients: Option<Vec<VncClientInfo>>,
}

#[derive(Clone, Debug, QapiStruct)]
#[qapi(name = "SpiceInfo")]
pub(super) struct SpiceInfo {
    pub(super) channels: Option<Vec<SpiceChannelInfo>>,
}

#[derive(Clone, Debug, QapiStruct)]
#[qapi(name = "SpiceChannelInfo")]
pub(super) struct SpiceChannelInfo {
    pub(super) host: String,
    pub(super) port: String,
}
