//! What each event changes.

use super::change::Change;
use super::device::{DisplayClient, Drive, Errors, Unplug, id_of};
use super::job::{BlockJobReport, Job, Outcome};
use super::query::Query;
use super::state::Machine;
use super::table::{kept_text, kept_value};
use crate::generated::{
    BlockIoError, BlockJobCompleted, DeviceDeleted, Event, JobStatus, JobStatusChange,
    MemoryDeviceSizeChange, Migration, VncBasicInfo, VncClientInfo,
};
use crate::timestamp::Timestamp;

impl Machine {
    pub(super) fn apply_event(&mut self, event: &Event, time: Option<Timestamp>) -> Vec<Change> {
        self.events += 1;
        if self.follower.apply(event, time) {
            self.confirm_run();
        }
        match event {
            Event::Unknown(_) => {
                self.unknown_events += 1;
                Vec::new()
            }
            Event::Migration(migration) => self.migrate(migration, time),
            Event::MigrationPass(pass) => {
                self.migration.note_pass(pass.pass);
                vec![Change::Migration(self.migration.clone())]
            }
            _ => self
                .apply_job_event(event, time)
                .or_else(|| self.apply_error(event, time))
                .or_else(|| self.apply_device_event(event))
                .or_else(|| self.apply_client_event(event))
                .into_iter()
                .collect(),
        }
    }

    /// Asks whether the run state is the one that followed from events: they do not tell everything.
    fn confirm_run(&mut self) {
        self.questions.note_told(self.events, Query::Status);
        self.questions.want(&[Query::Status]);
        if self.migration.is_announced != Some(true) {
            self.questions.want(&[Query::Migrate]);
        }
    }

    fn migrate(&mut self, event: &Migration, time: Option<Timestamp>) -> Vec<Change> {
        let from = self.migration.status.clone();
        self.migration.enter(&event.status, self.follower.run.status.as_ref(), time);
        self.follower.migrate(self.migration.side, from.as_ref(), &event.status, time);
        self.questions.note_told(self.events, Query::Migrate);
        self.confirm_run();
        if self.migration.is_successful().is_some() {
            self.questions.want(&[Query::Migrate]);
        }
        vec![Change::Migration(self.migration.clone())]
    }

