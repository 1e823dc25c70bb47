//! A random walk over commands: after each, what is known of the machine is what QEMU tells on another monitor.

use super::commands::{Dice, steps, take_step};
use super::subject::{Gone, Seen, Subject, newest_qemu};
use crate::live::machine::PATIENCE;
use crate::live::reconnect::{AT_ONCE, Cutting};
use qmp_events::machine::blocking::Tracker as BlockingTracker;
use qmp_events::machine::tokio::Tracker;
use qmp_events::machine::{EndCause, Input, Job, Machine, Query};
use qmp_events::tokio::{Item, Options, Subscription, connect};
use qmp_events::{Endpoint, blocking};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Instant;
use tokio::sync::Semaphore;

const INSTALLED: &str = "qemu-system-x86_64";

/// What a walk has done and seen.
#[derive(Default)]
struct Trail {
    steps: Vec<String>,
    statuses: BTreeSet<String>,
    jobs: BTreeSet<String>,
    migrations: BTreeSet<String>,
    /// How often the run state was known from events alone.
    told: u64,
}

impl Trail {
    fn note(&mut self, seen: &Seen) {
        self.statuses.insert(seen.status.clone());
        self.jobs.extend(seen.jobs.values().map(|(_, status)| status.clone()));
        self.migrations.insert(seen.migration.clone());
        let last = self.steps.last_mut().expect("a step");
        *last = format!("{last} -> {seen:?}");
    }

    fn last(&self) -> String {
        self.steps[self.steps.len().saturating_sub(30)..].join("\n")
    }

    /// A walk that stays at home proves nothing. How far one gets also depends on how long QEMU takes, so
    /// the least is well below what most walks see.
    fn assert_that_it_went_far(&self) {
        if steps() >= 500 {
            for (seen, least) in [(&self.statuses, 6), (&self.jobs, 2), (&self.migrations, 4)] {
                assert!(seen.len() >= least, "only {seen:?} in {} steps", steps());
            }
        }
    }
}

