// Made by `cargo xtask codegen` from schema/. Edit the schema, not this file.
//! Events and types of `schema/qapi/run-state.json`.

use qmp_events_derive::{QapiEnum, QapiEvent, QapiStruct, QapiUnion};

use crate::json::UnknownMembers;
use crate::unknown::{UnknownBranch, UnknownValue};

/// What brought about a reset or the end of the machine.
///
/// # Versions
///
/// Since QEMU 4.0.
#[derive(Clone, Debug, PartialEq, Eq, Hash, QapiEnum)]
#[qapi(name = "ShutdownCause", since = "4.0")]
#[non_exhaustive]
pub enum ShutdownCause {
    /// No cause was recorded.
    None,
    /// QEMU met an error that it could not get past.
    HostError,
    /// A client asked with `quit`.
    HostQmpQuit,
    /// A client asked with `system_reset`.
    HostQmpSystemReset,
    /// QEMU received a signal, SIGTERM for instance.
    HostSignal,
    /// Someone used the user interface, by closing the window for instance.
    HostUi,
    /// The guest powered itself off.
    GuestShutdown,
    /// The guest rebooted itself.
    GuestReset,
    /// The guest crashed, and the policy was to end it.
    GuestPanic,
    /// A part of the machine reset itself, as s390x does when it loads the next system; no reset of the
    /// whole.
    SubsystemReset,
    /// The state of a snapshot replaces the current one.
    ///
    /// Since QEMU 7.2.
    #[qapi(since = "7.2")]
    SnapshotLoad,
    /// A value that this build does not know, kept as it came.
    #[qapi(unknown)]
    Other(UnknownValue),
}

/// The machine is about to end.
///
/// QEMU exits after it, unless it was started with `-no-shutdown`: then the virtual CPUs stop, and
/// the process stays for the manager. A stream can also end without this event, when QEMU is killed
/// or crashes, or when a watchdog powers the machine off.
///
/// With `-no-shutdown` STOP follows, and a later `quit` sends SHUTDOWN once more.
///
/// # Versions
///
/// Since QEMU 0.12.
///
/// # Example
///
/// ```json
/// { "timestamp": { "seconds": 1722436033, "microseconds": 942276 },
///   "event": "SHUTDOWN",
///   "data": { "guest": true, "reason": "guest-shutdown" } }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, QapiEvent)]
#[qapi(
    name = "SHUTDOWN",
    since = "0.12",
    new,
    example = r#"{"timestamp":{"seconds":1722436033,"microseconds":942276},"event":"SHUTDOWN","data":{"guest":true,"reason":"guest-shutdown"}}"#
)]
#[non_exhaustive]
pub struct Shutdown {
    /// True if the guest ended itself, false if the host did it. A guest that complies with the host's
    /// `system_powerdown` ends itself: then it is true, and POWERDOWN came before.
    ///
    /// Since QEMU 2.10.
    #[qapi(since = "2.10", mandatory)]
    pub guest: Option<bool>,
    /// The cause, a ShutdownCause.
    ///
    /// Since QEMU 4.0.
    #[qapi(since = "4.0", mandatory)]
    pub reason: Option<ShutdownCause>,
    /// Members that this build does not know, kept as they came.
    #[qapi(unknown)]
    pub unknown: UnknownMembers,
}

/// The guest was asked to power down.
///
/// This is the request, made as if someone had pushed the power button. The guest may take its time
/// or not react at all.
///
/// SHUTDOWN follows if the guest complies.
///
/// # Versions
///
/// Since QEMU 0.12.
///
/// # Example
///
/// ```json
/// { "timestamp": { "seconds": 1722435822, "microseconds": 471306 },
///   "event": "POWERDOWN" }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, QapiEvent)]
#[qapi(
    name = "POWERDOWN",
    since = "0.12",
    new,
    example = r#"{"timestamp":{"seconds":1722435822,"microseconds":471306},"event":"POWERDOWN"}"#
)]
#[non_exhaustive]
pub struct Powerdown {
    /// Members that this build does not know, kept as they came.
    #[qapi(unknown)]
    pub unknown: UnknownMembers,
}

