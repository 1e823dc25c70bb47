//! Prints events in the format that was asked for.

use std::io::{self, Write};

use qmp_events::Version;

use crate::args::{Display, Format};
use crate::clock::Clock;
use crate::cloud_events::CloudEvent;
use crate::human::Columns;
use crate::output::Output;
use crate::record::Record;

/// Where an event comes from.
#[derive(Clone, Debug, Default)]
pub(crate) struct Origin {
    /// The machine's name; empty if there is only one.
    pub(crate) label: String,
    /// A URI reference for the machine or the file.
    pub(crate) source: String,
    /// The version of the machine's QEMU, if it greeted.
    pub(crate) qemu: Option<Version>,
}

/// Prints events.
#[derive(Debug)]
pub(crate) enum Printer {
    Human(Columns),
    Json,
    CloudEvents,
}

impl Printer {
    pub(crate) fn new<'a>(display: &Display, labels: impl IntoIterator<Item = &'a str>) -> Self {
        match display.format {
            Format::Human => Printer::Human(Columns::new(Clock::new(display.time), labels)),
            Format::Json => Printer::Json,
            Format::Cloudevents => Printer::CloudEvents,
        }
    }

    /// Prints an event; `id` tells it from all others of its source.
    pub(crate) fn print(
        &mut self,
        output: &mut Output,
        origin: &Origin,
        id: &str,
        record: &Record,
    ) -> io::Result<()> {
        match self {
            Printer::Human(columns) => {
                let width = output.width();
                output.line(columns.render(&origin.label, record, origin.qemu, width))
            }
            Printer::Json => {
                serde_json::to_writer(&mut *output, &record.message)?;
                output.write_all(b"\n")
            }
            Printer::CloudEvents => {
                let event = CloudEvent { record, source: &origin.source, subject: &origin.label, id };
                serde_json::to_writer(&mut *output, &event)?;
                output.write_all(b"\n")
            }
        }
    }
}
