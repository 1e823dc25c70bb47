//! How to connect.

use super::backoff::Backoff;
use crate::client::DEFAULT_HANDSHAKE_TIMEOUT;
use crate::protocol::DEFAULT_MESSAGE_LIMIT;
use std::time::Duration;

/// How to connect.
///
/// ```no_run
/// use qmp_events::tokio::{Backoff, Options};
///
/// # async fn example() -> Result<(), qmp_events::Error> {
/// let options = Options::new().reconnect(Backoff::default());
/// let (client, events) = options.start("unix:/run/vm.sock")?; // QEMU may not even run yet
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Options {
    pub(super) handshake_timeout: Duration,
    pub(super) message_limit: usize,
    pub(super) reconnect: Option<Backoff>,
}

impl Options {
    /// Ten seconds for the handshake, 16 MiB for a message, no reconnect.
    pub const fn new() -> Self {
        Options {
            handshake_timeout: DEFAULT_HANDSHAKE_TIMEOUT,
            message_limit: DEFAULT_MESSAGE_LIMIT,
            reconnect: None,
        }
    }

    /// How long connecting, the greeting and the capabilities negotiation may take together;
    /// [`Duration::MAX`] for no limit. A monitor that serves another client sends no greeting until that
    /// one leaves.
    pub const fn handshake_timeout(mut self, timeout: Duration) -> Self {
        self.handshake_timeout = timeout;
        self
    }

    /// The longest message, in bytes; a longer one is skipped and reported. A greeting has about 150.
    pub const fn message_limit(mut self, limit: usize) -> Self {
        self.message_limit = limit;
        self
    }

    /// Connects again, for ever, whenever there is no connection, until the client is closed or dropped.
    /// [`Item::Gap`](super::Item::Gap) then says whether it is to the same QEMU; to find out, each connection
    /// begins with a `query-cpus-fast`.
    pub const fn reconnect(mut self, backoff: Backoff) -> Self {
        self.reconnect = Some(backoff);
        self
    }

    /// When to connect again, if that is set.
    pub const fn backoff(&self) -> Option<Backoff> {
        self.reconnect
    }
}

impl Default for Options {
    fn default() -> Self {
        Self::new()
    }
}