/// The machine was reset.
///
/// One reboot of the guest may reset the machine two or three times.
///
/// With `-no-reboot` a reboot ends in SHUTDOWN instead.
///
/// # Versions
///
/// Since QEMU 0.12.
///
/// # Example
///
/// ```json
/// { "timestamp": { "seconds": 1722435960, "microseconds": 725618 },
///   "event": "RESET",
///   "data": { "guest": true, "reason": "guest-reset" } }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, QapiEvent)]
#[qapi(
    name = "RESET",
    since = "0.12",
    new,
    example = r#"{"timestamp":{"seconds":1722435960,"microseconds":725618},"event":"RESET","data":{"guest":true,"reason":"guest-reset"}}"#
)]
#[non_exhaustive]
pub struct Reset {
    /// True if the guest did it, false if the host did.
    ///
    /// Since QEMU 2.10.
    #[qapi(since = "2.10", mandatory)]
    pub guest: Option<bool>,
    /// The cause, a ShutdownCause.
    ///
    /// Since QEMU 4.0.
    #[qapi(since = "4.0", mandatory)]
    pub reason: Option<ShutdownCause>,
    /// Members that this build does not know, kept as they came.
    #[qapi(unknown)]
    pub unknown: UnknownMembers,
}

/// The virtual CPUs were stopped.
///
/// The event carries no cause. `query-status` has the state of the machine, and another event often
/// came just before: BLOCK_IO_ERROR, GUEST_PANICKED or WATCHDOG.
///
/// RESUME is the opposite.
///
/// # Versions
///
/// Since QEMU 0.12.
///
/// # Example
///
/// ```json
/// { "timestamp": { "seconds": 1722436132, "microseconds": 215093 },
///   "event": "STOP" }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, QapiEvent)]
#[qapi(
    name = "STOP",
    since = "0.12",
    new,
    example = r#"{"timestamp":{"seconds":1722436132,"microseconds":215093},"event":"STOP"}"#
)]
#[non_exhaustive]
pub struct Stop {
    /// Members that this build does not know, kept as they came.
    #[qapi(unknown)]
    pub unknown: UnknownMembers,
}

/// The virtual CPUs run, for the first time or again.
///
/// STOP is the opposite.
///
/// # Versions
///
/// Since QEMU 0.12.
///
/// # Example
///
/// ```json
/// { "timestamp": { "seconds": 1722435984, "microseconds": 310429 },
///   "event": "RESUME" }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, QapiEvent)]
#[qapi(
    name = "RESUME",
    since = "0.12",
    new,
    example = r#"{"timestamp":{"seconds":1722435984,"microseconds":310429},"event":"RESUME"}"#
)]
#[non_exhaustive]
pub struct Resume {
    /// Members that this build does not know, kept as they came.
    #[qapi(unknown)]
    pub unknown: UnknownMembers,
}

/// The guest went to sleep, with its state kept in memory (ACPI S3).
///
/// WAKEUP follows when the guest wakes.
///
/// # Versions
///
/// Since QEMU 1.1.
///
/// # Example
///
/// ```json
/// { "timestamp": { "seconds": 1722436157, "microseconds": 490782 },
///   "event": "SUSPEND" }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, QapiEvent)]
#[qapi(
    name = "SUSPEND",
    since = "1.1",
    new,
    example = r#"{"timestamp":{"seconds":1722436157,"microseconds":490782},"event":"SUSPEND"}"#
)]
#[non_exhaustive]
pub struct Suspend {
    /// Members that this build does not know, kept as they came.
    #[qapi(unknown)]
    pub unknown: UnknownMembers,
}

/// The guest saved its state to its own disk and sleeps (ACPI S4).
///
/// To QEMU this is a power-off. The guest takes up its saved state when the machine is started
/// anew.
///
/// SHUTDOWN follows.
///
/// # Versions
///
/// Since QEMU 1.2.
///
/// # Example
///
/// ```json
/// { "timestamp": { "seconds": 1722436181, "microseconds": 763448 },
///   "event": "SUSPEND_DISK" }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, QapiEvent)]
#[qapi(
    name = "SUSPEND_DISK",
    since = "1.2",
    new,
    example = r#"{"timestamp":{"seconds":1722436181,"microseconds":763448},"event":"SUSPEND_DISK"}"#
)]
#[non_exhaustive]
pub struct SuspendDisk {
    /// Members that this build does not know, kept as they came.
    #[qapi(unknown)]
    pub unknown: UnknownMembers,
}

