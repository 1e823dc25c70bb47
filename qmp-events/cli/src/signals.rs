//! The signals that end a program: SIGINT and SIGTERM; and the one that has it read its files again: SIGHUP.

use std::io;

use tokio::sync::oneshot;

/// The exit status that shells give for SIGINT.
const SECOND_SIGNAL: i32 = 130;

/// Waits for SIGINT or SIGTERM. A second one ends the process at once, as it may hang in writing to
/// an output that is not read.
pub(crate) fn end_signal() -> io::Result<impl Future<Output = ()>> {
    let (sender, receiver) = oneshot::channel();
    let mut signals = Signals::new()?;
    tokio::spawn(async move {
        signals.next().await;
        // The receiver is gone if the program ends just now.
        let _ = sender.send(());
        signals.next().await;
        std::process::exit(SECOND_SIGNAL);
    });
    Ok(async {
        // The task ends only with the process.
        let _ = receiver.await;
    })
}

/// SIGHUP, again and again.
#[derive(Debug)]
pub(crate) struct Reloads {
    #[cfg(unix)]
    hangup: tokio::signal::unix::Signal,
}

impl Reloads {
    pub(crate) fn new() -> io::Result<Self> {
        Ok(Reloads {
            #[cfg(unix)]
            hangup: tokio::signal::unix::signal(tokio::signal::unix::SignalKind::hangup())?,
        })
    }

    /// The next one. None is lost if the future is dropped; several at once may count as one.
    pub(crate) async fn next(&mut self) {
        #[cfg(unix)]
        if self.hangup.recv().await.is_some() {
            return;
        }
        std::future::pending().await
    }
}

#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};

        Ok(Signals {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn new() -> io::Result<Self> {
        Ok(Signals)
    }

    async fn next(&mut self) {
        // Without a handler, Ctrl-C ends the process by itself.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
