//! Changes of a state, one by one: what kind, in words, and for programs.

use qmp_events::Timestamp;
use qmp_events::machine::{Change, Connection, Unplug};
use serde_json::{Value, json};

use super::words::{self, Tone};

/// A change of a machine's state.
#[derive(Debug)]
pub(crate) struct StateNews {
    /// The part of the state that changed.
    pub(crate) part: &'static str,
    /// Its new state, in words.
    pub(crate) text: String,
    pub(crate) tone: Tone,
    /// Its new state, as `status` has it.
    pub(crate) data: Value,
    /// When it changed.
    pub(crate) time: Option<Timestamp>,
}

impl StateNews {
    /// What a change tells; `None` if that is in the event as well as in the state.
    pub(crate) fn of(change: &Change, time: Option<Timestamp>) -> Option<Self> {
        let (part, text, tone, data) = match change {
            Change::Run(run) => ("run", words::run(run), words::run_tone(run), json!(run)),
            Change::Ending(end) => {
                ("ending", format!("about to end: {}", words::end(end)), words::end_tone(end), json!(end))
            }
            Change::Ended(end) => {
                ("ended", format!("ended: {}", words::end(end)), words::end_tone(end), json!(end))
            }
            Change::Revived => ("ended", "had not ended".to_owned(), Tone::Calm, Value::Null),
            Change::Job(job) => {
                let text = format!("{} {}", words::job_name(job), words::job_state(job));
                ("job", text, words::job_tone(job), json!(job))
            }
            Change::JobGone(job) => {
                let text = format!("{} is gone, {}", words::job_name(job), words::job_state(job));
                ("finished-job", text, words::job_tone(job), json!(job))
            }
            Change::Migration(migration) => {
                let text = format!("migration {}", words::migration(migration)?);
                ("migration", text, words::migration_tone(migration), json!(migration))
            }
            Change::Unplug { device, now: Unplug::Refused { reason } } => {
                let why = reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
                let data = json!({"device": device, "state": "refused", "reason": reason});
                ("unplug", format!("{device} refused to leave{why}"), Tone::Bad, data)
            }
            Change::DeviceGone { device } => (
                "unplug",
                format!("{device} has left"),
                Tone::Calm,
                json!({"device": device, "state": "gone"}),
            ),
            Change::Connection(Connection::Disconnected) => {
                ("connection", "no connection".to_owned(), Tone::Unknown, json!("disconnected"))
            }
            Change::Doubt => {
                let text = "unknown until it is asked, as events were missed".to_owned();
                (
                    "run",
                    text,
                    Tone::Unknown,
                    json!({"status": null, "running": null, "cause": null, "since": null}),
                )
            }
            _ => return None,
        };
        Some(StateNews { part, text, tone, data, time })
    }

    /// As a line for programs. The part stands where events have their names.
    pub(crate) fn json(&self, label: &str) -> Value {
        let mut line = json!({"state": self.part, "data": self.data});
        if let Some(Timestamp { seconds, microseconds, .. }) = self.time {
            line["timestamp"] = json!({"seconds": seconds, "microseconds": microseconds});
        }
        if !label.is_empty() {
            line["machine"] = json!(label);
        }
        line
    }
}