/// The guest woke from a sleep in memory (ACPI S3).
///
/// SUSPEND came before it.
///
/// # Versions
///
/// Since QEMU 1.1.
///
/// # Example
///
/// ```json
/// { "timestamp": { "seconds": 1722436382, "microseconds": 951900 },
///   "event": "WAKEUP" }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, QapiEvent)]
#[qapi(
    name = "WAKEUP",
    since = "1.1",
    new,
    example = r#"{"timestamp":{"seconds":1722436382,"microseconds":951900},"event":"WAKEUP"}"#
)]
#[non_exhaustive]
pub struct Wakeup {
    /// Members that this build does not know, kept as they came.
    #[qapi(unknown)]
    pub unknown: UnknownMembers,
}

/// What QEMU does when a watchdog runs out.
///
/// # Versions
///
/// Since QEMU 2.1.
#[derive(Clone, Debug, PartialEq, Eq, Hash, QapiEnum)]
#[qapi(name = "WatchdogAction", since = "2.1")]
#[non_exhaustive]
pub enum WatchdogAction {
    /// Reboot the machine at once.
    Reset,
    /// Ask the guest to power down, as POWERDOWN does.
    Shutdown,
    /// End the machine at once.
    Poweroff,
    /// Stop the virtual CPUs.
    Pause,
    /// Print a message and go on.
    Debug,
    /// Do nothing.
    None,
    /// Interrupt the guest with an NMI, so that it can write a dump for instance.
    ///
    /// Since QEMU 2.4.
    #[qapi(since = "2.4")]
    InjectNmi,
    /// A value that this build does not know, kept as it came.
    #[qapi(unknown)]
    Other(UnknownValue),
}

/// A watchdog device ran out, as the guest no longer served it in time.
///
/// What happens then is a setting of QEMU (`-action watchdog=...`). With "poweroff" QEMU exits at
/// once, without SHUTDOWN.
///
/// RESET, POWERDOWN or STOP follows action "reset", "shutdown" or "pause".
///
/// # Rate limit
///
/// QEMU sends it once a second at most: the first at once, then the last of each second.
///
/// # Versions
///
/// Since QEMU 0.13.
///
/// # Example
///
/// ```json
/// { "timestamp": { "seconds": 1722436408, "microseconds": 225575 },
///   "event": "WATCHDOG",
///   "data": { "action": "reset" } }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, QapiEvent)]
#[qapi(
    name = "WATCHDOG",
    since = "0.13",
    new,
    rate_limit,
    example = r#"{"timestamp":{"seconds":1722436408,"microseconds":225575},"event":"WATCHDOG","data":{"action":"reset"}}"#
)]
#[non_exhaustive]
pub struct Watchdog {
    /// What QEMU does, a WatchdogAction.
    pub action: WatchdogAction,
    /// Members that this build does not know, kept as they came.
    #[qapi(unknown)]
    pub unknown: UnknownMembers,
}

/// What QEMU does when the guest reports a crash.
///
/// # Versions
///
/// Since QEMU 2.1.
#[derive(Clone, Debug, PartialEq, Eq, Hash, QapiEnum)]
#[qapi(name = "GuestPanicAction", since = "2.1")]
#[non_exhaustive]
pub enum GuestPanicAction {
    /// Stop the virtual CPUs.
    Pause,
    /// End the machine.
    ///
    /// Since QEMU 2.8.
    #[qapi(since = "2.8")]
    Poweroff,
    /// Let the guest go on.
    ///
    /// Since QEMU 5.0.
    #[qapi(since = "5.0")]
    Run,
    /// A value that this build does not know, kept as it came.
    #[qapi(unknown)]
    Other(UnknownValue),
}

