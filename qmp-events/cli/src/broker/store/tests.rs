use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use proptest::prelude::*;
use tempfile::TempDir;

use super::tables::OVERHEAD;
use super::*;

const AGE: Duration = Duration::from_secs(1000);

fn count_message(_: &str, machine: &Machine, _: i64, count: u64) -> Vec<u8> {
    format!("{count} of {}", machine.label).into_bytes()
}

fn open(directory: &TempDir, bytes: u64) -> Store {
    Store::open(directory.path(), Bounds { bytes, age: AGE }, count_message).expect("a store")
}

fn directory() -> TempDir {
    TempDir::new().expect("a directory")
}

fn machine(label: &str) -> Arc<Machine> {
    let (subject, source) = (format!("qmp.events.host.{label}"), format!("unix:/{label}"));
    Arc::new(Machine { subject, source, label: label.to_owned() })
}

fn entry(label: &str, seq: u64, at: i64) -> Entry {
    let machine = machine(label).subject.as_str().into();
    Entry { seq, at, machine, kind: "STOP".into(), payload: format!("event {seq}").into_bytes() }
}

fn push(store: &mut Store, entries: Vec<Entry>, now: i64) -> u64 {
    store.commit(&Batch { entries, ..Batch::default() }, now).expect("room on the disk")
}

fn payloads(entries: &[Entry]) -> Vec<String> {
    entries.iter().map(|entry| String::from_utf8_lossy(&entry.payload).into_owned()).collect()
}

#[test]
fn entries_numbers_and_ids_outlive_the_process() {
    let directory = directory();
    let mut store = open(&directory, 1 << 20);
    push(&mut store, vec![entry("a", 1, 0), entry("b", 2, 0)], 0);
    store.commit(&Batch { published: vec![1, 2], ..Batch::default() }, 0).expect("room on the disk");
    push(&mut store, vec![entry("a", 3, 0)], 0);
    let id = store.ids().message(3);
    drop(store);
    let mut store = open(&directory, 1 << 20);
    assert_eq!((store.ids().message(3), store.next().expect("readable")), (id, 5));
    assert_eq!(store.take(10, 1000).expect("readable"), [entry("a", 3, 0)]);
    assert_eq!(store.take(10, 1000).expect("readable"), []);
}

#[test]
fn a_message_id_is_read_as_a_number_by_its_own_store_only() {
    let (one, other) = (MessageIds::new(vec![(1, 7), (50, 9)]), MessageIds::new(vec![(1, 8)]));
    for seq in [1, 42, 49, 50, 1000] {
        assert_eq!(one.up_to(&one.message(seq)), Some(seq));
        assert_eq!(one.up_to(&other.message(seq)), None);
    }
    assert_eq!(one.up_to("anything else"), None);
    // The first process published more than it could write.
    assert_eq!(one.up_to(&MessageIds::new(vec![(1, 7)]).message(70)), Some(49));
}

#[test]
fn a_copy_of_a_store_and_one_from_a_backup_give_other_ids_to_what_comes() {
    let (original, copy) = (directory(), directory());
    let mut store = open(&original, 1 << 20);
    push(&mut store, vec![entry("a", 1, 0)], 0);
    drop(store);
    let file = |directory: &TempDir| directory.path().join("backlog.redb");
    std::fs::copy(file(&original), file(&copy)).expect("a copy");
    let (one, other) = (open(&original, 1 << 20), open(&copy, 1 << 20));
    assert_eq!(one.ids().message(1), other.ids().message(1));
    assert_ne!(one.ids().message(2), other.ids().message(2));
    assert_eq!(one.ids().up_to(&other.ids().message(2)), None);
}

#[test]
fn processes_are_remembered_of_which_a_message_waits_and_the_latest() {
    let directory = directory();
    let mut first = open(&directory, 1 << 20);
    push(&mut first, vec![entry("a", 2, 0)], 0);
    let id = first.ids().message(2);
    drop(first);
    (0..100).for_each(|_| drop(open(&directory, 1 << 20)));
    let mut later = open(&directory, 1 << 20);
    assert_eq!(later.ids().up_to(&id), Some(2));
    assert_eq!(later.ids().len(), 1 + LATEST);
    later.commit(&Batch { published: vec![2], ..Batch::default() }, 0).expect("room on the disk");
    drop(later);
    let last = open(&directory, 1 << 20);
    assert_eq!((last.ids().up_to(&id), last.ids().len()), (None, LATEST));
}

