//! When a log says that something was written.

use crate::timestamp::Timestamp;

/// How far into a line its time may begin.
const REACH: usize = 160;

/// The time on a line of a log, apart from the event's own.
///
/// ```
/// use qmp_events::log::{Entry, Reader};
///
/// let mut reader = Reader::new();
/// reader.push(b"2026-11-28 08:02:29.584+0000: event STOP for domain 'web': <null>\n");
/// let Some(Entry::Event(event)) = reader.next_entry() else { panic!("no event") };
/// let time = event.logged_at.expect("the line has a time");
/// assert_eq!(time.as_str(), "2026-11-28 08:02:29.584+0000");
/// assert_eq!(time.timestamp().map(|time| time.seconds), Some(1_795_852_949));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogTime {
    text: String,
    /// Microseconds since 1970-01-01 00:00:00 on the clock that the log shows.
    clock: Option<i64>,
    /// Seconds by which that clock is ahead of UTC.
    offset: Option<i32>,
}

impl LogTime {
    /// The time as the log has it.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The time, if the log says the date and the offset from UTC.
    pub fn timestamp(&self) -> Option<Timestamp> {
        self.offset.and_then(|offset| self.at_offset(offset))
    }

    /// The time, if the log says the date. `local` is by how many seconds the clock of the log is ahead
    /// of UTC if it does not say so itself.
    pub fn timestamp_with_offset(&self, local: i32) -> Option<Timestamp> {
        self.at_offset(self.offset.unwrap_or(local))
    }

    fn at_offset(&self, offset: i32) -> Option<Timestamp> {
        let time = self.clock?.checked_sub(i64::from(offset) * 1_000_000)?;
        Some(Timestamp { seconds: time.div_euclid(1_000_000), microseconds: time.rem_euclid(1_000_000) })
    }

    /// The first time on a line.
    pub(super) fn find(line: &[u8]) -> Option<LogTime> {
        let line = &line[..line.len().min(REACH)];
        let begins = |&at: &usize| at == 0 || !line[at - 1].is_ascii_alphanumeric();
        (0..line.len()).filter(begins).find_map(|at| Self::parse(&line[at..]))
    }

    /// A time at the beginning of a text: with a date, as syslog writes it, or without any date.
    pub(super) fn parse(text: &[u8]) -> Option<LogTime> {
        let mut scan = Scan { text, at: 0 };
        let clock = match scan.date() {
            Some(days) => {
                scan.take(|byte| matches!(byte, b' ' | b'T' | b't'))?;
                Some(days * 86_400_000_000 + scan.clock()?)
            }
            None => {
                scan.at = scan.month_and_day().unwrap_or(0);
                scan.clock()?;
                None
            }
        };
        let offset = clock.and_then(|_| scan.offset());
        let text = String::from_utf8_lossy(&text[..scan.at]).into_owned();
        Some(LogTime { text, clock, offset })
    }

    /// A number of seconds, milliseconds, microseconds or nanoseconds since 1970 UTC; which of them, its
    /// size tells.
    pub(super) fn since_epoch(number: &str) -> Option<LogTime> {
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        let whole: i64 = whole.parse().ok().filter(|whole| *whole > 0)?;
        let clock = match whole.ilog10() {
            ..11 => {
                let fraction = format!("{fraction:0<6}");
                whole * 1_000_000 + fraction.get(..6)?.parse::<i64>().ok()?
            }
            11..14 => whole * 1000,
            14..17 => whole,
            _ => whole / 1000,
        };
        Some(LogTime { text: number.to_owned(), clock: Some(clock), offset: Some(0) })
    }
}

struct Scan<'t> {
    text: &'t [u8],
    at: usize,
}

impl Scan<'_> {
    fn take(&mut self, is_expected: impl Fn(u8) -> bool) -> Option<u8> {
        let byte = *self.text.get(self.at).filter(|byte| is_expected(**byte))?;
        self.at += 1;
        Some(byte)
    }

    fn byte(&mut self, expected: u8) -> Option<u8> {
        self.take(|byte| byte == expected)
    }

    fn number(&mut self, digits: usize) -> Option<i64> {
        (0..digits).try_fold(0, |number, _| {
            Some(number * 10 + i64::from(self.take(|byte| byte.is_ascii_digit())? - b'0'))
        })
    }

    /// `2026-11-28` or `2026/11/28`, as days since 1970-01-01.
    fn date(&mut self) -> Option<i64> {
        let year = self.number(4)?;
        let separator = self.take(|byte| matches!(byte, b'-' | b'/'))?;
        let month = self.number(2).filter(|month| (1..=12).contains(month))?;
        self.byte(separator)?;
        let day = self.number(2).filter(|day| (1..=31).contains(day))?;
        Some(days_since_epoch(year, month, day))
    }

    /// `Nov 28 ` or `Nov  8 `, and where it ends.
    fn month_and_day(&mut self) -> Option<usize> {
        let months = b"JanFebMarAprMayJunJulAugSepOctNovDec";
        let month = self.text.get(..3)?;
        months.chunks(3).any(|known| known == month).then_some(())?;
        let mut scan = Scan { text: self.text, at: 3 };
        scan.byte(b' ')?;
        scan.take(|byte| byte == b' ' || byte.is_ascii_digit())?;
        if scan.text.get(scan.at) != Some(&b' ') {
            scan.number(1)?;
        }
        scan.byte(b' ')?;
        Some(scan.at)
    }

    /// `08:02:29`, with a fraction or without, as microseconds since midnight.
    fn clock(&mut self) -> Option<i64> {
        let hour = self.number(2).filter(|hour| *hour < 24)?;
        self.byte(b':')?;
        let minute = self.number(2).filter(|minute| *minute < 60)?;
        self.byte(b':')?;
        let second = self.number(2).filter(|second| *second <= 60)?;
        let seconds = (hour * 60 + minute) * 60 + second;
        Some(seconds * 1_000_000 + self.fraction())
    }

    fn fraction(&mut self) -> i64 {
        let mut ahead = Scan { text: self.text, at: self.at };
        let Some(first) = ahead.take(|byte| matches!(byte, b'.' | b',')).and_then(|_| ahead.number(1)) else {
            return 0;
        };
        let (mut fraction, mut unit) = (first * 100_000, 10_000);
        while let Some(digit) = ahead.number(1) {
            fraction += digit * unit;
            unit /= 10;
        }
        self.at = ahead.at;
        fraction
    }

    /// `Z`, `+0000`, `+02:00` or ` +0200`, as seconds.
    fn offset(&mut self) -> Option<i32> {
        let mut ahead = Scan { text: self.text, at: self.at };
        if ahead.take(|byte| matches!(byte, b'Z' | b'z')).is_some() {
            self.at = ahead.at;
            return Some(0);
        }
        ahead.byte(b' ');
        let sign = ahead.take(|byte| matches!(byte, b'+' | b'-'))?;
        let hours = ahead.number(2).filter(|hours| *hours < 24)?;
        ahead.byte(b':');
        let minutes = ahead.number(2).filter(|minutes| *minutes < 60)?;
        self.at = ahead.at;
        let seconds = i32::try_from(hours * 3600 + minutes * 60).ok()?;
        Some(if sign == b'-' { -seconds } else { seconds })
    }
}

/// By the rules of the Gregorian calendar, with years that begin in March.
fn days_since_epoch(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}
