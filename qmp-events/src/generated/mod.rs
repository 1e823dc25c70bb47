//! Provisional.
#![allow(missing_docs)]
use crate::{
    QapiEnum, QapiEvent, QapiEvents, QapiStruct, QapiUnion, UnknownBranch, UnknownEvent,
    UnknownValue,
};

/// The guest's balloon has changed its size.
#[derive(Clone, Debug, PartialEq, Eq, QapiEvent)]
#[qapi(name = "BALLOON_CHANGE", since = "1.2", rate_limit)]
#[non_exhaustive]
pub struct BalloonChange {
    /// The memory that the guest has, in bytes.
    pub actual: i64,
}

/// The guest reports the state of a hot-plugged device.
#[derive(Clone, Debug, PartialEq, Eq, QapiEvent)]
#[qapi(name = "ACPI_DEVICE_OST", since = "2.1")]
#[non_exhaustive]
pub struct AcpiDeviceOst {
    /// What the guest reports.
    #[qapi(bare)]
    pub info: AcpiOstInfo,
}

/// A report of the guest.
#[derive(Clone, Debug, PartialEq, Eq, QapiStruct)]
#[qapi(name = "ACPIOSTInfo", since = "2.1")]
#[non_exhaustive]
pub struct AcpiOstInfo {
    pub device: Option<String>,
    pub slot: String,
    pub slot_type: AcpiSlotType,
    pub source: i64,
    pub status: i64,
}

/// A kind of slot.
#[derive(Clone, Debug, PartialEq, Eq, Hash, QapiEnum)]
#[qapi(name = "ACPISlotType", since = "2.1")]
#[non_exhaustive]
pub enum AcpiSlotType {
    #[qapi(name = "DIMM")]
    Dimm,
    #[qapi(name = "CPU")]
    Cpu,
    #[qapi(unknown)]
    Other(UnknownValue),
}

/// A disk failed.
#[derive(Clone, Debug, PartialEq, Eq, QapiEvent)]
#[qapi(
    name = "BLOCK_IO_ERROR",
    since = "0.13",
    rate_limit(key = "qom-path", since = "10.0", exempt(action = "stop"))
)]
#[non_exhaustive]
pub struct BlockIoError {
    #[qapi(since = "9.2", mandatory)]
    pub qom_path: Option<String>,
    pub device: String,
    #[qapi(since = "2.8")]
    pub node_name: Option<String>,
    pub operation: IoOperationType,
    pub action: BlockErrorAction,
    #[qapi(since = "2.2")]
    pub nospace: Option<bool>,
    #[qapi(since = "2.2", mandatory)]
    pub reason: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, QapiEnum)]
#[qapi(name = "IoOperationType", since = "2.1")]
#[non_exhaustive]
pub enum IoOperationType {
    Read,
    Write,
    #[qapi(unknown)]
    Other(UnknownValue),
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, QapiEnum)]
#[qapi(name = "BlockErrorAction", since = "2.1")]
#[non_exhaustive]
pub enum BlockErrorAction {
    Ignore,
    Report,
    Stop,
    #[qapi(unknown)]
    Other(UnknownValue),
}

#[derive(Clone, Debug, PartialEq, Eq, QapiEvent)]
#[qapi(name = "COMMAND_DROPPED", since = "2.12", removed = "4.0")]
#[non_exhaustive]
pub struct CommandDropped {
    pub id: serde_json::Value,
    pub reason: CommandDropReason,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, QapiEnum)]
#[qapi(name = "CommandDropReason", since = "2.12")]
#[non_exhaustive]
pub enum CommandDropReason {
    QueueFull,
    #[qapi(unknown)]
    Other(UnknownValue),
}

#[derive(Clone, Debug, PartialEq, Eq, QapiEvent)]
#[qapi(name = "GUEST_PANICKED", since = "1.5")]
#[non_exhaustive]
pub struct GuestPanicked {
    pub action: GuestPanicAction,
    #[qapi(since = "2.9")]
    pub info: Option<GuestPanicInformation>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, QapiEnum)]
#[qapi(name = "GuestPanicAction", since = "2.1")]
#[non_exhaustive]
pub enum GuestPanicAction {
    Pause,
    Poweroff,
    Run,
    #[qapi(unknown)]
    Other(UnknownValue),
}

