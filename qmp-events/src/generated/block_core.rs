// Made by `cargo xtask codegen` from schema/. Edit the schema, not this file.
//! Events and types of `schema/qapi/block-core.json`.

use qmp_events_derive::{QapiEnum, QapiEvent};

use super::common::IoOperationType;
use super::job::JobType;
use crate::json::UnknownMembers;
use crate::unknown::UnknownValue;

/// What QEMU does about a failed request.
///
/// # Versions
///
/// Since QEMU 2.1.
#[derive(Clone, Debug, PartialEq, Eq, Hash, QapiEnum)]
#[qapi(name = "BlockErrorAction", since = "2.1")]
#[non_exhaustive]
pub enum BlockErrorAction {
    /// Nothing; the request counts as done.
    Ignore,
    /// It passes the error on, to the guest or to the job.
    Report,
    /// It stops the machine or pauses the job, to try again later.
    Stop,
    /// A value that this build does not know, kept as it came.
    #[qapi(unknown)]
    Other(UnknownValue),
}

/// QEMU found the metadata of an image to be damaged.
///
/// If the damage is fatal, the image is closed to all further requests until it has been repaired,
/// with `qemu-img check` for instance. Otherwise reads go on, and the event is sent once only for
/// each time the image is opened.
///
/// # Versions
///
/// Since QEMU 1.7.
///
/// # Example
///
/// ```json
/// { "timestamp": { "seconds": 1722434802, "microseconds": 318045 },
///   "event": "BLOCK_IMAGE_CORRUPTED",
///   "data": {
///     "device": "",
///     "node-name": "disk0",
///     "msg": "Preventing invalid write on metadata (overlaps with active L1 table)",
///     "offset": 196608,
///     "size": 512,
///     "fatal": true } }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, QapiEvent)]
#[qapi(
    name = "BLOCK_IMAGE_CORRUPTED",
    since = "1.7",
    new,
    example = r#"{"timestamp":{"seconds":1722434802,"microseconds":318045},"event":"BLOCK_IMAGE_CORRUPTED","data":{"device":"","node-name":"disk0","msg":"Preventing invalid write on metadata (overlaps with active L1 table)","offset":196608,"size":512,"fatal":true}}"#
)]
#[non_exhaustive]
pub struct BlockImageCorrupted {
    /// Block device that uses the image; empty if it has no name.
    pub device: String,
    /// Graph node that holds the image.
    ///
    /// Since QEMU 2.4.
    #[qapi(since = "2.4")]
    pub node_name: Option<String>,
    /// What is wrong, for people only.
    pub msg: String,
    /// Where in the image the bad access would have gone, in bytes.
    pub offset: Option<i64>,
    /// Length of that access, in bytes.
    pub size: Option<i64>,
    /// True if the image cannot be used any more.
    ///
    /// Since QEMU 2.2.
    #[qapi(since = "2.2", mandatory)]
    pub fatal: Option<bool>,
    /// Members that this build does not know, kept as they came.
    #[qapi(unknown)]
    pub unknown: UnknownMembers,
}

