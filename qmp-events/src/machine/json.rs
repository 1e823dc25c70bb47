//! The state as JSON, for other programs.

use super::change::Connection;
use super::device::{DisplayClient, Drive, Errors, Export, Unplug};
use super::job::{Job, Outcome};
use super::migration::{Migration, Side};
use super::run::{Cause, End, EndCause, IoErrorCause, Run};
use super::state::Machine;
use super::table::Table;
use crate::generated::ShutdownCause;
use crate::timestamp::Timestamp;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value, json};

/// What is known, as the object that [`Machine::to_json`] describes.
impl Serialize for Machine {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.to_json().serialize(serializer)
    }
}

impl Machine {
    /// What is known, as an object. What is unknown is null or left out; names and values are those of QMP
    /// where it has them.
    ///
    /// | member | |
    /// |---|---|
    /// | `name`, `version` | the guest's name, QEMU's version; null while unknown |
    /// | `connection` | `unknown` (a recording), `connected` or `disconnected` |
    /// | `status` | as `query-status` has it; null while unknown |
    /// | `running` | whether the CPUs run; known after STOP even if `status` is not |
    /// | `cause` | why not: an object with `type`, and more for some types; null |
    /// | `since` | since when, in seconds since 1970; null if that was before anyone looked |
    /// | `ending`, `ended` | how it is about to end, how it ended: `type`, `guest`, `reason`, `time`; null |
    /// | `jobs`, `finished-jobs` | `id`, `type`, `status`, `len`, `offset`, `speed`, `errors`, `outcome` (`completed`, `cancelled`, `failed`), `error`, `since` |
    /// | `migration` | `status`, `since`, `side`, `pass`, `phases`, `transferred`, `remaining`, `total`, `downtime`, `error`, `announced` |
    /// | `drives` | by id: `tray-open`, `io-status` |
    /// | `errors` | by name: `io`, `nospace`, `quorum-reports`, `quorum-failures`, `corruptions`, `fatal`, `reason`, `last` |
    /// | `memory-failures` | how often memory was found to be broken |
    /// | `unplugs` | by device: `state` (`requested` or `refused`) and `reason` |
    /// | `ports`, `chardevs`, `netdevs` | by id: whether it is open, or connected |
    /// | `vnc-clients`, `spice-connections` | by address: `host`, `service`, `initialized`, `identity` |
    /// | `exports` | by id: `type`, `node-name` |
    /// | `memory-devices` | by id: the size in bytes |
    /// | `balloon`, `rtc-offset` | bytes, seconds; null while unknown |
    /// | `incomplete` | the members above that may lack entries, as not all were asked for, or there were too many |
    /// | `events`, `unknown-events` | how many were taken in |
    pub fn to_json(&self) -> Value {
        json!({
            "name": self.name,
            "version": self.version.map(|version| version.to_string()),
            "connection": match self.connection {
                Connection::Unknown => "unknown",
                Connection::Connected => "connected",
                Connection::Disconnected => "disconnected",
            },
            "status": self.run().status,
            "running": self.run().running,
            "cause": self.run().cause.as_ref().map(cause),
            "since": time(self.run().since),
            "ending": self.ending().map(end),
            "ended": self.end().map(end),
            "jobs": self.jobs.iter().map(|(_, known)| job(known)).collect::<Vec<_>>(),
            "finished-jobs": self.finished_jobs.iter().map(job).collect::<Vec<_>>(),
            "migration": migration(&self.migration),
            "drives": table(&self.drives, drive),
            "errors": table(&self.errors, errors),
            "memory-failures": self.memory_failures,
            "unplugs": table(&self.unplugs, unplug),
            "ports": table(&self.ports, |open| json!(open)),
            "chardevs": table(&self.chardevs, |open| json!(open)),
            "netdevs": table(&self.netdevs, |connected| json!(connected)),
            "vnc-clients": table(&self.vnc_clients, client),
            "spice-connections": table(&self.spice_connections, client),
            "exports": table(&self.exports, export),
            "memory-devices": table(&self.memory_devices, |size| json!(size)),
            "balloon": self.balloon,
            "rtc-offset": self.rtc_offset,
            "incomplete": self.incomplete(),
            "events": self.events,
            "unknown-events": self.unknown_events,
        })
    }

    fn incomplete(&self) -> Vec<&'static str> {
        let tables = [
            ("jobs", self.jobs.is_complete()),
            ("drives", self.drives.is_complete()),
            ("errors", self.errors.left_out() == 0),
            ("unplugs", self.unplugs.left_out() == 0),
            ("ports", false),
            ("chardevs", self.chardevs.is_complete()),
            ("netdevs", false),
            ("vnc-clients", self.vnc_clients.is_complete()),
            ("spice-connections", self.spice_connections.is_complete()),
            ("exports", self.exports.is_complete()),
            ("memory-devices", self.memory_devices.is_complete()),
        ];
        tables.into_iter().filter(|(_, is_complete)| !is_complete).map(|(name, _)| name).collect()
    }
}

