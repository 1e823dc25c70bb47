//! What is known of a machine, and what is to be asked.

use super::change::{Change, Connection};
use super::device::{DisplayClient, Drive, Errors, Export, Unplug};
use super::job::Job;
use super::migration::Migration;
use super::query::{Query, Questions};
use super::run::{End, Follower, Run};
use super::run_state::RunState;
use super::table::Table;
use crate::protocol::QemuVersion;
use crate::timestamp::Timestamp;
use std::collections::VecDeque;

/// How many jobs are kept that are gone.
const FINISHED_JOBS: usize = 64;

/// What is known of a machine; see the [module](super).
#[derive(Clone, Debug, Default)]
pub struct Machine {
    pub(super) name: Option<String>,
    pub(super) version: Option<QemuVersion>,
    pub(super) connection: Connection,
    pub(super) follower: Follower,
    pub(super) end: Option<End>,
    pub(super) migration: Migration,
    pub(super) jobs: Table<Job>,
    pub(super) finished_jobs: VecDeque<Job>,
    pub(super) drives: Table<Drive>,
    pub(super) errors: Table<Errors>,
    pub(super) memory_failures: u64,
    pub(super) unplugs: Table<Unplug>,
    pub(super) ports: Table<bool>,
    pub(super) chardevs: Table<bool>,
    pub(super) netdevs: Table<bool>,
    pub(super) vnc_clients: Table<DisplayClient>,
    pub(super) spice_connections: Table<DisplayClient>,
    pub(super) exports: Table<Export>,
    pub(super) memory_devices: Table<u64>,
    pub(super) balloon: Option<i64>,
    pub(super) rtc_offset: Option<i64>,
    pub(super) events: u64,
    pub(super) unknown_events: u64,
    pub(super) questions: Questions,
}

impl Machine {
    /// A machine of which nothing is known.
    pub fn new() -> Self {
        Machine::default()
    }

    /// The next query to send; `None` if nothing needs to be asked now. Its reply is to be
    /// [applied](super::Input::Reply), unless the connection ends before.
    pub fn next_query(&mut self) -> Option<Query> {
        let query = self.questions.next(self.events)?;
        match query {
            Query::Jobs => self.jobs.set_asked(self.events),
            Query::Block => self.drives.set_asked(self.events),
            Query::BlockExports => self.exports.set_asked(self.events),
            Query::Chardev => self.chardevs.set_asked(self.events),
            Query::MemoryDevices => self.memory_devices.set_asked(self.events),
            Query::Vnc => self.vnc_clients.set_asked(self.events),
            Query::Spice => self.spice_connections.set_asked(self.events),
            _ => {}
        }
        Some(query)
    }

    /// Whether every query is answered, and none wanted.
    pub fn is_up_to_date(&self) -> bool {
        self.questions.are_answered()
    }

    /// Wants every query to be sent again.
    pub fn refresh(&mut self) {
        self.questions.want(&Query::ALL);
    }

    /// Wants a query to be sent, again if it was before.
    pub fn want(&mut self, query: Query) {
        self.questions.want(&[query]);
    }

    /// Wants the queries to be sent again whose answers most commands change.
    pub fn refresh_state(&mut self) {
        self.questions.want(&[Query::Status, Query::Jobs, Query::BlockJobs, Query::Migrate]);
    }

    /// Wants the queries to be sent again that are [`unannounced`](Self::unannounced). How often to do that is
    /// for the caller to decide, as a machine has no clock.
    pub fn poll(&mut self) {
        let wanted = self.unannounced();
        self.questions.want(&wanted);
    }

    /// The queries that may have another answer by now without an event that says so: how far a job is, for
    /// example, or a migration of which no events come.
    pub fn unannounced(&self) -> Vec<Query> {
        let mut queries = Vec::new();
        let is_announced = self.migration.is_announced == Some(true);
        let is_under_way = self.migration.is_under_way();
        match &self.follower.run.status {
            // Events tell when it ends.
            Some(RunState::FinishMigrate) if is_announced && is_under_way => {}
            Some(RunState::FinishMigrate | RunState::Inmigrate | RunState::SaveVm | RunState::RestoreVm) => {
                queries.push(Query::Status);
            }
            // A machine that does not run is stopped no more to be migrated.
            Some(_) if is_under_way && self.follower.run.is_stopped() => queries.push(Query::Status),
            None if self.connection == Connection::Connected => queries.push(Query::Status),
            _ => {}
        }
        if is_under_way || (!is_announced && !queries.is_empty()) {
            queries.push(Query::Migrate);
        }
        if self.jobs.iter().any(|(_, job)| job.outcome.is_none()) {
            queries.extend([Query::Jobs, Query::BlockJobs]);
        }
        queries.retain(|&query| !self.questions.is_unsupported(query));
        queries
    }
    /// Takes nothing for granted any more, from `time` on.
    pub(super) fn doubt(&mut self, time: Option<Timestamp>) {
        self.questions.reset();
        self.follower.doubt(time);
        self.migration.doubt();
        self.jobs.doubt();
        self.drives.doubt();
        self.unplugs.doubt();
        self.ports.doubt();
        self.chardevs.doubt();
        self.netdevs.doubt();
        self.vnc_clients.doubt();
        self.spice_connections.doubt();
        self.exports.doubt();
        self.memory_devices.doubt();
        self.balloon = None;
        self.rtc_offset = None;
    }

