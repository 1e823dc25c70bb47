//! Events as CloudEvents 1.0 in the JSON format, for systems that route events of all kinds.
//!
//! `source` is where the machine was read from, `subject` is its label. `id` tells the events of one source
//! apart.

use std::io;

use qmp_events::cloud_event::{CloudEvent, Content};

use super::sink::Sink;
use crate::record::Record;
use crate::sources::{Origin, Place};
use crate::state::news::StateNews;
use crate::terminal::output::Output;

pub(super) struct CloudEvents;

impl Sink for CloudEvents {
    fn event(
        &mut self,
        output: &mut Output,
        origin: &Origin,
        place: Place,
        record: &Record,
    ) -> io::Result<()> {
        let content = Content::Event(&*record.message);
        let mut event = CloudEvent::new(place.to_string(), &*origin.source, content);
        event.subject = Some(origin.label.clone()).filter(|label| !label.is_empty());
        event.time = record.time;
        output.json(&event)
    }

    fn state(&mut self, _: &mut Output, _: &Origin, _: &StateNews) -> io::Result<()> {
        // A CloudEvent is something that happened, with an id of its own; a state is what follows from it.
        Err(io::Error::new(io::ErrorKind::Unsupported, "--state has no form as CloudEvents"))
    }
}
