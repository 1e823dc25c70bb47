//! Metrics for Prometheus: a reader that counts, and a server that shows the figures.
//!
//! Whatever a guest or a QEMU can invent gets a bounded number of series; the rest falls into `other`.

mod board;
mod bounded;
mod exposition;
mod figures;
pub(crate) mod server;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use super::backlog::Backlog;
use super::reader::{Happening, Observed, Reader};
use board::Board;

/// Counts what happens to machines.
#[derive(Clone, Debug)]
pub(crate) struct Metrics {
    board: Arc<Mutex<Board>>,
}

impl Metrics {
    /// With the figures of the publisher, if there is one.
    pub(crate) fn new(backlog: Option<Arc<Backlog>>) -> Self {
        Metrics { board: Arc::new(Mutex::new(Board::new(backlog))) }
    }

    /// The figures of this moment, to be shown while others are counted.
    fn snapshot(&self) -> Board {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, Board> {
        // Counting goes on, whatever happened to one count.
        self.board.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Reader for Metrics {
    fn name(&self) -> &'static str {
        "metrics"
    }

    fn take(&mut self, machine: &Observed<'_>, happening: &Happening<'_>) -> anyhow::Result<()> {
        self.lock().take(machine, happening, Instant::now());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::Ordering;
    use std::time::Duration;

    use qmp_events::EventMessage;
    use qmp_events::machine::{Input, Machine, Query};

    use super::exposition::Format;
    use super::*;
    use crate::record::Record;
    use crate::sources::origins::{OriginId, Origins};
    use crate::sources::{Origin, Place};

    /// Machines whose figures are shown.
    struct Host {
        board: Board,
        origins: Origins,
        state: Machine,
        now: Instant,
    }

    impl Host {
        fn new() -> Self {
            let (board, origins) = (Board::new(None), Origins::new(Vec::new()));
            Host { board, origins, state: Machine::new(), now: Instant::now() }
        }

        fn arrive(&mut self, number: usize, label: &str) -> OriginId {
            self.origins.add(number, Origin { title: label.to_owned(), ..Origin::default() });
            let id = self.origins.find(number, None).expect("it is known");
            self.tell(id, &Happening::Arrived);
            id
        }

        fn tell(&mut self, id: OriginId, happening: &Happening<'_>) {
            let origin = self.origins.get(id).expect("it is known");
            self.board.take(&Observed { id, origin, state: &self.state }, happening, self.now);
        }

        /// An event, by name and data.
        fn event(&mut self, id: OriginId, name: &str, data: &str) {
            let json = format!(
                r#"{{"event": "{name}", "data": {data}, "timestamp": {{"seconds": 1, "microseconds": 0}}}}"#
            );
            let record = Record::new(Box::new(EventMessage::decode(json.as_bytes()).expect("an event")));
            let changes = self.state.apply(Input::Event(&record.message));
            self.tell(id, &Happening::Event(&record, Place::Live { start: 0, count: 0 }));
            self.tell(id, &Happening::Changed(&changes, None));
        }

        fn reply(&mut self, id: OriginId, query: Query, json: &str) {
            let changes = self.state.apply(Input::Reply(query, Ok(json)));
            self.tell(id, &Happening::Changed(&changes, None));
        }

        fn lines(&self) -> Vec<String> {
            let text = self.board.clone().render(Format::Plain).expect("a string takes everything");
            text.lines().map(str::to_owned).collect()
        }

        fn has(&self, line: &str) -> bool {
            self.lines().iter().any(|found| found == line)
        }
    }

    const IO_ERROR: &str =
        r#"{"device": "vda", "operation": "write", "action": "stop", "reason": "x", "nospace": true}"#;

    #[test]
    fn the_time_of_a_standstill_counts_for_its_cause() {
        let mut host = Host::new();
        let id = host.arrive(0, "web");
        host.event(id, "RESUME", "{}");
        host.event(id, "BLOCK_IO_ERROR", IO_ERROR);
        host.event(id, "STOP", "{}");
        host.now += Duration::from_secs(90);
        host.event(id, "RESUME", "{}");
        host.now += Duration::from_secs(1000);
        assert!(host.has(r#"qmp_events_paused_seconds_total{machine="web",cause="io-error"} 90.0"#));
        assert!(host.has(r#"qmp_events_run_state{machine="web",state="running"} 1"#));
        assert!(host.has(r#"qmp_events_io_errors_total{machine="web",device="vda",reason="nospace"} 1"#));
    }

    #[test]
    fn a_machine_that_was_not_started_stands_still_for_its_state() {
        let mut host = Host::new();
        let id = host.arrive(0, "web");
        host.event(id, "POWERDOWN", "{}");
        host.state.refresh();
        while host.state.next_query().is_some() {}
        host.reply(id, Query::Status, r#"{"running": false, "status": "prelaunch"}"#);
        let text = host.lines().join("\n");
        assert!(
            text.contains(r#"qmp_events_paused_seconds_total{machine="web",cause="prelaunch"}"#),
            "{text}"
        );
    }

    #[test]
    fn jobs_and_migrations_are_shown_by_state_and_outcome() {
        let mut host = Host::new();
        let id = host.arrive(0, "web");
        for status in ["created", "running", "aborting", "concluded"] {
            host.event(id, "JOB_STATUS_CHANGE", &format!(r#"{{"id": "a", "status": "{status}"}}"#));
        }
        assert!(host.has(r#"qmp_events_jobs{machine="web",status="concluded"} 1"#));
        host.event(id, "JOB_STATUS_CHANGE", r#"{"id": "a", "status": "null"}"#);
        host.event(id, "JOB_STATUS_CHANGE", r#"{"id": "b", "status": "dreaming"}"#);
        host.event(id, "MIGRATION", r#"{"status": "failed"}"#);
        assert!(host.has(r#"qmp_events_finished_jobs_total{machine="web",outcome="failed"} 1"#));
        assert!(host.has(r#"qmp_events_jobs{machine="web",status="other"} 1"#));
        assert!(host.has(r#"qmp_events_migration_phase{machine="web",phase="failed"} 1"#));
        host.event(id, "MIGRATION", r#"{"status": "sleepwalking"}"#);
        assert!(host.has(r#"qmp_events_migration_phase{machine="web",phase="other"} 1"#));
        assert!(host.has(r#"qmp_events_migration_phase{machine="web",phase="failed"} 0"#));
    }

    #[test]
    fn whatever_a_machine_invents_the_number_of_its_series_is_bounded() {
        let mut host = Host::new();
        let id = host.arrive(0, "web");
        for number in 0..1000 {
            host.event(id, &format!("INVENTED_{number}"), "{}");
            let error = format!(
                r#"{{"device": "d{number}", "operation": "read", "action": "ignore", "reason": "r{number}"}}"#
            );
            host.event(id, "BLOCK_IO_ERROR", &error);
            host.event(id, "JOB_STATUS_CHANGE", &format!(r#"{{"id": "{number}", "status": "s{number}"}}"#));
        }
        assert!(host.lines().len() < 200, "{}", host.lines().len());
        assert!(host.has(r#"qmp_events_events_total{machine="web",event="other"} 1000"#));
        assert!(host.has(r#"qmp_events_io_errors_total{machine="web",device="other",reason="other"} 936"#));
    }

    #[test]
    fn machines_beyond_the_bound_are_counted_together_and_those_that_leave_make_room() {
        let mut host = Host::new();
        let ids: Vec<_> = (0..5000).map(|number| host.arrive(number, &format!("vm{number}"))).collect();
        for id in [ids[0], ids[4998], ids[4999]] {
            host.event(id, "POWERDOWN", "{}");
        }
        assert!(host.has(r#"qmp_events_events_total{machine="vm0",event="POWERDOWN"} 1"#));
        assert!(host.has(r#"qmp_events_events_total{machine="other",event="POWERDOWN"} 2"#));
        host.tell(ids[0], &Happening::Left);
        let late = host.arrive(5000, "late");
        host.event(late, "POWERDOWN", "{}");
        assert!(host.has(r#"qmp_events_events_total{machine="late",event="POWERDOWN"} 1"#));
        assert!(!host.lines().iter().any(|line| line.contains(r#""vm0""#)));
    }

    #[test]
    fn the_figures_of_the_publisher_are_shown_if_there_is_one() {
        let mut host = Host::new();
        assert!(!host.lines().iter().any(|line| line.contains("publish")));
        let backlog = Arc::<Backlog>::default();
        backlog.entries.store(7, Ordering::Relaxed);
        backlog.dropped.store(3, Ordering::Relaxed);
        host.board = Board::new(Some(backlog));
        for line in [
            "qmp_events_publish_backlog_entries 7",
            "qmp_events_publish_backlog_bytes 0",
            "qmp_events_publish_backlog_oldest_age_seconds 0.0",
            "qmp_events_published_total 0",
            "qmp_events_publish_failures_total 0",
            "qmp_events_publish_dropped_total 3",
        ] {
            assert!(host.has(line), "{line} in {:?}", host.lines());
        }
    }
}
