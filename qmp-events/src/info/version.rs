//! Releases of QEMU.

use std::fmt;
use std::str::FromStr;

/// A release of QEMU, up to the minor number: the schema changes with no less.
///
/// ```
/// use qmp_events::Version;
///
/// let version: Version = "7.2.22".parse()?;
/// assert_eq!(version, Version::new(7, 2));
/// assert!(version < "10.0".parse()?);
/// assert_eq!(version.to_string(), "7.2");
/// # Ok::<(), qmp_events::info::ParseVersionError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version {
    /// The major number.
    pub major: u16,
    /// The minor number.
    pub minor: u16,
}

impl Version {
    /// The release of these numbers.
    pub const fn new(major: u16, minor: u16) -> Self {
        Version { major, minor }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&format!("{}.{}", self.major, self.minor))
    }
}

/// Reads `7.2`, and `7.2.22`, whose last number does not count.
impl FromStr for Version {
    type Err = ParseVersionError;

    fn from_str(text: &str) -> Result<Self, ParseVersionError> {
        let mut numbers = text.split('.').map(number);
        match (numbers.next(), numbers.next(), numbers.next(), numbers.next()) {
            (Some(Some(major)), Some(Some(minor)), None | Some(Some(_)), None) => {
                Ok(Version { major, minor })
            }
            _ => Err(ParseVersionError { text: text.to_owned() }),
        }
    }
}

/// Digits only: `u16::from_str` would take a sign.
fn number(text: &str) -> Option<u16> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

/// The text is not a release of QEMU.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseVersionError {
    text: String,
}

impl fmt::Display for ParseVersionError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:?} is not a release of QEMU, such as 7.2 or 7.2.22", self.text)
    }
}

impl std::error::Error for ParseVersionError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn releases_compare_by_number() {
        assert!(Version::new(0, 13) < Version::new(2, 9));
        assert!(Version::new(9, 2) < Version::new(10, 0));
    }

    #[test]
    fn only_numbers_are_releases() {
        for text in ["", "7", "7.", ".2", "7.x", "+7.2", "7.2.", "7.2.1.1", "70000.1", " 7.2"] {
            assert!(text.parse::<Version>().is_err(), "{text}");
        }
    }
}
