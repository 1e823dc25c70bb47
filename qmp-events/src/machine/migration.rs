//! The last migration: its phases, its passes, and how far it is.

use super::query::MigrationInfo;
use super::run_state::RunState;
use super::table::{kept_text, kept_value};
use crate::generated::MigrationStatus;
use crate::timestamp::Timestamp;

/// How many phases are kept: those of post-copy that is broken off and recovered come again and again.
const PHASES: usize = 64;

/// The last migration of a machine, or what passes for one: a snapshot is saved as a migration to a disk.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Migration {
    /// Its state, `none` if there was no migration yet; `None` while it is unknown.
    pub status: Option<MigrationStatus>,
    /// Since when it is in that state; `None` if that began before anyone looked.
    pub since: Option<Timestamp>,
    /// Whether this machine is the source or the destination, if that is known.
    pub side: Option<Side>,
    /// The phases that events told of since it began, with their times; the last 64.
    pub phases: Vec<(MigrationStatus, Option<Timestamp>)>,
    /// The number of the pass over the guest's memory.
    pub pass: Option<i64>,
    /// How far it was when `query-migrate` was last answered.
    pub progress: Option<MigrationProgress>,
    /// The time for which the guest did not run, in milliseconds.
    pub downtime: Option<i64>,
    /// The error that ended it, for people.
    pub error: Option<String>,
    /// Whether QEMU sends MIGRATION, which takes the migration capability `events`. Without it, the state of
    /// the migration is that of the last query.
    pub is_announced: Option<bool>,
}

/// How much of the guest's memory is transferred, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct MigrationProgress {
    /// What was sent.
    pub transferred: i64,
    /// What is still to be sent.
    pub remaining: i64,
    /// The size of the guest's memory.
    pub total: i64,
}

/// The end of a migration at which a machine is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Side {
    /// The guest leaves this machine.
    Source,
    /// The guest comes to this machine.
    Destination,
}

impl Migration {
    /// Whether it is over, and if so whether the guest has moved; `None` while it is under way or unknown, or
    /// if there was none.
    pub fn is_successful(&self) -> Option<bool> {
        match self.status.as_ref()? {
            MigrationStatus::Completed => Some(true),
            MigrationStatus::Failed | MigrationStatus::Cancelled => Some(false),
            _ => None,
        }
    }

    /// Whether it has begun and is not over.
    pub fn is_under_way(&self) -> bool {
        let is_none = matches!(self.status, None | Some(MigrationStatus::None));
        !is_none && self.is_successful().is_none()
    }

    /// Takes in MIGRATION.
    pub(super) fn enter(
        &mut self,
        status: &MigrationStatus,
        run: Option<&RunState>,
        time: Option<Timestamp>,
    ) {
        let status = kept_value(status);
        if status == MigrationStatus::Setup {
            *self = Migration::default();
        }
        self.is_announced = Some(true);
        match (&status, run) {
            (MigrationStatus::Setup | MigrationStatus::Active, Some(RunState::Inmigrate)) => {
                self.side = Some(Side::Destination);
            }
            (MigrationStatus::Setup, Some(_)) | (MigrationStatus::PreSwitchover, _) => {
                self.side = self.side.or(Some(Side::Source));
            }
            _ => {}
        }
        if self.phases.len() == PHASES {
            self.phases.remove(0);
        }
        self.phases.push((status.clone(), time));
        self.status = Some(status);
        self.since = time;
    }

    /// Takes in MIGRATION_PASS, which only a source sends.
    pub(super) fn note_pass(&mut self, pass: i64) {
        self.pass = Some(pass);
        self.side = Some(Side::Source);
        self.is_announced = Some(true);
    }

    /// Takes in the reply to `query-migrate`, its `status` only if it `is_fresh`.
    pub(super) fn set(&mut self, info: MigrationInfo, is_fresh: bool, time: Option<Timestamp>) {
        if is_fresh {
            let status = kept_value(&info.status.unwrap_or(MigrationStatus::None));
            if self.status.as_ref() != Some(&status) {
                let since = if self.status.is_some() { time } else { None };
                let is_announced = self.is_announced;
                *self = Migration { status: Some(status), since, is_announced, ..Migration::default() };
            }
            self.error = info.error_desc.as_deref().map(kept_text);
            self.downtime = info.downtime;
        }
        if let Some(ram) = info.ram {
            let (transferred, remaining, total) = (ram.transferred, ram.remaining, ram.total);
            self.progress = Some(MigrationProgress { transferred, remaining, total });
        }
    }

    /// Takes nothing for granted any more.
    pub(super) fn doubt(&mut self) {
        *self = Migration::default();
    }
}

/// Whether a migration in this state moves a guest: saving a snapshot never gets so far.
pub(super) fn is_sending(status: &MigrationStatus) -> bool {
    !matches!(
        status,
        MigrationStatus::None
            | MigrationStatus::Setup
            | MigrationStatus::Completed
            | MigrationStatus::Failed
            | MigrationStatus::Cancelled
    )
}
