//! What the agent tells the service manager that started it. Without one, nothing is told.

use std::time::Duration;

use super::keeper::Population;

/// The service, as systemd knows it.
#[derive(Debug)]
pub(crate) struct Service {
    /// How often to say that all is well, if that is asked for.
    watchdog: Option<Duration>,
}

impl Service {
    pub(crate) fn of_environment() -> Self {
        #[cfg(unix)]
        let watchdog = sd_notify::watchdog_enabled();
        #[cfg(not(unix))]
        let watchdog = None;
        Service { watchdog }
    }

    /// It has begun: whoever needs it can begin.
    pub(crate) fn is_ready(&self) {
        #[cfg(unix)]
        notify(&[sd_notify::NotifyState::Ready]);
    }

    /// It reads its files again, until it is ready the next time.
    pub(crate) fn is_reloading(&self) {
        #[cfg(unix)]
        {
            use sd_notify::NotifyState;
            match NotifyState::monotonic_usec_now() {
                Ok(now) => notify(&[NotifyState::Reloading, now]),
                Err(_) => notify(&[NotifyState::Reloading]),
            }
        }
    }

    /// It is about to end.
    pub(crate) fn is_stopping(&self) {
        #[cfg(unix)]
        notify(&[sd_notify::NotifyState::Stopping]);
    }

    /// What people see in its status.
    pub(crate) fn set_status(&self, population: Population) {
        let Population { connected, all } = population;
        let text = format!("{connected} of {all} connections are up");
        #[cfg(unix)]
        notify(&[sd_notify::NotifyState::Status(&text)]);
        #[cfg(not(unix))]
        let _ = text;
    }

    /// Says again and again that all is well, as long as it is awaited.
    pub(crate) async fn keep_watchdog(&self) {
        let Some(limit) = self.watchdog else { return std::future::pending().await };
        loop {
            #[cfg(unix)]
            notify(&[sd_notify::NotifyState::Watchdog]);
            // Twice in the time, as is customary.
            tokio::time::sleep(limit / 2).await;
        }
    }
}

/// A service manager that does not listen is no reason to fail.
#[cfg(unix)]
fn notify(states: &[sd_notify::NotifyState<'_>]) {
    let _ = sd_notify::notify(states);
}
