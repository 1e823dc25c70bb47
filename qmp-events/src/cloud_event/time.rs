//! Times as RFC 3339 has them.

use super::error::CloudEventError;
use crate::timestamp::Timestamp;

/// The first second of the year 0, the first that has a form.
const YEAR_ZERO: i64 = -62_167_219_200;

/// The time with six decimals, if it can be written.
pub(super) fn write_time(time: Timestamp) -> Option<String> {
    let instant = jiff::Timestamp::try_from(time).ok()?;
    (time.seconds >= YEAR_ZERO).then(|| format!("{instant:.6}"))
}

/// The time, cut to microseconds.
pub(super) fn read_time(text: &str) -> Result<Timestamp, CloudEventError> {
    let time: jiff::Timestamp = text.parse().map_err(|error| CloudEventError::invalid("time", error))?;
    let (mut seconds, mut nanoseconds) = (time.as_second(), i64::from(time.subsec_nanosecond()));
    if nanoseconds < 0 {
        seconds -= 1;
        nanoseconds += 1_000_000_000;
    }
    Ok(Timestamp { seconds, microseconds: nanoseconds / 1000 })
}
