// Made by `cargo xtask codegen` from schema/. Edit the schema, not this file.
//! Every event that QEMU has emitted, and the types that they are made of.

mod acpi;
mod block;
mod block_core;
mod block_export;
mod char;
mod common;
mod control;
mod dump;
mod job;
mod machine;
mod machine_s390x;
mod machine_target;
mod migration;
mod misc;
mod net;
mod qdev;
mod rdma;
mod run_state;
mod sockets;
mod ui;
mod vfio;

pub use acpi::*;
pub use block::*;
pub use block_core::*;
pub use block_export::*;
pub use char::*;
pub use common::*;
pub use control::*;
pub use dump::*;
pub use job::*;
pub use machine::*;
pub use machine_s390x::*;
pub use machine_target::*;
pub use migration::*;
pub use misc::*;
pub use net::*;
pub use qdev::*;
pub use rdma::*;
pub use run_state::*;
pub use sockets::*;
pub use ui::*;
pub use vfio::*;

use qmp_events_derive::QapiEvents;

use crate::unknown::UnknownEvent;

/// An event with its data: one variant for each event that QEMU has emitted.
#[derive(Clone, Debug, PartialEq, Eq, QapiEvents)]
#[qapi(kind = EventKind)]
#[non_exhaustive]
pub enum Event {
    /// The guest reported how a hot-plug operation goes.
    #[qapi(name = "ACPI_DEVICE_OST")]
    AcpiDeviceOst(AcpiDeviceOst),
    /// The balloon in the guest grew or shrank, and so the memory left to the guest changed.
    #[qapi(name = "BALLOON_CHANGE")]
    BalloonChange(BalloonChange),
    /// A block export is gone, which makes its id available again.
    #[qapi(name = "BLOCK_EXPORT_DELETED")]
    BlockExportDeleted(BlockExportDeleted),
    /// QEMU found the metadata of an image to be damaged.
    #[qapi(name = "BLOCK_IMAGE_CORRUPTED")]
    BlockImageCorrupted(BlockImageCorrupted),
    /// A disk request of the guest failed on the host.
    #[qapi(name = "BLOCK_IO_ERROR")]
    BlockIoError(BlockIoError),
    /// A block job was cancelled.
    #[qapi(name = "BLOCK_JOB_CANCELLED")]
    BlockJobCancelled(BlockJobCancelled),
    /// A block job ended by itself, with success or with an error.
    #[qapi(name = "BLOCK_JOB_COMPLETED")]
    BlockJobCompleted(BlockJobCompleted),
    /// A request of a block job failed.
    #[qapi(name = "BLOCK_JOB_ERROR")]
    BlockJobError(BlockJobError),
    /// A block job did its work and waits for `job-finalize`.
    #[qapi(name = "BLOCK_JOB_PENDING")]
    BlockJobPending(BlockJobPending),
    /// A block job has caught up with its source and can be completed.
    #[qapi(name = "BLOCK_JOB_READY")]
    BlockJobReady(BlockJobReady),
    /// A write went past the mark that was set on a node.
    #[qapi(name = "BLOCK_WRITE_THRESHOLD")]
    BlockWriteThreshold(BlockWriteThreshold),
    /// Fault tolerance by COLO ended on this side.
    #[qapi(name = "COLO_EXIT")]
    ColoExit(ColoExit),
    /// A command was thrown away before it ran.
    #[qapi(name = "COMMAND_DROPPED")]
    CommandDropped(CommandDropped),
    /// The guest of an s390x machine asked for another polarization of its CPUs.
    #[qapi(name = "CPU_POLARIZATION_CHANGE")]
    CpuPolarizationChange(CpuPolarizationChange),
    /// A device is gone from the machine.
    #[qapi(name = "DEVICE_DELETED")]
    DeviceDeleted(DeviceDeleted),
    /// The tray of a removable drive opened or closed.
    #[qapi(name = "DEVICE_TRAY_MOVED")]
    DeviceTrayMoved(DeviceTrayMoved),
    /// The guest refused to let go of a device, so the device stays in use.
    #[qapi(name = "DEVICE_UNPLUG_GUEST_ERROR")]
    DeviceUnplugGuestError(DeviceUnplugGuestError),
    /// A dump of the guest's memory ended, with success or with an error.
    #[qapi(name = "DUMP_COMPLETED")]
    DumpCompleted(DumpCompleted),
    /// The guest's driver supports failover, so the primary network device can be plugged in.
    #[qapi(name = "FAILOVER_NEGOTIATED")]
    FailoverNegotiated(FailoverNegotiated),
    /// The guest crashed and deals with it itself, by its own crash kernel.
    #[qapi(name = "GUEST_CRASHLOADED")]
    GuestCrashloaded(GuestCrashloaded),
    /// The operating system of the guest crashed and told QEMU so.
    #[qapi(name = "GUEST_PANICKED")]
    GuestPanicked(GuestPanicked),
    /// The guest asked for an orderly shutdown through its pvpanic device.
    #[qapi(name = "GUEST_PVSHUTDOWN")]
    GuestPvShutdown(GuestPvShutdown),
    /// The driver of the Hyper-V balloon sent its regular report on memory use.
    #[qapi(name = "HV_BALLOON_STATUS_REPORT")]
    HvBalloonStatusReport(HvBalloonStatusReport),
    /// A background job entered another state.
    #[qapi(name = "JOB_STATUS_CHANGE")]
    JobStatusChange(JobStatusChange),
    /// A memory device offers more or less memory to the guest than before.
    #[qapi(name = "MEMORY_DEVICE_SIZE_CHANGE")]
    MemoryDeviceSizeChange(MemoryDeviceSizeChange),
    /// Memory turned out to be broken beyond repair.
    #[qapi(name = "MEMORY_FAILURE")]
    MemoryFailure(MemoryFailure),
    /// A memory device could not be unplugged.
    #[qapi(name = "MEM_UNPLUG_ERROR")]
    MemUnplugError(MemUnplugError),
    /// A migration entered another state.
    #[qapi(name = "MIGRATION")]
    Migration(Migration),
    /// The source begins another pass over the guest's memory.
    #[qapi(name = "MIGRATION_PASS")]
    MigrationPass(MigrationPass),
    /// A stream network backend has a connection to its peer.
    #[qapi(name = "NETDEV_STREAM_CONNECTED")]
    NetdevStreamConnected(NetdevStreamConnected),
    /// A stream network backend lost its peer.
    #[qapi(name = "NETDEV_STREAM_DISCONNECTED")]
    NetdevStreamDisconnected(NetdevStreamDisconnected),
    /// A vhost-user network backend is in contact with the process that serves it.
    #[qapi(name = "NETDEV_VHOST_USER_CONNECTED")]
    NetdevVhostUserConnected(NetdevVhostUserConnected),
    /// A vhost-user network backend lost the process that serves it.
    #[qapi(name = "NETDEV_VHOST_USER_DISCONNECTED")]
    NetdevVhostUserDisconnected(NetdevVhostUserDisconnected),
    /// The guest changed which packets its network device accepts.
    #[qapi(name = "NIC_RX_FILTER_CHANGED")]
    NicRxFilterChanged(NicRxFilterChanged),
    /// The guest was asked to power down.
    #[qapi(name = "POWERDOWN")]
    Powerdown(Powerdown),
    /// The helper process for persistent reservations came or went.
    #[qapi(name = "PR_MANAGER_STATUS_CHANGED")]
    PrManagerStatusChanged(PrManagerStatusChanged),
    /// Too few children of a quorum node agree, so a request failed.
    #[qapi(name = "QUORUM_FAILURE")]
    QuorumFailure(QuorumFailure),
    /// One child of a quorum node failed, or was outvoted by the others.
    #[qapi(name = "QUORUM_REPORT_BAD")]
    QuorumReportBad(QuorumReportBad),
    /// The guest's RDMA driver added or removed an address (GID).
    #[qapi(name = "RDMA_GID_STATUS_CHANGED")]
    RdmaGidStatusChanged(RdmaGidStatusChanged),
    /// The machine was reset.
    #[qapi(name = "RESET")]
    Reset(Reset),
    /// The virtual CPUs run, for the first time or again.
    #[qapi(name = "RESUME")]
    Resume(Resume),
    /// The guest set its real-time clock.
    #[qapi(name = "RTC_CHANGE")]
    RtcChange(RtcChange),
    /// The guest of an s390x machine told which system it runs (control-program identification).
    #[qapi(name = "SCLP_CPI_INFO_AVAILABLE")]
    SclpCpiInfoAvailable(SclpCpiInfoAvailable),
    /// The machine is about to end.
    #[qapi(name = "SHUTDOWN")]
    Shutdown(Shutdown),
    /// A SPICE client opened a connection.
    #[qapi(name = "SPICE_CONNECTED")]
    SpiceConnected(SpiceConnected),
    /// A connection of a SPICE client ended.
    #[qapi(name = "SPICE_DISCONNECTED")]
    SpiceDisconnected(SpiceDisconnected),
    /// A SPICE client authenticated, and one of its channels is in use.
    #[qapi(name = "SPICE_INITIALIZED")]
    SpiceInitialized(SpiceInitialized),
    /// The SPICE client has moved over to the destination of a migration.
    #[qapi(name = "SPICE_MIGRATE_COMPLETED")]
    SpiceMigrateCompleted(SpiceMigrateCompleted),
    /// The virtual CPUs were stopped.
    #[qapi(name = "STOP")]
    Stop(Stop),
    /// The guest went to sleep, with its state kept in memory (ACPI S3).
    #[qapi(name = "SUSPEND")]
    Suspend(Suspend),
    /// The guest saved its state to its own disk and sleeps (ACPI S4).
    #[qapi(name = "SUSPEND_DISK")]
    SuspendDisk(SuspendDisk),
    /// A migration begins, and the guest was asked to let go of its primary network device.
    #[qapi(name = "UNPLUG_PRIMARY")]
    UnplugPrimary(UnplugPrimary),
    /// A passed-through device (VFIO) entered another state of migration.
    #[qapi(name = "VFIO_MIGRATION")]
    VfioMigration(VfioMigration),
    /// The client of a vfio-user server closed its connection.
    #[qapi(name = "VFU_CLIENT_HANGUP")]
    VfuClientHangup(VfuClientHangup),
    /// A VNC client opened a connection.
    #[qapi(name = "VNC_CONNECTED")]
    VncConnected(VncConnected),
    /// The connection of a VNC client ended.
    #[qapi(name = "VNC_DISCONNECTED")]
    VncDisconnected(VncDisconnected),
    /// A VNC client authenticated, and its session begins.
    #[qapi(name = "VNC_INITIALIZED")]
    VncInitialized(VncInitialized),
    /// A program in the guest opened or closed a virtio-serial port.
    #[qapi(name = "VSERPORT_CHANGE")]
    VserportChange(VserportChange),
    /// The guest woke from a sleep in memory (ACPI S3).
    #[qapi(name = "WAKEUP")]
    Wakeup(Wakeup),
    /// A watchdog device ran out, as the guest no longer served it in time.
    #[qapi(name = "WATCHDOG")]
    Watchdog(Watchdog),
    /// An event that this build does not know, kept whole.
    #[qapi(unknown)]
    Unknown(UnknownEvent),
}
