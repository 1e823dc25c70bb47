//! Times, for people.

use jiff::tz::TimeZone;
use qmp_events::Timestamp;

/// A point in time with its date, in the local time zone.
pub(crate) fn date_and_time(time: Timestamp) -> Option<String> {
    let time = jiff::Timestamp::try_from(time).ok()?.to_zoned(TimeZone::system());
    Some(time.strftime("%Y-%m-%d %H:%M:%S").to_string())
}
