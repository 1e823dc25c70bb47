//! The story of machines: what their states were from when to when, and which events came.

use std::collections::HashMap;

use qmp_events::Timestamp;
use qmp_events::machine::{Change, End, Job, Machine, Migration, Run};

use super::span::{JobSpan, MigrationSpan, Moment, RunSpan, Span};
use crate::knowledge::severity::Severity;
use crate::record::Record;
use crate::sinks::one_line;
use crate::state::words;

/// The most events of a story; the states follow from all of them.
const EVENTS: usize = 200_000;

/// The most spans of a kind that a machine has in a story.
const SPANS: usize = 200_000;

/// How late an event may tell why a machine stopped, in microseconds.
const EXPLANATION: i64 = 100_000;

/// What happened to some machines.
#[derive(Debug, Default)]
pub(crate) struct Story {
    pub(crate) machines: Vec<Life>,
    pub(crate) events: Vec<Mark>,
    /// How many events did not fit.
    pub(crate) left_out: u64,
    indexes: HashMap<String, usize>,
}

/// An event.
#[derive(Debug)]
pub(crate) struct Mark {
    pub(crate) machine: usize,
    /// When it came, or the latest time before if that is later or it tells no time.
    pub(crate) at: i64,
    /// When it says that it happened.
    pub(crate) time: Option<i64>,
    pub(crate) name: String,
    pub(crate) severity: Severity,
    pub(crate) details: String,
}

/// What happened to a machine.
#[derive(Debug)]
pub(crate) struct Life {
    pub(crate) name: String,
    pub(crate) state: Machine,
    pub(crate) runs: Vec<RunSpan>,
    pub(crate) jobs: Vec<JobSpan>,
    pub(crate) migrations: Vec<MigrationSpan>,
    pub(crate) end: Option<Moment>,
    /// The time of its first event.
    pub(crate) from: i64,
    /// The latest time of an event so far.
    pub(crate) to: i64,
    /// The last span of each job, by id.
    job_spans: HashMap<String, usize>,
}

impl Story {
    /// The machine of this name.
    pub(crate) fn machine(&mut self, name: &str) -> usize {
        if let Some(index) = self.indexes.get(name) {
            return *index;
        }
        self.indexes.insert(name.to_owned(), self.machines.len());
        self.machines.push(Life::new(name));
        self.machines.len() - 1
    }

    /// Takes in an event of a machine.
    pub(crate) fn tell(&mut self, machine: usize, record: &Record) {
        let Some(life) = self.machines.get_mut(machine) else { return };
        let time = record.time.and_then(microseconds);
        life.advance(time);
        let changes = life.state.apply(&*record.message);
        changes.into_iter().for_each(|change| life.take(change));
        if self.events.len() == EVENTS {
            self.left_out += 1;
            return;
        }
        let name = record.message.event.name();
        let line = one_line(record);
        let details = line.as_str().split_once("  ").map_or("", |(_, members)| members.trim()).to_owned();
        let (name, severity) = (name.to_owned(), Severity::of(&record.message.event));
        self.events.push(Mark { machine, at: life.to, time, name, severity, details });
    }

    /// Ends what is still open, and puts the events of all machines in order.
    pub(crate) fn finish(mut self) -> Self {
        self.machines.iter_mut().for_each(Life::finish);
        self.events.sort_by_key(|event| event.at);
        self
    }
}

impl Life {
    fn new(name: &str) -> Self {
        Life {
            name: name.to_owned(),
            state: Machine::new(),
            runs: Vec::new(),
            jobs: Vec::new(),
            migrations: Vec::new(),
            end: None,
            from: 0,
            to: 0,
            job_spans: HashMap::new(),
        }
    }

    /// Time never goes back in a story, even if a clock was set.
    fn advance(&mut self, time: Option<i64>) {
        let is_first = self.state.events() == 0;
        self.to = time.unwrap_or(self.to).max(if is_first { i64::MIN } else { self.to });
        if is_first {
            self.from = self.to;
            self.run(self.state.run().clone());
        } else if self.from == 0 {
            // The events before told no time.
            self.from = self.to;
        }
    }