/// Content of the five crash registers of Hyper-V.
///
/// A Windows guest puts its stop code and the code's arguments there.
///
/// # Versions
///
/// Since QEMU 2.9.
#[derive(Clone, Debug, PartialEq, Eq, QapiStruct)]
#[qapi(name = "GuestPanicInformationHyperV", since = "2.9", new)]
#[non_exhaustive]
pub struct GuestPanicInformationHyperV {
    /// First register, the stop code in Windows guests.
    pub arg1: u64,
    /// Second register.
    pub arg2: u64,
    /// Third register.
    pub arg3: u64,
    /// Fourth register.
    pub arg4: u64,
    /// Fifth register.
    pub arg5: u64,
    /// Members that this build does not know, kept as they came.
    #[qapi(unknown)]
    pub unknown: UnknownMembers,
}

/// How an s390x CPU came to a halt for good.
///
/// # Versions
///
/// Since QEMU 2.12.
#[derive(Clone, Debug, PartialEq, Eq, Hash, QapiEnum)]
#[qapi(name = "S390CrashReason", since = "2.12")]
#[non_exhaustive]
pub enum S390CrashReason {
    /// No known pattern.
    Unknown,
    /// It waits with all interrupts masked.
    DisabledWait,
    /// It takes external interrupts in an endless loop.
    ExtintLoop,
    /// It takes program interrupts in an endless loop.
    PgmintLoop,
    /// Operation exceptions raise one another in an endless loop.
    OpintLoop,
    /// A value that this build does not know, kept as it came.
    #[qapi(unknown)]
    Other(UnknownValue),
}

/// State of the s390x CPU that crashed.
///
/// # Versions
///
/// Since QEMU 2.12.
#[derive(Clone, Debug, PartialEq, Eq, QapiStruct)]
#[qapi(name = "GuestPanicInformationS390", since = "2.12", new)]
#[non_exhaustive]
pub struct GuestPanicInformationS390 {
    /// Number of the CPU.
    pub core: u32,
    /// Flags of its program status word.
    pub psw_mask: u64,
    /// Instruction address of its program status word.
    pub psw_addr: u64,
    /// The kind of crash.
    pub reason: S390CrashReason,
    /// Members that this build does not know, kept as they came.
    #[qapi(unknown)]
    pub unknown: UnknownMembers,
}

/// Details of a crash, as far as the guest handed them over.
///
/// # Versions
///
/// Since QEMU 2.9.
#[derive(Clone, Debug, PartialEq, Eq, QapiUnion)]
#[qapi(name = "GuestPanicInformation", since = "2.9", tag = "type")]
#[non_exhaustive]
pub enum GuestPanicInformation {
    /// The crash registers that Hyper-V offers to its guests.
    HyperV(GuestPanicInformationHyperV),
    /// The state of a stopped s390x CPU.
    ///
    /// Since QEMU 2.12.
    #[qapi(since = "2.12")]
    S390(GuestPanicInformationS390),
    /// The fatal error that an Intel TDX guest reported.
    ///
    /// Since QEMU 10.1.
    #[qapi(since = "10.1")]
    Tdx(GuestPanicInformationTdx),
    /// The end that an AMD SEV guest asked for.
    ///
    /// Since QEMU 11.0.
    #[qapi(since = "11.0")]
    Sev(GuestPanicInformationSev),
    /// A branch that this build does not know, kept whole.
    #[qapi(unknown)]
    Other(UnknownBranch),
}

