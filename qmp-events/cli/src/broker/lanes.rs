//! The messages that are to be published, in a queue for each machine. At most one of a machine is on its way, so
//! that order holds whatever becomes of it; all machines go side by side.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::store::Entry;

/// How long a machine rests after a refusal.
const REST: Duration = Duration::from_secs(5);

/// How many machines are remembered that have nothing to publish. Of one that was forgotten, the broker is asked first
/// what it has.
const IDLE: usize = 16 << 10;

/// The queues of all machines that have something to publish, or something on its way.
#[derive(Default)]
pub(super) struct Lanes {
    lanes: HashMap<Arc<str>, Lane>,
    /// Those whose next message can go now.
    ready: VecDeque<Arc<str>>,
    /// Those whose next message can go later, and when.
    resting: VecDeque<(Instant, Arc<str>)>,
    on_their_way: usize,
}

struct Lane {
    waiting: VecDeque<Entry>,
    /// Whether the broker may have more of it than was acknowledged.
    is_doubtful: bool,
    is_busy: bool,
}

impl Lanes {
    pub(super) fn add(&mut self, entries: Vec<Entry>) {
        if self.lanes.len() > IDLE + entries.len() {
            self.lanes.retain(|_, lane| lane.is_busy || !lane.waiting.is_empty());
        }
        for entry in entries {
            let machine = entry.machine.clone();
            let lane = self.lanes.entry(machine.clone()).or_insert_with(Lane::new);
            lane.waiting.push_back(entry);
            if !lane.is_busy && lane.waiting.len() == 1 {
                self.ready.push_back(machine);
            }
        }
    }

    /// A message that can go now, and whether the broker must be asked first whether it has it.
    pub(super) fn next(&mut self) -> Option<(Entry, bool)> {
        while let Some((until, machine)) = self.resting.front() {
            if *until > Instant::now() {
                break;
            }
            self.ready.push_back(machine.clone());
            self.resting.pop_front();
        }
        while let Some(machine) = self.ready.pop_front() {
            let Some(lane) = self.lanes.get_mut(&machine) else { continue };
            if let Some(entry) = lane.waiting.pop_front() {
                lane.is_busy = true;
                self.on_their_way += 1;
                return Some((entry, lane.is_doubtful));
            }
        }
        None
    }

    /// The broker has a machine's messages up to a number, which is at least that of the one on its way. Gives the
    /// numbers of those that waited and need not go.
    pub(super) fn stored(&mut self, machine: &Arc<str>, up_to: u64) -> Vec<u64> {
        self.on_their_way -= 1;
        let Some(lane) = self.lanes.get_mut(machine) else { return Vec::new() };
        (lane.is_busy, lane.is_doubtful) = (false, false);
        let known = lane.waiting.partition_point(|entry| entry.seq <= up_to);
        let known = lane.waiting.drain(..known).map(|entry| entry.seq).collect();
        if !lane.waiting.is_empty() {
            self.ready.push_back(machine.clone());
        }
        known
    }

    /// The message did not get there, or perhaps did: it is the next again, at once or after a rest.
    pub(super) fn failed(&mut self, entry: Entry, rests: bool) {
        self.on_their_way -= 1;
        let machine = entry.machine.clone();
        let lane = self.lanes.entry(machine.clone()).or_insert_with(Lane::new);
        lane.waiting.push_front(entry);
        (lane.is_busy, lane.is_doubtful) = (false, true);
        if rests {
            self.resting.push_back((Instant::now() + REST, machine));
        } else {
            self.ready.push_back(machine);
        }
    }

    /// How many messages are on their way.
    pub(super) fn on_their_way(&self) -> usize {
        self.on_their_way
    }

    /// When the first of those that rest can go.
    pub(super) fn rest_ends(&self) -> Option<Instant> {
        self.resting.front().map(|(until, _)| *until)
    }
}

impl Lane {
    /// What an earlier process published is not known.
    fn new() -> Self {
        Lane { waiting: VecDeque::new(), is_doubtful: true, is_busy: false }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(machine: &str, seq: u64) -> Entry {
        Entry { seq, at: 0, machine: machine.into(), kind: "STOP".into(), payload: Vec::new() }
    }

    fn next(lanes: &mut Lanes) -> Option<(u64, bool)> {
        lanes.next().map(|(entry, is_doubtful)| (entry.seq, is_doubtful))
    }

    #[test]
    fn machines_that_have_left_are_forgotten() {
        let mut lanes = Lanes::default();
        for seq in 0..3 * IDLE as u64 {
            let machine = format!("m{seq}");
            lanes.add(vec![entry(&machine, seq)]);
            assert_eq!(next(&mut lanes), Some((seq, true)));
            assert!(lanes.stored(&machine.into(), seq).is_empty());
        }
        assert!(lanes.lanes.len() <= IDLE + 2, "{}", lanes.lanes.len());
    }

    #[test]
    fn one_message_of_a_machine_is_on_its_way_and_the_first_is_doubtful() {
        let mut lanes = Lanes::default();
        lanes.add(vec![entry("a", 1), entry("a", 2), entry("b", 3)]);
        assert_eq!(next(&mut lanes), Some((1, true)));
        assert_eq!(next(&mut lanes), Some((3, true)));
        assert_eq!(next(&mut lanes), None);
        assert_eq!(lanes.stored(&"a".into(), 1), [0u64; 0]);
        assert_eq!(next(&mut lanes), Some((2, false)));
        lanes.add(vec![entry("a", 4)]);
        assert_eq!(next(&mut lanes), None);
        assert_eq!(lanes.on_their_way(), 2);
    }

    #[test]
    fn what_failed_goes_before_all_else_of_its_machine_and_is_doubtful() {
        let mut lanes = Lanes::default();
        lanes.add(vec![entry("a", 1), entry("a", 2)]);
        let (first, _) = lanes.next().expect("one is there");
        lanes.failed(first, false);
        assert_eq!(next(&mut lanes), Some((1, true)));
    }

    #[test]
    fn what_the_broker_turns_out_to_have_need_not_go() {
        let mut lanes = Lanes::default();
        lanes.add((1..=5).map(|seq| entry("a", seq)).collect());
        assert_eq!(next(&mut lanes), Some((1, true)));
        assert_eq!(lanes.stored(&"a".into(), 3), [2, 3]);
        assert_eq!(next(&mut lanes), Some((4, false)));
    }

    #[test]
    fn a_machine_rests_after_a_refusal_and_the_others_go_on() {
        let mut lanes = Lanes::default();
        lanes.add(vec![entry("a", 1), entry("b", 2), entry("b", 3)]);
        let (first, _) = lanes.next().expect("one is there");
        lanes.failed(first, true);
        assert_eq!(next(&mut lanes), Some((2, true)));
        assert_eq!(lanes.stored(&"b".into(), 2), [0u64; 0]);
        assert_eq!(next(&mut lanes), Some((3, false)));
        assert_eq!(next(&mut lanes), None);
        assert!(lanes.rest_ends().is_some());
    }
}
