//! `list`: all events, one a line.

use qmp_events::info::EventInfo;

use crate::args::{List, Page};
use crate::exit::Exit;
use crate::knowledge::catalogue::{Dates, events, summary};
use crate::knowledge::published;
use crate::terminal::line::line;
use crate::terminal::output::Output;
use crate::terminal::palette::{BOLD, DIM, paint};

pub(crate) fn list(arguments: &List, output: &mut Output) -> anyhow::Result<Exit> {
    let is_wanted = |event: &&EventInfo| match arguments.qemu {
        Some(version) => event.available_in(version),
        None => arguments.removed || event.availability.removed.is_none(),
    };
    let events: Vec<_> = events().into_iter().filter(is_wanted).collect();
    if arguments.format == Page::Json {
        let names: Vec<&str> = events.iter().map(|event| event.name).collect();
        published::write(&published::summaries(&names), output)?;
        return Ok(Exit::Done);
    }
    let name_width = events.iter().map(|event| event.name.len()).max().unwrap_or(0);
    for event in &events {
        let since = event.availability.since.map(|since| since.to_string()).unwrap_or_default();
        // `since` has a column of its own.
        let mut availability = event.availability;
        availability.since = None;
        let dates = Dates(availability).to_string();
        let separator = if dates.is_empty() { "" } else { " " };
        output.line(&line![
            paint(BOLD, format_args!("{:<name_width$}", event.name)),
            paint(DIM, format_args!("  {since:>4}  ")),
            summary(event.description),
            separator,
            paint(DIM, dates),
        ])?;
    }
    Ok(Exit::Done)
}
