//! What each reply changes.

use super::change::Change;
use super::device::{DisplayClient, Drive, Export};
use super::job::Job;
use super::migration::Migration;
use super::query::{
    BalloonInfo, BlockExportInfo, BlockInfo, BlockJobInfo, ChardevInfo, JobInfo, MemoryDeviceInfo,
    MigrationCapability, MigrationInfo, NameInfo, Query, SpiceInfo, StatusInfo, VncInfo, parse,
};
use super::run_state::RunState;
use super::state::Machine;
use super::table::{News, Told, kept_text, kept_value};
use crate::generated::{MigrationStatus, VncClientInfo};
use crate::protocol::CommandError;
use crate::timestamp::Timestamp;

impl Machine {
    pub(super) fn apply_reply(
        &mut self,
        query: Query,
        result: Result<&str, &CommandError>,
        time: Option<Timestamp>,
    ) -> Vec<Change> {
        let is_fresh = self.questions.note_answered(query);
        let changes = match result {
            Ok(json) => self.read_reply(query, json, is_fresh, time),
            Err(error) => Err(error.clone()),
        };
        changes.unwrap_or_else(|reason| {
            self.questions.note_refused(query, &reason);
            vec![Change::Unanswered { query, reason }]
        })
    }

    fn read_reply(
        &mut self,
        query: Query,
        json: &str,
        is_fresh: bool,
        time: Option<Timestamp>,
    ) -> Result<Vec<Change>, CommandError> {
        match query {
            Query::Status => self.read_status(&parse(json)?, is_fresh, time),
            Query::Jobs => return Ok(self.read_jobs(parse(json)?)),
            Query::BlockJobs => return Ok(self.read_block_jobs(parse(json)?)),
            Query::Migrate => return Ok(self.read_migration(parse(json)?, is_fresh, time)),
            Query::MigrateCapabilities => return Ok(self.read_capabilities(parse(json)?)),
            Query::Name => {
                let name = parse::<NameInfo>(json)?.name.as_deref().map(kept_text);
                if self.name != name {
                    self.name.clone_from(&name);
                    return Ok(vec![Change::Name(name)]);
                }
            }
            Query::Balloon => {
                let actual = parse::<BalloonInfo>(json)?.actual;
                if is_fresh && self.balloon.replace(actual) != Some(actual) {
                    return Ok(vec![Change::Balloon(actual)]);
                }
            }
            Query::Block => return Ok(self.read_drives(parse(json)?)),
            Query::BlockExports => return Ok(self.read_exports(parse(json)?)),
            Query::Chardev => return Ok(self.read_chardevs(parse(json)?)),
            Query::MemoryDevices => return Ok(self.read_memory_devices(parse(json)?)),
            Query::Vnc => return Ok(self.read_vnc(parse(json)?)),
            Query::Spice => return Ok(self.read_spice(parse(json)?)),
        }
        Ok(Vec::new())
    }

    fn read_status(&mut self, info: &StatusInfo, is_fresh: bool, time: Option<Timestamp>) {
        if !is_fresh {
            return self.questions.want(&[Query::Status]);
        }
        let status = kept_value(&info.status);
        // QEMU tells that a migration ended before it leaves the state in which it ended it.
        let is_stale = status == RunState::FinishMigrate && self.migration.is_announced == Some(true);
        match &self.migration.status {
            Some(MigrationStatus::Completed | MigrationStatus::Failed | MigrationStatus::Cancelled)
                if is_stale => {}
            _ => self.follower.set(status, time),
        }
    }

