//! Timestamps become times exactly, or say why not.

use std::time::{Duration, SystemTime};

use qmp_events::{Timestamp, TimestampError};

const fn at(seconds: i64, microseconds: i64) -> Timestamp {
    Timestamp { seconds, microseconds }
}

#[test]
fn times_before_1970_are_exact() {
    let time = SystemTime::try_from(at(-2, 250_000)).expect("a time");
    assert_eq!(SystemTime::UNIX_EPOCH.duration_since(time).ok(), Some(Duration::from_millis(1_750)));
    let time = SystemTime::try_from(at(-1, 0)).expect("a time");
    assert_eq!(SystemTime::UNIX_EPOCH.duration_since(time).ok(), Some(Duration::from_secs(1)));
}

#[test]
fn what_is_no_time_says_why() {
    assert_eq!(SystemTime::try_from(Timestamp::UNKNOWN), Err(TimestampError::Unknown));
    for bad in [at(0, -1), at(0, 1_000_000), at(-1, -2)] {
        assert_eq!(SystemTime::try_from(bad), Err(TimestampError::OutOfRange), "{bad:?}");
    }
}

#[cfg(all(feature = "jiff", feature = "chrono", feature = "time"))]
#[test]
fn other_crates_agree_with_the_standard_library() {
    for timestamp in [at(1_700_000_000, 123_456), at(0, 0), at(-1, 999_999), at(-86_400, 1)] {
        let expected = SystemTime::try_from(timestamp).expect("a time");
        let jiff = jiff::Timestamp::try_from(timestamp).expect("a time");
        let chrono = chrono::DateTime::<chrono::Utc>::try_from(timestamp).expect("a time");
        let time = time::OffsetDateTime::try_from(timestamp).expect("a time");
        assert_eq!(SystemTime::from(jiff), expected);
        assert_eq!(time.unix_timestamp_nanos(), jiff.as_nanosecond());
        assert_eq!(chrono.timestamp_micros(), timestamp.seconds * 1_000_000 + timestamp.microseconds);
    }
    for bad in [Timestamp::UNKNOWN, at(0, 1_000_000), at(i64::MAX, 0), at(i64::MIN, 0)] {
        assert!(jiff::Timestamp::try_from(bad).is_err());
        assert!(chrono::DateTime::<chrono::Utc>::try_from(bad).is_err());
        assert!(time::OffsetDateTime::try_from(bad).is_err());
    }
}
