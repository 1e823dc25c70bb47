//! Who executes the commands of all clients.

use super::dialogue::{Call, Command};
use super::reply::{Refusal, write_reply};
use crate::tokio::client::Client;
use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};
use tokio::sync::{mpsc, oneshot};

/// Asks whoever feeds the share to hand on what has come, and to say so.
pub(super) type Catchup = oneshot::Sender<()>;

/// Executes commands that are allowed.
#[derive(Debug)]
pub(super) struct Clerk {
    allowed: BTreeSet<String>,
    desk: Mutex<Option<Desk>>,
}

/// Where commands go.
#[derive(Clone, Debug)]
struct Desk {
    client: Client,
    catchups: Option<mpsc::Sender<Catchup>>,
}

impl Clerk {
    pub(super) fn new(allowed: BTreeSet<String>) -> Self {
        Clerk { allowed, desk: Mutex::default() }
    }

    /// Executes commands with this client from here on. The event that a command causes comes before the reply:
    /// whoever takes `catchups` sees to that.
    pub(super) fn employ(&self, client: Client, catchups: Option<mpsc::Sender<Catchup>>) {
        let desk = Desk { client, catchups };
        let replaced = self.desk.lock().unwrap_or_else(PoisonError::into_inner).replace(desk);
        // Dropped after the lock.
        drop(replaced);
    }

    /// Executes a command, and gives the reply.
    pub(super) async fn execute(&self, command: Command) -> Vec<u8> {
        let Command { call, id } = command;
        let result = match self.desk_for(&call.name) {
            Ok(desk) => desk.execute(call).await,
            Err(refusal) => Err(refusal),
        };
        let mut reply = Vec::new();
        write_reply(id.as_deref(), result.as_ref().map(String::as_str), &mut reply);
        reply
    }

    fn desk_for(&self, name: &str) -> Result<Desk, Refusal> {
        let desk = self.desk.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let desk = desk.ok_or_else(|| {
            Refusal::generic("no command can be executed here: only the events of this machine are shared")
        })?;
        if self.allowed.contains(name) {
            return Ok(desk);
        }
        Err(Refusal::not_found(format!("the command {name} is not allowed on this shared monitor")))
    }
}

impl Desk {
    async fn execute(&self, Call { name, arguments }: Call) -> Result<String, Refusal> {
        let result = match self.client.execute_undecoded(&name, arguments).await {
            Ok(result) => result.map_err(Refusal::from),
            Err(error) => Err(Refusal::generic(error)),
        };
        if let Some(catchups) = &self.catchups {
            let (done, is_done) = oneshot::channel();
            // If nobody feeds the share any more, nothing is to come.
            if catchups.send(done).await.is_ok() {
                let _ = is_done.await;
            }
        }
        result
    }
}
