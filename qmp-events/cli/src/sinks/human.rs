//! Events for people: time, machine, name and members in columns, coloured by severity.

pub(super) mod clock;
mod members;
mod row;
mod spans;
mod values;

use std::io::{self, Write};

use qmp_events::info::RateLimit;
use qmp_events::{Timestamp, Version};
use textwrap::core::display_width;

use super::sink::Sink;
use crate::knowledge::severity::Severity;
use crate::record::Record;
use crate::sources::{Origin, Place};
use crate::state::news::StateNews;
use crate::terminal::line::{Line, line};
use crate::terminal::output::Output;
use crate::terminal::palette::{Style, paint};
use crate::terminal::text::printable;
use clock::Clock;
use members::write_members;
pub(super) use row::Lines;
use row::{Row, Text};

/// The width of the column of names: few names are longer, and those are rare.
const NAME_WIDTH: usize = 21;

/// As wide as the column of times.
const BLANK: &str = "            ";

/// The greatest width that names in a log may make the column of labels.
const LABEL_WIDTH: usize = 40;

/// Puts events into columns.
#[derive(Debug)]
pub(super) struct Human {
    clock: Clock,
    /// The width of the column of labels; 0 for none.
    label_width: usize,
    text: Text,
}

impl Sink for Human {
    fn event(&mut self, output: &mut Output, origin: &Origin, _: Place, record: &Record) -> io::Result<()> {
        self.render(origin, record, output.width(), output)
    }

    fn state(&mut self, output: &mut Output, origin: &Origin, news: &StateNews) -> io::Result<()> {
        let (width, lines) = (output.width(), output);
        let mut row = self.begin(origin, news.time, width, lines);
        row.cell(0, |line| line.push_own(news.tone.style(), "=>"));
        for word in news.text.split(' ') {
            row.span().push_text(news.tone.style(), word);
            row.end_span();
        }
        row.finish()
    }
}

impl Human {
    /// Without labels there is no column for them.
    pub(super) fn new(clock: Clock, origins: &[Origin]) -> Self {
        let label_width = origins.iter().map(label_width).max().unwrap_or(0);
        Human { clock, label_width, text: Text::default() }
    }

    /// Writes the lines of an event, usually one. They are broken at `width`, if there is one.
    pub(super) fn render(
        &mut self,
        origin: &Origin,
        record: &Record,
        width: Option<usize>,
        lines: &mut dyn Lines,
    ) -> io::Result<()> {
        let mut row = self.begin(origin, record.time, width, lines);
        let severity = Severity::of(&record.message.event);
        let style = name_style(severity);
        let mark = if severity == Severity::Unknown { "?" } else { "" };
        row.cell(NAME_WIDTH, |line| {
            line.push_word(style, record.message.event.name());
            line.push_own(style, mark);
        });
        write_members(record, &mut row);
        if let Some(limit) = rate_limit(record, origin.qemu) {
            write_limit(limit, &mut row);
        }
        row.finish()
    }

    /// A row with its first cells: when, and whose.
    fn begin<'a>(
        &'a mut self,
        origin: &Origin,
        time: Option<Timestamp>,
        width: Option<usize>,
        lines: &'a mut dyn Lines,
    ) -> Row<'a> {
        // Machines come later, and a log names them late.
        self.label_width = self.label_width.max(label_width(origin).min(LABEL_WIDTH));
        let mut row = Row::new(width, &mut self.text, lines);
        let time_width = self.clock.width();
        let reading = self.clock.read(time);
        if let Some(date) = reading.new_date {
            row.heading(&line![paint(Style::Dim, date)]);
        }
        if time_width > 0 {
            let blank = &BLANK[..time_width.saturating_sub(reading.text.len())];
            row.cell(0, |line| {
                line.push_own(Style::Dim, blank);
                line.push_text(Style::Dim, reading.text);
            });
        }
        if self.label_width > 0 {
            row.cell(self.label_width, |line| {
                if !origin.label.is_empty() {
                    line.push_word(Style::Label, &origin.label);
                }
            });
        }
        row
    }
}

