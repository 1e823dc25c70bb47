// Made by `cargo xtask codegen` from schema/. Edit the schema, not this file.
//! Events and types of `schema/qapi/job.json`.

use qmp_events_derive::{QapiEnum, QapiEvent};

use crate::json::UnknownMembers;
use crate::unknown::UnknownValue;

/// Task of a background job.
///
/// # Versions
///
/// Since QEMU 1.7.
#[derive(Clone, Debug, PartialEq, Eq, Hash, QapiEnum)]
#[qapi(name = "JobType", since = "1.7")]
#[non_exhaustive]
pub enum JobType {
    /// Moves the data of an overlay down into its backing image.
    Commit,
    /// Copies the data of backing images up into the overlay.
    Stream,
    /// Copies a disk to another image and keeps both alike.
    Mirror,
    /// Copies a disk as it was when the job began.
    Backup,
    /// Creates an image.
    ///
    /// Since QEMU 3.0.
    #[qapi(since = "3.0")]
    Create,
    /// Changes the options of an image.
    ///
    /// Since QEMU 5.1.
    #[qapi(since = "5.1")]
    Amend,
    /// Restores a snapshot of the machine.
    ///
    /// Since QEMU 6.0.
    #[qapi(since = "6.0")]
    SnapshotLoad,
    /// Takes a snapshot of the machine.
    ///
    /// Since QEMU 6.0.
    #[qapi(since = "6.0")]
    SnapshotSave,
    /// Deletes a snapshot of the machine.
    ///
    /// Since QEMU 6.0.
    #[qapi(since = "6.0")]
    SnapshotDelete,
    /// A value that this build does not know, kept as it came.
    #[qapi(unknown)]
    Other(UnknownValue),
}

/// State of a background job.
///
/// # Versions
///
/// Since QEMU 2.12.
#[derive(Clone, Debug, PartialEq, Eq, Hash, QapiEnum)]
#[qapi(name = "JobStatus", since = "2.12")]
#[non_exhaustive]
pub enum JobStatus {
    /// Not a state that a job can be seen in.
    Undefined,
    /// Set up, not yet started.
    Created,
    /// At work.
    Running,
    /// Held, by a client or for an internal reason.
    Paused,
    /// At work and in step with its source; it can be completed at any time.
    Ready,
    /// Held while in state "ready".
    Standby,
    /// Done, but waits for other jobs of its transaction.
    Waiting,
    /// Done, and waits for `job-finalize`.
    Pending,
    /// Cleans up after a failure or a cancellation.
    Aborting,
    /// Over, kept until `job-dismiss` so that its result can be read.
    Concluded,
    /// Gone; the id is free again.
    Null,
    /// A value that this build does not know, kept as it came.
    #[qapi(unknown)]
    Other(UnknownValue),
}

/// A background job entered another state.
///
/// Every kind of job sends this, block jobs included: they send their own BLOCK_JOB events besides.
/// `query-jobs` has the error of a job that failed, as long as it is not dismissed.
///
/// # Versions
///
/// Since QEMU 3.0.
///
/// # Example
///
/// ```json
/// { "timestamp": { "seconds": 1722435577, "microseconds": 146820 },
///   "event": "JOB_STATUS_CHANGE",
///   "data": { "id": "backup-vda", "status": "concluded" } }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, QapiEvent)]
#[qapi(
    name = "JOB_STATUS_CHANGE",
    since = "3.0",
    new,
    example = r#"{"timestamp":{"seconds":1722435577,"microseconds":146820},"event":"JOB_STATUS_CHANGE","data":{"id":"backup-vda","status":"concluded"}}"#
)]
#[non_exhaustive]
pub struct JobStatusChange {
    /// The job.
    pub id: String,
    /// Its new state, a JobStatus.
    pub status: JobStatus,
    /// Members that this build does not know, kept as they came.
    #[qapi(unknown)]
    pub unknown: UnknownMembers,
}
