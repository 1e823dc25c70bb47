//! What changed in the state of a machine.

use super::device::{DisplayClient, Drive, Errors, Export, Unplug};
use super::job::Job;
use super::migration::Migration;
use super::query::Query;
use super::run::{End, Run};
use crate::protocol::CommandError;

/// A change of a machine's state. It holds the new state of the part that changed; `None` for what is gone.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Change {
    /// The connection began or ended.
    Connection(Connection),
    /// The machine has a name now, or another one.
    Name(Option<String>),
    /// It runs, stopped, or stopped for another reason.
    Run(Run),
    /// It said that it will end.
    Ending(End),
    /// It ended.
    Ended(End),
    /// It was connected again: it had not ended.
    Revived,
    /// A job began, or changed its state or its progress.
    Job(Job),
    /// A job is gone; how it ended is in its outcome.
    JobGone(Job),
    /// A migration began, changed its state, or is further.
    Migration(Migration),
    /// A device is to leave the machine, or refuses to.
    Unplug {
        /// The device's id, or its path.
        device: String,
        /// Which of the two.
        now: Unplug,
    },
    /// A device has left the machine.
    DeviceGone {
        /// The device's id, or its path.
        device: String,
    },
    /// One more error of a drive, a node or a device.
    Errors {
        /// Whose errors.
        name: String,
        /// All of them so far.
        now: Errors,
    },
    /// How often memory was found to be broken so far.
    MemoryFailures(u64),
    /// A tray moved, or a drive began to fail or to work.
    Drive {
        /// The id of its device, or its path or name.
        id: String,
        /// The drive.
        now: Option<Drive>,
    },
    /// A program in the guest opened or closed a virtio-serial port.
    Port {
        /// The port's id.
        id: String,
        /// Whether it is open.
        now: Option<bool>,
    },
    /// A character device is open or closed on the guest's side.
    Chardev {
        /// Its label.
        label: String,
        /// Whether it is open.
        now: Option<bool>,
    },
    /// A client of VNC came, was let in, or left.
    VncClient {
        /// Its address.
        address: String,
        /// The client.
        now: Option<DisplayClient>,
    },
    /// A connection of SPICE began, was let in, or ended.
    SpiceConnection {
        /// Its address.
        address: String,
        /// The connection.
        now: Option<DisplayClient>,
    },
    /// A block export was found or is gone.
    Export {
        /// Its id.
        id: String,
        /// The export.
        now: Option<Export>,
    },
    /// A network backend has a peer, or lost it.
    Netdev {
        /// Its id.
        id: String,
        /// Whether it is connected.
        now: bool,
    },
    /// A memory device offers more or less memory to the guest.
    MemoryDevice {
        /// Its id, or its path.
        id: String,
        /// Its size in bytes.
        now: Option<u64>,
    },
    /// The balloon leaves so much memory to the guest, in bytes.
    Balloon(i64),
    /// The guest's clock is so many seconds ahead of the one that it was started with.
    RtcOffset(i64),
    /// Events were missed: what was known is in doubt until it is queried.
    Doubt,
    /// A query was refused, or its reply cannot be read; what it would tell is as unknown as before.
    Unanswered {
        /// The query.
        query: Query,
        /// Why.
        reason: CommandError,
    },
}

/// Whether there is a connection to the machine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Connection {
    /// Nothing was said of one, as in a recording of events.
    #[default]
    Unknown,
    /// There is one.
    Connected,
    /// There is none.
    Disconnected,
}
