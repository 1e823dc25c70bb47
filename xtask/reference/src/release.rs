//! Releases of QEMU, and what is looked at: one of them, or all.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A release of QEMU, `X.Y`. Releases that differ in the micro number only emit the same events.
///
/// ```
/// use qmp_events_reference::Release;
///
/// let release: Release = "9.2.1".parse()?;
/// assert_eq!(release.to_string(), "9.2");
/// assert!(release < "10.0".parse()?);
/// # Ok::<(), qmp_events_reference::NotARelease>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Release {
    /// The `X` of `X.Y`.
    pub major: u16,
    /// The `Y` of `X.Y`.
    pub minor: u16,
}

/// The text is not a release.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotARelease;

impl fmt::Display for NotARelease {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a release of QEMU is written X.Y or X.Y.Z, such as 9.2")
    }
}

impl std::error::Error for NotARelease {}

impl FromStr for Release {
    type Err = NotARelease;

    fn from_str(text: &str) -> Result<Self, NotARelease> {
        let numbers: Result<Vec<u16>, _> = text.split('.').map(str::parse).collect();
        match numbers.as_deref() {
            Ok([major, minor] | [major, minor, _]) => Ok(Self { major: *major, minor: *minor }),
            _ => Err(NotARelease),
        }
    }
}

impl TryFrom<String> for Release {
    type Error = NotARelease;

    fn try_from(text: String) -> Result<Self, NotARelease> {
        text.parse()
    }
}

impl From<Release> for String {
    fn from(release: Release) -> Self {
        release.to_string()
    }
}

impl fmt::Display for Release {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}.{}", self.major, self.minor)
    }
}

/// Whose messages are described.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scope {
    /// Those of every QEMU, older and newer ones included: what is not known is allowed.
    Any,
    /// Those of this release, and no others.
    Release(Release),
}

impl Scope {
    /// The release, if it is one.
    pub fn release(self) -> Option<Release> {
        match self {
            Self::Any => None,
            Self::Release(release) => Some(release),
        }
    }
}

/// `open` or the release, as names of files have it.
impl fmt::Display for Scope {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => formatter.write_str("open"),
            Self::Release(release) => release.fmt(formatter),
        }
    }
}
