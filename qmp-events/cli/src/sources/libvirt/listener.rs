//! Listens to what virsh prints, all the time: virsh must keep answering libvirt. What a slow output misses is
//! counted.

use std::io::{self, ErrorKind};
use std::time::{Duration, Instant};

use qmp_events::Disconnected;
use qmp_events::log::{Entry, Form, Reader};
use qmp_events::tokio::Backoff;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::process::ChildStdout;
use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TrySendError;

use super::domains::Domains;
use crate::sources::virsh::{Virsh, read_complaint};

/// The longest line that is read, in bytes.
const LINE: usize = 256 << 10;

/// How long virsh may take to connect. Over ssh, that takes seconds.
const CONNECT: Duration = Duration::from_secs(30);

/// What virsh's task says.
pub(super) enum Said {
    /// There is a connection, to this URI.
    Connected(String),
    Entry(Box<Entry>),
    /// So many entries were dropped here.
    Missed(u64),
    Ended(Disconnected),
}

/// How a virsh ended.
struct Attempt {
    cause: Disconnected,
    /// How long its connection lasted; `None` if there was none.
    lasted: Option<Duration>,
}

impl Domains {
    /// Listens until virsh ends; with a backoff, again and again.
    pub(super) async fn keep_listening(&self, said: &mpsc::Sender<Said>, backoff: Option<Backoff>) {
        let mut failures = 0_u32;
        let mut last_reported_cause = None;
        while !said.is_closed() {
            let Attempt { cause, lasted } = self.listen(said).await;
            if lasted.is_some() || last_reported_cause != Some(cause.to_string()) {
                last_reported_cause = Some(cause.to_string());
                // Nobody listens if the program ends.
                let _ = said.send(Said::Ended(cause)).await;
            }
            let Some(backoff) = backoff else { return };
            if lasted.is_some_and(|lasted| backoff.is_proved_by(lasted)) {
                failures = 0;
            }
            tokio::time::sleep(backoff.delay(failures)).await;
            failures = failures.saturating_add(1);
        }
    }

    /// Runs a virsh to its end.
    async fn listen(&self, said: &mpsc::Sender<Said>) -> Attempt {
        let not_connected =
            |error: io::Error| Attempt { cause: Disconnected::NotConnected(error.into()), lasted: None };
        let (stdout, stderr, virsh) = match self.libvirt.print_events(self.domain.as_deref()) {
            Ok(Virsh { stdout, stderr, child }) => (stdout, stderr, child),
            Err(error) => return not_connected(error),
        };
        let complaint = tokio::spawn(read_complaint(stderr));
        let mut stdout = BufReader::new(stdout);
        let mut reader = Reader::with_limit(LINE).only(Form::Virsh);
        let Ok(first_line) = tokio::time::timeout(CONNECT, read_line(&mut stdout)).await else {
            return not_connected(io::Error::new(
                ErrorKind::TimedOut,
                format!("no answer within {CONNECT:?}"),
            ));
        };
        let connected = first_line.map(|uri| (uri, Instant::now()));
        if let Some((uri, _)) = &connected {
            // Nobody listens if the program ends; then the entries find that out.
            let _ = said.send(Said::Connected(uri.trim().to_owned())).await;
            read_entries(&mut stdout, &mut reader, said).await;
        }
        // It has ended, or it is killed here since the program ends.
        drop(virsh);
        let complaint = io::Error::other(complaint.await.unwrap_or_default());
        match connected {
            None => not_connected(complaint),
            Some((_, since)) => {
                let cause = Disconnected::Failed { error: complaint.into(), after_shutdown: false };
                Attempt { cause, lasted: Some(since.elapsed()) }
            }
        }
    }
}

/// The first line, if there is one.
async fn read_line(stdout: &mut BufReader<ChildStdout>) -> Option<String> {
    let mut line = Vec::new();
    // A failure is an end as well; virsh's complaint says more.
    let _ = stdout.take(LINE as u64).read_until(b'\n', &mut line).await;
    (!line.is_empty()).then(|| String::from_utf8_lossy(&line).into_owned())
}

/// Hands on the entries until virsh ends, or the program.
async fn read_entries(stdout: &mut BufReader<ChildStdout>, reader: &mut Reader, said: &mpsc::Sender<Said>) {
    let mut missed = 0;
    while let Ok(bytes @ [_, ..]) = stdout.fill_buf().await {
        let length = bytes.len();
        reader.push(bytes);
        stdout.consume(length);
        // virsh prints an event at a time, and nothing more about it follows.
        reader.flush();
        while let Some(entry) = reader.next_entry() {
            if missed > 0 && said.try_send(Said::Missed(missed)).is_ok() {
                missed = 0;
            }
            match said.try_send(Said::Entry(Box::new(entry))) {
                Ok(()) => {}
                Err(TrySendError::Full(_)) => missed += 1,
                Err(TrySendError::Closed(_)) => return,
            }
        }
    }
    if missed > 0 {
        let _ = said.send(Said::Missed(missed)).await; // as above
    }
}