    /// Keeps a job that is gone.
    pub(super) fn finish_job(&mut self, job: Job) -> Change {
        if self.finished_jobs.len() == FINISHED_JOBS {
            self.finished_jobs.pop_front();
        }
        self.finished_jobs.push_back(job.clone());
        Change::JobGone(job)
    }
}

/// What is known.
impl Machine {
    /// What the guest is called (`-name`).
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// The version of QEMU.
    pub fn version(&self) -> Option<QemuVersion> {
        self.version
    }

    /// Whether there is a connection.
    pub fn connection(&self) -> Connection {
        self.connection
    }

    /// Whether it runs, and if not, why.
    pub fn run(&self) -> &Run {
        &self.follower.run
    }

    /// Whether it runs: `query-status` would say `running`.
    pub fn is_running(&self) -> bool {
        self.follower.run.running == Some(true)
    }

    /// The end that it announced and that has not come yet: SHUTDOWN, or a watchdog that powers it off.
    pub fn ending(&self) -> Option<&End> {
        self.follower.ending.as_ref()
    }

    /// How it ended, if it has.
    pub fn end(&self) -> Option<&End> {
        self.end.as_ref()
    }

    /// The jobs that there are, as `query-jobs` has them.
    pub fn jobs(&self) -> &Table<Job> {
        &self.jobs
    }

    /// The jobs that are gone, the oldest first; the last 64.
    pub fn finished_jobs(&self) -> impl DoubleEndedIterator<Item = &Job> {
        self.finished_jobs.iter()
    }

    /// The job with this id: the one that there is, or else the last one that is gone.
    pub fn job(&self, id: &str) -> Option<&Job> {
        self.jobs.get(id).or_else(|| self.finished_jobs().rev().find(|job| job.id == id))
    }

    /// The last migration.
    pub fn migration(&self) -> &Migration {
        &self.migration
    }

    /// Drives with a tray or an error state, by the id or the path of their device, or their name.
    pub fn drives(&self) -> &Table<Drive> {
        &self.drives
    }

    /// What went wrong since the machine is observed, by the name of the drive or node, or the path of the
    /// device.
    pub fn errors(&self) -> &Table<Errors> {
        &self.errors
    }

    /// How often memory was found to be broken, of the host or the guest.
    pub fn memory_failures(&self) -> u64 {
        self.memory_failures
    }

    /// Devices that are to leave the machine, or refused to, by id or path.
    pub fn unplugs(&self) -> &Table<Unplug> {
        &self.unplugs
    }

    /// Whether virtio-serial ports are open in the guest, by the port's id. The guest agent listens if its
    /// port is open.
    pub fn ports(&self) -> &Table<bool> {
        &self.ports
    }

    /// Whether character devices are open on the guest's side, by label. A virtio-serial port is open if its
    /// character device is; QEMU tells of changes by the former's id, and of the present by the latter's label.
    pub fn chardevs(&self) -> &Table<bool> {
        &self.chardevs
    }

    /// Whether network backends have a peer, by id. Only events tell.
    pub fn netdevs(&self) -> &Table<bool> {
        &self.netdevs
    }

    /// Clients of VNC, by address. Those that come over a unix socket have none, and count as one.
    pub fn vnc_clients(&self) -> &Table<DisplayClient> {
        &self.vnc_clients
    }

    /// Connections of SPICE, by address: a client has several.
    pub fn spice_connections(&self) -> &Table<DisplayClient> {
        &self.spice_connections
    }

    /// Block exports, by id. Events tell only that one is gone.
    pub fn exports(&self) -> &Table<Export> {
        &self.exports
    }

    /// The sizes of memory devices in bytes, by id or path.
    pub fn memory_devices(&self) -> &Table<u64> {
        &self.memory_devices
    }

    /// The memory that the balloon leaves to the guest, in bytes.
    pub fn balloon(&self) -> Option<i64> {
        self.balloon
    }

    /// How many seconds the guest's clock is ahead of the one that it was started with. Only events tell.
    pub fn rtc_offset(&self) -> Option<i64> {
        self.rtc_offset
    }

    /// How many events were applied.
    pub fn events(&self) -> u64 {
        self.events
    }

    /// How many events were applied that this build does not know, and that changed nothing.
    pub fn unknown_events(&self) -> u64 {
        self.unknown_events
    }
}