/// The state of the part that has changed, in the same form.
impl Serialize for Run {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Run { status, running, cause: why, since } = self;
        json!({"status": status, "running": running, "cause": why.as_ref().map(cause), "since": time(*since)})
            .serialize(serializer)
    }
}

impl Serialize for Job {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        job(self).serialize(serializer)
    }
}

impl Serialize for Migration {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        migration(self).serialize(serializer)
    }
}

impl Serialize for End {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        end(self).serialize(serializer)
    }
}

fn table<T>(table: &Table<T>, value: impl Fn(&T) -> Value) -> Value {
    table.iter().map(|(id, known)| (id.to_owned(), value(known))).collect::<Map<_, _>>().into()
}

/// Seconds since 1970, as exact as QEMU tells them.
fn time(time: Option<Timestamp>) -> Value {
    match time.filter(|time| time.is_known()) {
        Some(Timestamp { seconds, microseconds, .. }) => json!(seconds as f64 + microseconds as f64 / 1e6),
        None => Value::Null,
    }
}

/// An object without what is null.
fn sparse(value: Value) -> Value {
    match value {
        Value::Object(members) => members.into_iter().filter(|(_, member)| !member.is_null()).collect(),
        other => other,
    }
}

fn cause(cause: &Cause) -> Value {
    sparse(match cause {
        Cause::Command => json!({"type": "command"}),
        Cause::Debugger => json!({"type": "debugger"}),
        Cause::Snapshot => json!({"type": "snapshot"}),
        Cause::InternalError => json!({"type": "internal-error"}),
        Cause::IoError(error) => io_error(error),
        Cause::GuestPanicked(info) => json!({"type": "guest-panicked", "info": info}),
        Cause::Watchdog => json!({"type": "watchdog"}),
        Cause::Suspend => json!({"type": "suspend"}),
        Cause::Reset(reason) => json!({"type": "reset", "reason": reason}),
        Cause::Shutdown { guest, reason } => shutdown(*guest, reason.as_ref()),
        Cause::Migration => json!({"type": "migration"}),
    })
}

fn io_error(error: &IoErrorCause) -> Value {
    let IoErrorCause { device, node_name, qom_path, operation, nospace, reason } = error;
    json!({
        "type": "io-error", "device": device, "node-name": node_name, "qom-path": qom_path,
        "operation": operation, "nospace": nospace, "reason": reason,
    })
}

fn shutdown(guest: Option<bool>, reason: Option<&ShutdownCause>) -> Value {
    json!({"type": "shutdown", "guest": guest, "reason": reason})
}

fn end(end: &End) -> Value {
    let mut value = match &end.cause {
        EndCause::Shutdown { guest, reason } => shutdown(*guest, reason.as_ref()),
        EndCause::Watchdog => json!({"type": "watchdog"}),
        EndCause::Unexplained => json!({"type": "unexplained"}),
    };
    value["time"] = time(end.time);
    sparse(value)
}

fn job(job: &Job) -> Value {
    let outcome = job.outcome.map(|outcome| match outcome {
        Outcome::Completed => "completed",
        Outcome::Cancelled => "cancelled",
        Outcome::Failed => "failed",
    });
    sparse(json!({
        "id": job.id, "type": job.r#type, "status": job.status, "len": job.len, "offset": job.offset,
        "speed": job.speed, "errors": job.errors, "outcome": outcome, "error": job.error,
        "since": time(job.since),
    }))
}

fn migration(migration: &Migration) -> Value {
    let side = migration.side.map(|side| match side {
        Side::Source => "source",
        Side::Destination => "destination",
    });
    let phase = |(status, at): &(_, _)| json!({"status": status, "time": time(*at)});
    let mut value = sparse(json!({
        "since": time(migration.since), "side": side, "pass": migration.pass,
        "phases": migration.phases.iter().map(phase).collect::<Vec<_>>(),
        "transferred": migration.progress.map(|progress| progress.transferred),
        "remaining": migration.progress.map(|progress| progress.remaining),
        "total": migration.progress.map(|progress| progress.total),
        "downtime": migration.downtime, "error": migration.error, "announced": migration.is_announced,
    }));
    value["status"] = json!(migration.status);
    value
}

fn drive(drive: &Drive) -> Value {
    sparse(json!({"tray-open": drive.tray_open, "io-status": drive.io_status}))
}

fn errors(errors: &Errors) -> Value {
    sparse(json!({
        "io": errors.io, "nospace": errors.nospace, "quorum-reports": errors.quorum_reports,
        "quorum-failures": errors.quorum_failures, "corruptions": errors.corruptions, "fatal": errors.is_fatal,
        "reason": errors.reason, "last": time(errors.last),
    }))
}

fn unplug(unplug: &Unplug) -> Value {
    sparse(match unplug {
        Unplug::Requested => json!({"state": "requested"}),
        Unplug::Refused { reason } => json!({"state": "refused", "reason": reason}),
    })
}

fn client(client: &DisplayClient) -> Value {
    sparse(json!({
        "host": client.host, "service": client.service, "initialized": client.is_initialized,
        "identity": client.identity,
    }))
}

fn export(export: &Export) -> Value {
    json!({"type": export.r#type, "node-name": export.node_name})
}
