//! What follows from events, and what does not.

use qmp_events::machine::{Change, Connection, EndCause, Input, Machine, Outcome, Query, RunState};
use qmp_events::protocol::{CommandError, Greeting};
use qmp_events::{Disconnected, EventMessage};
use std::sync::Arc;

/// Applies events that are a second apart; each is a name, with its data after a space.
fn apply(machine: &mut Machine, events: &[&str]) -> Vec<Change> {
    let start = machine.events();
    let message = |(number, event): (usize, &&str)| -> EventMessage {
        let (name, data) = event.split_once(' ').unwrap_or((event, "{}"));
        let seconds = 100 + start + number as u64;
        format!(r#"{{"event": "{name}", "data": {data}, "timestamp": {{"seconds": {seconds}, "microseconds": 0}}}}"#)
            .parse()
            .expect("an event")
    };
    events.iter().enumerate().flat_map(|event| machine.apply(&message(event))).collect()
}

fn after(events: &[&str]) -> Machine {
    let mut machine = Machine::new();
    apply(&mut machine, events);
    machine
}

fn reply(machine: &mut Machine, query: Query, json: &str) -> Vec<Change> {
    machine.apply(Input::Reply(query, Ok(json)))
}

fn status(machine: &Machine) -> String {
    machine.run().status.as_ref().map_or("?".to_owned(), ToString::to_string)
}

const GUEST_OFF: &str = r#"SHUTDOWN {"guest": true, "reason": "guest-shutdown"}"#;
const RESET: &str = r#"RESET {"guest": false, "reason": "host-qmp-system-reset"}"#;
const GUEST_RESET: &str = r#"RESET {"guest": true, "reason": "guest-reset"}"#;
const PANIC: &str = r#"GUEST_PANICKED {"action": "pause"}"#;
const PANIC_RUN: &str = r#"GUEST_PANICKED {"action": "run"}"#;
const WATCHDOG: &str = r#"WATCHDOG {"action": "pause"}"#;
const IO_ERROR: &str = r#"BLOCK_IO_ERROR {"device": "vda", "operation": "write", "action": "stop", "nospace": true, "reason": "full"}"#;
const IO_REPORT: &str =
    r#"BLOCK_IO_ERROR {"device": "vda", "operation": "write", "action": "report", "reason": "EIO"}"#;
const SETUP: &str = r#"MIGRATION {"status": "setup"}"#;
const ACTIVE: &str = r#"MIGRATION {"status": "active"}"#;
const PRE_SWITCHOVER: &str = r#"MIGRATION {"status": "pre-switchover"}"#;
const DEVICE: &str = r#"MIGRATION {"status": "device"}"#;
const COMPLETED: &str = r#"MIGRATION {"status": "completed"}"#;
const CANCELLED: &str = r#"MIGRATION {"status": "cancelled"}"#;

#[test]
fn the_run_state_and_its_cause_follow_from_events() {
    let cases: &[(&[&str], &str, &str)] = &[
        (&["RESUME"], "running", "null"),
        (&["RESUME", "STOP"], "?", "null"),
        (&["RESUME", RESET, GUEST_RESET], "running", "null"),
        (&["RESUME", "POWERDOWN"], "running", "null"),
        (&["RESUME", GUEST_OFF, "STOP"], "shutdown", "shutdown"),
        (&["RESUME", GUEST_OFF, "STOP", RESET], "prelaunch", "reset"),
        (&["RESUME", "SUSPEND"], "suspended", "suspend"),
        (&["RESUME", "SUSPEND", "STOP", "RESUME"], "suspended", "suspend"),
        (&["RESUME", "SUSPEND", "STOP", "WAKEUP", "RESUME"], "running", "null"),
        (&["RESUME", "SUSPEND", "WAKEUP"], "running", "null"),
        (&["RESUME", "SUSPEND", RESET], "prelaunch", "reset"),
        (&["RESUME", PANIC, "STOP"], "guest-panicked", "guest-panicked"),
        (&["RESUME", PANIC_RUN], "running", "null"),
        (&["RESUME", PANIC, "STOP", "RESUME"], "running", "null"),
        // It panicked while it was stopped by something else: the next STOP is not for that.
        (&["RESUME", PANIC, "STOP", PANIC, "RESUME", "STOP"], "?", "null"),
        (&["RESUME", WATCHDOG, "STOP"], "watchdog", "watchdog"),
        (&["RESUME", IO_REPORT, "STOP"], "?", "null"),
        (&["RESUME", IO_ERROR, "STOP"], "io-error", "io-error"),
        (&["RESUME", IO_ERROR, "STOP", "RESUME", IO_ERROR, "STOP"], "io-error", "io-error"),
        (&["RESUME", SETUP, ACTIVE, "STOP", PRE_SWITCHOVER], "finish-migrate", "migration"),
        (&["RESUME", SETUP, ACTIVE, "STOP", COMPLETED], "postmigrate", "migration"),
        (&["RESUME", SETUP, ACTIVE, "STOP", PRE_SWITCHOVER, "RESUME", CANCELLED], "running", "null"),
        (&["RESUME", SETUP, ACTIVE, "STOP", PRE_SWITCHOVER, CANCELLED], "?", "null"),
        (&["RESUME", SETUP, ACTIVE, "STOP", COMPLETED, "RESUME"], "running", "null"),
        // QEMU 11.1 lets the migration go on while it stops the machine for something else.
        (&["RESUME", SETUP, ACTIVE, IO_ERROR, DEVICE, "STOP", COMPLETED], "postmigrate", "migration"),
        (&["RESUME", SETUP, ACTIVE, IO_ERROR, DEVICE, COMPLETED, "STOP"], "postmigrate", "migration"),
        // The reset may have come before or after QEMU was in `postmigrate`.
        (&["RESUME", SETUP, ACTIVE, "STOP", COMPLETED, RESET], "?", "null"),
        // A snapshot is saved as a migration that never becomes active.
        (&["RESUME", PANIC, "STOP", SETUP, COMPLETED], "guest-panicked", "guest-panicked"),
        (&[RESET], "?", "null"),
        (&["SOMETHING_NEW"], "?", "null"),
    ];
    for (events, expected, cause) in cases {
        let machine = after(events);
        assert_eq!(status(&machine), *expected, "{events:?}");
        let known = &machine.to_json()["cause"];
        let known = known.get("type").unwrap_or(known);
        assert_eq!(known.as_str().unwrap_or("null"), *cause, "{events:?}");
    }
}

#[test]
fn a_stop_without_a_cause_says_that_it_is_stopped_and_that_the_state_is_unknown() {
    let mut machine = after(&["RESUME", "STOP"]);
    assert_eq!((machine.run().running, &machine.run().cause), (Some(false), &None));
    let since = machine.run().since;
    assert_eq!(since.map(|time| time.seconds), Some(101));
    reply(&mut machine, Query::Status, r#"{"running": false, "status": "paused", "singlestep": false}"#);
    assert_eq!(status(&machine), "paused");
    assert_eq!(machine.run().since, since, "it has been so since then");
}

#[test]
fn an_event_that_a_rate_limit_held_back_explains_no_later_stop() {
    let mut machine = after(&["RESUME", "STOP", "RESUME"]);
    let late = r#"{"event": "WATCHDOG", "data": {"action": "pause"}, "timestamp": {"seconds": 50, "microseconds": 0}}"#;
    machine.apply(&late.parse::<EventMessage>().expect("an event"));
    apply(&mut machine, &["STOP"]);
    assert_eq!(status(&machine), "?");
}

#[test]
fn the_details_of_an_io_error_are_in_the_cause() {
    let machine = after(&["RESUME", IO_ERROR, "STOP"]);
    let expected = r#"{"device":"vda","nospace":true,"operation":"write","reason":"full","type":"io-error"}"#;
    assert_eq!(machine.to_json()["cause"].to_string(), expected);
    assert_eq!(machine.errors().get("vda").map(|errors| (errors.io, errors.nospace)), Some((1, 1)));
}

fn closed(after_shutdown: bool) -> Disconnected {
    Disconnected::Closed { after_shutdown }
}

#[test]
fn how_it_ended_is_what_was_said_last() {
    let quit = r#"SHUTDOWN {"guest": false, "reason": "host-qmp-quit"}"#;
    let cases: &[(&[&str], &str)] = &[
        (
            &["RESUME", GUEST_OFF],
            r#"{"guest":true,"reason":"guest-shutdown","time":101.0,"type":"shutdown"}"#,
        ),
        (
            &["RESUME", GUEST_OFF, "STOP", quit],
            r#"{"guest":false,"reason":"host-qmp-quit","time":103.0,"type":"shutdown"}"#,
        ),
        (&["RESUME", GUEST_OFF, "STOP"], r#"{"type":"unexplained"}"#),
        (&["RESUME", r#"WATCHDOG {"action": "poweroff"}"#], r#"{"time":101.0,"type":"watchdog"}"#),
        (&["RESUME"], r#"{"type":"unexplained"}"#),
    ];
    for (events, expected) in cases {
        let mut machine = after(events);
        assert!(machine.end().is_none());
        let changes = machine.apply(Input::Disconnected(&closed(false)));
        assert!(changes.iter().any(|change| matches!(change, Change::Ended(_))), "{changes:?}");
        assert_eq!(machine.to_json()["ended"].to_string(), *expected, "{events:?}");
        assert_eq!(status(&machine), "?");
    }
    let mut machine = after(&["RESUME"]);
    machine.apply(Input::Disconnected(&Disconnected::Released));
    assert!(machine.end().is_none(), "this side left");
    let error = Arc::new(std::io::Error::from(std::io::ErrorKind::TimedOut));
    let mut machine = after(&["RESUME"]);
    machine.apply(Input::Disconnected(&Disconnected::Failed { error, after_shutdown: false }));
    assert!(machine.end().is_none(), "the network failed");
}

#[test]
fn a_gap_leaves_what_the_same_machine_counted_and_another_machine_nothing() {
    let known = &["RESUME", IO_ERROR, "STOP", r#"JOB_STATUS_CHANGE {"id": "a", "status": "created"}"#];
    for is_same in [true, false] {
        let mut machine = after(known);
        machine.apply(Input::Connected(&Greeting::default()));
        machine.apply(Input::Disconnected(&closed(false)));
        assert_eq!(machine.end().map(|end| &end.cause), Some(&EndCause::Unexplained));
        let changes = machine.apply(Input::Gap { is_same });
        assert_eq!(changes.contains(&Change::Revived), is_same);
        machine.apply(Input::Connected(&Greeting::default()));
        assert_eq!((machine.connection(), machine.end()), (Connection::Connected, None));
        assert_eq!((status(&machine).as_str(), machine.jobs().len()), ("?", 0));
        assert_eq!(machine.errors().get("vda").is_some(), is_same);
        reply(&mut machine, Query::Jobs, JOBS);
        let since = machine.job("a").expect("a job").since;
        assert_eq!(since.is_some(), is_same, "the job is the one from before");
    }
}

const JOBS: &str = r#"[{"id": "a", "type": "backup", "status": "running", "current-progress": 5, "total-progress": 10, "new": 1}]"#;

#[test]
fn events_that_come_while_a_query_is_on_its_way_count_more_than_its_reply() {
    let mut machine = Machine::new();
    machine.apply(Input::Connected(&Greeting::default()));
    let mut asked = Vec::new();
    while let Some(query) = machine.next_query() {
        asked.push(query);
    }
    assert_eq!(asked, Query::ALL);
    apply(&mut machine, &["RESUME", r#"JOB_STATUS_CHANGE {"id": "a", "status": "created"}"#]);
    apply(&mut machine, &[r#"JOB_STATUS_CHANGE {"id": "b", "status": "running"}"#]);
    reply(&mut machine, Query::Status, r#"{"running": false, "status": "prelaunch"}"#);
    reply(&mut machine, Query::Jobs, JOBS);
    assert_eq!(status(&machine), "running");
    let states: Vec<_> = machine
        .jobs()
        .iter()
        .map(|(id, job)| format!("{id} {}", job.status.as_ref().expect("known")))
        .collect();
    assert_eq!(states, ["a created", "b running"]);
    assert_eq!(
        machine.job("a").and_then(|job| job.r#type.as_ref()).map(ToString::to_string).as_deref(),
        Some("backup")
    );
    assert_eq!(machine.next_query(), Some(Query::Status), "it is asked again");
}

#[test]
fn a_refused_query_leaves_its_part_unknown_and_is_not_asked_again_if_there_is_no_such_command() {
    let mut machine = Machine::new();
    machine.apply(Input::Connected(&Greeting::default()));
    let refused = CommandError::Refused { class: "CommandNotFound".to_owned(), description: String::new() };
    while let Some(query) = machine.next_query() {
        machine.apply(Input::Reply(query, Err(&refused)));
    }
    assert!(machine.is_up_to_date());
    assert_eq!((status(&machine).as_str(), machine.jobs().is_complete()), ("?", false));
    machine.refresh();
    assert_eq!(machine.next_query(), None);
    let changes = reply(&mut machine, Query::Jobs, r#"[{"id": 7}]"#);
    let [Change::Unanswered { query: Query::Jobs, reason }] = &changes[..] else { panic!("{changes:?}") };
    assert!(reason.to_string().contains("expected a string"), "{reason}");
}

#[test]
fn a_job_has_an_outcome_however_it_ends() {
    let job = |status: &str| format!(r#"JOB_STATUS_CHANGE {{"id": "j", "status": "{status}"}}"#);
    let cancelled =
        r#"BLOCK_JOB_CANCELLED {"type": "backup", "device": "j", "len": 9, "offset": 1, "speed": 0}"#;
    let failed = r#"BLOCK_JOB_COMPLETED {"type": "backup", "device": "j", "len": 9, "offset": 1, "speed": 0, "error": "EIO"}"#;
    let cases = [
        (vec!["created", "running", "waiting", "pending"], None, Outcome::Completed),
        (vec!["created", "running", "aborting"], None, Outcome::Failed),
        (vec!["created", "running", "aborting"], Some(cancelled), Outcome::Cancelled),
        (vec!["created", "running", "aborting"], Some(failed), Outcome::Failed),
        (vec!["created", "running", "ready", "waiting", "pending"], Some(cancelled), Outcome::Cancelled),
    ];
    for (states, block_event, outcome) in cases {
        let mut machine = Machine::new();
        for state in &states {
            apply(&mut machine, &[&job(state)]);
        }
        apply(&mut machine, block_event.as_slice());
        apply(&mut machine, &[&job("concluded")]);
        assert_eq!(machine.job("j").and_then(|job| job.outcome), Some(outcome), "{states:?}");
        let changes = apply(&mut machine, &[&job("null")]);
        assert!(
            matches!(&changes[..], [Change::JobGone(job)] if job.outcome == Some(outcome)),
            "{changes:?}"
        );
        assert!(machine.jobs().is_empty());
        assert_eq!(machine.job("j").and_then(|job| job.outcome), Some(outcome), "it is remembered");
    }
}

#[test]
fn a_server_that_invents_things_without_end_makes_no_machine_grow_without_end() {
    let mut machine = Machine::new();
    let long = "x".repeat(3000);
    for number in 0..3_000 {
        apply(
            &mut machine,
            &[
                &format!(r#"JOB_STATUS_CHANGE {{"id": "{number}", "status": "{long}"}}"#),
                &format!(r#"JOB_STATUS_CHANGE {{"id": "{number}{long}", "status": "created"}}"#),
                &format!(r#"VSERPORT_CHANGE {{"id": "{number}", "open": true}}"#),
                &format!(r#"DEVICE_TRAY_MOVED {{"device": "", "id": "{number}", "tray-open": true}}"#),
                &format!(
                    r#"QUORUM_REPORT_BAD {{"type": "read", "error": "{long}", "node-name": "{number}", "sector-num": 0, "sectors-count": 1}}"#
                ),
                r#"MIGRATION {"status": "postcopy-recover"}"#,
            ],
        );
    }
    assert_eq!((machine.jobs().len(), machine.jobs().left_out()), (1024, 2 * 3_000 - 1024));
    assert_eq!(machine.ports().len(), 1024);
    assert!(machine.to_json().to_string().len() < 8 << 20);
    assert_eq!(machine.to_json()["incomplete"][0], "jobs");
}

#[test]
fn unknown_events_and_values_change_nothing_that_is_known() {
    let mut machine = after(&["RESUME"]);
    let changes = apply(&mut machine, &["SOMETHING_NEW", r#"GUEST_PANICKED {"action": "dance"}"#]);
    assert!(changes.is_empty(), "{changes:?}");
    assert_eq!((machine.unknown_events(), status(&machine).as_str()), (1, "running"));
    reply(&mut machine, Query::Status, r#"{"status": "dancing", "running": false}"#);
    assert_eq!(machine.run().status, Some(RunState::from("dancing")));
}
