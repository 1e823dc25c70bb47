//! Numbers: integers eight digits at a time; all else as text that is checked and converted.
//!
//! An integer may be spelled as a float (`5.0`, `1e2`) below 2⁵³: from there on a float stands for
//! more than one integer, so such a value may have lost digits on its way, and is refused.
//!
//! `#[inline(always)]`: with `#[inline]` alone, an event of the even mix takes 5.3 % more instructions in
//! QEMU's order and 3.0 % more with `event` first (`cargo xtask bench instructions`, Rust 1.95).

use super::{Cursor, MAX_FLOAT_INTEGER, first_word};
use crate::error::{DecodeErrorKind, Fault};

impl<'a> Cursor<'a> {
    /// A positive integer of at most 16 digits followed by a comma or a bracket, if one comes
    /// next; otherwise nothing happens.
    #[inline(always)]
    pub(crate) fn short_integer<T: TryFrom<u64>>(&mut self) -> Option<T> {
        let (value, length) = short_integer(self.rest)?;
        let value = T::try_from(value).ok()?;
        self.rest = self.rest.get(length..)?;
        Some(value)
    }

    /// `N` digits, if so many come next, of which there may be more; otherwise nothing happens.
    #[inline(always)]
    pub(crate) fn digits<const N: usize>(&mut self) -> Option<u64> {
        let word = u64::from_le_bytes(*self.rest.first_chunk()?) ^ ZEROS;
        let word = word << (64 - 8 * N); // zeros in front
        if not_digits(word) != 0 {
            return None;
        }
        self.advance(N);
        Some(value_of(word))
    }

    /// Any integer; the caller checks its range.
    #[cold]
    pub(crate) fn integer(&mut self) -> Result<i128, Fault> {
        self.skip_whitespace();
        let start = self.offset();
        let token = self.number("an integer")?;
        let value = if token.iter().all(|byte| matches!(byte, b'-' | b'0'..=b'9')) {
            std::str::from_utf8(token).ok().and_then(|digits| digits.parse().ok())
        } else {
            integral(token)
        };
        value.ok_or_else(|| {
            let message = format!("expected an integer, found {}", shortened(token));
            Fault::new(DecodeErrorKind::Range, start, message)
        })
    }

    /// A number, as the float that serde_json makes of it.
    #[cold]
    pub(crate) fn float(&mut self) -> Result<f64, Fault> {
        self.skip_whitespace();
        let start = self.offset();
        let token = self.number("a number")?;
        serde_json::from_slice(token).map_err(|_| out_of_range(token, start))
    }

    /// The text of a number, checked.
    pub(super) fn number(&mut self, expected: &'static str) -> Result<&'a [u8], Fault> {
        if !matches!(self.peek(), Some(b'-' | b'0'..=b'9')) {
            return Err(self.mismatch(expected));
        }
        let before = self.clone();
        self.skip_number()?;
        Ok(self.text_since(&before))
    }

    /// Skips a number.
    #[inline]
    pub(super) fn skip_number(&mut self) -> Result<(), Fault> {
        let before = self.clone();
        self.expect(b"-");
        let first = self.peek();
        let mut digits = self.skip_digits()?;
        if first == Some(b'0') && digits > 1 {
            return Err(before.syntax("a number without needless zeros"));
        }
        let mut exponent = false;
        if self.expect(b".") {
            digits += self.skip_digits()?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.advance(1);
            self.advance(usize::from(matches!(self.peek(), Some(b'+' | b'-'))));
            self.skip_digits()?;
            exponent = true;
        }
        if exponent || digits > MAX_PLAIN_DIGITS { self.check_finite(&before) } else { Ok(()) }
    }

    #[inline]
    fn skip_digits(&mut self) -> Result<usize, Fault> {
        let digits = self.rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        if digits == 0 {
            return Err(self.syntax("a digit"));
        }
        self.advance(digits);
        Ok(digits)
    }

    #[cold]
    fn check_finite(&self, before: &Cursor<'a>) -> Result<(), Fault> {
        let token = self.text_since(before);
        match serde_json::from_slice::<f64>(token) {
            Ok(_) => Ok(()),
            Err(_) => Err(out_of_range(token, before.offset())),
        }
    }
}

/// So many digits without exponent are less than the greatest float.
const MAX_PLAIN_DIGITS: usize = 300;

fn out_of_range(token: &[u8], start: usize) -> Fault {
    let message = format!("the number {} is too large", shortened(token));
    Fault::new(DecodeErrorKind::Range, start, message)
}

fn shortened(token: &[u8]) -> String {
    match token.get(..40) {
        Some(head) if token.len() > 40 => format!("{}…", head.escape_ascii()),
        _ => token.escape_ascii().to_string(),
    }
}

/// The integer that a float names, if it is one of those that floats hold exactly.
fn integral(token: &[u8]) -> Option<i128> {
    let token = std::str::from_utf8(token).ok()?;
    let (negative, magnitude) = match token.strip_prefix('-') {
        Some(magnitude) => (true, magnitude),
        None => (false, token),
    };
    let (decimal, exponent) = magnitude.split_once(['e', 'E']).unwrap_or((magnitude, "0"));
    let (whole, fraction) = decimal.split_once('.').unwrap_or((decimal, ""));
    let digits: Vec<u8> = whole.bytes().chain(fraction.bytes()).map(|digit| digit - b'0').collect();
    let Some(first) = digits.iter().position(|&digit| digit != 0) else { return Some(0) };
    let last = digits.iter().rposition(|&digit| digit != 0)?;
    let significant = digits.get(first..=last)?;
    // The value is the significant digits as an integer, times ten to the power of `zeros`.
    let exponent: i64 = exponent.parse().ok()?;
    let zeros = exponent.checked_add(whole.len() as i64)?.checked_sub(last as i64 + 1)?;
    if significant.len() > 16 {
        return None;
    }
    let value = significant.iter().fold(0, |value, &digit| value * 10 + i128::from(digit));
    let value = value.checked_mul(10_i128.checked_pow(u32::try_from(zeros).ok()?)?)?;
    (value <= MAX_FLOAT_INTEGER).then_some(if negative { -value } else { value })
}

/// The value and the length of the integer before `text`.
#[inline(always)]
fn short_integer(text: &[u8]) -> Option<(u64, usize)> {
    let (value, length, after) = match digits_before(first_word(text)) {
        Digits::Ended { value, length, after } => (value, length, after),
        Digits::Eight(high) => match digits_before(first_word(text.get(8..)?)) {
            Digits::Ended { value: low, length, after } => {
                (high * POWERS_OF_TEN.get(length)? + low, 8 + length, after)
            }
            Digits::Eight(_) => return None,
        },
    };
    let leading_zero = length > 1 && text.first() == Some(&b'0');
    let ended = matches!(after, b',' | b'}' | b']');
    (length > 0 && ended && !leading_zero).then_some((value, length))
}

const POWERS_OF_TEN: [u64; 8] = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000];

