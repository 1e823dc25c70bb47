//! The backlog on disk: every message waits here until the broker has it. It must never know what a message
//! says, or publish one.
//!
//! It is a redb database: pure Rust, transactions that survive a crash, a stable file format, no server. A
//! message has a sequence number that is used once; with the store's id it is unique for ever. What the bounds
//! drop is counted for each machine, and the count takes the place of what was dropped, so that order holds.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use redb::{
    Builder, Database, ReadableDatabase, ReadableTable, ReadableTableMetadata, Table, TableDefinition,
};
use redb::{DatabaseError, StorageError};

/// When it came (Unix time in milliseconds), whose it is, its kind, and the message.
type Row<'a> = (i64, &'a str, &'a str, &'a [u8]);

const ENTRIES: TableDefinition<'_, u64, Row<'_>> = TableDefinition::new("entries");

/// For a machine: where the count of its dropped messages is, and the count.
const DROPPED: TableDefinition<'_, &str, (u64, u64)> = TableDefinition::new("dropped");

/// A machine's source, its label, whether it is connected, and when that was last told.
const MACHINES: TableDefinition<'_, &str, (&str, &str, bool, i64)> = TableDefinition::new("machines");

const NUMBERS: TableDefinition<'_, &str, u64> = TableDefinition::new("numbers");

/// How much of the file is kept in memory.
const CACHE: usize = 16 << 20;

/// What an entry costs besides its texts.
const OVERHEAD: u64 = 32;

/// A machine whose messages are published.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Machine {
    /// What its subjects begin with.
    pub(crate) subject: String,
    /// A URI reference for it.
    pub(crate) source: String,
    pub(crate) label: String,
}

/// A message that waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) seq: u64,
    /// When it came, in milliseconds of Unix time.
    pub(crate) at: i64,
    /// What the subjects of its machine begin with.
    pub(crate) machine: Arc<str>,
    /// The last token of its subject.
    pub(crate) kind: Box<str>,
    pub(crate) payload: Vec<u8>,
}

/// What a commit writes, all of it or nothing.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    pub(crate) entries: Vec<Entry>,
    /// The numbers of messages that the broker has.
    pub(crate) published: Vec<u64>,
    /// Machines that were connected, or no longer are.
    pub(crate) machines: Vec<(Arc<Machine>, bool)>,
}

/// How much may wait, and for how long.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    pub(crate) bytes: u64,
    pub(crate) age: Duration,
}

/// Makes the message that says how many of a machine's messages were dropped, under this id.
pub(crate) type CountMessage = fn(id: &str, machine: &Machine, at: i64, count: u64) -> Vec<u8>;

/// The last token of the subject of such a message.
pub(crate) const COUNT_KIND: &str = "dropped";

/// Why the store cannot be used. All of them name the directory.
#[derive(Debug)]
pub(crate) enum StoreError {
    Locked(PathBuf),
    Damaged(PathBuf, String),
    Unusable(PathBuf, String),
}

impl fmt::Display for StoreError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StoreError::Locked(path) => {
                write!(formatter, "the backlog in {} is in use by another agent", path.display())
            }
            StoreError::Damaged(path, error) => write!(
                formatter,
                "the backlog in {} is damaged: {error}; move {FILE} away, and a new one is made",
                path.display()
            ),
            StoreError::Unusable(path, error) => {
                write!(formatter, "cannot write the backlog in {}: {error}", path.display())
            }
        }
    }
}

impl std::error::Error for StoreError {}

const FILE: &str = "backlog.redb";

/// What makes the numbers of a store unique.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct StoreId(u64);

impl StoreId {
    /// The id of a message that is unique for ever.
    pub(crate) fn message(self, seq: u64) -> String {
        format!("{:016x}-{seq}", self.0)
    }

    /// The number in the id of a message, if it is of this store.
    pub(crate) fn number(self, id: &str) -> Option<u64> {
        let (store, seq) = id.split_once('-')?;
        let is_ours = u64::from_str_radix(store, 16).ok()? == self.0;
        seq.parse().ok().filter(|_| is_ours)
    }
}

