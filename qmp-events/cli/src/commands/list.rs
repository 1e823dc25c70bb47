//! `list`: all events, or those about something.

use qmp_events::info::EventInfo;

use super::event_rows::print_events;
use crate::args::{List, Page};
use crate::exit::Exit;
use crate::knowledge::catalogue::{events, mentions};
use crate::knowledge::published;
use crate::terminal::line::line;
use crate::terminal::output::Output;
use crate::terminal::palette::{Style, paint};
use crate::terminal::text::printable;

pub(crate) fn list(arguments: &List, output: &mut Output) -> anyhow::Result<Exit> {
    let is_there = |event: &&EventInfo| match arguments.qemu {
        Some(version) => event.available_in(version),
        None => arguments.removed || event.availability.removed.is_none(),
    };
    let text = arguments.text.as_deref();
    let is_wanted = |event: &&EventInfo| text.is_none_or(|text| mentions(event, text));
    let events: Vec<_> = events().into_iter().filter(is_there).filter(is_wanted).collect();
    if arguments.format == Page::Json {
        published::write(&published::summaries(&events), output)?;
    }
    if let ([], Some(text)) = (events.as_slice(), text) {
        output.note(&line![paint(Style::Error, "error: "), "no event is about ", printable(text)])?;
        return Ok(Exit::No);
    }
    if arguments.format == Page::Human {
        print_events(&events, output)?;
    }
    Ok(Exit::Done)
}