    fn take(&mut self, change: Change) {
        match change {
            Change::Run(run) => self.run(run),
            Change::Job(job) => self.job(&job, false),
            Change::JobGone(job) => self.job(&job, true),
            Change::Migration(migration) => self.migration(&migration),
            Change::Ending(end) => self.end = Some(self.ending(&end)),
            _ => {}
        }
    }

    fn ending(&self, end: &End) -> Moment {
        Moment { at: self.to, text: words::end(end), tone: words::end_tone(end) }
    }

    fn run(&mut self, run: Run) {
        let (text, tone) = (words::run(&run), words::run_tone(&run));
        let now = self.to;
        if let Some(last) = self.runs.last_mut() {
            last.span.to = now;
            if last.span.text == text {
                return;
            }
            // Why a machine stopped may be told right after that it did.
            let is_explained = last.run.status.is_none() && last.run.is_stopped() && run.is_stopped();
            // Before its first event, a machine has no history.
            let is_nothing =
                last.run.status.is_none() && last.run.running.is_none() && last.span.duration() == 0;
            if is_nothing || (is_explained && last.span.duration() < EXPLANATION) {
                (last.span.text, last.span.tone, last.run) = (text, tone, run);
                return;
            }
        }
        if self.runs.len() < SPANS {
            self.runs.push(RunSpan { span: Span { from: now, to: now, text, tone }, run });
        }
    }

    fn job(&mut self, job: &Job, is_gone: bool) {
        let is_over = is_gone || job.outcome.is_some();
        let known =
            self.job_spans.get(&job.id).copied().filter(|&index| is_over || !self.jobs[index].is_over);
        let index = match known {
            Some(index) => index,
            None if self.jobs.len() == SPANS => return,
            None => {
                let span =
                    Span { from: self.to, to: self.to, text: String::new(), tone: words::job_tone(job) };
                self.jobs.push(JobSpan { span, id: job.id.clone(), is_over: false });
                self.job_spans.insert(job.id.clone(), self.jobs.len() - 1);
                self.jobs.len() - 1
            }
        };
        let JobSpan { span, is_over: was_over, .. } = &mut self.jobs[index];
        if !*was_over {
            span.to = self.to;
        }
        *was_over |= is_over;
        span.text = format!("{} {}", words::job_name(job), words::job_state(job));
        span.tone = words::job_tone(job);
    }

    fn migration(&mut self, migration: &Migration) {
        let Some(text) = words::migration(migration) else { return };
        let tone = words::migration_tone(migration);
        let phases = migration.phases.len();
        let goes_on =
            self.migrations.last().is_some_and(|last| !last.is_over && last.phases.len() <= phases.max(1));
        if !goes_on && self.migrations.len() < SPANS {
            let span = Span { from: self.to, to: self.to, text: String::new(), tone };
            self.migrations.push(MigrationSpan {
                span,
                phases: Vec::new(),
                passes: Vec::new(),
                is_over: false,
            });
        }
        let Some(last) = self.migrations.last_mut() else { return };
        let status = migration.status.as_ref().map(ToString::to_string).unwrap_or_default();
        if last.phases.last().is_none_or(|phase| phase.text != status) {
            last.phases.push(Moment { at: self.to, text: status, tone });
        }
        if let Some(pass) = migration.pass {
            let pass = format!("pass {pass}");
            if last.passes.last().is_none_or(|known| known.text != pass) {
                last.passes.push(Moment { at: self.to, text: pass, tone });
            }
        }
        last.span = Span { to: self.to, text: format!("migration {text}"), tone, ..last.span };
        last.is_over = migration.is_successful().is_some();
    }

    fn finish(&mut self) {
        if let Some(last) = self.runs.last_mut() {
            last.span.to = self.to;
        }
        for job in self.jobs.iter_mut().filter(|job| !job.is_over) {
            job.span.to = self.to;
        }
        if let Some(last) = self.migrations.last_mut().filter(|last| !last.is_over) {
            last.span.to = self.to;
        }
        // What was announced and then did not come is not how it ended.
        if self.state.ending().is_none() {
            self.end = None;
        }
    }
}

fn microseconds(time: Timestamp) -> Option<i64> {
    time.seconds.checked_mul(1_000_000)?.checked_add(time.microseconds)
}
