//! Events on standard output, as `watch` prints them.

use std::io::{Error, ErrorKind};

use qmp_events::machine::Change;

use super::journal::{Entry, Journal};
use super::reader::{Happening, Observed, Reader};
use crate::selection::Selection;
use crate::state::news::StateNews;

/// Picks what is wanted on standard output.
pub(crate) struct Print {
    pub(crate) selection: Selection,
    /// Whether changes of the machines' states are printed after the events that tell of them.
    pub(crate) has_states: bool,
    pub(crate) journal: Journal,
}

impl Reader for Print {
    fn name(&self) -> &'static str {
        "standard output"
    }

    fn take(&mut self, machine: &Observed<'_>, happening: &Happening<'_>) -> anyhow::Result<()> {
        if self.journal.is_stdout_gone() {
            // The printing thread said more.
            return Err(Error::from(ErrorKind::BrokenPipe).into());
        }
        let origin = || machine.origin.clone();
        match *happening {
            Happening::Event(record, place) if self.selection.takes(record) => {
                self.journal.put(Entry::Event { origin: origin(), place, record: Box::new(record.clone()) });
            }
            Happening::Changed(changes, time) if self.has_states => {
                let news = changes.iter().filter_map(|change: &Change| StateNews::of(change, time));
                news.for_each(|news| {
                    self.journal.put(Entry::State { origin: origin(), news: Box::new(news) })
                });
            }
            _ => {}
        }
        Ok(())
    }
}
