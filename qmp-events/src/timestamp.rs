//! When an event happened, by the host's wall clock.

use std::fmt;
use std::time::{Duration, SystemTime};

use qmp_events_derive::QapiStruct;

use crate::json::UnknownMembers;

/// The host's wall clock when the event was made, not when it was sent: a rate-limited event comes
/// late, so that times on the wire can go backwards.
///
/// QEMU writes -1 for both parts when it could not read the clock.
///
/// ```
/// use std::time::{Duration, SystemTime};
/// use qmp_events::Timestamp;
///
/// let time = Timestamp { seconds: 1_700_000_000, microseconds: 250_000 };
/// let expected = SystemTime::UNIX_EPOCH + Duration::from_millis(1_700_000_000_250);
/// assert_eq!(SystemTime::try_from(time), Ok(expected));
/// assert!(!Timestamp::UNKNOWN.is_known());
/// ```
///
/// It has no place for members that this build does not know; an
/// [`EventMessage`](crate::EventMessage) keeps them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, QapiStruct)]
#[qapi(name = "Timestamp")]
pub struct Timestamp {
    /// Whole seconds since 1970-01-01 00:00:00 UTC.
    pub seconds: i64,
    /// Microseconds since then, 0 to 999,999.
    pub microseconds: i64,
}

/// A timestamp with all of its members.
#[derive(Clone, Debug, PartialEq, Eq, QapiStruct)]
#[qapi(name = "Timestamp")]
pub(crate) struct WholeTimestamp {
    pub(crate) seconds: i64,
    pub(crate) microseconds: i64,
    #[qapi(unknown)]
    pub(crate) unknown: UnknownMembers,
}

impl Timestamp {
    /// What QEMU sends when it could not read the clock.
    pub const UNKNOWN: Timestamp = Timestamp { seconds: -1, microseconds: -1 };

    /// Whether QEMU could read the clock.
    pub const fn is_known(self) -> bool {
        self.seconds != -1 || self.microseconds != -1
    }

    /// The nanoseconds of the second, if the timestamp is one.
    fn nanoseconds(self) -> Result<u32, TimestampError> {
        if !self.is_known() {
            return Err(TimestampError::Unknown);
        }
        match u32::try_from(self.microseconds) {
            Ok(microseconds @ 0..=999_999) => Ok(microseconds * 1000),
            _ => Err(TimestampError::OutOfRange),
        }
    }
}

/// Seconds with six decimals, as `date +%s.%6N` prints them; `unknown` if QEMU could not read the clock.
impl fmt::Display for Timestamp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_known() {
            formatter.pad(&format!("{}.{:06}", self.seconds, self.microseconds))
        } else {
            formatter.pad("unknown")
        }
    }
}

/// Why a timestamp cannot be converted into a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TimestampError {
    /// QEMU could not read the clock.
    Unknown,
    /// There are a million microseconds or more, or less than none; or the target type cannot hold
    /// the time.
    OutOfRange,
}

impl fmt::Display for TimestampError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            TimestampError::Unknown => "QEMU did not know the time",
            TimestampError::OutOfRange => "the timestamp is out of range",
        })
    }
}

impl std::error::Error for TimestampError {}

impl TryFrom<Timestamp> for SystemTime {
    type Error = TimestampError;

    fn try_from(time: Timestamp) -> Result<Self, TimestampError> {
        let fraction = Duration::from_nanos(time.nanoseconds()?.into());
        let seconds = Duration::from_secs(time.seconds.unsigned_abs());
        let whole = if time.seconds < 0 {
            SystemTime::UNIX_EPOCH.checked_sub(seconds)
        } else {
            SystemTime::UNIX_EPOCH.checked_add(seconds)
        };
        whole.and_then(|whole| whole.checked_add(fraction)).ok_or(TimestampError::OutOfRange)
    }
}

#[cfg(feature = "jiff")]
impl TryFrom<Timestamp> for jiff::Timestamp {
    type Error = TimestampError;

    fn try_from(time: Timestamp) -> Result<Self, TimestampError> {
        let fraction = jiff::SignedDuration::from_nanos(time.nanoseconds()?.into());
        jiff::Timestamp::from_second(time.seconds)
            .and_then(|whole| whole.checked_add(fraction))
            .map_err(|_| TimestampError::OutOfRange)
    }
}

#[cfg(feature = "chrono")]
impl TryFrom<Timestamp> for chrono::DateTime<chrono::Utc> {
    type Error = TimestampError;

    fn try_from(time: Timestamp) -> Result<Self, TimestampError> {
        chrono::DateTime::from_timestamp(time.seconds, time.nanoseconds()?).ok_or(TimestampError::OutOfRange)
    }
}

#[cfg(feature = "time")]
impl TryFrom<Timestamp> for time::OffsetDateTime {
    type Error = TimestampError;

    fn try_from(time: Timestamp) -> Result<Self, TimestampError> {
        let nanoseconds = time.nanoseconds()?;
        time::OffsetDateTime::from_unix_timestamp(time.seconds)
            .and_then(|whole| whole.replace_nanosecond(nanoseconds))
            .map_err(|_| TimestampError::OutOfRange)
    }
}
