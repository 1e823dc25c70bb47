//! What takes in all that happens to all machines.

use std::future::ready;
use std::pin::Pin;

use qmp_events::machine::{Change, Machine};
use qmp_events::protocol::Greeting;
use qmp_events::tokio::{Client, Peer};
use qmp_events::{Disconnected, Malformed, Timestamp};

use crate::record::Record;
use crate::sources::origins::OriginId;
use crate::sources::{Origin, Place};

/// A machine of which something is told.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Observed<'a> {
    /// Tells it from all others, also from one that is called the same; not used again after it has left.
    pub(crate) id: OriginId,
    /// What it is called, and where it is.
    pub(crate) origin: &'a Origin,
    /// What is known of it, with what is told now.
    pub(crate) state: &'a Machine,
}

/// What happened to a machine. Of each, it begins with `Arrived` and ends with `Left`, and has the order in which
/// it came.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(not(feature = "nats"), expect(dead_code, reason = "parts of it are read by the publisher only"))]
pub(crate) enum Happening<'a> {
    /// It is here from now on, connected or not.
    Arrived,
    /// It is called otherwise from now on.
    Renamed,
    /// It can be sent commands over this from now on; each one replaces those before. Not every machine has one:
    /// those of libvirt do not.
    Reachable(&'a Client),
    /// A connection to it was made.
    Connected(&'a Greeting),
    /// Its events come through libvirt.
    Listening,
    /// A connection was made again, perhaps to another QEMU; events may be missing here.
    Gap(Peer),
    /// An event, and its place among all of this process.
    Event(&'a Record, Place),
    /// Something came that is not a message of QMP, or an event that cannot be decoded.
    Malformed(&'a Malformed),
    /// So many events and notices were dropped here, since this process was too slow.
    Lagged(u64),
    /// Its state has changed, by what was told before or by what it answered, and when.
    Changed(&'a [Change], Option<Timestamp>),
    /// The connection has ended, or could not be made.
    Disconnected(&'a Disconnected),
    /// It has left for good.
    Left,
}

/// What becomes of what still waits in a reader.
pub(crate) type Finish = Pin<Box<dyn Future<Output = anyhow::Result<()>> + Send>>;

/// What takes in all that happens to all machines, one after the other.
pub(crate) trait Reader {
    /// What notes call it.
    fn name(&self) -> &'static str;

    /// Takes in what happened to a machine. It must return at once: what takes time waits in a queue of its own,
    /// with a bound.
    ///
    /// # Errors
    ///
    /// If it can go on no more. It is told of nothing then, and the others go on.
    fn take(&mut self, machine: &Observed<'_>, happening: &Happening<'_>) -> anyhow::Result<()>;

    /// Nothing more will come: writes or sends what waits, or keeps it for the next start.
    ///
    /// # Errors
    ///
    /// If something of that is lost.
    fn finish(self: Box<Self>) -> Finish {
        Box::pin(ready(Ok(())))
    }
}
