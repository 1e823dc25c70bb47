//! The task behind a client: connects, serves the connection to its end, and connects again.

use super::Options;
use super::connection::Connection;
use super::connector::Connector;
use super::hub::Hub;
use super::identity::Identity;
use super::item::Gap;
use super::queue::Queued;
use crate::client::{Disconnected, Error};
use serde_json::Value;
use std::sync::Arc;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{Instant, timeout_at};

/// A command on its way to the server. If `reply` is dropped, the connection has ended.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) name: String,
    pub(super) arguments: Value,
    pub(super) reply: oneshot::Sender<Result<Value, Error>>,
}

/// Everything that survives a connection.
pub(super) struct Driver<C> {
    pub(super) connector: C,
    pub(super) options: Options,
    pub(super) hub: Arc<Hub>,
    pub(super) requests: mpsc::Receiver<Request>,
    /// Told once how the first attempt went.
    pub(super) first: Option<oneshot::Sender<Result<(), Disconnected>>>,
    pub(super) previous: Option<Identity>,
}

impl<C: Connector> Driver<C> {
    /// Runs until the connection ends for good, or until all handles are gone or one of them says so.
    pub(super) async fn run(mut self, mut handles: watch::Receiver<()>) {
        let hub = self.hub.clone();
        tokio::select! {
            () = self.keep_connected() => {}
            _ = handles.changed() => hub.publish(&Queued::Disconnected(Disconnected::Released)),
        }
        hub.close();
    }

    async fn keep_connected(&mut self) {
        let mut failures = 0;
        let mut last_words = None;
        loop {
            let (cause, was_connected) = self.connect_and_serve().await;
            if was_connected || last_words != Some(cause.to_string()) {
                last_words = Some(cause.to_string());
                self.hub.publish(&Queued::Disconnected(cause.clone()));
            }
            if let Some(first) = self.first.take() {
                // Nobody listens if the client was started without waiting.
                let _ = first.send(Err(cause));
            }
            let Some(backoff) = self.options.reconnect else { return };
            failures = if was_connected { 0 } else { failures + 1 };
            self.rest(Instant::now() + backoff.delay(failures)).await;
        }
    }

    /// Waits, and drops commands: they fail at once while there is no connection.
    async fn rest(&mut self, until: Instant) {
        while let Ok(request) = timeout_at(until, self.requests.recv()).await {
            if request.is_none() {
                return tokio::time::sleep_until(until).await;
            }
        }
    }

    /// One connection from the attempt to its end, and whether `Connected` was published.
    async fn connect_and_serve(&mut self) -> (Disconnected, bool) {
        let after = self.options.handshake_timeout;
        let deadline = Instant::now() + after;
        let stream = match timeout_at(deadline, self.connector.connect()).await {
            Ok(Ok(stream)) => stream,
            Ok(Err(error)) => return (Disconnected::NotConnected(Arc::new(error)), false),
            Err(_) => return (Disconnected::HandshakeTimedOut { after, greeted: false }, false),
        };
        let process_id = self.connector.process_id(&stream);
        let limit = self.options.message_limit;
        let mut connection = Connection::new(stream, limit, &self.hub, &mut self.requests);
        let failed = match timeout_at(deadline, connection.negotiate()).await {
            Ok(result) => result.err(),
            Err(_) => Some(Disconnected::HandshakeTimedOut { after, greeted: connection.is_greeted() }),
        };
        if let Some(cause) = failed {
            connection.release_events();
            connection.fail_requests(&cause);
            return (cause, false);
        }
        if self.options.reconnect.is_some() {
            let mut identity = Identity::of_process(process_id);
            // Whatever goes wrong here goes wrong again in `serve`.
            let _ = timeout_at(deadline, connection.identify(&mut identity)).await;
            if let Some(previous) = self.previous.replace(identity) {
                self.hub.publish(&Queued::Gap(Gap { peer: identity.compare(previous) }));
            }
        }
        connection.announce();
        if let Some(first) = self.first.take() {
            let _ = first.send(Ok(())); // as above
        }
        let cause = connection.serve().await;
        connection.fail_requests(&cause);
        (cause, true)
    }
}
