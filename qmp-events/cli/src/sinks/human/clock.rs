//! Times of events, for people.

use std::fmt::Write;

use clap::ValueEnum;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use qmp_events::Timestamp;

/// How to print times.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Time {
    /// In the local time zone
    Local,
    /// In UTC
    Utc,
    /// Since the first event, in seconds
    Relative,
    /// Not at all
    None,
}

/// Prints times one after the other, in columns of one width.
#[derive(Debug)]
pub(crate) struct Clock {
    style: Style,
    /// The time that was read last.
    text: String,
}

#[derive(Debug)]
enum Style {
    /// With the date and the second of the time before.
    Zoned {
        zone: TimeZone,
        before: Option<(Date, i64)>,
    },
    Relative {
        start: Option<jiff::Timestamp>,
    },
    Off,
}

/// A time as it is to be printed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Reading<'a> {
    /// The date, if it is another one than that of the time before.
    pub(crate) new_date: Option<Date>,
    pub(crate) text: &'a str,
}

impl Clock {
    pub(crate) fn new(style: Time) -> Self {
        let style = match style {
            Time::Local => Style::Zoned { zone: TimeZone::system(), before: None },
            Time::Utc => Style::Zoned { zone: TimeZone::UTC, before: None },
            Time::Relative => Style::Relative { start: None },
            Time::None => Style::Off,
        };
        Clock { style, text: String::new() }
    }

    /// The width of the column.
    pub(crate) fn width(&self) -> usize {
        match self.style {
            Style::Zoned { .. } | Style::Relative { .. } => 12,
            Style::Off => 0,
        }
    }

    /// Reads a time; a time that is not known is printed as a dash.
    pub(crate) fn read(&mut self, time: Option<Timestamp>) -> Reading<'_> {
        let Clock { style, text } = self;
        let mut new_date = None;
        if let (Style::Zoned { before: Some((_, second)), .. }, Some(Timestamp { seconds, microseconds })) =
            (&*style, time)
            && *second == seconds
            && (0..1_000_000).contains(&microseconds)
        {
            write_milliseconds(text, microseconds);
            return Reading { new_date, text };
        }
        let timestamp = time.and_then(|time| Some((time, jiff::Timestamp::try_from(time).ok()?)));
        let text = match (style, timestamp) {
            (Style::Off, _) => "",
            (_, None) => "-",
            (Style::Zoned { zone, before }, Some((Timestamp { seconds, microseconds }, time))) => {
                let time = time.to_zoned(zone.clone());
                let date = time.date();
                new_date = Some(date).filter(|today| before.is_none_or(|(date, _)| date != *today));
                *before = Some((date, seconds));
                text.clear();
                for (part, end) in [(time.hour(), ':'), (time.minute(), ':'), (time.second(), '.')] {
                    text.extend([digit(i64::from(part / 10)), digit(part.into()), end]);
                }
                write_milliseconds(text, microseconds);
                text
            }
            (Style::Relative { start }, Some((_, time))) => {
                let since = time.duration_since(*start.get_or_insert(time));
                text.clear();
                // Writing to a string does not fail.
                let _ = write!(text, "{:+.3}", since.as_secs_f64());
                text
            }
        };
        Reading { new_date, text }
    }
}

/// Replaces what follows the seconds.
fn write_milliseconds(text: &mut String, microseconds: i64) {
    text.truncate("HH:MM:SS.".len());
    [100_000, 10_000, 1_000].iter().for_each(|unit| text.push(digit(microseconds / unit)));
}

/// The last digit of a number.
fn digit(number: i64) -> char {
    char::from(b'0' + (number % 10).unsigned_abs() as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64, microseconds: i64) -> Option<Timestamp> {
        Some(Timestamp { seconds, microseconds })
    }

    #[test]
    fn a_new_date_is_told_once() {
        let mut clock = Clock::new(Time::Utc);
        let first = clock.read(at(1_700_000_000, 250_000));
        assert_eq!(first.text, "22:13:20.250");
        assert_eq!(first.new_date.map(|date| date.to_string()), Some("2023-11-14".to_owned()));
        let in_the_same_second = clock.read(at(1_700_000_000, 7_999));
        assert_eq!(in_the_same_second, Reading { new_date: None, text: "22:13:20.007" });
        assert_eq!(clock.read(None).text, "-");
        assert_eq!(clock.read(at(1_700_000_001, 0)).new_date, None);
        assert!(clock.read(at(1_700_100_000, 0)).new_date.is_some());
    }

    #[test]
    fn relative_times_may_go_back() {
        let mut clock = Clock::new(Time::Relative);
        assert_eq!(clock.read(at(10, 0)).text, "+0.000");
        assert_eq!(clock.read(at(12, 500_000)).text, "+2.500");
        assert_eq!(clock.read(at(9, 900_000)).text, "-0.100");
    }

    #[test]
    fn a_time_that_is_not_known_is_a_dash() {
        let mut clock = Clock::new(Time::Local);
        for time in [None, Some(Timestamp::UNKNOWN), at(0, 1_000_000), at(i64::MAX, 0)] {
            assert_eq!(clock.read(time), Reading { new_date: None, text: "-" });
        }
    }
}