/// A disk request of the guest failed on the host.
///
/// What happens next depends on the error policy of the disk (its options "rerror" and "werror").
/// With "ignore" the guest sees success, with "report" it sees the error. With "stop" the machine
/// pauses, so that a manager can mend the cause, free space for instance, and let the request be
/// tried again by `cont`.
///
/// With action "stop", STOP comes next.
///
/// # Rate limit
///
/// QEMU sends it once a second at most for each `qom-path`, unless `action` is `stop`, since QEMU
/// 10.0: the first at once, then the last of each second.
///
/// # Versions
///
/// Since QEMU 0.13.
///
/// # Example
///
/// ```json
/// { "timestamp": { "seconds": 1722434871, "microseconds": 640233 },
///   "event": "BLOCK_IO_ERROR",
///   "data": {
///     "qom-path": "/machine/peripheral/virtio-disk0/virtio-backend",
///     "device": "",
///     "node-name": "libvirt-1-format",
///     "operation": "write",
///     "action": "stop",
///     "nospace": true,
///     "reason": "No space left on device" } }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, QapiEvent)]
#[qapi(
    name = "BLOCK_IO_ERROR",
    since = "0.13",
    new,
    rate_limit(key = "qom-path", since = "10.0", exempt(action = "stop")),
    example = r#"{"timestamp":{"seconds":1722434871,"microseconds":640233},"event":"BLOCK_IO_ERROR","data":{"qom-path":"/machine/peripheral/virtio-disk0/virtio-backend","device":"","node-name":"libvirt-1-format","operation":"write","action":"stop","nospace":true,"reason":"No space left on device"}}"#
)]
#[non_exhaustive]
pub struct BlockIoError {
    /// QOM path of the guest's device.
    ///
    /// Since QEMU 9.2.
    #[qapi(since = "9.2", mandatory)]
    pub qom_path: Option<String>,
    /// Block device; empty if it has no name, as with `-blockdev`.
    pub device: String,
    /// Graph node that the request was for; left out if the device has no medium any more.
    ///
    /// Since QEMU 2.8.
    #[qapi(since = "2.8")]
    pub node_name: Option<String>,
    /// Direction of the request, an IoOperationType.
    pub operation: IoOperationType,
    /// What QEMU does about the error, a BlockErrorAction.
    pub action: BlockErrorAction,
    /// True if the host ran out of space; left out unless some error policy of the disk says to stop.
    ///
    /// Since QEMU 2.2.
    #[qapi(since = "2.2")]
    pub nospace: Option<bool>,
    /// Error message of the host, for people only.
    ///
    /// Since QEMU 2.2.
    #[qapi(since = "2.2", mandatory)]
    pub reason: Option<String>,
    /// Members that this build does not know, kept as they came.
    #[qapi(unknown)]
    pub unknown: UnknownMembers,
}

/// A block job ended by itself, with success or with an error.
///
/// "error" is there if it failed, and only then.
///
/// JOB_STATUS_CHANGE tells of every step of the same job.
///
/// # Versions
///
/// Since QEMU 1.1.
///
/// # Example
///
/// ```json
/// { "timestamp": { "seconds": 1722434955, "microseconds": 812004 },
///   "event": "BLOCK_JOB_COMPLETED",
///   "data": {
///     "type": "stream",
///     "device": "stream-vda",
///     "len": 21474836480,
///     "offset": 21474836480,
///     "speed": 0 } }
/// { "timestamp": { "seconds": 1722434979, "microseconds": 19926 },
///   "event": "BLOCK_JOB_COMPLETED",
///   "data": {
///     "type": "mirror",
///     "device": "mirror-vdb",
///     "len": 8388608,
///     "offset": 1048576,
///     "speed": 0,
///     "error": "Input/output error" } }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, QapiEvent)]
#[qapi(
    name = "BLOCK_JOB_COMPLETED",
    since = "1.1",
    new,
    example = r#"{"timestamp":{"seconds":1722434955,"microseconds":812004},"event":"BLOCK_JOB_COMPLETED","data":{"type":"stream","device":"stream-vda","len":21474836480,"offset":21474836480,"speed":0}}"#,
    example = r#"{"timestamp":{"seconds":1722434979,"microseconds":19926},"event":"BLOCK_JOB_COMPLETED","data":{"type":"mirror","device":"mirror-vdb","len":8388608,"offset":1048576,"speed":0,"error":"Input/output error"}}"#
)]
#[non_exhaustive]
pub struct BlockJobCompleted {
    /// Task of the job, a JobType.
    pub r#type: JobType,
    /// Id of the job; by default the name of its block device.
    pub device: String,
    /// Estimate of the whole work, in bytes for most jobs.
    pub len: i64,
    /// Work that was done, in the unit of "len"; less than "len" after a failure.
    pub offset: i64,
    /// Cap on the job's throughput in bytes per second; 0 means none.
    pub speed: i64,
    /// What went wrong, for people only.
    pub error: Option<String>,
    /// Members that this build does not know, kept as they came.
    #[qapi(unknown)]
    pub unknown: UnknownMembers,
}

