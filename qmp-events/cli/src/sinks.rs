//! Where events go: a file for each format.

mod cloud_events;
mod human;
mod json;
mod sink;

use std::io;

use clap::{Args, ValueEnum};

use crate::record::Record;
use crate::sources::Origin;
use crate::terminal::line::Line;
use cloud_events::CloudEvents;
use human::clock::{Clock, Time};
use human::{Human, Lines};
use json::Json;
pub(crate) use sink::Sink;

/// How to print events.
#[derive(Debug, Args)]
pub(crate) struct Display {
    /// How to print events
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,

    /// How to print times, for people
    #[arg(long, value_enum, default_value_t = Time::Local)]
    time: Time,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people: time, name and members in columns
    Human,
    /// One JSON object a line, as QMP has it
    Json,
    /// One CloudEvents 1.0 JSON object a line
    Cloudevents,
}

/// An event on one line, without its time.
pub(crate) fn one_line(record: &Record) -> Line {
    let mut line = OneLine(Line::default());
    let mut human = Human::new(Clock::new(Time::None), &[]);
    let written = human.render(&Origin::default(), record, None, &mut line);
    debug_assert!(written.is_ok(), "a line takes everything");
    line.0
}

/// Takes lines without their ends.
struct OneLine(Line);

impl Lines for OneLine {
    fn part(&mut self, part: &Line) -> io::Result<()> {
        self.0.push(part);
        Ok(())
    }

    fn end(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The sink that prints in the format that was asked for.
pub(crate) fn open(display: &Display, origins: &[Origin]) -> Box<dyn Sink> {
    match display.format {
        Format::Human => Box::new(Human::new(Clock::new(display.time), origins)),
        Format::Json => Box::new(Json),
        Format::Cloudevents => Box::new(CloudEvents),
    }
}