impl Lines for Output {
    fn part(&mut self, part: &Line) -> io::Result<()> {
        self.part(part)
    }

    fn end(&mut self) -> io::Result<()> {
        self.write_all(b"\n")
    }
}

/// The columns that a label takes; none if there is none.
fn label_width(origin: &Origin) -> usize {
    if origin.label.is_empty() { 0 } else { display_width(&printable(&origin.label)) }
}

fn name_style(severity: Severity) -> Style {
    match severity {
        Severity::Error => Style::Error,
        Severity::Warning => Style::Warning,
        Severity::Lifecycle => Style::Lifecycle,
        Severity::Notice => Style::Bold,
        Severity::Unknown => Style::Unknown,
    }
}

/// The limit under which the event came, as far as is known.
fn rate_limit(record: &Record, qemu: Option<Version>) -> Option<RateLimit> {
    let limit = record.message.event.info()?.rate_limit?;
    let began = qemu.zip(limit.since).is_none_or(|(qemu, since)| since <= qemu);
    let is = |(member, value): (&str, &str)| record.member(member).is_some_and(|found| found.reads(value));
    let exempt = limit.exempt.is_some_and(is);
    Some(limit).filter(|_| began && !exempt)
}

fn write_limit(limit: RateLimit, row: &mut Row<'_>) {
    let span = row.span();
    span.push_own(Style::Dim, "(max 1/");
    let seconds = RateLimit::WINDOW.as_secs();
    if seconds != 1 {
        span.push_text(Style::Dim, &seconds.to_string());
    }
    span.push_own(Style::Dim, "s");
    for (index, key) in limit.keys.iter().enumerate() {
        span.push_own(Style::Dim, if index == 0 { " per " } else { " and " });
        span.push_text(Style::Dim, key);
    }
    span.push_own(Style::Dim, ")");
    row.end_span();
}

#[cfg(test)]
mod tests {
    use super::clock::Time;
    use super::*;
    use crate::json_serializer::tests::any_json;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    fn rendered(message: &Value, width: Option<usize>) -> String {
        let record = Record::new(Box::new(message.to_string().parse().expect("an event")));
        let origin = Origin { label: "vm".to_owned(), ..Origin::default() };
        let mut human = Human::new(Clock::new(Time::Utc), std::slice::from_ref(&origin));
        let mut text = String::new();
        human.render(&origin, &record, width, &mut text).expect("a string takes everything");
        text
    }

    impl Lines for String {
        fn part(&mut self, part: &Line) -> io::Result<()> {
            self.push_str(part.as_str());
            Ok(())
        }

        fn end(&mut self) -> io::Result<()> {
            self.push('\n');
            Ok(())
        }
    }

    #[test]
    fn lines_are_broken_between_members_and_continue_below_the_first() {
        let message = json!({"event": "VNC_DISCONNECTED", "data": {
            "server": {"host": "127.0.0.1", "service": "5900", "family": "ipv4", "websocket": false},
            "client": {"host": "127.0.0.1", "service": "51018", "family": "ipv4", "websocket": true}}});
        let text = rendered(&message, Some(80));
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines.len() > 1 && lines.iter().all(|line| line.chars().count() <= 80), "{text}");
        let column = lines[0].find("server=").expect("the first member");
        assert!(lines[1..].iter().all(|line| line.find(|c| c != ' ') == Some(column)), "{text}");
        let joined = lines.iter().map(|line| line.trim()).collect::<Vec<_>>().join(" ");
        assert_eq!(joined, rendered(&message, None).trim());
    }

    proptest! {
        #[test]
        fn any_data_is_one_harmless_line(name in any::<String>(), data in any_json(), known in any::<bool>()) {
            let name = if known { "STOP".to_owned() } else { name };
            let text = rendered(&json!({"event": name, "data": {"member": data}}), None);
            prop_assert!(text.matches(char::is_control).eq(["\n"]), "{text:?}");
        }
    }
}
