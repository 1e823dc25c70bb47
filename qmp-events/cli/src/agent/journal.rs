//! What the agent prints: notes to standard error, and events to standard output if they are wanted there.
//!
//! One thread prints, and waits for its outputs as long as it takes. Whoever has something to print does not: a line
//! for which there is no room is dropped, and counted.

use std::io::{self, ErrorKind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{self, Receiver, SyncSender, TryRecvError};

use tokio::sync::Notify;

use crate::record::Record;
use crate::sinks::Sink;
use crate::sources::{Origin, Place};
use crate::state::news::StateNews;
use crate::terminal::line::{Line, line};
use crate::terminal::output::Output;
use crate::terminal::palette::{ERROR, WARNING, paint};

/// How many lines wait for a slow output.
const QUEUE: usize = 4 << 10;

/// Something to print.
pub(crate) enum Entry {
    Note(Line),
    Event { origin: Origin, place: Place, record: Box<Record> },
    State { origin: Origin, news: Box<StateNews> },
}

/// Where notes are put; cloned for each reader that has some.
#[derive(Clone)]
pub(crate) struct Journal {
    sender: SyncSender<Entry>,
    condition: Arc<Condition>,
}

/// How the printing goes.
#[derive(Default)]
struct Condition {
    /// How many lines were dropped and not told of.
    dropped: AtomicU64,
    /// Standard output takes no more.
    is_stdout_gone: AtomicBool,
    stdout_went: Notify,
}

/// The thread that prints has this end.
pub(crate) struct Printer {
    receiver: Receiver<Entry>,
    condition: Arc<Condition>,
}

pub(crate) fn journal() -> (Journal, Printer) {
    let (sender, receiver) = mpsc::sync_channel(QUEUE);
    let condition = Arc::<Condition>::default();
    (Journal { sender, condition: condition.clone() }, Printer { receiver, condition })
}

impl Journal {
    /// Puts a line to standard error.
    pub(crate) fn note(&self, line: Line) {
        self.put(Entry::Note(line));
    }

    pub(super) fn put(&self, entry: Entry) {
        // It is closed if the printing has come to grief; then there is nobody to tell.
        if self.sender.try_send(entry).is_err() {
            self.condition.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Whether standard output takes no more.
    pub(super) fn is_stdout_gone(&self) -> bool {
        self.condition.is_stdout_gone.load(Ordering::Relaxed)
    }

    /// Waits until standard output takes no more. One may wait.
    pub(crate) async fn stdout_gone(&self) {
        self.condition.stdout_went.notified().await;
    }
}

impl Printer {
    /// Prints until all that may put something are gone. What happens to standard output is no reason to print no
    /// notes.
    ///
    /// # Errors
    ///
    /// What happened to standard output.
    pub(crate) fn print(self, output: &mut Output, mut sink: Option<Box<dyn Sink>>) -> io::Result<()> {
        let mut result = Ok(());
        while let Some(entry) = self.next(output) {
            let printed = entry.and_then(|entry| print(entry, output, sink.as_deref_mut()));
            if let Err(error) = printed
                && sink.take().is_some()
            {
                self.condition.is_stdout_gone.store(true, Ordering::Relaxed);
                self.condition.stdout_went.notify_one();
                if error.kind() != ErrorKind::BrokenPipe {
                    // Where standard error is gone too, the exit status still tells.
                    let _ = output.error(&line![paint(ERROR, "error: "), &error]);
                }
                result = Err(error);
            }
        }
        result
    }

    /// The next entry. What was printed is written before it waits.
    fn next(&self, output: &mut Output) -> Option<io::Result<Entry>> {
        let dropped = self.condition.dropped.swap(0, Ordering::Relaxed);
        if dropped > 0 {
            let text = format!("{dropped} lines dropped here: the output is read too slowly");
            return Some(Ok(Entry::Note(line![paint(WARNING, text)])));
        }
        match self.receiver.try_recv() {
            Ok(entry) => Some(Ok(entry)),
            Err(TryRecvError::Disconnected) => None,
            Err(TryRecvError::Empty) => match output.flush() {
                Ok(()) => self.receiver.recv().ok().map(Ok),
                Err(error) => Some(Err(error)),
            },
        }
    }
}

fn print(entry: Entry, output: &mut Output, sink: Option<&mut (dyn Sink + 'static)>) -> io::Result<()> {
    match (entry, sink) {
        (Entry::Note(line), _) => output.note(&line),
        (Entry::Event { origin, place, record }, Some(sink)) => sink.event(output, &origin, place, &record),
        (Entry::State { origin, news }, Some(sink)) => sink.state(output, &origin, &news),
        (_, None) => Ok(()),
    }
}