/// The operating system of the guest crashed and told QEMU so.
///
/// The guest needs a driver for that, pvpanic for instance. What happens then is a setting of QEMU
/// (`-action panic=...`): more actions than "pause" exist, and newer releases may add others.
///
/// STOP follows action "pause", and SHUTDOWN follows action "poweroff".
///
/// # Versions
///
/// Since QEMU 1.5.
///
/// # Example
///
/// ```json
/// { "timestamp": { "seconds": 1722435451, "microseconds": 507336 },
///   "event": "GUEST_PANICKED",
///   "data": { "action": "pause" } }
/// { "timestamp": { "seconds": 1722435468, "microseconds": 929110 },
///   "event": "GUEST_PANICKED",
///   "data": { "action": "pause",
///             "info": { "type": "s390", "core": 0,
///                       "psw-mask": 562956395872256,
///                       "psw-addr": 18446744073709551614,
///                       "reason": "disabled-wait" } } }
/// { "timestamp": { "seconds": 1722435490, "microseconds": 38247 },
///   "event": "GUEST_PANICKED",
///   "data": {
///     "action": "poweroff",
///     "info": { "type": "hyper-v", "arg1": 209, "arg2": 2053, "arg3": 2,
///               "arg4": 0, "arg5": 18446735286139453520 } } }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, QapiEvent)]
#[qapi(
    name = "GUEST_PANICKED",
    since = "1.5",
    new,
    example = r#"{"timestamp":{"seconds":1722435451,"microseconds":507336},"event":"GUEST_PANICKED","data":{"action":"pause"}}"#,
    example = r#"{"timestamp":{"seconds":1722435468,"microseconds":929110},"event":"GUEST_PANICKED","data":{"action":"pause","info":{"type":"s390","core":0,"psw-mask":562956395872256,"psw-addr":18446744073709551614,"reason":"disabled-wait"}}}"#,
    example = r#"{"timestamp":{"seconds":1722435490,"microseconds":38247},"event":"GUEST_PANICKED","data":{"action":"poweroff","info":{"type":"hyper-v","arg1":209,"arg2":2053,"arg3":2,"arg4":0,"arg5":18446735286139453520}}}"#
)]
#[non_exhaustive]
pub struct GuestPanicked {
    /// What QEMU does, a GuestPanicAction.
    pub action: GuestPanicAction,
    /// Details, if the guest gave any.
    ///
    /// Since QEMU 2.9.
    #[qapi(since = "2.9")]
    pub info: Option<GuestPanicInformation>,
    /// Members that this build does not know, kept as they came.
    #[qapi(unknown)]
    pub unknown: UnknownMembers,
}

/// The guest crashed and deals with it itself, by its own crash kernel.
///
/// QEMU lets the guest write its dump, and the guest reboots when it is done.
///
/// A crash that the guest does not handle gives GUEST_PANICKED.
///
/// # Versions
///
/// Since QEMU 5.0.
///
/// # Example
///
/// ```json
/// { "timestamp": { "seconds": 1722435420, "microseconds": 284955 },
///   "event": "GUEST_CRASHLOADED",
///   "data": { "action": "run" } }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, QapiEvent)]
#[qapi(
    name = "GUEST_CRASHLOADED",
    since = "5.0",
    new,
    example = r#"{"timestamp":{"seconds":1722435420,"microseconds":284955},"event":"GUEST_CRASHLOADED","data":{"action":"run"}}"#
)]
#[non_exhaustive]
pub struct GuestCrashloaded {
    /// What QEMU does, a GuestPanicAction; "run" here.
    pub action: GuestPanicAction,
    /// Details, if the guest gave any.
    pub info: Option<GuestPanicInformation>,
    /// Members that this build does not know, kept as they came.
    #[qapi(unknown)]
    pub unknown: UnknownMembers,
}

/// The guest asked for an orderly shutdown through its pvpanic device.
///
/// Guests do so where no other way to power off exists.
///
/// SHUTDOWN follows.
///
/// # Versions
///
/// Since QEMU 9.1.
///
/// # Example
///
/// ```json
/// { "timestamp": { "seconds": 1722435519, "microseconds": 660802 },
///   "event": "GUEST_PVSHUTDOWN" }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, QapiEvent)]
#[qapi(
    name = "GUEST_PVSHUTDOWN",
    since = "9.1",
    new,
    example = r#"{"timestamp":{"seconds":1722435519,"microseconds":660802},"event":"GUEST_PVSHUTDOWN"}"#
)]
#[non_exhaustive]
pub struct GuestPvShutdown {
    /// Members that this build does not know, kept as they came.
    #[qapi(unknown)]
    pub unknown: UnknownMembers,
}

/// Whose memory is hit.
///
/// # Versions
///
/// Since QEMU 5.2.
#[derive(Clone, Debug, PartialEq, Eq, Hash, QapiEnum)]
#[qapi(name = "MemoryFailureRecipient", since = "5.2")]
#[non_exhaustive]
pub enum MemoryFailureRecipient {
    /// Memory that QEMU itself uses.
    Hypervisor,
    /// Memory of the guest.
    Guest,
    /// A value that this build does not know, kept as it came.
    #[qapi(unknown)]
    Other(UnknownValue),
}