#[derive(Clone, Debug, PartialEq, Eq, QapiUnion)]
#[qapi(name = "GuestPanicInformation", tag = "type", since = "2.9")]
#[non_exhaustive]
pub enum GuestPanicInformation {
    HyperV(GuestPanicInformationHyperV),
    S390(GuestPanicInformationS390),
    #[qapi(unknown)]
    Other(UnknownBranch),
}

#[derive(Clone, Debug, PartialEq, Eq, QapiStruct)]
#[qapi(name = "GuestPanicInformationHyperV", since = "2.9")]
#[non_exhaustive]
pub struct GuestPanicInformationHyperV {
    pub arg1: u64,
    pub arg2: u64,
    pub arg3: u64,
    pub arg4: u64,
    pub arg5: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, QapiStruct)]
#[qapi(name = "GuestPanicInformationS390", since = "2.12")]
#[non_exhaustive]
pub struct GuestPanicInformationS390 {
    pub core: u32,
    pub psw_mask: u64,
    pub psw_addr: u64,
    pub reason: S390CrashReason,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, QapiEnum)]
#[qapi(name = "S390CrashReason", since = "2.12")]
#[non_exhaustive]
pub enum S390CrashReason {
    Unknown,
    DisabledWait,
    ExtintLoop,
    PgmintLoop,
    OpintLoop,
    #[qapi(unknown)]
    Other(UnknownValue),
}

#[derive(Clone, Debug, PartialEq, Eq, QapiEvent)]
#[qapi(name = "QUORUM_REPORT_BAD", since = "2.0", rate_limit(key = "node-name"))]
#[non_exhaustive]
pub struct QuorumReportBad {
    #[qapi(since = "2.6", mandatory)]
    pub r#type: Option<QuorumOpType>,
    pub error: Option<String>,
    pub node_name: String,
    pub sector_num: i64,
    #[qapi(alias = "sector-count")]
    pub sectors_count: i64,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, QapiEnum)]
#[qapi(name = "QuorumOpType", since = "2.6")]
#[non_exhaustive]
pub enum QuorumOpType {
    Read,
    Write,
    Flush,
    #[qapi(unknown)]
    Other(UnknownValue),
}

/// The virtual machine ends.
#[derive(Clone, Debug, PartialEq, Eq, QapiEvent)]
#[qapi(name = "SHUTDOWN", since = "0.12")]
#[non_exhaustive]
pub struct Shutdown {
    #[qapi(since = "2.10", mandatory)]
    pub guest: Option<bool>,
    #[qapi(since = "4.0", mandatory)]
    pub reason: Option<ShutdownCause>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, QapiEnum)]
#[qapi(name = "ShutdownCause", since = "4.0")]
#[non_exhaustive]
pub enum ShutdownCause {
    None,
    HostError,
    HostQmpQuit,
    HostQmpSystemReset,
    HostSignal,
    HostUi,
    GuestShutdown,
    GuestReset,
    GuestPanic,
    SubsystemReset,
    #[qapi(since = "7.1")]
    SnapshotLoad,
    #[qapi(unknown)]
    Other(UnknownValue),
}

/// The virtual machine was stopped.
#[derive(Clone, Debug, PartialEq, Eq, QapiEvent)]
#[qapi(name = "STOP", since = "0.12", example = r#"{"event":"STOP"}"#)]
#[non_exhaustive]
pub struct Stop {}

/// An event.
#[derive(Clone, Debug, PartialEq, Eq, QapiEvents)]
#[qapi(kind = EventKind)]
#[non_exhaustive]
pub enum Event {
    #[qapi(name = "ACPI_DEVICE_OST")]
    AcpiDeviceOst(AcpiDeviceOst),
    #[qapi(name = "BALLOON_CHANGE")]
    BalloonChange(BalloonChange),
    #[qapi(name = "BLOCK_IO_ERROR")]
    BlockIoError(BlockIoError),
    #[qapi(name = "COMMAND_DROPPED")]
    CommandDropped(CommandDropped),
    #[qapi(name = "GUEST_PANICKED")]
    GuestPanicked(GuestPanicked),
    #[qapi(name = "QUORUM_REPORT_BAD")]
    QuorumReportBad(QuorumReportBad),
    #[qapi(name = "SHUTDOWN")]
    Shutdown(Shutdown),
    #[qapi(name = "STOP")]
    Stop(Stop),
    /// An event that this build does not know, kept whole.
    #[qapi(unknown)]
    Unknown(UnknownEvent),
}
