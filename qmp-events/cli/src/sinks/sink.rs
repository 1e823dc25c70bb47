//! What every sink does. It must never decide which events are wanted.

use std::io;

use crate::record::Record;
use crate::sources::{Origin, Place};
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
}
