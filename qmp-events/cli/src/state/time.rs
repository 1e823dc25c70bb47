//! Times and durations, for people.

use std::fmt::Write;

use jiff::tz::TimeZone;
use qmp_events::Timestamp;

/// A point in time with its date, in the local time zone.
pub(crate) fn date_and_time(time: Timestamp) -> Option<String> {
    let time = jiff::Timestamp::try_from(time).ok()?.to_zoned(TimeZone::system());
    Some(time.strftime("%Y-%m-%d %H:%M:%S").to_string())
}

/// A duration in its two largest units: `3 min 12 s`, `1 d 2 h`, `127 ms`.
pub(crate) fn duration(microseconds: i64) -> String {
    const UNITS: [(&str, i64); 4] = [("d", 86_400), ("h", 3600), ("min", 60), ("s", 1)];
    let microseconds = microseconds.max(0);
    let seconds = microseconds / 1_000_000;
    match microseconds {
        0 => return "0 s".to_owned(),
        1..1_000 => return format!("{microseconds} µs"),
        1_000..1_000_000 => return format!("{} ms", microseconds / 1_000),
        1_000_000..10_000_000 => {
            let text = format!("{:.2}", microseconds as f64 / 1e6);
            return format!("{} s", text.strip_suffix(".00").unwrap_or(&text));
        }
        _ => {}
    }
    let (mut rest, mut text, mut units) = (seconds, String::new(), 0);
    for (unit, length) in UNITS {
        let number = rest / length;
        rest %= length;
        if number > 0 && units < 2 {
            let space = if text.is_empty() { "" } else { " " };
            // Writing to a string does not fail.
            let _ = write!(text, "{space}{number} {unit}");
        }
        // The second unit is the one right below the first.
        units += usize::from(!text.is_empty());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_has_its_two_largest_units() {
        for (seconds, text) in [
            (0.0, "0 s"),
            (0.000_012, "12 µs"),
            (0.127, "127 ms"),
            (1.5, "1.50 s"),
            (9.0, "9 s"),
            (59.9, "59 s"),
            (192.0, "3 min 12 s"),
            (3600.0, "1 h"),
            (3605.0, "1 h"),
            (93_784.0, "1 d 2 h"),
            (-5.0, "0 s"),
        ] {
            assert_eq!(duration((seconds * 1e6) as i64), text);
        }
    }
}
