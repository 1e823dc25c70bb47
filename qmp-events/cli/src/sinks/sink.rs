//! What every sink does. It must never decide which events are wanted.

use std::io;

use crate::record::Record;
use crate::sources::{Origin, Place};
use crate::state::news::StateNews;
use crate::terminal::output::Output;

/// Where events go.
pub(crate) trait Sink {
    /// Prints an event.
    fn event(
        &mut self,
        output: &mut Output,
        origin: &Origin,
        place: Place,
        record: &Record,
    ) -> io::Result<()>;

    /// Prints a change of a machine's state.
    fn state(&mut self, output: &mut Output, origin: &Origin, news: &StateNews) -> io::Result<()>;
}
