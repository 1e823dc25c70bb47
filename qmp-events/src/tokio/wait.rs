//! Waiting for one event out of many.

use super::client::Client;
use super::item::Item;
use super::request::{Outcome, PendingReply};
use super::subscription::Subscription;
use crate::client::{Error, decode_reply};
use crate::{Event, EventMessage, QapiEvents};
use serde::de::IgnoredAny;
use serde_json::Value;
use std::fmt;
use std::future::IntoFuture;
use std::pin::Pin;
use std::time::Duration;

/// What looks at the events of a wait.
type Pick<'a, T, E> = Box<dyn FnMut(EventMessage<E>) -> Option<T> + Send + 'a>;

/// A wait for an event, made by [`Client::wait_for`]; await it to get what `pick` returned.
///
/// It was subscribed when it was made, so that an event that comes before, with or after the reply to its
/// [command](Self::after_command) is not missed.
#[must_use = "a wait does nothing before it is awaited"]
pub struct Wait<'a, T, E = Event> {
    client: Client<E>,
    subscription: Subscription<EventMessage<E>>,
    pick: Pick<'a, T, E>,
    command: Option<(String, Option<Value>)>,
    timeout: Option<Duration>,
}

impl<E: QapiEvents> Client<E> {
    /// Waits for the first event of which `pick` makes something. To wait for one of several events, or
    /// for one with certain members, say so in `pick`.
    ///
    /// ```no_run
    /// use qmp_events::Event;
    /// use serde_json::json;
    /// use std::time::Duration;
    ///
    /// # async fn example(client: qmp_events::tokio::Client, id: &str) -> Result<(), qmp_events::Error> {
    /// let is_unplugged = client
    ///     .wait_for(|message| match message.event {
    ///         Event::DeviceDeleted(e) if e.device.as_deref() == Some(id) => Some(true),
    ///         Event::DeviceUnplugGuestError(e) if e.device.as_deref() == Some(id) => Some(false),
    ///         _ => None,
    ///     })
    ///     .after_command("device_del", json!({"id": id}))
    ///     .timeout(Duration::from_secs(30))
    ///     .await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// The result is an error if the command is refused ([`Error::Command`]), the time runs out
    /// ([`Error::TimedOut`]), the connection ends, even if it would be made again
    /// ([`Error::Disconnected`]), or so many events come at once that some are dropped
    /// ([`Error::Lagged`]).
    pub fn wait_for<'a, T>(
        &self,
        pick: impl FnMut(EventMessage<E>) -> Option<T> + Send + 'a,
    ) -> Wait<'a, T, E> {
        Wait::new(self, pick)
    }
}

impl<'a, T, E: QapiEvents> Wait<'a, T, E> {
    pub(super) fn new(
        client: &Client<E>,
        pick: impl FnMut(EventMessage<E>) -> Option<T> + Send + 'a,
    ) -> Self {
        let subscription = client.subscribe();
        Wait { client: client.clone(), subscription, pick: Box::new(pick), command: None, timeout: None }
    }

    /// Sends this command first, and ends with its error if it is refused.
    pub fn after_command(mut self, name: &str, arguments: impl Into<Option<Value>>) -> Self {
        self.command = Some((name.to_owned(), arguments.into()));
        self
    }

    /// Gives up after this time, counted from the await on.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    async fn run(mut self) -> Result<T, Error> {
        match self.timeout {
            None => self.send_and_pick().await,
            Some(after) => tokio::time::timeout(after, self.send_and_pick())
                .await
                .unwrap_or(Err(Error::TimedOut { after: Some(after) })),
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
                    Some(Item::Lagged { missed }) => return Err(Error::Lagged { missed }),
                    Some(Item::Disconnected(cause)) => return Err(cause.into()),
                    None => break,
                    Some(_) => {}
                },
                outcome = outcome_or_never(&mut reply) => {
                    reply = None;
                    decode_reply::<IgnoredAny>(outcome?)?;
                }
            }
        }
        Err(self.client.cause().await.into())
    }
}

async fn outcome_or_never(reply: &mut Option<PendingReply>) -> Outcome {
    match reply {
        Some(reply) => reply.outcome().await,
        None => std::future::pending().await,
    }
}

impl<'a, T: 'a, E: QapiEvents + 'a> IntoFuture for Wait<'a, T, E> {
    type Output = Result<T, Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send + 'a>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}

impl<T, E> fmt::Debug for Wait<'_, T, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Wait { command, timeout, .. } = self;
        f.debug_struct("Wait").field("command", command).field("timeout", timeout).finish_non_exhaustive()
    }
}
