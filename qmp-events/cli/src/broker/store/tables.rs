//! The tables of the backlog: messages in order, and for each machine a count of those that were dropped, which
//! takes their place.

use std::collections::BTreeMap;

use redb::{ReadableTable, Table, TableDefinition};

use super::entry::{COUNT_KIND, Machine};

/// When it came (Unix time in milliseconds), whose it is, its kind, and the message.
pub(super) type Row<'a> = (i64, &'a str, &'a str, &'a [u8]);

pub(super) const ENTRIES: TableDefinition<'_, u64, Row<'_>> = TableDefinition::new("entries");

/// For a machine: where the count of its dropped messages is, and the count.
pub(super) const DROPPED: TableDefinition<'_, &str, (u64, u64)> = TableDefinition::new("dropped");

/// A machine's source, its label, whether it is connected, and when that was last told.
pub(super) const MACHINES: TableDefinition<'_, &str, (&str, &str, bool, i64)> =
    TableDefinition::new("machines");

/// From which number on a process has numbered messages, and its id.
pub(super) const PROCESSES: TableDefinition<'_, u64, u64> = TableDefinition::new("processes");

/// Of the store: the next number of a message, and how many bytes wait.
pub(super) const NUMBERS: TableDefinition<'_, &str, u64> = TableDefinition::new("numbers");

/// What an entry costs besides its texts.
pub(super) const OVERHEAD: u64 = 32;

/// The tables in a transaction.
pub(super) struct Tables<'a> {
    pub(super) entries: Table<'a, u64, Row<'static>>,
    pub(super) dropped: Table<'a, &'static str, (u64, u64)>,
    pub(super) machines: Table<'a, &'static str, (&'static str, &'static str, bool, i64)>,
    pub(super) bytes: u64,
}

/// What is dropped.
#[derive(Default)]
pub(super) struct Victims {
    pub(super) entries: Vec<u64>,
    /// For each machine: the last of its entries, and how many they are.
    pub(super) machines: BTreeMap<String, (u64, u64)>,
}

fn size(row: Row<'_>) -> u64 {
    let (_, machine, kind, payload) = row;
    OVERHEAD + (machine.len() + kind.len() + payload.len()) as u64
}

impl Tables<'_> {
    pub(super) fn insert(&mut self, seq: u64, row: Row<'_>) -> Result<(), redb::Error> {
        let old = self.entries.insert(seq, row)?.map_or(0, |old| size(old.value()));
        self.bytes = self.bytes + size(row) - old;
        Ok(())
    }

    pub(super) fn remove(&mut self, seq: u64) -> Result<(), redb::Error> {
        let Some(old) = self.entries.remove(seq)? else { return Ok(()) };
        let (_, machine, kind, _) = old.value();
        self.bytes -= size(old.value());
        if kind == COUNT_KIND && self.dropped.get(machine)?.is_some_and(|count| count.value().0 == seq) {
            self.dropped.remove(machine)?;
        }
        Ok(())
    }

    /// The oldest entries from a number on: as many as take up `excess` bytes, and all that came before a time.
    /// What counts others is not among them.
    pub(super) fn oldest_after(&self, first: u64, excess: u64, oldest: i64) -> Result<Victims, redb::Error> {
        let (mut victims, mut freed) = (Victims::default(), 0);
        for row in self.entries.range(first..)? {
            let (seq, row) = row?;
            let (at, machine, kind, _) = row.value();
            if kind == COUNT_KIND {
                continue;
            }
            if freed >= excess && at >= oldest {
                break;
            }
            freed += size(row.value());
            victims.entries.push(seq.value());
            match victims.machines.get_mut(machine) {
                Some((last, count)) => (*last, *count) = (seq.value(), *count + 1),
                None => drop(victims.machines.insert(machine.to_owned(), (seq.value(), 1))),
            }
        }
        Ok(victims)
    }

    /// Puts a count in the place of a machine's last entry that was dropped, with what was counted before from
    /// the entry `first` on.
    pub(super) fn count(
        &mut self,
        machine: &str,
        (last, count): (u64, u64),
        first: u64,
        now: i64,
        message: impl FnOnce(&Machine, u64) -> Vec<u8>,
    ) -> Result<(), redb::Error> {
        let earlier = self.dropped.get(machine)?.map(|count| count.value());
        let earlier = earlier.filter(|(seq, _)| *seq >= first);
        if let Some((seq, _)) = earlier {
            self.remove(seq)?;
        }
        let count = count + earlier.map_or(0, |(_, count)| count);
        let message = {
            let row = self.machines.get(machine)?;
            let (source, label) = row.as_ref().map_or(("", machine), |row| (row.value().0, row.value().1));
            let (subject, source, label) = (machine.to_owned(), source.to_owned(), label.to_owned());
            message(&Machine { subject, source, label }, count)
        };
        self.insert(last, (now, machine, COUNT_KIND, &message))?;
        self.dropped.insert(machine, (last, count))?;
        Ok(())
    }
}