/// What is known of a machine, in the form of what it says of itself.
fn known(machine: &Machine) -> Seen {
    let text = |value: Option<String>| value.unwrap_or_else(|| "(unknown)".to_owned());
    let job = |(id, job): (&str, &Job)| {
        let r#type = text(job.r#type.as_ref().map(ToString::to_string));
        (id.to_owned(), (r#type, text(job.status.as_ref().map(ToString::to_string))))
    };
    Seen {
        status: text(machine.run().status.as_ref().map(ToString::to_string)),
        jobs: machine.jobs().iter().map(job).collect(),
        migration: text(machine.migration().status.as_ref().map(ToString::to_string)),
    }
}

/// Whether what differs is on the move, or is known not to be told by events.
fn is_behind(machine: &Machine, seen: &Seen) -> bool {
    let known = known(machine);
    // QEMU sets the state before it says so, and in a migration it does not do both at once.
    let moving = ["setup", "active", "device", "cancelling", "failing"];
    let is_moving = moving.contains(&seen.migration.as_str());
    let is_leaving = seen.status == "finish-migrate" && seen.migration != "pre-switchover";
    if known != *seen && (is_moving || is_leaving) {
        return true;
    }
    let parts = [
        (Query::Status, known.status != seen.status),
        (Query::Migrate, known.migration != seen.migration && machine.migration().is_announced != Some(true)),
    ];
    parts.iter().any(|(query, differs)| *differs && machine.unannounced().contains(query))
}

/// Switches the events of migrations on.
fn announce_migrations(subject: &mut Subject) {
    let capability = json!([{"capability": "events", "state": true}]);
    let done = subject.execute("migrate-set-capabilities", json!({"capabilities": capability}));
    assert!(matches!(done, Ok(Some(_))));
}

/// The machine ended with a word, unless QEMU crashed, which some walks make it do, or a watchdog powered it off:
/// its event may have fallen to the rate limit.
fn assert_end(machine: &Machine, subject: &mut Subject, trail: &Trail) {
    let end = machine.end().unwrap_or_else(|| panic!("no end\n{}", trail.last()));
    let is_watchdog_set = |step: &&String| step.starts_with("set-action {\"watchdog\"");
    let watchdog = trail.steps.iter().rev().find(is_watchdog_set);
    if subject.ended_well() && !watchdog.is_some_and(|set| set.contains("poweroff")) {
        assert_ne!(end.cause, EndCause::Unexplained, "{}", trail.last());
    }
}

/// Takes a step, or notes that no machine is there to take it.
fn step(subject: &mut Subject, dice: &mut Dice, trail: &mut Trail) {
    let step = take_step(subject, dice);
    trail.steps.push(step.unwrap_or_else(|Gone| "(gone)".to_owned()));
}

fn walk_blocking(program: &str, salt: u64) {
    let (mut dice, mut trail, mut left) = (Dice::new(salt), Trail::default(), steps());
    while left > 0 {
        let Some(mut subject) = Subject::start(program) else { return };
        announce_migrations(&mut subject);
        let client = blocking::connect(subject.process.endpoint()).expect("a handshake");
        let mut tracker = BlockingTracker::new(client);
        tracker.settle().expect("a machine");
        while left > 0 {
            left -= 1;
            step(&mut subject, &mut dice, &mut trail);
            if compare_blocking(&mut subject, &mut tracker, &mut trail).is_err() {
                while tracker.next_change().is_ok_and(|change| change.is_some()) {}
                assert_end(tracker.machine(), &mut subject, &trail);
                break;
            }
        }
    }
    trail.assert_that_it_went_far();
}

fn compare_blocking(
    subject: &mut Subject,
    tracker: &mut BlockingTracker,
    trail: &mut Trail,
) -> Result<(), Gone> {
    let begun = Instant::now();
    loop {
        assert!(begun.elapsed() < PATIENCE, "no rest after\n{}", trail.last());
        let before = subject.look()?;
        let Ok(machine) = tracker.settle() else { return Err(Gone) };
        let is_at_rest = subject.look()? == before && !(is_behind(machine, &before));
        if is_at_rest {
            trail.note(&before);
            assert_eq!(known(machine), before, "after\n{}\n{}", trail.last(), machine.to_json());
            return Ok(());
        }
        tracker.poll();
    }
}

/// Follows events without ever asking anything more.
struct Listener {
    machine: Machine,
    items: Subscription,
}

impl Listener {
    fn new(subject: &mut Subject, items: Subscription) -> Self {
        let mut machine = Machine::new();
        for query in [Query::Status, Query::Jobs, Query::Migrate, Query::MigrateCapabilities] {
            let reply = subject.execute(query.command(), Value::Null).ok().flatten().expect("a reply");
            machine.apply(Input::Reply(query, Ok(&reply.to_string())));
        }
        Listener { machine, items }
    }

    /// Takes in what is there.
    fn listen(&mut self) {
        let mut context = Context::from_waker(Waker::noop());
        while let Poll::Ready(Some(item)) = pin!(self.items.next()).poll(&mut context) {
            match item {
                Item::Event(message) => drop(self.machine.apply(&message)),
                Item::Connected(_) | Item::Disconnected(_) => {}
                other => panic!("{other:?}"),
            }
        }
    }

    /// What follows from events is true. Whether a guest sleeps on after RESUME does not follow if its state came
    /// with a snapshot.
    fn is_right(&self, seen: &Seen) -> bool {
        let known = known(&self.machine);
        if is_behind(&self.machine, seen) {
            return true;
        }
        let is_right = match known.status.as_str() {
            "(unknown)" => true,
            "running" => ["running", "suspended"].contains(&seen.status.as_str()),
            other => other == seen.status,
        };
        let states = |seen: &Seen| -> Vec<_> {
            seen.jobs.iter().map(|(id, (_, status))| (id.clone(), status.clone())).collect()
        };
        is_right && states(&known) == states(seen) && known.migration == seen.migration
    }
}

/// With a listener beside it that asks nothing.
async fn walk_tokio(program: &str, salt: u64) {
    let (mut dice, mut trail, mut left) = (Dice::new(salt), Trail::default(), steps());
    while left > 0 {
        let Some(mut subject) = Subject::start(program) else { return };
        announce_migrations(&mut subject);
        let (client, items) = connect(subject.process.endpoint()).await.expect("a handshake");
        let mut listener = Listener::new(&mut subject, client.subscribe());
        let mut tracker = Tracker::new(client, items);
        tracker.settle().await.expect("a machine");
        while left > 0 {
            left -= 1;
            step(&mut subject, &mut dice, &mut trail);
            if compare_tokio(&mut subject, &mut tracker, Some(&mut listener), &mut trail).await.is_err() {
                tracker.wait_until_ended().await.expect("an end");
                assert_end(tracker.machine(), &mut subject, &trail);
                break;
            }
        }
    }
    assert!(trail.told > steps() / 2, "events alone told the run state only {} times", trail.told);
    trail.assert_that_it_went_far();
}

async fn compare_tokio(
    subject: &mut Subject,
    tracker: &mut Tracker,
    mut listener: Option<&mut Listener>,
    trail: &mut Trail,
) -> Result<(), Gone> {
    let begun = Instant::now();
    loop {
        assert!(begun.elapsed() < PATIENCE, "no rest after\n{}", trail.last());
        let before = subject.look()?;
        let settled = tokio::time::timeout(PATIENCE, tracker.settle()).await.map(|settled| settled.is_ok());
        let is_there = settled.unwrap_or_else(|_| panic!("not settled after\n{}\n{tracker:?}", trail.last()));
        if !is_there {
            return Err(Gone);
        }
        let machine = tracker.machine();
        if let Some(listener) = &mut listener {
            listener.listen();
        }
        let is_at_rest = subject.look()? == before && !(is_behind(machine, &before));
        if !is_at_rest {
            tracker.poll();
            continue;
        }
        trail.note(&before);
        assert_eq!(known(machine), before, "after\n{}\n{}", trail.last(), machine.to_json());
        if let Some(Listener { machine, .. }) = listener.as_deref() {
            let is_right = listener.as_deref().is_some_and(|listener| listener.is_right(&before));
            assert!(is_right, "{:?} after\n{}\n{}", known(machine), trail.last(), machine.to_json());
            trail.told += u64::from(machine.run().status.is_some());
        }
        return Ok(());
    }
}

/// The connection breaks at random, and where QEMU ends, another one takes its place.
async fn walk_with_cuts(program: &str, salt: u64) {
    let (mut dice, mut trail, mut left) = (Dice::new(salt), Trail::default(), steps());
    let Some(mut subject) = Subject::start(program) else { return };
    announce_migrations(&mut subject);
    let cuts = Arc::new(Semaphore::new(0));
    let endpoint: Endpoint = subject.process.endpoint().parse().expect("an endpoint");
    let options = Options::new().reconnect(AT_ONCE);
    let connector = Cutting { endpoint, cuts: cuts.clone() };
    let (client, items) = options.connect_with(connector).await.expect("a handshake");
    let mut tracker = Tracker::new(client, items);
    while left > 0 {
        left -= 1;
        let when = dice.below(8);
        if when < 2 {
            cuts.add_permits(1);
        }
        step(&mut subject, &mut dice, &mut trail);
        if when == 2 {
            cuts.add_permits(1);
        }
        if compare_tokio(&mut subject, &mut tracker, None, &mut trail).await.is_err() {
            let mut next = Subject::start(program).expect("it was installed before");
            announce_migrations(&mut next);
            subject = subject.replace_with(next);
        }
    }
    trail.assert_that_it_went_far();
}

#[test]
fn a_walk_with_the_blocking_client_ends_each_step_with_what_qemu_says() {
    walk_blocking(INSTALLED, 1);
}

#[test]
fn so_does_one_on_the_newest_qemu() {
    if let Some(program) = newest_qemu() {
        walk_blocking(&program, 2);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_walk_with_the_tokio_client_does_so_and_events_alone_are_never_wrong() {
    walk_tokio(INSTALLED, 3).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn so_does_one_with_the_tokio_client_on_the_newest_qemu() {
    if let Some(program) = newest_qemu() {
        walk_tokio(&program, 4).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_walk_with_a_connection_that_breaks_does_so_too() {
    walk_with_cuts(INSTALLED, 5).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn so_does_one_with_a_connection_that_breaks_on_the_newest_qemu() {
    if let Some(program) = newest_qemu() {
        walk_with_cuts(&program, 6).await;
    }
}
