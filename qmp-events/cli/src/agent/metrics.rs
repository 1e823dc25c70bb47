//! Metrics for Prometheus: a reader that counts, and a server that shows the figures.
//!
//! Whatever a guest or a QEMU can invent gets a bounded number of series; the rest falls into `other`.

mod board;
mod bounded;
mod exposition;
mod figures;
pub(crate) mod server;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use super::backlog::Backlog;
use super::reader::{Happening, Observed, Reader};
use board::Board;

/// Counts what happens to machines.
#[derive(Clone, Debug)]
pub(crate) struct Metrics {
    board: Arc<Mutex<Board>>,
}

impl Metrics {
    /// With the figures of the publisher, if there is one.
    pub(crate) fn new(backlog: Option<Arc<Backlog>>) -> Self {
        Metrics { board: Arc::new(Mutex::new(Board::new(backlog))) }
    }

    /// The figures of this moment, to be shown while others are counted.
    fn snapshot(&self) -> Board {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, Board> {
        // Counting goes on, whatever happened to one count.
        self.board.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Reader for Metrics {
    fn name(&self) -> &'static str {
        "metrics"
    }

    fn take(&mut self, machine: &Observed<'_>, happening: &Happening<'_>) -> anyhow::Result<()> {
        self.lock().take(machine, happening, Instant::now());
        Ok(())
    }
}