/// What eight bytes hold.
enum Digits {
    /// Fewer than eight digits, perhaps none, and the byte after them.
    Ended { value: u64, length: usize, after: u8 },
    /// Eight digits.
    Eight(u64),
}

/// The digits before a word of text, its first byte lowest.
#[inline(always)]
fn digits_before(text: u64) -> Digits {
    let word = text ^ ZEROS;
    let others = not_digits(word);
    if others == 0 {
        return Digits::Eight(value_of(word));
    }
    let bits = others.trailing_zeros() & !7;
    let after = (text >> bits) as u8;
    let word = (word << 1) << (63 - bits); // zeros in front
    Digits::Ended { value: value_of(word), length: bits as usize / 8, after }
}

/// Eight times the digit zero: what it turns digits into their values.
const ZEROS: u64 = 0x3030_3030_3030_3030;

/// The high bit of each byte that is not the value of a digit.
#[inline(always)]
fn not_digits(word: u64) -> u64 {
    (word.wrapping_add(0x7676_7676_7676_7676) | word) & 0x8080_8080_8080_8080
}

/// The value of eight digits, each in a byte, the first one lowest.
#[inline(always)]
fn value_of(digits: u64) -> u64 {
    let pairs = digits.wrapping_mul(10).wrapping_add(digits >> 8) & 0x00FF_00FF_00FF_00FF;
    let fours = pairs.wrapping_mul(100).wrapping_add(pairs >> 16) & 0x0000_FFFF_0000_FFFF;
    fours.wrapping_mul(10_000).wrapping_add(fours >> 32) & 0xFFFF_FFFF
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(cursor: &mut Cursor<'_>) -> Option<i64> {
        cursor.short_integer().or_else(|| i64::try_from(cursor.integer().ok()?).ok())
    }

    fn integer(text: &str) -> Option<i64> {
        read(&mut Cursor::new(text.as_bytes()))
    }

    #[test]
    fn integers_of_every_length_are_exact() {
        for value in (0..19).map(|power| 10_i64.pow(power)).flat_map(|power| [power - 1, power]) {
            for after in ["", ",", "}", " ]", ", \"next\": 123456789"] {
                assert_eq!(integer(&format!("{value}{after}")), Some(value));
                assert_eq!(integer(&format!("-{value}{after}")), Some(-value));
            }
        }
        assert_eq!(integer("9223372036854775807"), Some(i64::MAX));
        assert_eq!(integer("-9223372036854775808"), Some(i64::MIN));
        assert_eq!(integer("9223372036854775808"), None);
    }

    #[test]
    fn floats_that_are_integers_are_integers_below_two_to_the_53rd() {
        let max = Some((1 << 53) - 1);
        for (text, value) in [
            ("5.0", Some(5)),
            ("1e2", Some(100)),
            ("-1.50E+1", Some(-15)),
            ("1200e-2", Some(12)),
            ("0e99999999999999999999", Some(0)),
            ("-0.0", Some(0)),
            ("0.0", Some(0)),
            ("9007199254740991.0", max),
            ("9007199254740992.0", None),
            ("9.007199254740991e15", max),
            ("5.5", None),
            ("1e-1", None),
            ("1e300", None),
            ("1e99999999999999999999", None),
            ("1.0000000000000000000000000001", None),
        ] {
            assert_eq!(integer(text), value, "{text}");
        }
    }

    #[test]
    fn only_the_grammar_of_json_makes_numbers() {
        for text in
            ["", "-", "01", "00000000001,", "-01", "1.", ".5", "1e", "1e+", "+1", "0x1", "1a", "12345678a"]
        {
            let mut cursor = Cursor::new(text.as_bytes());
            assert!(read(&mut cursor).is_none_or(|_| cursor.end().is_err()), "{text}");
            let mut cursor = Cursor::new(text.as_bytes());
            assert!(cursor.skip_value().and_then(|()| cursor.end()).is_err(), "{text}");
        }
    }
}
