//! One event that a log holds several times is one event.
//!
//! A log writes an event at most once on a line of each kind. So of the events with the same text there
//! were as many as the kind with the most lines has, and what is above that number so far is new: an
//! event that really came twice is kept twice.

use std::collections::{HashMap, VecDeque};
use std::hash::{BuildHasher, RandomState};

/// How many different events are kept in mind. Copies are a few lines apart.
const EVENTS: usize = 4096;

/// How many kinds of lines are told apart.
const KINDS: usize = 16;

/// How many copies of one event may wait for a line that names the monitor.
const UNNAMED: usize = 64;

/// Counts the copies of events.
#[derive(Debug, Default)]
pub(super) struct Copies {
    hasher: RandomState,
    seen: HashMap<u64, Seen>,
    order: VecDeque<u64>,
}

/// How often an event was seen.
#[derive(Debug, Default)]
struct Seen {
    kinds: Vec<(u64, u32)>,
    events: u32,
    /// The numbers of those that no copy named the monitor of.
    unnamed: VecDeque<u64>,
}

/// What a line with an event is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sighting {
    /// An event that was not seen before.
    New,
    /// A copy. If it names the monitor, then of the event with this number, the oldest without one.
    Copy(Option<u64>),
}

impl Copies {
    /// Counts a line of this kind with this event, which will get `number` if it is new.
    pub(super) fn count(&mut self, event: &[u8], kind: u64, is_named: bool, number: u64) -> Sighting {
        let key = self.hasher.hash_one(event);
        if !self.seen.contains_key(&key) {
            if self.order.len() >= EVENTS
                && let Some(oldest) = self.order.pop_front()
            {
                self.seen.remove(&oldest);
            }
            self.order.push_back(key);
        }
        let seen = self.seen.entry(key).or_default();
        let lines = match seen.kinds.iter().position(|&(known, _)| known == kind) {
            Some(at) => &mut seen.kinds[at].1,
            None if seen.kinds.len() < KINDS => {
                seen.kinds.push((kind, 0));
                let last = seen.kinds.len() - 1;
                &mut seen.kinds[last].1
            }
            None => return Sighting::Copy(None),
        };
        *lines += 1;
        if *lines > seen.events {
            seen.events = *lines;
            if !is_named && seen.unnamed.len() < UNNAMED {
                seen.unnamed.push_back(number);
            }
            return Sighting::New;
        }
        Sighting::Copy(if is_named { seen.unnamed.pop_front() } else { None })
    }
}
