//! What a server says of itself when a connection begins.

use super::members::{parse_string, read_members};
use crate::info::Version;
use serde::ser::{Serialize, SerializeMap, Serializer};
use std::collections::BTreeMap;
use std::fmt;

/// What a server says of itself when a connection begins.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Greeting {
    /// QEMU's version; `None` if the greeting does not hold one.
    pub version: Option<QemuVersion>,
    /// The vendor's package version, such as `Debian 1:7.2+dfsg-7`; often empty.
    pub package: String,
    /// Capabilities that the server offers, such as `oob`.
    pub capabilities: Vec<String>,
}

/// The version of a running QEMU. What a QEMU can do is known from `query-qmp-schema`, never from its version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct QemuVersion {
    /// The major version.
    pub major: u16,
    /// The minor version.
    pub minor: u16,
    /// The micro version: 50 is a development version, 90 and above are release candidates.
    pub micro: u16,
}

impl Greeting {
    /// Takes what is there: a greeting is one even if its details are not as expected.
    pub(crate) fn parse(json: &str) -> Self {
        let [version, capabilities] = members(Some(json), ["version", "capabilities"]);
        let [qemu, package] = members(version, ["qemu", "package"]);
        let numbers = members(qemu, ["major", "minor", "micro"]);
        let version = match numbers.map(|number| number.and_then(|number| number.parse().ok())) {
            [Some(major), Some(minor), Some(micro)] => Some(QemuVersion { major, minor, micro }),
            _ => None,
        };
        let package = package.and_then(parse_string).unwrap_or_default().trim().to_owned();
        let capabilities = capabilities.and_then(|json| serde_json::from_str(json).ok()).unwrap_or_default();
        Greeting { version, package, capabilities }
    }
}

/// The value of `QMP` in a greeting. A version that is not known is left out.
impl Serialize for Greeting {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut greeting = serializer.serialize_map(Some(2))?;
        greeting.serialize_entry("version", &WholeVersion { qemu: self.version, package: &self.package })?;
        greeting.serialize_entry("capabilities", &self.capabilities)?;
        greeting.end()
    }
}

struct WholeVersion<'a> {
    qemu: Option<QemuVersion>,
    package: &'a str,
}

impl Serialize for WholeVersion<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut version = serializer.serialize_map(None)?;
        if let Some(QemuVersion { major, minor, micro }) = self.qemu {
            let numbers = BTreeMap::from([("micro", micro), ("minor", minor), ("major", major)]);
            version.serialize_entry("qemu", &numbers)?;
        }
        version.serialize_entry("package", self.package)?;
        version.end()
    }
}

/// The members of an object; none if it is not one.
fn members<'a, const N: usize>(json: Option<&'a str>, names: [&str; N]) -> [Option<&'a str>; N] {
    json.and_then(|json| read_members(json.as_bytes(), names).ok()).unwrap_or([None; N])
}

impl QemuVersion {
    /// Whether this is a build from between two releases.
    pub fn is_development(self) -> bool {
        (50..90).contains(&self.micro)
    }

    /// Whether this is a release candidate.
    pub fn is_release_candidate(self) -> bool {
        self.micro >= 90
    }
}

/// The release that this version belongs to, as the metadata in [`info`](crate::info) counts them. A
/// development version, or a release candidate, of the next release still has the numbers of the last.
impl From<QemuVersion> for Version {
    fn from(version: QemuVersion) -> Self {
        Version::new(version.major, version.minor)
    }
}

impl fmt::Display for QemuVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.micro)
    }
}

impl fmt::Display for Greeting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.version {
            Some(version) => write!(f, "QEMU {version}")?,
            None => f.write_str("QEMU of an unknown version")?,
        }
        if self.package.is_empty() { Ok(()) } else { write!(f, " ({})", self.package) }
    }
}
