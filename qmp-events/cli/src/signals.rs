//! The signals that end a program: SIGINT and SIGTERM.

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
