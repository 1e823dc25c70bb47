//! The task of a client: connects, serves the connection to its end, and connects again.

use super::connection::Connection;
use super::connector::Connector;
use super::hub::Hub;
use super::identity::Identity;
use super::options::Options;
use super::queue::Queued;
use super::request::Request;
use crate::client::{Disconnected, Gap, Handshake};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::error::Elapsed;
use tokio::time::{Instant, timeout, timeout_at};

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

/// The handles on the client: true once one of them says that the connection is to be closed, gone once all of
/// them are.
pub(super) type Handles = watch::Receiver<bool>;

/// Tells when one of the handles closes the connection.
struct Closing(Handles);

impl Closing {
    async fn requested(&mut self) {
        if self.0.wait_for(|is_closing| *is_closing).await.is_err() {
            // All handles are gone, which ends the client at once.
            std::future::pending().await
        }
    }
}

/// How an attempt to connect went.
struct Attempt {
    cause: Disconnected,
    /// How long the connection lasted after it was announced; `None` if it never was.
    lasted: Option<Duration>,
}

impl<C: Connector> Driver<C> {
    /// Runs until the connection ends for good, or until all handles are gone or one of them says so.
    pub(super) async fn run(mut self, mut handles: Handles) {
        let hub = self.hub.clone();
        let closing = Closing(handles.clone());
        tokio::select! {
            () = self.keep_connected(closing) => {}
            () = async { while handles.changed().await.is_ok() {} } => {
                hub.publish(&Queued::Disconnected(Disconnected::Released));
            }
        }
        hub.close();
    }

    async fn keep_connected(&mut self, mut closing: Closing) {
        let mut failures = 0_u32;
        let mut last_reported_cause = None;
        loop {
            let Attempt { cause, lasted } = self.connect_and_serve(&mut closing).await;
            if lasted.is_some() || last_reported_cause != Some(cause.to_string()) {
                last_reported_cause = Some(cause.to_string());
                self.hub.publish(&Queued::Disconnected(cause.clone()));
            }
            let is_released = matches!(cause, Disconnected::Released);
            if let Some(first) = self.first.take() {
                // There is no receiver if the client was started without waiting.
                let _ = first.send(Err(cause));
            }
            let Some(backoff) = self.options.reconnect.filter(|_| !is_released) else { return };
            if lasted.is_some_and(|lasted| backoff.is_proved_by(lasted)) {
                failures = 0;
            }
            tokio::select! {
                () = self.sleep_rejecting_requests(backoff.delay(failures)) => {}
                () = closing.requested() => {
                    return self.hub.publish(&Queued::Disconnected(Disconnected::Released));
                }
            }
            failures = failures.saturating_add(1);
        }
    }

    /// Drops commands meanwhile: they fail at once while there is no connection.
    async fn sleep_rejecting_requests(&mut self, delay: Duration) {
        let rejecting = async {
            while self.requests.recv().await.is_some() {}
            std::future::pending().await
        };
        let _: Result<(), Elapsed> = timeout(delay, rejecting).await;
    }

    /// One connection from the attempt to its end.
    async fn connect_and_serve(&mut self, closing: &mut Closing) -> Attempt {
        let failed = |cause| Attempt { cause, lasted: None };
        let after = self.options.handshake_timeout;
        let deadline = deadline_after(after);
        let connected = tokio::select! {
            connected = timeout_at(deadline, self.connector.connect()) => connected,
            () = closing.requested() => return failed(Disconnected::Released),
        };
        let stream = match connected {
            Ok(Ok(stream)) => stream,
            Ok(Err(error)) => return failed(Disconnected::NotConnected(Arc::new(error))),
            Err(_) => return failed(Handshake::default().timed_out(after)),
        };
        let process = Identity::of_process(self.connector.process_id(&stream));
        self.hub.set_process(process);
        let limit = self.options.message_limit;
        let mut connection = Connection::new(stream, limit, &self.hub, &mut self.requests);
        let negotiated = tokio::select! {
            negotiated = timeout_at(deadline, connection.negotiate()) => Some(negotiated),
            () = closing.requested() => None,
        };
        let negotiated = match negotiated {
            Some(Ok(result)) => result.map_err(|cause| connection.handshake().explain(cause)),
            Some(Err(_)) => Err(connection.handshake_timed_out(after)),
            None if connection.has_greeted() => {
                // The server may have agreed, and sent events since.
                let is_stopped;
                (connection, is_stopped) =
                    connection.with_stream(|stream| self.connector.stop_receiving(stream));
                Err(connection.drain(is_stopped).await)
            }
            None => Err(Disconnected::Released),
        };
        if let Err(cause) = negotiated {
            connection.release_events();
            connection.fail_requests(&cause);
            return failed(cause);
        }
        if self.options.reconnect.is_some() {
            let mut identity = process;
            // Whatever goes wrong here goes wrong again in `serve`.
            tokio::select! {
                _ = timeout_at(deadline, connection.identify(&mut identity)) => {}
                () = closing.requested() => {}
            }
            if let Some(previous) = self.previous.replace(identity) {
                self.hub.publish(&Queued::Gap(Gap { peer: identity.compare(previous) }));
            }
        }
        connection.announce();
        if let Some(first) = self.first.take() {
            let _ = first.send(Ok(())); // as above
        }
        let announced = Instant::now();
        let cause = tokio::select! {
            cause = connection.serve() => Some(cause),
            () = closing.requested() => None,
        };
        let cause = match cause {
            Some(cause) => cause,
            None => {
                let is_stopped;
                (connection, is_stopped) =
                    connection.with_stream(|stream| self.connector.stop_receiving(stream));
                connection.drain(is_stopped).await
            }
        };
        connection.fail_requests(&cause);
        Attempt { cause, lasted: Some(announced.elapsed()) }
    }
}

/// When that time will have passed; for more than the clock can count, thirty years from now.
fn deadline_after(timeout: Duration) -> Instant {
    let now = Instant::now();
    now.checked_add(timeout).unwrap_or_else(|| now + Duration::from_secs(30 * 365 * 24 * 3600))
}
