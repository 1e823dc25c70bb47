//! The backlog on disk: every message waits here until the broker has it. It must never know what a message
//! says, or publish one.
//!
//! It is a redb database: pure Rust, transactions that survive a crash, a stable file format, no server. A
//! message has a sequence number that is used once, and with the process that gave it an id that is unique for ever.
//! What the bounds
//! drop is counted for each machine, and the count takes the place of what was dropped, so that order holds.

mod entry;
mod error;
mod tables;

use std::fs;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use redb::{Builder, Database, ReadableDatabase, ReadableTable, ReadableTableMetadata};
use redb::{DatabaseError, StorageError};

pub(crate) use entry::{Batch, COUNT_KIND, CountMessage, Entry, Machine, MessageIds};
use error::FILE;
pub(crate) use error::StoreError;
use tables::{DROPPED, ENTRIES, MACHINES, NUMBERS, PROCESSES, Tables};

/// How much of the file is kept in memory.
const CACHE: usize = 16 << 20;

/// How many processes are remembered in any case, this one included.
const LATEST: usize = 4;

/// How much may wait, and for how long.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    pub(crate) bytes: u64,
    pub(crate) age: Duration,
}

/// The messages that wait.
pub(crate) struct Store {
    directory: PathBuf,
    /// Closed after a failure, until it can be opened again.
    database: Option<Database>,
    bounds: Bounds,
    count_message: CountMessage,
    ids: MessageIds,
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
            ids: MessageIds::new(Vec::new()),
            next_taken: 0,
            waiting: Waiting::default(),
        };
        let database = store.file(true)?;
        Self::prepare(&database).map_err(|error| store.unusable(&error))?;
        store.waiting = Self::measure(&database).map_err(|error| store.unusable(&error))?;
        store.database = Some(database);
        store.ids = store.begin_to_number()?;
        Ok(store)
    }

    /// Opens the file again, if it was closed after a failure: what was committed is there. It writes nothing, so that
    /// a full disk can be read.
    ///
    /// # Errors
    ///
    /// As those of [`open`](Self::open).
    pub(crate) fn reopen(&mut self) -> Result<(), StoreError> {
        if self.database.is_some() {
            return Ok(());
        }
        let database = self.file(false)?;
        let measured = match Self::measure(&database) {
            // Somebody has removed the file.
            Err(redb::Error::TableDoesNotExist(_)) => {
                Self::prepare(&database).and_then(|()| Self::measure(&database))
            }
            measured => measured,
        };
        self.waiting = measured.map_err(|error| self.unusable(&error))?;
        self.database = Some(database);
        Ok(())
    }

    fn file(&self, is_checked: bool) -> Result<Database, StoreError> {
        let mut builder = Builder::new();
        builder.set_cache_size(CACHE).set_check_integrity_on_open(is_checked);
        builder.create(self.directory.join(FILE)).map_err(|error| self.cannot_open(&error))
    }

    /// Makes the tables that are not there.
    fn prepare(database: &Database) -> Result<(), redb::Error> {
        let transaction = database.begin_write()?;
        transaction.open_table(ENTRIES)?;
        transaction.open_table(DROPPED)?;
        transaction.open_table(MACHINES)?;
        transaction.open_table(NUMBERS)?;
        transaction.open_table(PROCESSES)?;
        transaction.commit()?;
        Ok(())
    }

    /// Gives this process an id and a number of its own, even if it never writes another one, and forgets the
    /// processes of which nothing waits, but for the latest: they may have published what they could not write.
    fn begin_to_number(&self) -> Result<MessageIds, StoreError> {
        self.read(|database| {
            let transaction = database.begin_write()?;
            let processes = {
                let mut numbers = transaction.open_table(NUMBERS)?;
                let first = next_number(&numbers)?;
                numbers.insert("next", first + 1)?;
                let mut table = transaction.open_table(PROCESSES)?;
                // Seeded by the operating system.
                table.insert(first, RandomState::new().build_hasher().finish())?;
                let rows = table.iter()?.map(|row| row.map(|(first, id)| (first.value(), id.value())));
                let mut processes = rows.collect::<Result<Vec<_>, _>>()?;
                let entries = transaction.open_table(ENTRIES)?;
                for index in (0..processes.len().saturating_sub(LATEST)).rev() {
                    let (begin, end) = (processes[index].0, processes[index + 1].0);
                    // What is before all of them is of the first.
                    let begin = if index == 0 { 0 } else { begin };
                    if entries.range(begin..end)?.next().is_none() {
                        table.remove(processes.remove(index).0)?;
                    }
                }
                processes
            };
            transaction.commit()?;
            Ok(MessageIds::new(processes))
        })
    }

    fn measure(database: &Database) -> Result<Waiting, redb::Error> {
        let transaction = database.begin_read()?;
        let entries = transaction.open_table(ENTRIES)?;
        let oldest = entries.first()?.map(|(_, row)| row.value().0);
        let bytes = transaction.open_table(NUMBERS)?.get("bytes")?.map_or(0, |bytes| bytes.value());
        Ok(Waiting { entries: entries.len()?, bytes, oldest })
    }

    /// The ids of its messages.
    pub(crate) fn ids(&self) -> &MessageIds {
        &self.ids
    }

    /// A number that no entry has had.
    pub(crate) fn next(&self) -> Result<u64, StoreError> {
        self.read(|database| {
            let numbers = database.begin_read()?.open_table(NUMBERS)?;
            Ok(next_number(&numbers)?)
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
                let next = next_number(&numbers)?.max(last.seq + 1);
                numbers.insert("next", next)?;
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
            // A count that was given out is on its way to the broker.
            let message = |machine: &Machine, count| {
                (self.count_message)(&self.ids.message(*last), machine, now, count)
            };
            tables.count(machine, (*last, *count), self.next_taken, now, message)?;
        }
        Ok(victims.entries.len() as u64)
    }

    /// Gives all entries once more.
    pub(crate) fn take_again(&mut self) {
        self.next_taken = 0;
    }

    /// Gives no entries up to this one.
    pub(crate) fn skip(&mut self, seq: u64) {
        self.next_taken = self.next_taken.max(seq + 1);
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

fn next_number(numbers: &impl ReadableTable<&'static str, u64>) -> Result<u64, StorageError> {
    Ok(numbers.get("next")?.map_or(1, |next| next.value()))
}

#[cfg(test)]
mod tests;