    fn apply_job_event(&mut self, event: &Event, time: Option<Timestamp>) -> Option<Change> {
        match event {
            Event::JobStatusChange(change) => self.change_job(change, time),
            Event::BlockJobReady(e) => {
                let report =
                    BlockJobReport { r#type: &e.r#type, len: e.len, offset: e.offset, speed: e.speed };
                self.update_job(&e.device, |mut job| {
                    job.status = job.status.or(Some(JobStatus::Ready));
                    job.report(&report)
                })
            }
            Event::BlockJobCompleted(e) => self.complete_job(e),
            Event::BlockJobCancelled(e) => {
                let report =
                    BlockJobReport { r#type: &e.r#type, len: e.len, offset: e.offset, speed: e.speed };
                self.update_job(&e.device, |mut job| {
                    job.outcome = Some(Outcome::Cancelled);
                    job.report(&report)
                })
            }
            Event::BlockJobPending(e) => self.update_job(&e.id, |mut job| {
                job.status = job.status.or(Some(JobStatus::Pending));
                job.r#type = Some(kept_value(&e.r#type));
                job
            }),
            Event::BlockJobError(e) => self.update_job(&e.device, |mut job| {
                job.errors = job.errors.saturating_add(1);
                job
            }),
            _ => None,
        }
    }

    fn change_job(&mut self, change: &JobStatusChange, time: Option<Timestamp>) -> Option<Change> {
        if change.status == JobStatus::Null {
            let job = self.jobs.remove(self.events, &change.id)?;
            return Some(self.finish_job(Job { status: Some(JobStatus::Null), ..job }));
        }
        let changed = self.update_job(&change.id, |job| job.enter(&change.status, time));
        let job = self.jobs.get(&change.id)?;
        let has_error = job.outcome != Some(Outcome::Failed) || job.error.is_some();
        if job.r#type.is_none() || (change.status == JobStatus::Concluded && !has_error) {
            self.questions.want(&[Query::Jobs]);
        }
        // A snapshot is saved as a migration.
        if change.status == JobStatus::Concluded && self.migration.is_announced != Some(true) {
            self.questions.want(&[Query::Migrate]);
        }
        changed
    }

    fn complete_job(&mut self, e: &BlockJobCompleted) -> Option<Change> {
        let report = BlockJobReport { r#type: &e.r#type, len: e.len, offset: e.offset, speed: e.speed };
        self.update_job(&e.device, |mut job| {
            job.outcome = Some(if e.error.is_some() { Outcome::Failed } else { Outcome::Completed });
            job.error = e.error.as_deref().map(kept_text);
            job.report(&report)
        })
    }

    fn update_job(&mut self, id: &str, change: impl FnOnce(Job) -> Job) -> Option<Change> {
        self.jobs.update(self.events, id, |before| change(Job::of(id, before))).map(Change::Job)
    }

    fn apply_error(&mut self, event: &Event, time: Option<Timestamp>) -> Option<Change> {
        match event {
            Event::BlockIoError(e) => {
                self.questions.want(&[Query::Block]);
                self.note_error(name_of(e), e.reason.as_deref(), time, |errors| {
                    errors.io += 1;
                    errors.nospace += u64::from(e.nospace == Some(true));
                })
            }
            Event::QuorumReportBad(e) => {
                self.note_error(&e.node_name, e.error.as_deref(), time, |errors| errors.quorum_reports += 1)
            }
            Event::QuorumFailure(e) => {
                self.note_error(&e.reference, None, time, |errors| errors.quorum_failures += 1)
            }
            Event::BlockImageCorrupted(e) => {
                let name = id_of(Some(&e.device), e.node_name.as_deref().unwrap_or_default());
                self.note_error(name, Some(&e.msg), time, |errors| {
                    errors.corruptions += 1;
                    errors.is_fatal |= e.fatal == Some(true);
                })
            }
            Event::MemoryFailure(_) => {
                self.memory_failures += 1;
                Some(Change::MemoryFailures(self.memory_failures))
            }
            _ => None,
        }
    }

    fn note_error(
        &mut self,
        name: &str,
        reason: Option<&str>,
        time: Option<Timestamp>,
        count: impl FnOnce(&mut Errors),
    ) -> Option<Change> {
        let now = self.errors.update(self.events, name, |before| {
            let mut errors = before.cloned().unwrap_or_default();
            count(&mut errors);
            errors.reason = reason.map(kept_text).or(errors.reason);
            errors.last = time;
            errors
        })?;
        Some(Change::Errors { name: name.to_owned(), now })
    }

    fn apply_device_event(&mut self, event: &Event) -> Option<Change> {
        match event {
            Event::DeviceDeleted(e) => Some(self.delete_device(e)),
            Event::DeviceUnplugGuestError(e) => {
                self.unplug(id_of(e.device.as_deref(), &e.path), Unplug::Refused { reason: None })
            }
            Event::MemUnplugError(e) => {
                self.unplug(&e.device, Unplug::Refused { reason: Some(kept_text(&e.msg)) })
            }
            Event::UnplugPrimary(e) => self.unplug(&e.device_id, Unplug::Requested),
            Event::DeviceTrayMoved(e) => {
                let id = id_of(e.id.as_deref(), &e.device);
                let moved = |before: Option<&Drive>| {
                    let drive = before.cloned().unwrap_or_default();
                    Drive { tray_open: Some(e.tray_open), ..drive }
                };
                let now = self.drives.update(self.events, id, moved)?;
                Some(Change::Drive { id: id.to_owned(), now: Some(now) })
            }
            Event::MemoryDeviceSizeChange(e) => self.resize(e),
            Event::BalloonChange(e) => {
                self.questions.note_told(self.events, Query::Balloon);
                (self.balloon.replace(e.actual) != Some(e.actual)).then_some(Change::Balloon(e.actual))
            }
            Event::RtcChange(e) => {
                (self.rtc_offset.replace(e.offset) != Some(e.offset)).then_some(Change::RtcOffset(e.offset))
            }
            Event::BlockExportDeleted(e) => {
                self.exports.remove(self.events, &e.id)?;
                Some(Change::Export { id: e.id.clone(), now: None })
            }
            // Drives that had failed may work again.
            Event::Resume(_) if self.drives.iter().any(|(_, drive)| drive.has_failed()) => {
                self.questions.want(&[Query::Block]);
                None
            }
            _ => None,
        }
    }

    fn delete_device(&mut self, e: &DeviceDeleted) -> Change {
        let device = id_of(e.device.as_deref(), &e.path);
        for id in [device, e.path.as_str()] {
            self.unplugs.remove(self.events, id);
            self.drives.remove(self.events, id);
            self.ports.remove(self.events, id);
            self.memory_devices.remove(self.events, id);
        }
        Change::DeviceGone { device: device.to_owned() }
    }

    fn unplug(&mut self, device: &str, now: Unplug) -> Option<Change> {
        let now = self.unplugs.update(self.events, device, |_| now)?;
        Some(Change::Unplug { device: device.to_owned(), now })
    }

    fn resize(&mut self, e: &MemoryDeviceSizeChange) -> Option<Change> {
        let id = id_of(e.id.as_deref(), e.qom_path.as_deref().unwrap_or_default());
        let now = self.memory_devices.update(self.events, id, |_| e.size)?;
        Some(Change::MemoryDevice { id: id.to_owned(), now: Some(now) })
    }

    fn apply_client_event(&mut self, event: &Event) -> Option<Change> {
        match event {
            Event::VserportChange(e) => {
                self.questions.want(&[Query::Chardev]);
                let now = self.ports.update(self.events, &e.id, |_| e.open)?;
                Some(Change::Port { id: e.id.clone(), now: Some(now) })
            }
            Event::NetdevStreamConnected(e) => self.set_netdev(&e.netdev_id, true),
            Event::NetdevStreamDisconnected(e) => self.set_netdev(&e.netdev_id, false),
            Event::NetdevVhostUserConnected(e) => self.set_netdev(&e.netdev_id, true),
            Event::NetdevVhostUserDisconnected(e) => self.set_netdev(&e.netdev_id, false),
            Event::VncConnected(e) => {
                let VncBasicInfo { host, service, .. } = &e.client;
                self.update_vnc(host, service, |client| client)
            }
            Event::VncInitialized(e) => {
                let VncClientInfo { host, service, x509_dname, sasl_username, .. } = &e.client;
                let identity = x509_dname.as_deref().or(sasl_username.as_deref());
                self.update_vnc(host, service, |client| client.initialized(identity))
            }
            Event::VncDisconnected(e) => {
                let address = DisplayClient::id(&e.client.host, &e.client.service);
                self.vnc_clients.remove(self.events, &address)?;
                Some(Change::VncClient { address, now: None })
            }
            Event::SpiceConnected(e) => self.update_spice(&e.client.host, &e.client.port, |client| client),
            Event::SpiceInitialized(e) => {
                self.update_spice(&e.client.host, &e.client.port, |client| client.initialized(None))
            }
            Event::SpiceDisconnected(e) => {
                let address = DisplayClient::id(&e.client.host, &e.client.port);
                self.spice_connections.remove(self.events, &address)?;
                Some(Change::SpiceConnection { address, now: None })
            }
            _ => None,
        }
    }

    fn set_netdev(&mut self, id: &str, is_connected: bool) -> Option<Change> {
        let now = self.netdevs.update(self.events, id, |_| is_connected)?;
        Some(Change::Netdev { id: id.to_owned(), now })
    }

    fn update_vnc(
        &mut self,
        host: &str,
        service: &str,
        change: impl FnOnce(DisplayClient) -> DisplayClient,
    ) -> Option<Change> {
        let address = DisplayClient::id(host, service);
        let now =
            self.vnc_clients.update(self.events, &address, |_| change(DisplayClient::new(host, service)))?;
        Some(Change::VncClient { address, now: Some(now) })
    }

    fn update_spice(
        &mut self,
        host: &str,
        port: &str,
        change: impl FnOnce(DisplayClient) -> DisplayClient,
    ) -> Option<Change> {
        let address = DisplayClient::id(host, port);
        let update = |_: Option<&DisplayClient>| change(DisplayClient::new(host, port));
        let now = self.spice_connections.update(self.events, &address, update)?;
        Some(Change::SpiceConnection { address, now: Some(now) })
    }
}

/// Whose error it is: the drive's name, or where drives have none the node's, or the device's path.
fn name_of(error: &BlockIoError) -> &str {
    let fallback = id_of(error.node_name.as_deref(), error.qom_path.as_deref().unwrap_or_default());
    id_of(Some(&error.device), fallback)
}
