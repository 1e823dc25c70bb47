//! Keeps the state of a machine with the [blocking client](crate::blocking).

use super::apply::Input;
use super::change::Change;
use super::job::Job;
use super::migration::Migration;
use super::query::Query;
use super::run::{End, Run};
use super::state::Machine;
use super::wait;
use crate::blocking::{Client, Socket};
use crate::client::{Disconnected, Error};
use crate::protocol::CommandError;
use serde_json::Value;
use std::collections::VecDeque;
use std::io::{Read, Write};
use std::time::{Duration, Instant};

/// A [`Machine`] that is kept up to date by a client: it takes in every event, and asks for what events do
/// not tell.
///
/// ```no_run
/// use qmp_events::machine::blocking::Tracker;
/// use serde_json::json;
///
/// let mut tracker = Tracker::new(qmp_events::blocking::connect("unix:/run/vm.sock")?);
/// tracker.execute("block-job-set-speed", json!({"device": "backup", "speed": 0}))?;
/// let job = tracker.wait_for_job("backup")?;
/// println!("{:?} {:?}", job.outcome, job.error);
/// # Ok::<(), qmp_events::Error>(())
/// ```
///
/// After the end of the connection, [`into_machine`](Self::into_machine) and
/// [`with_machine`](Self::with_machine) carry the state over to the next one, with an
/// [`Input::Gap`] in between that says whether it is the same QEMU.
#[derive(Debug)]
pub struct Tracker<S: Read + Write = Socket> {
    client: Client<S>,
    machine: Machine,
    changes: VecDeque<Change>,
    poll: wait::Poll,
    /// How many servers had greeted when that was last noted.
    greetings: u64,
    ended: bool,
}

impl<S: Read + Write> Tracker<S> {
    /// Tracks the machine of this client.
    pub fn new(client: Client<S>) -> Self {
        Self::with_machine(client, Machine::new())
    }

    /// Goes on with what is known of the machine of this client.
    pub fn with_machine(client: Client<S>, mut machine: Machine) -> Self {
        let changes = machine.apply(Input::Connected(client.greeting())).into();
        let greetings = client.greetings();
        Tracker { client, machine, changes, poll: wait::Poll::new(), greetings, ended: false }
    }

    /// Has the machine asked at the next opportunity for what changes without an event. That is done by itself
    /// too, but ever less often while nothing happens.
    pub fn poll(&mut self) {
        self.machine.poll();
    }

    /// What is known of the machine.
    pub fn machine(&self) -> &Machine {
        &self.machine
    }

    /// Ends the tracking.
    pub fn into_machine(self) -> Machine {
        self.machine
    }

    /// Takes in everything that has happened, and asks for what events left open.
    ///
    /// # Errors
    ///
    /// [`Error::Disconnected`] if the connection ends.
    pub fn settle(&mut self) -> Result<&Machine, Error> {
        // Its reply comes after all events from before.
        self.machine.want(Query::Name);
        self.ask(None)?;
        Ok(&self.machine)
    }

    /// As [`settle`](Self::settle), and asks for everything that may have changed without an event.
    ///
    /// # Errors
    ///
    /// As [`settle`](Self::settle).
    pub fn update(&mut self) -> Result<&Machine, Error> {
        self.machine.refresh_state();
        self.settle()
    }

    /// Executes a command, and then [updates](Self::update): what it has changed when it returns is known.
    ///
    /// # Errors
    ///
    /// As [`Client::execute`].
    pub fn execute(&mut self, name: &str, arguments: impl Into<Option<Value>>) -> Result<Value, Error> {
        let result = self.client.execute(name, arguments);
        self.take_events()?;
        self.update()?;
        result
    }

    /// The next change; `None` after the machine has ended.
    ///
    /// # Errors
    ///
    /// [`Error::Disconnected`] if the connection ends in another way than after SHUTDOWN.
    pub fn next_change(&mut self) -> Result<Option<Change>, Error> {
        self.next_until(None)
    }

    /// As [`next_change`](Self::next_change), but gives up after `timeout`.
    ///
    /// # Errors
    ///
    /// As [`next_change`](Self::next_change), and [`Error::TimedOut`].
    pub fn next_change_within(&mut self, timeout: Duration) -> Result<Option<Change>, Error> {
        self.next_until(Some(Instant::now() + timeout))
    }

    /// Waits until `pick` makes something of the state. It looks at the state as it is, and then after each
    /// change.
    ///
    /// # Errors
    ///
    /// [`Error::Disconnected`] if the connection ends before.
    pub fn wait_for<T>(&mut self, mut pick: impl FnMut(&Machine) -> Option<T>) -> Result<T, Error> {
        self.update()?;
        loop {
            if let Some(picked) = pick(&self.machine) {
                return Ok(picked);
            }
            self.changes.clear();
            if self.next_change()?.is_none() {
                return pick(&self.machine).ok_or_else(|| wait::ended().into());
            }
        }
    }

