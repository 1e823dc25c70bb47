//! Jobs: what they are, how far they are, and whether they succeeded.

use super::query::{BlockJobInfo, JobInfo};
use super::table::{kept_text, kept_value};
use crate::generated::{JobStatus, JobType};
use crate::timestamp::Timestamp;

/// A background job.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Job {
    /// Its id; that of a block job may be the name of its drive.
    pub id: String,
    /// What it does; `None` while that is unknown, as JOB_STATUS_CHANGE does not tell.
    pub r#type: Option<JobType>,
    /// Its state; `None` while it is unknown, and in QEMU before 3.0, which does not tell.
    pub status: Option<JobStatus>,
    /// How much there is to do when that was last told, in units of its own: bytes for most.
    pub len: Option<i64>,
    /// How much of that is done.
    pub offset: Option<i64>,
    /// The limit of its speed in bytes a second; 0 for none.
    pub speed: Option<i64>,
    /// How many of its requests failed.
    pub errors: u64,
    /// How it ended, once that is known. A job that waits to be dismissed has ended.
    pub outcome: Option<Outcome>,
    /// What went wrong, for people.
    pub error: Option<String>,
    /// When it was made; `None` if that was before anyone looked.
    pub since: Option<Timestamp>,
}

/// How a job ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Outcome {
    /// It did what it was to do.
    Completed,
    /// It was cancelled. A mirror that was ready has left a consistent copy.
    Cancelled,
    /// It failed.
    Failed,
}

/// What BLOCK_JOB_COMPLETED, BLOCK_JOB_CANCELLED and BLOCK_JOB_READY have in common.
pub(super) struct BlockJobReport<'a> {
    pub(super) r#type: &'a JobType,
    pub(super) len: i64,
    pub(super) offset: i64,
    pub(super) speed: i64,
}

impl Job {
    /// The job of an event, with what was known before.
    pub(super) fn of(id: &str, before: Option<&Job>) -> Self {
        before.cloned().unwrap_or_else(|| Job { id: id.to_owned(), ..Job::default() })
    }

    /// Takes in JOB_STATUS_CHANGE.
    pub(super) fn enter(mut self, status: &JobStatus, time: Option<Timestamp>) -> Self {
        match status {
            JobStatus::Created => self = Job { since: time, id: self.id, ..Job::default() },
            // The way of a job that fails or is cancelled; BLOCK_JOB_CANCELLED tells them apart.
            JobStatus::Aborting => self.outcome = self.outcome.or(Some(Outcome::Failed)),
            // A job that was seen at work before and did not abort.
            JobStatus::Concluded if self.status.is_some() => {
                self.outcome = self.outcome.or(Some(Outcome::Completed));
            }
            _ => {}
        }
        self.status = Some(kept_value(status));
        self
    }

    pub(super) fn report(mut self, report: &BlockJobReport<'_>) -> Self {
        self.r#type = Some(kept_value(report.r#type));
        self.len = Some(report.len);
        self.offset = Some(report.offset);
        self.speed = Some(report.speed);
        self
    }

    /// What an entry of `query-jobs` says.
    pub(super) fn of_info(info: &JobInfo) -> Self {
        let outcome = match (&info.status, &info.error) {
            (JobStatus::Concluded, None) => Some(Outcome::Completed),
            (JobStatus::Concluded | JobStatus::Aborting, Some(_)) => Some(Outcome::Failed),
            _ => None,
        };
        Job {
            id: info.id.clone(),
            r#type: Some(kept_value(&info.r#type)),
            status: Some(kept_value(&info.status)),
            len: Some(info.total_progress),
            offset: Some(info.current_progress),
            outcome,
            error: info.error.as_deref().map(kept_text),
            ..Job::default()
        }
    }

    /// Adds what was known before and is not in `query-jobs`.
    pub(super) fn after(mut self, before: Option<&Job>) -> Self {
        if let Some(before) = before {
            self.speed = before.speed;
            self.errors = before.errors;
            self.since = before.since;
            self.outcome = before.outcome.or(self.outcome);
            self.error = self.error.or_else(|| before.error.clone());
        }
        self
    }

    /// Takes in an entry of `query-block-jobs`.
    pub(super) fn add_block_info(&mut self, info: &BlockJobInfo) {
        self.r#type = Some(kept_value(&info.r#type));
        self.len = Some(info.len);
        self.offset = Some(info.offset);
        self.speed = Some(info.speed);
        if self.status.is_none() {
            self.status = info.status.as_ref().map(kept_value);
        }
        if let Some(error) = &info.error {
            self.error = Some(kept_text(error));
        }
    }
}