    fn read_jobs(&mut self, infos: Vec<JobInfo>) -> Vec<Change> {
        let combine = |before: Option<&Job>, job: Job, told: Told| match (before, told) {
            (Some(before), Told::SinceAsked) => Job { r#type: job.r#type, ..before.clone() },
            (before, _) => job.after(before),
        };
        let reply = infos.iter().map(|info| (info.id.clone(), Job::of_info(info))).collect();
        let news = self.jobs.replace(reply, combine);
        news.into_iter()
            .map(|news| match news {
                News::Now(_, job) => Change::Job(job),
                News::Gone(_, job) => self.finish_job(job),
            })
            .collect()
    }

    /// Where there is no `query-jobs`, in QEMU before 3.0, these are all that is known.
    fn read_block_jobs(&mut self, infos: Vec<BlockJobInfo>) -> Vec<Change> {
        infos
            .iter()
            .filter_map(|info| {
                if self.jobs.get(&info.device).is_none() && self.questions.is_unsupported(Query::Jobs) {
                    self.jobs.update(self.events, &info.device, |before| Job::of(&info.device, before));
                }
                self.jobs.amend(&info.device, |job| job.add_block_info(info)).map(Change::Job)
            })
            .collect()
    }

    fn read_migration(
        &mut self,
        info: MigrationInfo,
        is_fresh: bool,
        time: Option<Timestamp>,
    ) -> Vec<Change> {
        if !is_fresh {
            self.questions.want(&[Query::Migrate]);
        }
        let before = self.migration.clone();
        self.migration.set(info, is_fresh, time);
        self.migration_change(&before)
    }

    fn read_capabilities(&mut self, capabilities: Vec<MigrationCapability>) -> Vec<Change> {
        let before = self.migration.clone();
        let events = capabilities.iter().find(|capability| capability.capability == "events");
        self.migration.is_announced = self.migration.is_announced.or(events.map(|events| events.state));
        self.migration_change(&before)
    }

    fn migration_change(&self, before: &Migration) -> Vec<Change> {
        if self.migration == *before { Vec::new() } else { vec![Change::Migration(self.migration.clone())] }
    }

    fn read_drives(&mut self, infos: Vec<BlockInfo>) -> Vec<Change> {
        let reply = infos.into_iter().filter_map(Drive::of_info).collect();
        let combine = |before: Option<&Drive>, said: Drive, told| match (before, told) {
            (Some(before), Told::SinceAsked) => Drive { tray_open: before.tray_open, ..said },
            _ => said,
        };
        let news = self.drives.replace(reply, combine);
        changes(news, |id, now| Change::Drive { id, now })
    }

    fn read_exports(&mut self, infos: Vec<BlockExportInfo>) -> Vec<Change> {
        let export = |info: BlockExportInfo| {
            let export = Export { r#type: kept_text(&info.r#type), node_name: kept_text(&info.node_name) };
            (info.id, export)
        };
        let news = self.exports.replace(infos.into_iter().map(export).collect(), |_, said, _| said);
        changes(news, |id, now| Change::Export { id, now })
    }

    fn read_chardevs(&mut self, infos: Vec<ChardevInfo>) -> Vec<Change> {
        let reply = infos.into_iter().filter_map(|info| Some((info.label, info.frontend_open?)));
        let news = self.chardevs.replace(reply.collect(), |_, said, _| said);
        changes(news, |label, now| Change::Chardev { label, now })
    }

    fn read_memory_devices(&mut self, infos: Vec<MemoryDeviceInfo>) -> Vec<Change> {
        let reply = infos.into_iter().filter_map(|info| info.data.id.zip(info.data.size)).collect();
        let news = self.memory_devices.replace(reply, newer);
        changes(news, |id, now| Change::MemoryDevice { id, now })
    }

    fn read_vnc(&mut self, info: VncInfo) -> Vec<Change> {
        let client = |client: VncClientInfo| {
            let identity = client.x509_dname.or(client.sasl_username);
            let known = DisplayClient::new(&client.host, &client.service);
            let id = DisplayClient::id(&client.host, &client.service);
            (id, if identity.is_some() { known.initialized(identity.as_deref()) } else { known })
        };
        let reply = info.clients.unwrap_or_default().into_iter().map(client).collect();
        let news = self.vnc_clients.replace(reply, known_client);
        changes(news, |address, now| Change::VncClient { address, now })
    }

    fn read_spice(&mut self, info: SpiceInfo) -> Vec<Change> {
        let channels = info.channels.unwrap_or_default().into_iter();
        let reply = channels.map(|channel| {
            let connection = DisplayClient::new(&channel.host, &channel.port);
            (DisplayClient::id(&channel.host, &channel.port), connection.initialized(None))
        });
        let news = self.spice_connections.replace(reply.collect(), known_client);
        changes(news, |address, now| Change::SpiceConnection { address, now })
    }
}

fn changes<T>(news: Vec<News<T>>, change: impl Fn(String, Option<T>) -> Change) -> Vec<Change> {
    let change = |news| match news {
        News::Now(id, now) => change(id, Some(now)),
        News::Gone(id, _) => change(id, None),
    };
    news.into_iter().map(change).collect()
}

/// What events told since is newer than what the reply says.
fn newer<T: Clone>(before: Option<&T>, said: T, told: Told) -> T {
    before.filter(|_| told == Told::SinceAsked).cloned().unwrap_or(said)
}

/// A client that was let in before is still let in, which a reply does not always say.
fn known_client(before: Option<&DisplayClient>, said: DisplayClient, _: Told) -> DisplayClient {
    match before {
        Some(before) if before.is_initialized.is_some() && said.identity.is_none() => before.clone(),
        _ => said,
    }
}