/// What happened after memory was found to be broken.
///
/// # Versions
///
/// Since QEMU 5.2.
#[derive(Clone, Debug, PartialEq, Eq, Hash, QapiEnum)]
#[qapi(name = "MemoryFailureAction", since = "5.2")]
#[non_exhaustive]
pub enum MemoryFailureAction {
    /// Nothing; the page may be free, or the report was only advisory.
    Ignore,
    /// The guest was told, through a machine check for instance.
    Inject,
    /// Nothing can be done, and QEMU exits.
    Fatal,
    /// The guest does not deal with such errors, or was still busy with an earlier one; the machine is
    /// rebooted.
    Reset,
    /// A value that this build does not know, kept as it came.
    #[qapi(unknown)]
    Other(UnknownValue),
}

/// Circumstances of a memory failure.
///
/// # Versions
///
/// Since QEMU 5.2.
#[derive(Clone, Debug, PartialEq, Eq, QapiStruct)]
#[qapi(name = "MemoryFailureFlags", since = "5.2", new)]
#[non_exhaustive]
pub struct MemoryFailureFlags {
    /// True if a CPU was about to use the broken memory; false if it was found in passing.
    pub action_required: bool,
    /// True if the guest was still dealing with an earlier failure.
    pub recursive: bool,
    /// Members that this build does not know, kept as they came.
    #[qapi(unknown)]
    pub unknown: UnknownMembers,
}

/// Memory turned out to be broken beyond repair.
///
/// The host reported an error of its hardware, or one was simulated for a test.
///
/// RESET follows action "reset".
///
/// # Versions
///
/// Since QEMU 5.2.
///
/// # Example
///
/// ```json
/// { "timestamp": { "seconds": 1722435631, "microseconds": 874409 },
///   "event": "MEMORY_FAILURE",
///   "data": {
///     "recipient": "guest",
///     "action": "inject",
///     "flags": { "action-required": true, "recursive": false } } }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, QapiEvent)]
#[qapi(
    name = "MEMORY_FAILURE",
    since = "5.2",
    new,
    example = r#"{"timestamp":{"seconds":1722435631,"microseconds":874409},"event":"MEMORY_FAILURE","data":{"recipient":"guest","action":"inject","flags":{"action-required":true,"recursive":false}}}"#
)]
#[non_exhaustive]
pub struct MemoryFailure {
    /// Whose memory is hit, a MemoryFailureRecipient.
    pub recipient: MemoryFailureRecipient,
    /// What was done about it, a MemoryFailureAction.
    pub action: MemoryFailureAction,
    /// The circumstances.
    pub flags: MemoryFailureFlags,
    /// Members that this build does not know, kept as they came.
    #[qapi(unknown)]
    pub unknown: UnknownMembers,
}

/// The fatal error that an Intel TDX guest reported.
///
/// # Versions
///
/// Since QEMU 10.1.
#[derive(Clone, Debug, PartialEq, Eq, QapiStruct)]
#[qapi(name = "GuestPanicInformationTdx", since = "10.1", new)]
#[non_exhaustive]
pub struct GuestPanicInformationTdx {
    /// The guest's number of the error.
    pub error_code: u32,
    /// The guest's words for it, for people; anything may be in it.
    pub message: String,
    /// Guest physical address of a page with more, if the guest named one.
    pub gpa: Option<u64>,
    /// Members that this build does not know, kept as they came.
    #[qapi(unknown)]
    pub unknown: UnknownMembers,
}

/// Why an AMD SEV guest asked to be ended.
///
/// # Versions
///
/// Since QEMU 11.0.
#[derive(Clone, Debug, PartialEq, Eq, QapiStruct)]
#[qapi(name = "GuestPanicInformationSev", since = "11.0", new)]
#[non_exhaustive]
pub struct GuestPanicInformationSev {
    /// The set of reasons that the code belongs to.
    pub set: u32,
    /// The reason, a number of that set.
    pub code: u32,
    /// Members that this build does not know, kept as they came.
    #[qapi(unknown)]
    pub unknown: UnknownMembers,
}
