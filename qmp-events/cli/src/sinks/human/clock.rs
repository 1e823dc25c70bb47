//! Times of events, for people.

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
pub(crate) enum Clock {
    Zoned { zone: TimeZone, date: Option<Date> },
    Relative { start: Option<jiff::Timestamp> },
    Off,
}

/// A time as it is to be printed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Reading {
    /// The date, if it is another one than that of the time before.
    pub(crate) new_date: Option<Date>,
    pub(crate) text: String,
}

impl Clock {
    pub(crate) fn new(style: Time) -> Self {
        match style {
            Time::Local => Clock::Zoned { zone: TimeZone::system(), date: None },
            Time::Utc => Clock::Zoned { zone: TimeZone::UTC, date: None },
            Time::Relative => Clock::Relative { start: None },
            Time::None => Clock::Off,
        }
    }

    /// The width of the column.
    pub(crate) fn width(&self) -> usize {
        match self {
            Clock::Zoned { .. } | Clock::Relative { .. } => 12,
            Clock::Off => 0,
        }
    }

    /// Reads a time; a time that is not known is printed as a dash.
    pub(crate) fn read(&mut self, time: Option<Timestamp>) -> Reading {
        let Some(time) = time.and_then(|time| jiff::Timestamp::try_from(time).ok()) else {
            let text = if matches!(self, Clock::Off) { String::new() } else { "-".to_owned() };
            return Reading { new_date: None, text };
        };
        match self {
            Clock::Zoned { zone, date } => {
                let time = time.to_zoned(zone.clone());
                let new_date = Some(time.date()).filter(|today| *date != Some(*today));
                *date = Some(time.date());
                Reading { new_date, text: time.strftime("%H:%M:%S%.3f").to_string() }
            }
            Clock::Relative { start } => {
                let since = time.duration_since(*start.get_or_insert(time));
                let text = format!("{:+.3}", since.as_secs_f64());
                Reading { new_date: None, text }
            }
            Clock::Off => Reading { new_date: None, text: String::new() },
        }
    }
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
            assert_eq!(clock.read(time), Reading { new_date: None, text: "-".to_owned() });
        }
    }
}