/// The messages that wait.
pub(crate) struct Store {
    directory: PathBuf,
    /// Closed after a failure, until it can be opened again.
    database: Option<Database>,
    bounds: Bounds,
    count_message: CountMessage,
    id: u64,
    /// The first number that [`take`](Self::take) has not given.
    next_taken: u64,
    waiting: Waiting,
}

/// How much waits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Waiting {
    pub(crate) entries: u64,
    pub(crate) bytes: u64,
    /// When the oldest came, in milliseconds of Unix time.
    pub(crate) oldest: Option<i64>,
}

impl Store {
    /// Opens the store in a directory, and makes both if they are not there.
    ///
    /// # Errors
    ///
    /// If it is damaged, another program has it, or it cannot be written.
    pub(crate) fn open(
        directory: &Path,
        bounds: Bounds,
        count_message: CountMessage,
    ) -> Result<Self, StoreError> {
        fs::create_dir_all(directory)
            .map_err(|error| StoreError::Unusable(directory.to_owned(), error.to_string()))?;
        let mut store = Store {
            directory: directory.to_owned(),
            database: None,
            bounds,
            count_message,
            id: 0,
            next_taken: 0,
            waiting: Waiting::default(),
        };
        store.reopen()?;
        Ok(store)
    }

    /// Opens the file again, if it was closed after a failure: what was committed is there.
    ///
    /// # Errors
    ///
    /// As those of [`open`](Self::open).
    pub(crate) fn reopen(&mut self) -> Result<(), StoreError> {
        if self.database.is_some() {
            return Ok(());
        }
        let mut builder = Builder::new();
        builder.set_cache_size(CACHE).set_check_integrity_on_open(true);
        let database = builder.create(self.directory.join(FILE)).map_err(|error| self.cannot_open(&error))?;
        let opened = self.prepare(&database);
        self.id = opened.map_err(|error| self.unusable(&error))?;
        self.waiting = Self::measure(&database).map_err(|error| self.unusable(&error))?;
        self.database = Some(database);
        Ok(())
    }

    fn prepare(&self, database: &Database) -> Result<u64, redb::Error> {
        let transaction = database.begin_write()?;
        let id = {
            transaction.open_table(ENTRIES)?;
            transaction.open_table(DROPPED)?;
            transaction.open_table(MACHINES)?;
            let mut numbers = transaction.open_table(NUMBERS)?;
            let known = numbers.get("id")?.map(|id| id.value());
            match known {
                Some(id) => id,
                None => {
                    // Seeded by the operating system.
                    let id = RandomState::new().build_hasher().finish();
                    numbers.insert("id", id)?;
                    id
                }
            }
        };
        transaction.commit()?;
        Ok(id)
    }

    fn measure(database: &Database) -> Result<Waiting, redb::Error> {
        let transaction = database.begin_read()?;
        let entries = transaction.open_table(ENTRIES)?;
        let oldest = entries.first()?.map(|(_, row)| row.value().0);
        let bytes = transaction.open_table(NUMBERS)?.get("bytes")?.map_or(0, |bytes| bytes.value());
        Ok(Waiting { entries: entries.len()?, bytes, oldest })
    }

    /// What makes the numbers of this store unique.
    pub(crate) fn id(&self) -> StoreId {
        StoreId(self.id)
    }

    fn message_id(&self, seq: u64) -> String {
        self.id().message(seq)
    }

    /// A number that no entry has had.
    pub(crate) fn next(&self) -> Result<u64, StoreError> {
        self.read(|database| {
            let numbers = database.begin_read()?.open_table(NUMBERS)?;
            Ok(numbers.get("next")?.map_or(1, |next| next.value()))
        })
    }

