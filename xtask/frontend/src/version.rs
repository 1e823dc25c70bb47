//! Release numbers of QEMU, as the sources date things: `X.Y`.

use std::fmt;
use std::str::FromStr;

/// A release of QEMU. The micro number is left out: releases of one `X.Y` emit the same events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Version {
    /// The `X` of `X.Y`.
    pub major: u16,
    /// The `Y` of `X.Y`.
    pub minor: u16,
}

impl Version {
    /// The release that follows, by the plan that QEMU keeps since 4.0: three in a year.
    pub fn next(self) -> Self {
        let last_minor = match self.major {
            2 => 12,
            3 => 1,
            _ => 2,
        };
        match self.minor < last_minor {
            true => Self { minor: self.minor + 1, ..self },
            false => Self { major: self.major + 1, minor: 0 },
        }
    }
}

/// The text is not `X.Y` or `X.Y.Z`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAVersion;

impl fmt::Display for NotAVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a version is written X.Y or X.Y.Z, such as 7.2")
    }
}

impl std::error::Error for NotAVersion {}

impl FromStr for Version {
    type Err = NotAVersion;

    fn from_str(text: &str) -> Result<Self, NotAVersion> {
        let mut parts = text.split('.').map(|part| part.parse::<u16>().map_err(|_| NotAVersion));
        let (Some(major), Some(minor), micro, None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(NotAVersion);
        };
        micro.transpose()?;
        Ok(Self { major: major?, minor: minor? })
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}
