//! A life in sentences: how long it ran, when and why it stood still, how its jobs and migrations went, how it
//! ended.

use std::collections::BTreeMap;

use qmp_events::machine::RunState;

use super::span::{Moment, RunSpan};
use super::story::Life;
use crate::state::time::duration;
use crate::state::words::{self, Tone};
use crate::terminal::text::count;

/// How many sentences of a kind are told.
const SENTENCES: usize = 12;

/// A sentence without a full stop, and how bad it is.
#[derive(Debug, serde::Serialize)]
pub(crate) struct Sentence {
    pub(crate) text: String,
    pub(crate) tone: Tone,
}

impl Life {
    /// What happened, in order of importance to people: states, migrations, jobs, errors, the end.
    pub(crate) fn summary(&self) -> Vec<Sentence> {
        let mut sentences = states(&self.runs);
        let migrations = self.migrations.iter().map(|migration| {
            let passes = match migration.passes.len() as u64 {
                0 => String::new(),
                passes => format!(
                    " and {}",
                    if passes == 1 { "1 pass".to_owned() } else { format!("{passes} passes") }
                ),
            };
            let time = duration(migration.span.duration());
            sentence(format!("{} after {time}{passes}", migration.span.text), migration.span.tone)
        });
        sentences.extend(limited(migrations.collect(), "migration"));
        let jobs = self.jobs.iter().map(|job| {
            let (span, time) = (&job.span, duration(job.span.duration()));
            let text = if job.is_over {
                format!("{}, after {time}", span.text)
            } else {
                format!("{} for {time} when the events end", span.text)
            };
            sentence(text, span.tone)
        });
        sentences.extend(limited(jobs.collect(), "job"));
        let errors = self.state.errors().iter().map(|(name, errors)| {
            let all = errors.io + errors.quorum_reports + errors.quorum_failures + errors.corruptions;
            let reason =
                errors.reason.as_ref().map(|reason| format!("; the last: {reason}")).unwrap_or_default();
            sentence(format!("{} of {name}{reason}", count(all, "error")), Tone::Bad)
        });
        sentences.extend(limited(errors.collect(), "drive with errors"));
        sentences.push(end(self.end.as_ref()));
        sentences
    }
}

fn sentence(text: String, tone: Tone) -> Sentence {
    Sentence { text, tone }
}

/// The first ones, and how many more there are.
fn limited(mut sentences: Vec<Sentence>, noun: &str) -> Vec<Sentence> {
    let more = sentences.len().saturating_sub(SENTENCES);
    sentences.truncate(SENTENCES);
    if more > 0 {
        let noun = if more == 1 {
            noun.to_owned()
        } else {
            format!("{noun}s").replace("drive with errorss", "drives with errors")
        };
        sentences.push(sentence(format!("{more} more {noun}"), Tone::Calm));
    }
    sentences
}

/// Each state with its cause once, with how often and how long it was; in the order in which they came.
fn states(runs: &[RunSpan]) -> Vec<Sentence> {
    let mut sums: BTreeMap<&str, (usize, u64, i64)> = BTreeMap::new();
    for (index, run) in runs.iter().enumerate() {
        let (_, times, sum) = sums.entry(&run.span.text).or_insert((index, 0, 0));
        *times += 1;
        *sum = sum.saturating_add(run.span.duration());
    }
    let mut sums: Vec<_> = sums.into_values().collect();
    sums.sort_unstable();
    let told = sums.into_iter().filter(|&(index, _, sum)| !is_unknown(&runs[index]) || sum > 0);
    limited(told.map(|(index, times, sum)| state(&runs[index], times, sum)).collect(), "state")
}

fn is_unknown(run: &RunSpan) -> bool {
    run.run.status.is_none() && run.run.running.is_none()
}

fn state(run: &RunSpan, times: u64, sum: i64) -> Sentence {
    let time = match times {
        1 => format!("for {}", duration(sum)),
        times => format!("{times} times, {} in all", duration(sum)),
    };
    let verb = match (&run.run.status, run.run.running) {
        (Some(RunState::Running), _) | (None, Some(true)) => "ran".to_owned(),
        (Some(RunState::Paused | RunState::IoError), _) => "paused".to_owned(),
        (Some(RunState::Suspended), _) => "slept".to_owned(),
        (Some(status), _) => format!("stopped ({status})"),
        (None, Some(false)) => "stopped".to_owned(),
        (None, None) => return sentence(format!("no event tells whether it ran, {time}"), run.span.tone),
    };
    let because = match &run.run.cause {
        Some(cause) => format!(" {}", words::because(cause)),
        None if run.run.is_stopped() => "; no event tells why".to_owned(),
        None => String::new(),
    };
    sentence(format!("{verb} {time}{because}"), run.span.tone)
}

fn end(end: Option<&Moment>) -> Sentence {
    match end {
        Some(Moment { text, tone, .. }) => sentence(format!("ended: {text}"), *tone),
        None => sentence("the events end before the machine does".to_owned(), Tone::Calm),
    }
}