    /// The machines that were told of, and whether they were connected when that was last told.
    pub(crate) fn machines(&self) -> Result<Vec<(Machine, bool)>, StoreError> {
        self.read(|database| {
            let machines = database.begin_read()?.open_table(MACHINES)?;
            let mut known = Vec::new();
            for row in machines.iter()? {
                let (subject, row) = row?;
                let (source, label, connected, _) = row.value();
                let subject = subject.value().to_owned();
                known.push((
                    Machine { subject, source: source.to_owned(), label: label.to_owned() },
                    connected,
                ));
            }
            Ok(known)
        })
    }

    pub(crate) fn waiting(&self) -> Waiting {
        self.waiting
    }

    /// Writes a batch, drops what the bounds do not allow, and syncs. Returns how many were dropped. After an
    /// error, nothing may have changed or all of it; the same batch can be written again after
    /// [`reopen`](Self::reopen).
    pub(crate) fn commit(&mut self, batch: &Batch, now: i64) -> Result<u64, StoreError> {
        let Some(database) = &self.database else {
            return Err(StoreError::Unusable(self.directory.clone(), "it is closed".to_owned()));
        };
        let written = self.write(database, batch, now);
        match written {
            Ok((dropped, waiting)) => {
                self.waiting = waiting;
                Ok(dropped)
            }
            Err(error) => {
                let error = self.unusable(&error);
                // After a failed write, redb does nothing more until it is opened again.
                self.database = None;
                Err(error)
            }
        }
    }

    fn write(&self, database: &Database, batch: &Batch, now: i64) -> Result<(u64, Waiting), redb::Error> {
        let transaction = database.begin_write()?;
        let (dropped, waiting) = {
            let mut numbers = transaction.open_table(NUMBERS)?;
            let mut tables = Tables {
                entries: transaction.open_table(ENTRIES)?,
                dropped: transaction.open_table(DROPPED)?,
                machines: transaction.open_table(MACHINES)?,
                bytes: numbers.get("bytes")?.map_or(0, |bytes| bytes.value()),
            };
            for (machine, connected) in &batch.machines {
                let row = (machine.source.as_str(), machine.label.as_str(), *connected, now);
                tables.machines.insert(machine.subject.as_str(), row)?;
            }
            for entry in &batch.entries {
                tables.insert(
                    entry.seq,
                    (entry.at, entry.machine.as_ref(), entry.kind.as_ref(), entry.payload.as_slice()),
                )?;
            }
            for seq in &batch.published {
                tables.remove(*seq)?;
            }
            let dropped = self.enforce(&mut tables, now)?;
            if let Some(last) = batch.entries.last() {
                let next = numbers.get("next")?.map_or(1, |next| next.value());
                numbers.insert("next", next.max(last.seq + 1))?;
            }
            numbers.insert("bytes", tables.bytes)?;
            let oldest = tables.entries.first()?.map(|(_, row)| row.value().0);
            (dropped, Waiting { entries: tables.entries.len()?, bytes: tables.bytes, oldest })
        };
        transaction.commit()?;
        Ok((dropped, waiting))
    }

    /// Drops the oldest of those that were not given out. Where there are too many, a sixteenth more, so that
    /// not every message drops one.
    fn enforce(&self, tables: &mut Tables<'_>, now: i64) -> Result<u64, redb::Error> {
        let age = i64::try_from(self.bounds.age.as_millis()).unwrap_or(i64::MAX);
        let oldest = now.saturating_sub(age);
        let excess = if tables.bytes > self.bounds.bytes {
            tables.bytes - (self.bounds.bytes - self.bounds.bytes / 16)
        } else {
            0
        };
        let victims = tables.oldest_after(self.next_taken, excess, oldest)?;
        for seq in &victims.entries {
            tables.remove(*seq)?;
        }
        for (machine, (last, count)) in &victims.machines {
            tables.count(machine, *last, *count, self, now)?;
        }
        Ok(victims.entries.len() as u64)
    }

