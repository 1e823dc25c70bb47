//! Keeps the state of a machine with the [tokio client](crate::tokio).

use super::apply::Input;
use super::change::{Change, Connection};
use super::job::Job;
use super::migration::Migration;
use super::query::Query;
use super::run::{End, Run};
use super::state::Machine;
use super::wait;
use crate::client::{Disconnected, Error};
use crate::protocol::CommandError;
use crate::tokio::{Client, Item, Peer, Subscription};
use serde_json::Value;
use std::collections::VecDeque;
use std::fmt;
use std::future::pending;
use std::pin::Pin;

/// A [`Machine`] that is kept up to date by a client: it takes in every event, asks for what events do not
/// tell, and asks anew after each gap. With a client that connects again it never ends.
///
/// ```no_run
/// use qmp_events::machine::tokio::Tracker;
///
/// # async fn example() -> Result<(), qmp_events::Error> {
/// let (client, items) = qmp_events::tokio::connect("unix:/run/vm.sock").await?;
/// let mut tracker = Tracker::new(client, items);
/// let stopped = tracker.wait_until_stopped().await?;
/// println!("{:?} {:?}", stopped.status, stopped.cause);
/// # Ok(())
/// # }
/// ```
///
/// Every future here may be dropped at any time: no event is lost, and no reply.
pub struct Tracker {
    client: Client,
    items: Subscription,
    machine: Machine,
    changes: VecDeque<Change>,
    asked: Option<Asked>,
    poll: wait::Poll,
    disconnected: Option<Disconnected>,
    ended: bool,
}

/// A query on its way.
struct Asked {
    query: Query,
    reply: Pin<Box<dyn Future<Output = Result<Value, Error>> + Send>>,
}

