//! Follows signals: reads the list of endpoints again, and ends.

use std::path::PathBuf;
use std::time::Duration;

use qmp_events::tokio::Options;
use tokio::sync::watch;

use super::journal::Journal;
use super::keeper::Population;
use super::service::Service;
use crate::signals::Reloads;
use crate::sources::machines::Machines;
use crate::sources::roster::{Roster, read_endpoints};
use crate::terminal::line::line;
use crate::terminal::palette::{Style, paint};

/// How long connections may take to close, and what was read of them to be handed on.
const CLOSING: Duration = Duration::from_secs(60);

/// How long to wait after one status until the next: many machines may come at a time.
const STATUS: Duration = Duration::from_millis(200);

/// Which machines are kept, and by what list.
pub(crate) struct Control {
    roster: Roster,
    /// The endpoints of the command line.
    named: Vec<Machines>,
    list: Option<PathBuf>,
    journal: Journal,
    service: Service,
}

impl Control {
    /// Begins with all endpoints.
    ///
    /// # Errors
    ///
    /// If the list has a fault, or an endpoint cannot be begun with.
    pub(crate) async fn begin(
        mut roster: Roster,
        named: Vec<Machines>,
        list: Option<PathBuf>,
        journal: Journal,
    ) -> anyhow::Result<Self> {
        let listed = list.as_deref().map_or(Ok(Vec::new()), read_endpoints)?;
        if let Some(error) = roster.set(&[named.clone(), listed].concat()).await.into_iter().next() {
            return Err(error);
        }
        Ok(Control { roster, named, list, journal, service: Service::of_environment() })
    }

    /// Follows signals until `end` is ready; then all connections are closed, and the time for that runs out.
    pub(crate) async fn follow(
        mut self,
        mut reloads: Reloads,
        mut population: watch::Receiver<Population>,
        end: impl Future<Output = ()>,
    ) {
        self.service.is_ready();
        let mut end = std::pin::pin!(end);
        loop {
            tokio::select! {
                () = &mut end => break,
                () = reloads.next() => self.reload().await,
                () = self.service.keep_watchdog() => {}
                () = keep_status(&self.service, &mut population) => {}
            }
        }
        self.service.is_stopping();
        self.roster.dismiss();
        tokio::time::sleep(CLOSING).await;
    }

    async fn reload(&mut self) {
        self.service.is_reloading();
        match self.read_again().await {
            Ok(count) => {
                let text = format!("the endpoints are read again: {count} in the list");
                self.journal.note(line![paint(Style::Dim, text)]);
            }
            Err(error) => self.fail(&error.context("the endpoints stay as they are")),
        }
        self.service.is_ready();
    }

    /// How many endpoints are in the list.
    async fn read_again(&mut self) -> anyhow::Result<usize> {
        let Some(list) = &self.list else {
            anyhow::bail!("there is no list to be read again: start with --endpoints FILE");
        };
        let listed = read_endpoints(list)?;
        let count = listed.len();
        for error in self.roster.set(&[self.named.clone(), listed].concat()).await {
            self.fail(&error);
        }
        Ok(count)
    }

    fn fail(&self, error: &anyhow::Error) {
        self.journal.note(line![paint(Style::Error, "error: "), format_args!("{error:#}")]);
    }
}

/// Connections come back by themselves.
pub(crate) fn options() -> Options {
    Options::new().reconnect(qmp_events::tokio::Backoff::default())
}

/// Shows how many connections are up, as long as it is awaited.
async fn keep_status(service: &Service, population: &mut watch::Receiver<Population>) {
    while population.changed().await.is_ok() {
        service.set_status(*population.borrow_and_update());
        tokio::time::sleep(STATUS).await;
    }
    std::future::pending().await
}