/// A block job was cancelled.
///
/// A mirror job that is in step with its source ends with BLOCK_JOB_COMPLETED instead when it is
/// cancelled without force.
///
/// JOB_STATUS_CHANGE tells of every step of the same job.
///
/// # Versions
///
/// Since QEMU 1.1.
///
/// # Example
///
/// ```json
/// { "timestamp": { "seconds": 1722434930, "microseconds": 77590 },
///   "event": "BLOCK_JOB_CANCELLED",
///   "data": {
///     "type": "backup",
///     "device": "backup-vda",
///     "len": 8388608,
///     "offset": 65536,
///     "speed": 131072 } }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, QapiEvent)]
#[qapi(
    name = "BLOCK_JOB_CANCELLED",
    since = "1.1",
    new,
    example = r#"{"timestamp":{"seconds":1722434930,"microseconds":77590},"event":"BLOCK_JOB_CANCELLED","data":{"type":"backup","device":"backup-vda","len":8388608,"offset":65536,"speed":131072}}"#
)]
#[non_exhaustive]
pub struct BlockJobCancelled {
    /// Task of the job, a JobType.
    pub r#type: JobType,
    /// Id of the job; by default the name of its block device.
    pub device: String,
    /// Estimate of the whole work, in bytes for most jobs.
    pub len: i64,
    /// Work that was done, in the unit of "len".
    pub offset: i64,
    /// Cap on the job's throughput in bytes per second; 0 means none.
    pub speed: i64,
    /// Members that this build does not know, kept as they came.
    #[qapi(unknown)]
    pub unknown: UnknownMembers,
}

/// A request of a block job failed.
///
/// The job's own error policy decides what comes of it. With "ignore" the job goes on, and may try
/// again later. With "report" it fails. With "stop" it pauses until `block-job-resume`.
///
/// BLOCK_JOB_COMPLETED follows with the error if the action is "report".
///
/// # Versions
///
/// Since QEMU 1.3.
///
/// # Example
///
/// ```json
/// { "timestamp": { "seconds": 1722435011, "microseconds": 550871 },
///   "event": "BLOCK_JOB_ERROR",
///   "data": { "device": "mirror-vdb", "operation": "write",
///             "action": "stop" } }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, QapiEvent)]
#[qapi(
    name = "BLOCK_JOB_ERROR",
    since = "1.3",
    new,
    example = r#"{"timestamp":{"seconds":1722435011,"microseconds":550871},"event":"BLOCK_JOB_ERROR","data":{"device":"mirror-vdb","operation":"write","action":"stop"}}"#
)]
#[non_exhaustive]
pub struct BlockJobError {
    /// Id of the job; by default the name of its block device.
    pub device: String,
    /// Direction of the request, an IoOperationType.
    pub operation: IoOperationType,
    /// What the job does about the error, a BlockErrorAction.
    pub action: BlockErrorAction,
    /// Members that this build does not know, kept as they came.
    #[qapi(unknown)]
    pub unknown: UnknownMembers,
}