    /// The next entries in order, and no entry twice; at least one, if there is any.
    pub(crate) fn take(&mut self, entries: usize, bytes: usize) -> Result<Vec<Entry>, StoreError> {
        let next = self.next_taken;
        let taken = self.read(|database| {
            let table = database.begin_read()?.open_table(ENTRIES)?;
            let (mut taken, mut size) = (Vec::new(), 0);
            for row in table.range(next..)?.take(entries) {
                let (seq, row) = row?;
                let (at, machine, kind, payload) = row.value();
                size += payload.len();
                if size > bytes && !taken.is_empty() {
                    break;
                }
                let (machine, kind, payload) = (machine.into(), kind.into(), payload.to_owned());
                taken.push(Entry { seq: seq.value(), at, machine, kind, payload });
            }
            Ok(taken)
        })?;
        self.next_taken = taken.last().map_or(next, |last| last.seq + 1);
        Ok(taken)
    }

    fn read<T>(&self, read: impl FnOnce(&Database) -> Result<T, redb::Error>) -> Result<T, StoreError> {
        let Some(database) = &self.database else {
            return Err(StoreError::Unusable(self.directory.clone(), "it is closed".to_owned()));
        };
        read(database).map_err(|error| self.unusable(&error))
    }

    fn unusable(&self, error: &redb::Error) -> StoreError {
        match error {
            redb::Error::Corrupted(_) => StoreError::Damaged(self.directory.clone(), error.to_string()),
            _ => StoreError::Unusable(self.directory.clone(), error.to_string()),
        }
    }

    fn cannot_open(&self, error: &DatabaseError) -> StoreError {
        let directory = self.directory.clone();
        match error {
            DatabaseError::DatabaseAlreadyOpen => StoreError::Locked(directory),
            DatabaseError::Storage(StorageError::Io(io)) if io.kind() != io::ErrorKind::InvalidData => {
                StoreError::Unusable(directory, io.to_string())
            }
            error => StoreError::Damaged(directory, error.to_string()),
        }
    }
}

/// The tables in a transaction.
struct Tables<'a> {
    entries: Table<'a, u64, Row<'static>>,
    dropped: Table<'a, &'static str, (u64, u64)>,
    machines: Table<'a, &'static str, (&'static str, &'static str, bool, i64)>,
    bytes: u64,
}

/// What is dropped.
#[derive(Default)]
struct Victims {
    entries: Vec<u64>,
    /// For each machine: the last of its entries, and how many they are.
    machines: BTreeMap<String, (u64, u64)>,
}

fn size(row: Row<'_>) -> u64 {
    let (_, machine, kind, payload) = row;
    OVERHEAD + (machine.len() + kind.len() + payload.len()) as u64
}

impl Tables<'_> {
    fn insert(&mut self, seq: u64, row: Row<'_>) -> Result<(), redb::Error> {
        let old = self.entries.insert(seq, row)?.map_or(0, |old| size(old.value()));
        self.bytes = self.bytes + size(row) - old;
        Ok(())
    }

    fn remove(&mut self, seq: u64) -> Result<(), redb::Error> {
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
    fn oldest_after(&self, first: u64, excess: u64, oldest: i64) -> Result<Victims, redb::Error> {
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

    /// Puts a count in the place of a machine's last entry that was dropped, with what was counted before.
    fn count(
        &mut self,
        machine: &str,
        last: u64,
        count: u64,
        store: &Store,
        now: i64,
    ) -> Result<(), redb::Error> {
        let earlier = self.dropped.get(machine)?.map(|count| count.value());
        // One that was given out is on its way to the broker.
        let earlier = earlier.filter(|(seq, _)| *seq >= store.next_taken);
        if let Some((seq, _)) = earlier {
            self.remove(seq)?;
        }
        let count = count + earlier.map_or(0, |(_, count)| count);
        let message = {
            let row = self.machines.get(machine)?;
            let (source, label) = row.as_ref().map_or(("", machine), |row| (row.value().0, row.value().1));
            let (subject, source, label) = (machine.to_owned(), source.to_owned(), label.to_owned());
            (store.count_message)(&store.message_id(last), &Machine { subject, source, label }, now, count)
        };
        self.insert(last, (now, machine, COUNT_KIND, &message))?;
        self.dropped.insert(machine, (last, count))?;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
