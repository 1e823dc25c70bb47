//! The handle on a connection.

use super::hub::Hub;
use super::identity::{self, Identity};
use super::request::{Outcome, PendingReply, Request};
use super::subscription::Subscription;
use crate::client::{Disconnected, Error, decode_reply};
use crate::protocol::Greeting;
use crate::{Event, EventMessage, QapiEvents};
use serde_json::Value;
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use tokio::sync::{mpsc, oneshot, watch};

/// A handle on a connection, or on a series of them with [reconnect](super::Options::reconnect). Clone it
/// freely. The connection lives as long as a handle or a [`Subscription`] does. `E` is the set of events
/// that its subscribers and waits get.
pub struct Client<E = Event> {
    hub: Arc<Hub>,
    requests: mpsc::Sender<Request>,
    alive: Arc<watch::Sender<bool>>,
    events: PhantomData<fn() -> E>,
}

impl Client {
    pub(super) fn new(hub: Arc<Hub>, requests: mpsc::Sender<Request>, alive: watch::Sender<bool>) -> Self {
        Client { hub, requests, alive: Arc::new(alive), events: PhantomData }
    }
}

impl<E: QapiEvents> Client<E> {
    /// The same connection, with events decoded as a set of your own, see
    /// [`QapiEvents`](macro@QapiEvents). Handles that exist keep theirs.
    pub fn decode_as<F: QapiEvents>(self) -> Client<F> {
        let Client { hub, requests, alive, events: _ } = self;
        Client { hub, requests, alive, events: PhantomData }
    }

    /// What the server said of itself; `None` while there is no connection.
    pub fn greeting(&self) -> Option<Arc<Greeting>> {
        self.hub.greeting()
    }

    /// Asks the server for evidence of which QEMU it is, to [compare](Identity::compare) with that of another
    /// connection: QMP has no identifier of a running QEMU. With
    /// [reconnect](super::Options::reconnect), [`Item::Gap`](super::Item::Gap) has the result of it already.
    ///
    /// # Errors
    ///
    /// [`Error::Disconnected`] if there is no connection.
    pub async fn identity(&self) -> Result<Identity, Error> {
        let process = self.hub.process();
        match self.execute(identity::QUERY, None).await {
            Ok(vcpus) => Ok(process.with_vcpus(&vcpus)),
            // A server without vCPUs refuses.
            Err(Error::Command(_)) => Ok(process),
            Err(error) => Err(error),
        }
    }

    /// One more subscriber, from now on. Its first item is the state of the connection, if that is known.
    pub fn subscribe(&self) -> Subscription<EventMessage<E>> {
        Subscription::new(self.hub.clone(), self.alive.clone())
    }

    /// Executes a command and waits for its reply. `arguments` is a JSON object, or `None`.
    ///
    /// There is no time-out: wrap it in [`tokio::time::timeout`]. While there is no connection, it fails
    /// at once; while one is being made, it waits for that.
    ///
    /// ```no_run
    /// use serde_json::json;
    ///
    /// # async fn example(client: qmp_events::tokio::Client) -> Result<(), qmp_events::Error> {
    /// let status = client.execute("query-status", None).await?;
    /// println!("{}", status["running"]);
    /// client.execute("device_del", json!({"id": "net0"})).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Command`] if the server refuses it or the reply is longer than the message limit,
    /// [`Error::Disconnected`] if there is no reply.
    ///
    /// [`tokio::time::timeout`]: https://docs.rs/tokio/1/tokio/time/fn.timeout.html
    pub async fn execute(&self, name: &str, arguments: impl Into<Option<Value>>) -> Result<Value, Error> {
        decode_reply(self.execute_undecoded(name, arguments.into()).await?)
    }

    /// Closes the connection, for all handles and subscribers, and loses nothing that has come: subscribers get
    /// every event that the server has sent, and then [`Disconnected::Released`].
    ///
    /// On a unix socket on Linux, that is every event which the server could write: from here on it cannot write
    /// any more. Elsewhere it is what comes before the server is silent for a quarter of a second; one that never is
    /// gets a second. Commands without a reply fail. (Dropping all handles and subscribers ends the connection at
    /// once.)
    pub fn close(&self) {
        self.alive.send_replace(true);
    }

    /// What the command returned, as JSON text.
    pub(crate) async fn execute_undecoded(&self, name: &str, arguments: Option<Value>) -> Outcome {
        self.request(name.to_owned(), arguments).await?.outcome().await
    }

    pub(super) async fn request(
        &self,
        name: String,
        arguments: Option<Value>,
    ) -> Result<PendingReply, Error> {
        let (reply, receiver) = oneshot::channel();
        match self.requests.send(Request { name, arguments, reply }).await {
            Ok(()) => Ok(PendingReply { receiver, hub: self.hub.clone() }),
            Err(_) => Err(self.cause().await.into()),
        }
    }

    pub(super) async fn cause(&self) -> Disconnected {
        self.hub.cause().await
    }
}

impl<E> Clone for Client<E> {
    fn clone(&self) -> Self {
        let Client { hub, requests, alive, events } = self;
        Client { hub: hub.clone(), requests: requests.clone(), alive: alive.clone(), events: *events }
    }
}

impl<E> fmt::Debug for Client<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("hub", &self.hub).finish_non_exhaustive()
    }
}
