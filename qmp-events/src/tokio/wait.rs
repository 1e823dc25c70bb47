//! Waiting for one event out of many.

use super::item::Item;
use super::subscription::Subscription;
use super::{Client, Pending};
use crate::EventMessage;
use crate::client::Error;
use serde_json::Value;
use std::fmt;
use std::future::IntoFuture;
use std::pin::Pin;
use std::time::Duration;
use tokio::time::{Instant, timeout_at};

/// A wait for an event, made by [`Client::wait_for`]; await it to get what `pick` gave.
///
/// It was subscribed when it was made, so that an event that comes before, with or after the reply to its
/// [command](Self::send) is not missed.
#[must_use = "a wait does nothing before it is awaited"]
pub struct Wait<F> {
    client: Client,
    subscription: Subscription,
    pick: F,
    command: Option<(String, Value)>,
    timeout: Option<Duration>,
}

impl<F> Wait<F> {
    pub(super) fn new(client: &Client, pick: F) -> Self {
        let subscription = client.subscribe();
        Wait { client: client.clone(), subscription, pick, command: None, timeout: None }
    }

    /// Sends this command first, and ends with its error if it is refused.
    pub fn send(mut self, name: &str, arguments: Value) -> Self {
        self.command = Some((name.to_owned(), arguments));
        self
    }

    /// Gives up after this time, counted from the await on.
    pub fn within(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }
}

impl<F, T> Wait<F>
where
    F: FnMut(EventMessage) -> Option<T>,
{
    async fn run(mut self) -> Result<T, Error> {
        let timeout = self.timeout;
        let deadline = timeout.map(|timeout| Instant::now() + timeout);
        let picked = self.send_and_pick();
        match deadline {
            None => picked.await,
            Some(deadline) => {
                timeout_at(deadline, picked).await.unwrap_or(Err(Error::TimedOut { after: timeout }))
            }
        }
    }

    async fn send_and_pick(&mut self) -> Result<T, Error> {
        let mut reply = match self.command.take() {
            Some((name, arguments)) => Some(self.client.request(name, arguments).await?),
            None => None,
        };
        loop {
            tokio::select! {
                biased; // an event that is here counts more than the end of the command
                item = self.subscription.next() => match item {
                    Some(Item::Event(message)) => if let Some(picked) = (self.pick)(message) {
                        return Ok(picked);
                    },
                    Some(Item::Lagged(missed)) => return Err(Error::Lagged { missed }),
                    Some(Item::Disconnected(cause)) => return Err(cause.into()),
                    None => return Err(self.client.cause().into()),
                    Some(_) => {}
                },
                result = Pending::of(&mut reply) => {
                    reply = None;
                    result?;
                }
            }
        }
    }
}

impl<F, T> IntoFuture for Wait<F>
where
    F: FnMut(EventMessage) -> Option<T> + Send + 'static,
    T: 'static,
{
    type Output = Result<T, Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}

impl<F> fmt::Debug for Wait<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Wait { command, timeout, .. } = self;
        f.debug_struct("Wait").field("command", command).field("timeout", timeout).finish_non_exhaustive()
    }
}
