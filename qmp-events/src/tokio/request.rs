//! A command on its way to the server.

use super::hub::Hub;
use crate::client::Error;
use crate::protocol::CommandError;
use serde_json::Value;
use std::sync::Arc;
use tokio::sync::oneshot;

/// What a command returned, as JSON text, or why it did not.
pub(super) type Outcome = Result<Result<String, CommandError>, Error>;

/// A command. If `reply` is dropped, the connection has ended.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) name: String,
    pub(super) arguments: Option<Value>,
    pub(super) reply: oneshot::Sender<Outcome>,
}

/// The reply to a command that is on its way.
#[derive(Debug)]
pub(super) struct PendingReply {
    pub(super) receiver: oneshot::Receiver<Outcome>,
    pub(super) hub: Arc<Hub>,
}

impl PendingReply {
    /// Cancel-safe.
    pub(super) async fn outcome(&mut self) -> Outcome {
        match (&mut self.receiver).await {
            Ok(outcome) => outcome,
            Err(_) => Err(self.hub.cause().await.into()),
        }
    }
}