    /// Waits until the machine runs.
    ///
    /// # Errors
    ///
    /// As [`wait_for`](Self::wait_for).
    pub fn wait_until_running(&mut self) -> Result<(), Error> {
        self.wait_for(wait::running)
    }

    /// Waits until the machine does not run, and its run state is known.
    ///
    /// # Errors
    ///
    /// As [`wait_for`](Self::wait_for).
    pub fn wait_until_stopped(&mut self) -> Result<Run, Error> {
        self.wait_for(wait::stopped)
    }

    /// Waits until the job with this id has ended; [`outcome`](Job::outcome) says how.
    ///
    /// # Errors
    ///
    /// As [`wait_for`](Self::wait_for).
    pub fn wait_for_job(&mut self, id: &str) -> Result<Job, Error> {
        self.wait_for(|machine| wait::job(machine, id))
    }

    /// Waits until the migration is over; [`is_successful`](Migration::is_successful) says how. A migration
    /// that has been over before counts: begin a new one with [`execute`](Self::execute).
    ///
    /// # Errors
    ///
    /// As [`wait_for`](Self::wait_for).
    pub fn wait_for_migration(&mut self) -> Result<Migration, Error> {
        self.wait_for(wait::migration)
    }

    /// Waits until the machine has ended.
    ///
    /// # Errors
    ///
    /// [`Error::Disconnected`] if the connection ends without the machine.
    pub fn wait_until_ended(&mut self) -> Result<End, Error> {
        while let Ok(Some(_)) = self.next_change() {}
        self.machine.end().cloned().ok_or_else(|| wait::ended().into())
    }

    fn next_until(&mut self, deadline: Option<Instant>) -> Result<Option<Change>, Error> {
        loop {
            if let Some(change) = self.changes.pop_front() {
                return Ok(Some(change));
            }
            if self.ended {
                return Ok(None);
            }
            self.ask(deadline)?;
            if !self.changes.is_empty() {
                continue;
            }
            let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
            let patience = self.poll.delay(&self.machine);
            self.take_event(patience.into_iter().chain(left).min())?;
            match deadline {
                Some(deadline) if self.changes.is_empty() && Instant::now() >= deadline => {
                    return Err(Error::TimedOut { after: left });
                }
                _ => {}
            }
            if self.changes.is_empty() && patience.is_some() {
                self.poll.note_round();
                self.machine.poll();
            }
        }
    }

    fn ask(&mut self, deadline: Option<Instant>) -> Result<(), Error> {
        self.take_events()?;
        while let Some(query) = self.machine.next_query() {
            let result = match deadline {
                None => self.client.execute(query.command(), None),
                Some(deadline) => {
                    let left = deadline.saturating_duration_since(Instant::now());
                    self.client.execute_within(query.command(), None, left)
                }
            };
            self.take_events()?;
            match result {
                Ok(value) => self.apply(Input::Reply(query, Ok(&value.to_string()))),
                // All of them were asked for again.
                Err(Error::Command(CommandError::Unanswered)) => {}
                Err(Error::Command(error)) => self.apply(Input::Reply(query, Err(&error))),
                Err(error) => {
                    self.machine.refresh();
                    return Err(error);
                }
            }
        }
        Ok(())
    }

    /// Begins anew if another server has taken over.
    fn note_takeover(&mut self) {
        if self.client.greetings() == self.greetings {
            return;
        }
        self.greetings = self.client.greetings();
        self.apply(Input::Gap { is_same: false });
        let greeting = self.client.greeting().clone();
        self.apply(Input::Connected(&greeting));
    }

    /// Takes in the events that have come already.
    fn take_events(&mut self) -> Result<(), Error> {
        while !self.ended && self.take_event(Some(Duration::ZERO))? {}
        Ok(())
    }

    /// Takes in an event if there is one in time.
    fn take_event(&mut self, timeout: Option<Duration>) -> Result<bool, Error> {
        let next = match timeout {
            Some(timeout) => self.client.next_event_within(timeout),
            None => self.client.next_event(),
        };
        self.note_takeover();
        match next {
            Ok(Some(message)) => {
                self.poll.begin_anew();
                self.apply(&message);
            }
            Ok(None) => {
                self.ended = true;
                self.apply(Input::Disconnected(&Disconnected::Closed { after_shutdown: true }));
            }
            Err(Error::TimedOut { .. }) => return Ok(false),
            Err(Error::Malformed(malformed)) if wait::may_matter(&malformed) => self.apply(Input::Missed),
            Err(Error::Malformed(_)) => {}
            Err(Error::Disconnected(cause)) => {
                self.ended = true;
                self.apply(Input::Disconnected(&cause));
                return Err(cause.into());
            }
            Err(error) => return Err(error),
        }
        Ok(true)
    }

    fn apply<'a>(&mut self, input: impl Into<Input<'a>>) {
        self.changes.extend(self.machine.apply_at(wait::now(), input));
    }
}