/// It may have published from memory what it could not write, and what waited before it.
#[test]
fn a_process_that_wrote_nothing_is_remembered_by_the_next() {
    let directory = directory();
    push(&mut open(&directory, 1 << 20), vec![entry("a", 1, 0)], 0);
    let silent = open(&directory, 1 << 20);
    let next = silent.next().expect("readable");
    let id = silent.ids().message(next);
    drop(silent);
    let store = open(&directory, 1 << 20);
    assert!(store.ids().up_to(&id).is_some_and(|seq| (1..=next).contains(&seq)), "{id}");
    assert!(store.next().expect("readable") > next);
}

#[test]
fn the_oldest_are_dropped_and_the_count_takes_their_place() {
    let directory = directory();
    let mut store = open(&directory, 500);
    store.commit(&Batch { machines: vec![(machine("a"), true)], ..Batch::default() }, 0).expect("room");
    let entries = (1..=10).map(|seq| entry(if seq % 2 == 0 { "b" } else { "a" }, seq, 0)).collect();
    let dropped = push(&mut store, entries, 0);
    assert_eq!(dropped, 3);
    let left = store.take(100, 10_000).expect("readable");
    assert_eq!(payloads(&left)[..3], ["1 of qmp.events.host.b", "2 of a", "event 4"]);
    assert_eq!(left.iter().map(|entry| entry.seq).collect::<Vec<_>>(), (2..=10).collect::<Vec<_>>());
}

#[test]
fn what_was_given_out_is_not_dropped() {
    let directory = directory();
    let mut store = open(&directory, 150);
    push(&mut store, vec![entry("a", 1, 0), entry("a", 2, 0)], 0);
    let given = store.take(1, 1000).expect("readable");
    push(&mut store, vec![entry("a", 3, 0), entry("a", 4, 0)], 0);
    drop(store);
    let mut store = open(&directory, 150);
    let left = store.take(10, 1000).expect("readable");
    assert_eq!(left[0], given[0]);
    assert_eq!(payloads(&left)[1], "2 of qmp.events.host.a");
    assert_eq!(left[1].seq, 3);
}

#[test]
fn what_is_too_old_is_dropped() {
    let directory = directory();
    let mut store = open(&directory, 1 << 20);
    push(&mut store, vec![entry("a", 1, 0), entry("a", 2, 500_000), entry("a", 3, 900_000)], 900_000);
    assert_eq!(store.commit(&Batch::default(), 1_000_000).expect("room"), 0);
    assert_eq!(store.commit(&Batch::default(), 1_600_000).expect("room"), 2);
    let left = store.take(10, 1000).expect("readable");
    assert_eq!(payloads(&left), ["2 of qmp.events.host.a", "event 3"]);
    assert_eq!(left[0].seq, 2);
}

#[test]
fn a_batch_that_is_written_twice_is_there_once() {
    let directory = directory();
    let mut store = open(&directory, 1 << 20);
    push(&mut store, vec![entry("a", 1, 0)], 0);
    let waiting = store.waiting();
    push(&mut store, vec![entry("a", 1, 0)], 0);
    assert_eq!(store.waiting(), waiting);
}

#[test]
fn machines_are_known_with_whether_they_were_connected() {
    let directory = directory();
    let mut store = open(&directory, 1 << 20);
    let machines = vec![(machine("a"), true), (machine("b"), true), (machine("b"), false)];
    store.commit(&Batch { machines, ..Batch::default() }, 0).expect("room on the disk");
    drop(store);
    let known = open(&directory, 1 << 20).machines().expect("readable");
    assert_eq!(known, [(Machine::clone(&machine("a")), true), (Machine::clone(&machine("b")), false)]);
}

#[test]
fn a_store_in_use_is_refused_by_name() {
    let directory = directory();
    let _store = open(&directory, 1 << 20);
    let bounds = Bounds { bytes: 1, age: AGE };
    let error = Store::open(directory.path(), bounds, count_message).err().expect("it is locked").to_string();
    assert_eq!(error, format!("the backlog in {} is in use by another agent", directory.path().display()));
}

#[test]
fn a_damaged_store_is_an_error_that_says_what_to_do() {
    let bounds = Bounds { bytes: 1 << 20, age: AGE };
    let messages = |bytes: &[u8]| {
        let directory = directory();
        fs::write(directory.path().join(FILE), bytes).expect("room on the disk");
        let error = Store::open(directory.path(), bounds, count_message).err().expect("it is damaged");
        error.to_string()
    };
    let error = messages(b"no database at all, but a text");
    assert!(error.contains("is damaged") && error.contains("move backlog.redb away"), "{error}");

    let whole = directory();
    let mut store = open(&whole, 1 << 20);
    push(&mut store, (1..500).map(|seq| entry("a", seq, 0)).collect(), 0);
    drop(store);
    let mut bytes = fs::read(whole.path().join(FILE)).expect("it is there");
    let middle = bytes.len() / 2;
    bytes[4096..middle].fill(0x55);
    let error = messages(&bytes);
    assert!(error.contains("is damaged"), "{error}");
}

