//! How bad an event is, as a table: the schema does not say it.

use std::sync::LazyLock;

use clap::ValueEnum;
use qmp_events::{EventKind, EventMessage};

use crate::record::Record;

/// What an event is to someone who looks after the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub(crate) enum Severity {
    /// This build does not know the event.
    Unknown,
    /// Something happened.
    Notice,
    /// The machine runs, stops, starts anew or ends.
    Lifecycle,
    /// Something is not as it should be, and the machine copes.
    Warning,
    /// Something failed.
    Error,
}

use Severity::{Error, Lifecycle, Warning};

/// A member and its value, if they matter.
type Condition = Option<(&'static str, &'static str)>;

/// Severity by event, and by the value of a member: the first row that fits counts. `*` is
/// any value. What no row fits is a notice.
const TABLE: &[(Severity, &str, Condition)] = &[
    (Error, "BLOCK_IMAGE_CORRUPTED", None),
    (Warning, "BLOCK_IO_ERROR", Some(("action", "ignore"))),
    (Error, "BLOCK_IO_ERROR", None),
    (Error, "BLOCK_JOB_COMPLETED", Some(("error", "*"))),
    (Error, "BLOCK_JOB_ERROR", None),
    (Warning, "BLOCK_JOB_CANCELLED", None),
    (Warning, "BLOCK_WRITE_THRESHOLD", None),
    (Warning, "COMMAND_DROPPED", None),
    (Error, "COLO_EXIT", Some(("reason", "error"))),
    (Error, "DEVICE_UNPLUG_GUEST_ERROR", None),
    (Error, "DUMP_COMPLETED", Some(("error", "*"))),
    (Warning, "GUEST_CRASHLOADED", None),
    (Error, "GUEST_PANICKED", None),
    (Warning, "JOB_STATUS_CHANGE", Some(("status", "aborting"))),
    (Error, "MEMORY_FAILURE", Some(("action", "fatal"))),
    (Error, "MEMORY_FAILURE", Some(("action", "reset"))),
    (Warning, "MEMORY_FAILURE", None),
    (Error, "MEM_UNPLUG_ERROR", None),
    (Error, "MIGRATION", Some(("status", "failed"))),
    (Warning, "MIGRATION", Some(("status", "cancelled"))),
    (Warning, "NETDEV_STREAM_DISCONNECTED", None),
    (Lifecycle, "POWERDOWN", None),
    (Warning, "PR_MANAGER_STATUS_CHANGED", Some(("connected", "false"))),
    (Error, "QUORUM_FAILURE", None),
    (Warning, "QUORUM_REPORT_BAD", None),
    (Error, "RESET", Some(("reason", "guest-panic"))),
    (Lifecycle, "RESET", None),
    (Lifecycle, "RESUME", None),
    (Error, "SHUTDOWN", Some(("reason", "guest-panic"))),
    (Error, "SHUTDOWN", Some(("reason", "host-error"))),
    (Lifecycle, "SHUTDOWN", None),
    (Lifecycle, "STOP", None),
    (Lifecycle, "SUSPEND", None),
    (Lifecycle, "SUSPEND_DISK", None),
    (Error, "VFU_CLIENT_HANGUP", None),
    (Lifecycle, "WAKEUP", None),
    (Warning, "WATCHDOG", None),
];

/// The rows of the table for each kind of event.
static ROWS: LazyLock<Vec<Vec<(Severity, Condition)>>> = LazyLock::new(|| {
    let rows = |kind: &EventKind| {
        let rows = TABLE.iter().filter(|(_, name, _)| *name == kind.name());
        rows.map(|(severity, _, condition)| (*severity, *condition)).collect()
    };
    EventKind::ALL.iter().map(rows).collect()
});

impl Severity {
    pub(crate) fn of(record: &Record) -> Self {
        let EventMessage { event, .. } = &*record.message;
        if event.info().is_none() {
            return Severity::Unknown;
        }
        let fits = |condition: &Condition| match condition {
            Some((member, value)) => {
                record.member(member).is_some_and(|found| *value == "*" || found.reads(value))
            }
            None => true,
        };
        let rows = event.kind().and_then(|kind| ROWS.get(kind as usize)).map_or(&[][..], Vec::as_slice);
        let row = rows.iter().find(|(_, condition)| fits(condition));
        row.map_or(Severity::Notice, |(severity, _)| *severity)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use qmp_events::info::TypeInfo;

    #[test]
    fn the_table_names_events_members_and_values_that_exist() {
        for (_, name, condition) in TABLE {
            let kind: EventKind = name.parse().expect("a known event");
            let Some((member, value)) = condition else { continue };
            let info = kind.info().member(member).unwrap_or_else(|| panic!("{name}.{member}"));
            if let TypeInfo::Enum(values) = info.ty {
                assert!(values.value(value).is_some(), "{name}.{member}={value}");
            }
        }
    }

    fn severity(json: &str) -> Severity {
        Severity::of(&Record::new(Box::new(json.parse().expect("an event"))))
    }

    #[test]
    fn severity_depends_on_the_event_and_its_members() {
        let error =
            r#"{"event": "BLOCK_IO_ERROR", "data": {"device": "", "operation": "read", "action": "stop"}}"#;
        assert_eq!(severity(error), Severity::Error);
        assert_eq!(severity(&error.replace("stop", "ignore")), Severity::Warning);
        assert_eq!(severity(r#"{"event": "RESUME"}"#), Severity::Lifecycle);
        assert_eq!(severity(r#"{"event": "ALIEN_LANDED"}"#), Severity::Unknown);
        assert_eq!(severity(r#"{"event": "BALLOON_CHANGE", "data": {"actual": 1}}"#), Severity::Notice);
    }
}
