//! Events, one a line: name, release, summary, and in brackets what people call it.

use std::io;

use qmp_events::info::EventInfo;

use crate::knowledge::catalogue::{Dates, summary};
use crate::knowledge::everyday_words::words_for;
use crate::terminal::line::line;
use crate::terminal::output::Output;
use crate::terminal::palette::{Style, paint};

pub(super) fn print_events(events: &[&EventInfo], output: &mut Output) -> io::Result<()> {
    let name_width = events.iter().map(|event| event.name.len()).max().unwrap_or(0);
    for event in events {
        let since = event.availability.since.map(|since| since.to_string()).unwrap_or_default();
        // `since` has a column of its own.
        let mut availability = event.availability;
        availability.since = None;
        let mut remarks = vec![Dates(availability).to_string(), words(event)];
        remarks.retain(|remark| !remark.is_empty());
        output.line(&line![
            paint(Style::Bold, format_args!("{:<name_width$}", event.name)),
            paint(Style::Dim, format_args!("  {since:>4}  ")),
            summary(event.description),
            if remarks.is_empty() { "" } else { " " },
            paint(Style::Dim, remarks.join(" ")),
        ])?;
    }
    Ok(())
}

fn words(event: &EventInfo) -> String {
    match words_for(event.name) {
        [] => String::new(),
        words => format!("[{}]", words.join(", ")),
    }
}
