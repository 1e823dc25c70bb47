//! Whose monitor is borrowed.

use crate::client::Error;
use crate::endpoint::Endpoint;
use crate::tokio::client::Client;
use crate::tokio::options::Options;
use serde_json::Value;
use std::future::Future;
use std::time::Duration;

/// Lends a monitor for a few commands. An [`Endpoint`] does.
pub trait Lender: Send + 'static {
    /// What it lends.
    type Loan: Loan;

    /// Lends it. The client drops the future if the time for the handshake runs out.
    fn lend(&mut self) -> impl Future<Output = Result<Self::Loan, Error>> + Send;
}

/// A monitor that is lent until this is dropped. A [`Client`] is one.
pub trait Loan: Send + 'static {
    /// Executes a command and waits for its reply.
    ///
    /// # Errors
    ///
    /// [`Error::Command`] if QEMU refuses it, another one if there is no reply.
    fn execute(
        &mut self,
        command: &str,
        arguments: Value,
    ) -> impl Future<Output = Result<Value, Error>> + Send;
}

impl Lender for Endpoint {
    type Loan = Client;

    async fn lend(&mut self) -> Result<Client, Error> {
        // The time runs in the client that attaches.
        let options = Options::new().handshake_timeout(Duration::MAX);
        options.connect(&*self).await.map(|(client, _)| client)
    }
}

impl Loan for Client {
    async fn execute(&mut self, command: &str, arguments: Value) -> Result<Value, Error> {
        Client::execute(self, command, arguments).await
    }
}
