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
use crate::terminal::palette::{Style, paint};

/// How many lines wait for a slow output.
const QUEUE: usize = 4 << 10;

/// Something to print.
pub(crate) enum Entry {
    Note(Line),
    Event {
        origin: Origin,
        place: Place,
        record: Box<Record>,
    },
    State {
        origin: Origin,
        news: Box<StateNews>,
    },
    /// Nothing more matters.
    End,
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
    /// An output does not take what was printed: that is told once, not until it does.
    is_stuck: bool,
}

pub(crate) fn journal() -> (Journal, Printer) {
    let (sender, receiver) = mpsc::sync_channel(QUEUE);
    let condition = Arc::<Condition>::default();
    (Journal { sender, condition: condition.clone() }, Printer { receiver, condition, is_stuck: false })
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

    /// Ends the printing after all that was put before, whoever else still has a journal.
    pub(crate) fn end(&self) {
        // It is closed if the printing has ended already.
        let _ = self.sender.send(Entry::End);
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
    /// Prints until the end, or until all that may put something are gone. What happens to standard output is no reason to print no
    /// notes.
    ///
    /// # Errors
    ///
    /// What happened to standard output.
    pub(crate) fn print(mut self, output: &mut Output, mut sink: Option<Box<dyn Sink>>) -> io::Result<()> {
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
                    let _ = output.error(&line![paint(Style::Error, "error: "), &error]);
                }
                result = Err(error);
            }
        }
        result
    }

    /// The next entry. What was printed is written before it waits.
    fn next(&mut self, output: &mut Output) -> Option<io::Result<Entry>> {
        let dropped = self.condition.dropped.swap(0, Ordering::Relaxed);
        if dropped > 0 {
            let text = format!("{dropped} lines dropped here: the output is read too slowly");
            return Some(Ok(Entry::Note(line![paint(Style::Warning, text)])));
        }
        match self.receiver.try_recv() {
            Ok(Entry::End) => None,
            Ok(entry) => Some(Ok(entry)),
            Err(TryRecvError::Disconnected) => None,
            Err(TryRecvError::Empty) => {
                let flushed = output.flush();
                let was_stuck = std::mem::replace(&mut self.is_stuck, flushed.is_err());
                match flushed {
                    Err(error) if !was_stuck => Some(Err(error)),
                    _ => self.receiver.recv().ok().filter(|entry| !matches!(entry, Entry::End)).map(Ok),
                }
            }
        }
    }
}

fn print(entry: Entry, output: &mut Output, sink: Option<&mut (dyn Sink + 'static)>) -> io::Result<()> {
    match (entry, sink) {
        (Entry::Note(line), Some(_)) => output.note(&line),
        // Whatever waits for a standard output that is gone must not keep it.
        (Entry::Note(line), None) => output.error(&line),
        (Entry::Event { origin, place, record }, Some(sink)) => sink.event(output, &origin, place, &record),
        (Entry::State { origin, news }, Some(sink)) => sink.state(output, &origin, &news),
        (Entry::End, _) | (_, None) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terminal::line::line;

    /// Nobody reads it.
    struct Closed;

    impl io::Write for Closed {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(ErrorKind::BrokenPipe.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn an_output_that_takes_nothing_is_told_once_and_then_the_next_line_is_awaited() {
        let (journal, mut printer) = journal();
        let mut output = Output::into_writers(io::sink(), Closed);
        journal.note(line!["a note"]);
        let Some(Ok(entry)) = printer.next(&mut output) else { panic!("no note") };
        assert!(print(entry, &mut output, None).is_err());
        assert!(matches!(printer.next(&mut output), Some(Err(_))));
        // With nothing to wait for, it ends at once; it would tell of the output again otherwise.
        let waiting = std::thread::scope(|scope| {
            scope.spawn(|| journal.end());
            printer.next(&mut output).is_none()
        });
        assert!(waiting);
    }
}
