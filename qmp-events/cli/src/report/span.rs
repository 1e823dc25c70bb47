//! What lasts, and what is at a time. Times are microseconds since 1970.

use qmp_events::machine::Run;
use serde::{Serialize, Serializer};

use crate::state::words::Tone;

/// Something that lasted.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Span {
    pub(crate) from: i64,
    pub(crate) to: i64,
    pub(crate) text: String,
    pub(crate) tone: Tone,
}

impl Span {
    pub(crate) fn duration(&self) -> i64 {
        self.to.saturating_sub(self.from)
    }
}

/// A time in which a machine ran, or did not.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct RunSpan {
    #[serde(flatten)]
    pub(crate) span: Span,
    #[serde(skip)]
    pub(crate) run: Run,
}

/// The time of a job.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct JobSpan {
    #[serde(flatten)]
    pub(crate) span: Span,
    pub(crate) id: String,
    /// Whether it had ended when the events did.
    pub(crate) is_over: bool,
}

/// The time of a migration.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct MigrationSpan {
    #[serde(flatten)]
    pub(crate) span: Span,
    pub(crate) phases: Vec<Moment>,
    pub(crate) passes: Vec<Moment>,
    #[serde(skip)]
    pub(crate) is_over: bool,
}

/// Something at a time.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Moment {
    pub(crate) at: i64,
    pub(crate) text: String,
    pub(crate) tone: Tone,
}

impl Serialize for Tone {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(match self {
            Tone::Good => "good",
            Tone::Calm => "calm",
            Tone::Bad => "bad",
            Tone::Unknown => "unknown",
        })
    }
}