/// A block job has caught up with its source and can be completed.
///
/// A mirror job, or a commit of the active image, stays in step with the source from now on. It
/// ends only by `block-job-complete` or `block-job-cancel`.
///
/// JOB_STATUS_CHANGE tells of every step of the same job.
///
/// # Versions
///
/// Since QEMU 1.3.
///
/// # Example
///
/// ```json
/// { "timestamp": { "seconds": 1722435063, "microseconds": 6409 },
///   "event": "BLOCK_JOB_READY",
///   "data": {
///     "type": "mirror",
///     "device": "mirror-vda",
///     "len": 8388608,
///     "offset": 8388608,
///     "speed": 0 } }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, QapiEvent)]
#[qapi(
    name = "BLOCK_JOB_READY",
    since = "1.3",
    new,
    example = r#"{"timestamp":{"seconds":1722435063,"microseconds":6409},"event":"BLOCK_JOB_READY","data":{"type":"mirror","device":"mirror-vda","len":8388608,"offset":8388608,"speed":0}}"#
)]
#[non_exhaustive]
pub struct BlockJobReady {
    /// Task of the job, a JobType.
    pub r#type: JobType,
    /// Id of the job; by default the name of its block device.
    pub device: String,
    /// Estimate of the whole work, in bytes for most jobs.
    pub len: i64,
    /// Work done so far, in the unit of "len".
    pub offset: i64,
    /// Cap on the job's throughput in bytes per second; 0 means none.
    pub speed: i64,
    /// Members that this build does not know, kept as they came.
    #[qapi(unknown)]
    pub unknown: UnknownMembers,
}

/// A block job did its work and waits for `job-finalize`.
///
/// Only a job that was started without automatic finalization stops here. Nothing has been made
/// permanent yet, and the job can still be cancelled.
///
/// JOB_STATUS_CHANGE tells of every step of the same job.
///
/// # Versions
///
/// Since QEMU 2.12.
///
/// # Example
///
/// ```json
/// { "timestamp": { "seconds": 1722435040, "microseconds": 233817 },
///   "event": "BLOCK_JOB_PENDING",
///   "data": { "type": "mirror", "id": "mirror-vda" } }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, QapiEvent)]
#[qapi(
    name = "BLOCK_JOB_PENDING",
    since = "2.12",
    new,
    example = r#"{"timestamp":{"seconds":1722435040,"microseconds":233817},"event":"BLOCK_JOB_PENDING","data":{"type":"mirror","id":"mirror-vda"}}"#
)]
#[non_exhaustive]
pub struct BlockJobPending {
    /// Task of the job, a JobType.
    pub r#type: JobType,
    /// The job.
    pub id: String,
    /// Members that this build does not know, kept as they came.
    #[qapi(unknown)]
    pub unknown: UnknownMembers,
}

/// A write went past the mark that was set on a node.
///
/// With a growing image on a volume of fixed size, this is the time to enlarge the volume. The
/// event comes once: the mark is removed with it, and has to be set anew with
/// `block-set-write-threshold`.
///
/// # Versions
///
/// Since QEMU 2.3.
///
/// # Example
///
/// ```json
/// { "timestamp": { "seconds": 1722435102, "microseconds": 447052 },
///   "event": "BLOCK_WRITE_THRESHOLD",
///   "data": { "node-name": "disk0-file", "amount-exceeded": 126976,
///             "write-threshold": 17179869184 } }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, QapiEvent)]
#[qapi(
    name = "BLOCK_WRITE_THRESHOLD",
    since = "2.3",
    new,
    example = r#"{"timestamp":{"seconds":1722435102,"microseconds":447052},"event":"BLOCK_WRITE_THRESHOLD","data":{"node-name":"disk0-file","amount-exceeded":126976,"write-threshold":17179869184}}"#
)]
#[non_exhaustive]
pub struct BlockWriteThreshold {
    /// Graph node with the mark.
    pub node_name: String,
    /// How far past the mark the write reached, in bytes.
    pub amount_exceeded: u64,
    /// The mark, in bytes from the start of the image.
    pub write_threshold: u64,
    /// Members that this build does not know, kept as they came.
    #[qapi(unknown)]
    pub unknown: UnknownMembers,
}

/// Request that a quorum node gave to its children.
///
/// # Versions
///
/// Since QEMU 2.6.
#[derive(Clone, Debug, PartialEq, Eq, Hash, QapiEnum)]
#[qapi(name = "QuorumOpType", since = "2.6")]
#[non_exhaustive]
pub enum QuorumOpType {
    /// A read.
    Read,
    /// A write.
    Write,
    /// A flush of cached data.
    Flush,
    /// A value that this build does not know, kept as it came.
    #[qapi(unknown)]
    Other(UnknownValue),
}