#[derive(Clone, Debug)]
enum Step {
    Push(u8),
    Take(usize),
    /// One of those that were given out, by an index.
    Publish(usize),
    Age(i64),
    Restart,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (0..3u8).prop_map(Step::Push),
        2 => (1..4usize).prop_map(Step::Take),
        3 => any::<usize>().prop_map(Step::Publish),
        1 => (0..400_000i64).prop_map(Step::Age),
        1 => Just(Step::Restart),
    ]
}

/// What the store should be, seen from outside.
struct Model {
    directory: TempDir,
    store: Store,
    bound: u64,
    now: i64,
    next: u64,
    pushed: BTreeMap<String, u64>,
    /// How many of a machine's events the broker has or was told that they were dropped.
    settled: BTreeMap<String, u64>,
    given: BTreeMap<u64, Entry>,
    last_given: u64,
    /// Numbers that were published.
    published: BTreeSet<u64>,
}

fn stands_for(entry: &Entry) -> u64 {
    match &*entry.kind {
        COUNT_KIND => {
            let text = String::from_utf8_lossy(&entry.payload).into_owned();
            text.split(' ').next().and_then(|count| count.parse().ok()).expect("a count")
        }
        _ => {
            assert_eq!(entry.payload, format!("event {}", entry.seq).into_bytes());
            1
        }
    }
}

impl Model {
    fn take(&mut self, step: &Step) {
        match step {
            Step::Push(number) => {
                let label = format!("m{number}");
                let entry = entry(&label, self.next, self.now);
                self.next += 1;
                *self.pushed.entry(entry.machine.to_string()).or_default() += 1;
                push(&mut self.store, vec![entry], self.now);
                self.check_bound();
            }
            Step::Take(count) => {
                for entry in self.store.take(*count, usize::MAX).expect("readable") {
                    assert!(entry.seq > self.last_given && !self.published.contains(&entry.seq));
                    self.last_given = entry.seq;
                    self.given.insert(entry.seq, entry);
                }
            }
            Step::Publish(index) => {
                let Some(seq) = self.given.keys().nth(index % self.given.len().max(1)).copied() else {
                    return;
                };
                let entry = self.given.remove(&seq).expect("it was just there");
                self.settle(&entry);
                self.published.insert(seq);
                let batch = Batch { published: vec![seq], ..Batch::default() };
                self.store.commit(&batch, self.now).expect("room on the disk");
            }
            Step::Age(milliseconds) => self.now += milliseconds,
            Step::Restart => self.restart(),
        }
    }

    fn settle(&mut self, entry: &Entry) {
        *self.settled.entry(entry.machine.to_string()).or_default() += stands_for(entry);
    }

    fn check_bound(&mut self) {
        let waiting = self.store.waiting();
        let given: u64 = self.given.values().map(|entry| OVERHEAD + 64 + entry.payload.len() as u64).sum();
        // A count for each machine is allowed beyond the bound.
        assert!(waiting.bytes <= self.bound + given + 3 * 100, "{waiting:?}");
    }

    fn restart(&mut self) {
        let waiting = self.store.waiting();
        self.store.database = None;
        self.store = open(&self.directory, self.bound);
        assert_eq!(self.store.waiting(), waiting);
        // The process has taken one.
        self.next += 1;
        assert_eq!(self.store.next().expect("readable"), self.next);
        self.given.clear();
        self.last_given = 0;
    }

    /// Everything comes out: each event, or a count that stands for it.
    fn finish(mut self) {
        self.restart();
        let left = self.store.take(usize::MAX, usize::MAX).expect("readable");
        assert_eq!(left.len() as u64, self.store.waiting().entries);
        left.iter().for_each(|entry| self.settle(entry));
        assert_eq!(self.settled, self.pushed);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn every_event_is_published_once_or_counted(steps in prop::collection::vec(step(), 1..60), bound in 300..3000u64) {
        let directory = directory();
        let store = open(&directory, bound);
        let mut model = Model {
            directory, store, bound, now: 0, next: 2, pushed: BTreeMap::new(), settled: BTreeMap::new(),
            given: BTreeMap::new(), last_given: 0, published: BTreeSet::new(),
        };
        steps.iter().for_each(|step| model.take(step));
        model.finish();
    }
}
