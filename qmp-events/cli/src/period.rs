//! When events happened: which time counts, and from when to when they are wanted.

use clap::{Args, ValueEnum};
use jiff::SignedDuration;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use qmp_events::Timestamp;

use crate::record::Record;

/// Which time counts of an event in a log. Where it is not known, the other one does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogClock {
    /// QEMU's, which is in the event
    #[default]
    Event,
    /// That of the log: when the event was written down
    Log,
}

impl LogClock {
    pub(crate) fn choose(self, event: Option<Timestamp>, log: Option<Timestamp>) -> Option<Timestamp> {
        match self {
            LogClock::Event => event.or(log),
            LogClock::Log => log.or(event),
        }
    }
}

/// From when to when events are wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Args)]
pub(crate) struct Period {
    /// Only events from this time on, such as `2026-11-28T08:02:29Z`; local, `2026-11-28 08:02`; or `1h`, an hour ago
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    since: Option<Timestamp>,

    /// Only events before this time
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    until: Option<Timestamp>,
}

impl Period {
    /// When it begins.
    #[cfg(feature = "nats")]
    pub(crate) fn since(&self) -> Option<Timestamp> {
        self.since
    }

    /// When it ends.
    #[cfg(feature = "nats")]
    pub(crate) fn until(&self) -> Option<Timestamp> {
        self.until
    }

    /// Whether an event is in the period. One whose time is not known is in no part of time.
    pub(crate) fn has(&self, record: &Record) -> bool {
        let is_after = |since| record.time.is_some_and(|time| time >= since);
        let is_before = |until| record.time.is_some_and(|time| time < until);
        self.since.is_none_or(is_after) && self.until.is_none_or(is_before)
    }
}

/// A time with its offset from UTC, a local one, or how long ago it was.
fn parse_time(text: &str) -> Result<Timestamp, String> {
    let local = || text.parse::<DateTime>()?.to_zoned(TimeZone::system());
    let ago = || jiff::Timestamp::now().checked_sub(text.parse::<SignedDuration>()?);
    let time =
        text.parse::<jiff::Timestamp>().or_else(|_| local().map(|time| time.timestamp())).or_else(|_| ago());
    let time = time.map_err(|_| {
        format!("{text:?} is not a time such as 2026-11-28T08:02:29Z, 2026-11-28 08:02 or 1h")
    })?;
    Ok(timestamp(time))
}

/// A time as events have it.
pub(crate) fn timestamp(time: jiff::Timestamp) -> Timestamp {
    let microseconds = time.as_microsecond();
    Timestamp {
        seconds: microseconds.div_euclid(1_000_000),
        microseconds: microseconds.rem_euclid(1_000_000),
    }
}