/// Too few children of a quorum node agree, so a request failed.
///
/// The guest, or whoever sent the request, gets an error.
///
/// # Rate limit
///
/// QEMU sends it once a second at most: the first at once, then the last of each second.
///
/// # Versions
///
/// Since QEMU 2.0.
///
/// # Example
///
/// ```json
/// { "timestamp": { "seconds": 1722435880, "microseconds": 164739 },
///   "event": "QUORUM_FAILURE",
///   "data": { "reference": "quorum0", "sector-num": 8192,
///             "sectors-count": 128 } }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, QapiEvent)]
#[qapi(
    name = "QUORUM_FAILURE",
    since = "2.0",
    new,
    rate_limit,
    example = r#"{"timestamp":{"seconds":1722435880,"microseconds":164739},"event":"QUORUM_FAILURE","data":{"reference":"quorum0","sector-num":8192,"sectors-count":128}}"#
)]
#[non_exhaustive]
pub struct QuorumFailure {
    /// Block device, or graph node if the device has no name.
    pub reference: String,
    /// First sector of the request.
    pub sector_num: i64,
    /// Length of the request, in sectors.
    #[qapi(alias = "sector-count")]
    pub sectors_count: i64,
    /// Members that this build does not know, kept as they came.
    #[qapi(unknown)]
    pub unknown: UnknownMembers,
}

/// One child of a quorum node failed, or was outvoted by the others.
///
/// The request as a whole may still have succeeded. The child is to be replaced.
///
/// QUORUM_FAILURE follows if too few good children are left.
///
/// # Rate limit
///
/// QEMU sends it once a second at most for each `node-name`: the first at once, then the last of
/// each second.
///
/// # Versions
///
/// Since QEMU 2.0.
///
/// # Example
///
/// ```json
/// { "timestamp": { "seconds": 1722435909, "microseconds": 590217 },
///   "event": "QUORUM_REPORT_BAD",
///   "data": {
///     "type": "read",
///     "node-name": "child2",
///     "sector-num": 8192,
///     "sectors-count": 128 } }
/// { "timestamp": { "seconds": 1722435921, "microseconds": 12886 },
///   "event": "QUORUM_REPORT_BAD",
///   "data": { "type": "write", "error": "No space left on device",
///             "node-name": "child1", "sector-num": 4096,
///             "sectors-count": 8 } }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, QapiEvent)]
#[qapi(
    name = "QUORUM_REPORT_BAD",
    since = "2.0",
    new,
    rate_limit(key = "node-name"),
    example = r#"{"timestamp":{"seconds":1722435909,"microseconds":590217},"event":"QUORUM_REPORT_BAD","data":{"type":"read","node-name":"child2","sector-num":8192,"sectors-count":128}}"#,
    example = r#"{"timestamp":{"seconds":1722435921,"microseconds":12886},"event":"QUORUM_REPORT_BAD","data":{"type":"write","error":"No space left on device","node-name":"child1","sector-num":4096,"sectors-count":8}}"#
)]
#[non_exhaustive]
pub struct QuorumReportBad {
    /// The request, a QuorumOpType.
    ///
    /// Since QEMU 2.6.
    #[qapi(since = "2.6", mandatory)]
    pub r#type: Option<QuorumOpType>,
    /// Error message of the child, for people only; left out if the child answered and was outvoted.
    pub error: Option<String>,
    /// Graph node of the child.
    pub node_name: String,
    /// First sector of the request.
    pub sector_num: i64,
    /// Length of the request, in sectors.
    #[qapi(alias = "sector-count")]
    pub sectors_count: i64,
    /// Members that this build does not know, kept as they came.
    #[qapi(unknown)]
    pub unknown: UnknownMembers,
}