impl Tracker {
    /// Tracks the machine of this client, whose items are not to be filtered.
    pub fn new(client: Client, items: Subscription) -> Self {
        let (machine, changes, poll) = (Machine::new(), VecDeque::new(), wait::Poll::new());
        Tracker { client, items, machine, changes, asked: None, poll, disconnected: None, ended: false }
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

    /// Why there is no connection; `None` while there is one, or none was tried yet.
    pub fn disconnected(&self) -> Option<&Disconnected> {
        self.disconnected.as_ref()
    }

    /// The next change; `None` after the connection has ended for good.
    pub async fn next_change(&mut self) -> Option<Change> {
        loop {
            if let Some(change) = self.changes.pop_front() {
                return Some(change);
            }
            if self.ended {
                return None;
            }
            self.step().await;
        }
    }

    /// Takes in everything that has happened, and asks for what events left open. While there is no
    /// connection, it waits for one.
    ///
    /// # Errors
    ///
    /// [`Error::Disconnected`] if there is no connection, and none will be made.
    pub async fn settle(&mut self) -> Result<&Machine, Error> {
        // Its reply comes after all events from before.
        self.machine.want(Query::Name);
        while !self.is_settled() {
            if self.ended {
                return Err(self.ended().into());
            }
            self.step().await;
        }
        Ok(&self.machine)
    }

    fn is_settled(&self) -> bool {
        let is_connected = self.machine.connection() == Connection::Connected;
        is_connected && self.machine.is_up_to_date() && self.asked.is_none()
    }

    /// As [`settle`](Self::settle), and asks for everything that may have changed without an event.
    ///
    /// # Errors
    ///
    /// As [`settle`](Self::settle).
    pub async fn update(&mut self) -> Result<&Machine, Error> {
        self.machine.refresh_state();
        self.settle().await
    }

    /// Executes a command, and then [updates](Self::update): what it has changed when it returns is known.
    ///
    /// # Errors
    ///
    /// As [`Client::execute`].
    pub async fn execute(&mut self, name: &str, arguments: impl Into<Option<Value>>) -> Result<Value, Error> {
        let result = self.client.execute(name, arguments).await;
        self.update().await?;
        result
    }

    /// Waits until `pick` makes something of the state. It looks at the state as it is, and then after each
    /// change.
    ///
    /// # Errors
    ///
    /// [`Error::Disconnected`] if the connection ends for good before.
    pub async fn wait_for<T>(&mut self, mut pick: impl FnMut(&Machine) -> Option<T>) -> Result<T, Error> {
        self.update().await?;
        loop {
            if let Some(picked) = pick(&self.machine) {
                return Ok(picked);
            }
            self.changes.clear();
            if self.next_change().await.is_none() {
                return pick(&self.machine).ok_or_else(|| self.ended().into());
            }
        }
    }

    /// Waits until the machine runs.
    ///
    /// # Errors
    ///
    /// As [`wait_for`](Self::wait_for).
    pub async fn wait_until_running(&mut self) -> Result<(), Error> {
        self.wait_for(wait::running).await
    }

    /// Waits until the machine does not run, and its run state is known.
    ///
    /// # Errors
    ///
    /// As [`wait_for`](Self::wait_for).
    pub async fn wait_until_stopped(&mut self) -> Result<Run, Error> {
        self.wait_for(wait::stopped).await
    }

    /// Waits until the job with this id has ended; [`outcome`](Job::outcome) says how.
    ///
    /// # Errors
    ///
    /// As [`wait_for`](Self::wait_for).
    pub async fn wait_for_job(&mut self, id: &str) -> Result<Job, Error> {
        self.wait_for(|machine| wait::job(machine, id)).await
    }

    /// Waits until the migration is over; [`is_successful`](Migration::is_successful) says how. A migration
    /// that has been over before counts: begin a new one with [`execute`](Self::execute).
    ///
    /// # Errors
    ///
    /// As [`wait_for`](Self::wait_for).
    pub async fn wait_for_migration(&mut self) -> Result<Migration, Error> {
        self.wait_for(wait::migration).await
    }

    /// Waits until the machine has ended.
    ///
    /// # Errors
    ///
    /// [`Error::Disconnected`] if the connection ends for good without the machine.
    pub async fn wait_until_ended(&mut self) -> Result<End, Error> {
        loop {
            if let Some(end) = self.machine.end() {
                return Ok(end.clone());
            }
            self.changes.clear();
            if self.next_change().await.is_none() && self.machine.end().is_none() {
                return Err(self.ended().into());
            }
        }
    }

    /// Why nothing more will come.
    fn ended(&self) -> Disconnected {
        self.disconnected.clone().unwrap_or_else(wait::ended)
    }

    /// Takes in one thing that has come.
    async fn step(&mut self) {
        if self.asked.is_none()
            && let Some(query) = self.machine.next_query()
        {
            let client = self.client.clone();
            let reply = Box::pin(async move { client.execute(query.command(), None).await });
            self.asked = Some(Asked { query, reply });
        }
        let delay = self.poll.delay(&self.machine);
        let is_asked = self.asked.is_some();
        ::tokio::select! {
            biased; // what came before a reply is taken in before it
            item = self.items.next() => self.take_item(item),
            result = reply(&mut self.asked) => self.take_reply(result),
            () = sleep(delay), if !is_asked => {
                self.poll.note_round();
                self.machine.poll();
            }
        }
    }

    fn take_item(&mut self, item: Option<Item>) {
        match item {
            Some(Item::Event(message)) => {
                self.poll.begin_anew();
                self.apply(&message);
            }
            Some(Item::Connected(greeting)) => {
                self.asked = None;
                self.disconnected = None;
                self.apply(Input::Connected(&greeting));
            }
            Some(Item::Gap(gap)) => self.apply(Input::Gap { is_same: gap.peer == Peer::Same }),
            Some(Item::Lagged { .. }) => self.apply(Input::Missed),
            Some(Item::Malformed(malformed)) if wait::may_matter(&malformed) => self.apply(Input::Missed),
            Some(Item::Disconnected(cause)) => {
                self.asked = None;
                self.apply(Input::Disconnected(&cause));
                self.disconnected = Some(cause);
            }
            Some(_) => {}
            None => self.ended = true,
        }
    }

    fn take_reply(&mut self, result: Result<Value, Error>) {
        let Some(Asked { query, .. }) = self.asked.take() else { return };
        match result {
            Ok(value) => self.apply(Input::Reply(query, Ok(&value.to_string()))),
            Err(Error::Command(error)) if error != CommandError::Unanswered => {
                self.apply(Input::Reply(query, Err(&error)));
            }
            // The connection has ended, or another server has taken over, as the items will say.
            Err(_) => {}
        }
    }

    fn apply<'a>(&mut self, input: impl Into<Input<'a>>) {
        self.changes.extend(self.machine.apply_at(wait::now(), input));
    }
}

impl fmt::Debug for Tracker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tracker").field("machine", &self.machine).finish_non_exhaustive()
    }
}

/// The reply to what is asked, or never.
async fn reply(asked: &mut Option<Asked>) -> Result<Value, Error> {
    match asked {
        Some(asked) => asked.reply.as_mut().await,
        None => pending().await,
    }
}

async fn sleep(delay: Option<std::time::Duration>) {
    match delay {
        Some(delay) => ::tokio::time::sleep(delay).await,
        None => pending().await,
    }
}
